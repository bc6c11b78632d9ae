# The demo world as data: who is in it, what they show, what they say.
# SPDX-License-Identifier: Apache-2.0
import dataclasses

PASSWORD = "demo123"

# The first one is the reader's own account.
PEOPLE = ("demo", "山里的小林", "Nora Lindqvist", "阿Ken夜跑", "Mateo Ruiz", "苏苏画画", "Priya Nair", "老周的窗台", "Hana Sato", "程序员阿橙",
          "Lukas Weber", "海边的阿妹", "Zadie Okafor")


@dataclasses.dataclass(frozen=True)
class Clip:
    """One clip: who shows it under which title, and what clip_render makes it from."""

    scene: str
    author: str
    title: str
    palette: str
    shape: str
    seconds: float
    tune: str = ""
    bed: str = ""
    root: float = 220.0
    scale: str = "major"
    seed: int = 1

    @property
    def file(self):
        return f"{self.scene}-{self.shape}-{self.seed}.mp4"

    @property
    def sound(self):
        return {"tune": self.tune, "bed": self.bed, "root": self.root, "scale": self.scale}


# In the order in which they are published: the last one is the first in the feed.
CLIPS = (
    Clip("pendulums", "Lukas Weber", "Pendulums falling out of step and back again #physics #oddlysatisfying", "pop", "square", 9, "plucks", "", 220, "dream"),
    Clip("lava", "Zadie Okafor", "熔岩灯可以看一晚上 #解压 lava lamp hours", "plum", "tall", 8, "pad", "", 146.8, "minor"),
    Clip("seeds", "Priya Nair", "Sunflower maths: 137.5° and nothing else #fibonacci", "gold", "square", 7, "bells", "", 261.6, "dream"),
    Clip("train", "Nora Lindqvist", "Night train north, forehead on the window #slowtravel", "lantern", "wide", 10, "pad", "rails", 196, "minor"),
    Clip("kaleido", "苏苏画画", "万花筒 #手绘 every turn a new one", "neon", "square", 6, "zither", "", 293.7, "gong"),
    Clip("marble", "苏苏画画", "水拓画:一滴一滴来 #非遗 paper marbling", "jade", "tall", 8, "zither", "", 220, "gong"),
    Clip("startrails", "山里的小林", "四个小时的星星,八秒看完 #星轨 #timelapse", "night", "tall", 8, "pad", "wind", 130.8, "minor"),
    Clip("bokeh", "阿Ken夜跑", "收工。城市还亮着 #夜跑 city lights out of focus", "street", "tall", 7, "drive", "", 174.6, "minor"),
    Clip("clouds", "Hana Sato", "空を見る時間 clouds, one lunch break #sky", "sky", "wide", 8, "pad", "wind", 261.6, "major"),
    Clip("julia", "程序员阿橙", "一个公式:z = z² + c #分形 #code", "rose", "tall", 9, "drive", "", 164.8, "minor"),
    Clip("snow", "山里的小林", "初雪,木屋的灯还亮着 #雪 first snow", "dawn", "tall", 9, "bells", "wind", 220, "dream"),
    Clip("fire", "Mateo Ruiz", "Leña, silencio y una guitarra lejos #campfire", "ember", "tall", 8, "", "crackle"),
    Clip("silk", "Zadie Okafor", "Silk in slow motion #texture #fashion", "rose", "tall", 6, "pad", "", 207.7, "dream"),
    Clip("rain", "老周的窗台", "雨打在窗上,茶刚好 #听雨 rain on my window", "metro", "tall", 10, "", "drizzle"),
    Clip("planet", "程序员阿橙", "自己写的行星,零素材 #shader #太空", "plum", "square", 8, "pad", "", 110, "minor"),
    Clip("lanterns", "海边的阿妹", "放一盏灯,许一个愿 #元宵 lanterns over the water", "lantern", "tall", 9, "zither", "", 196, "gong"),
    Clip("cat", "老周的窗台", "它假装没看见我 #猫 the landlord of this window", "dusk", "tall", 7, "plucks", "", 246.9, "major"),
    Clip("inkhills", "苏苏画画", "水墨远山,一笔都不能改 #国画 ink hills", "jade", "wide", 9, "zither", "wind", 164.8, "gong"),
    Clip("city", "阿Ken夜跑", "凌晨一点的天际线 #夜景 skyline at 1 am", "metro", "tall", 8, "drive", "", 146.8, "minor"),
    Clip("jellyfish", "海边的阿妹", "水母没有心,也没有烦恼 #水族馆 jellyfish", "sea", "tall", 10, "bells", "surf", 174.6, "dream"),
    Clip("blossom", "Hana Sato", "桜、三日だけ three days of blossom #spring", "spring", "tall", 8, "zither", "wind", 293.7, "major"),
    Clip("neon", "阿Ken夜跑", "赛博夜路 #synthwave drive", "neon", "tall", 8, "drive", "", 130.8, "minor"),
    Clip("fireworks", "Mateo Ruiz", "Fin de fiesta #fireworks 烟花散场", "night", "tall", 9, "", "bangs"),
    Clip("sea", "海边的阿妹", "六点的海是蓝色的 #海 morning sea", "dawn", "tall", 10, "pad", "surf", 196, "major"),
    Clip("aurora", "Nora Lindqvist", "Aurora over the fjord, no filter #northernlights 极光", "aurora", "tall", 9, "pad", "wind", 146.8, "dream"),
    Clip("sunset", "山里的小林", "今天的晚霞,送给你 #日落 the ridge at dusk", "dusk", "tall", 8, "bells", "wind", 220, "major"),
)  # fmt: skip

SMALL = tuple(dataclasses.replace(clip, shape="tiny", seconds=2) for clip in CLIPS[-3:])

COMMENTS = (
    "太美了吧!", "I could watch this all day", "这是在哪里拍的?", "Saved for a bad day.", "声音也太舒服了", "How long did you wait for this?",
    "求壁纸!", "The colours!", "看了五遍 😂", "This is what I opened the app for.", "下次带上我", "¡Qué maravilla!", "每天都来打卡", "My cat approves.",
    "教教我怎么做的", "きれい…", "单曲循环了", "Instant calm.", "笑死,太真实了", "More of these please",
)  # fmt: skip

# Who writes to whom, line by line.
CHATS = (
    ("demo", "山里的小林", ("你好!晚霞是在哪座山拍的?", "就在我家后面,走四十分钟", "下周末能跟你一起去吗?", "来!带件外套,山上风大")),
    ("Nora Lindqvist", "demo", ("Hi! Thanks for the like on the aurora", "It was my favourite clip this week", "There will be more on Friday, the forecast is good")),
    ("demo", "老周的窗台", ("周叔,猫叫什么名字?", "叫“房东”,因为房子是它的")),
    ("程序员阿橙", "demo", ("行星那条的代码我放出来了", "太好了,我周末学一下")),
    ("海边的阿妹", "Hana Sato", ("桜がきれい!", "ありがとう!海也好看", "夏天来,我带你赶海")),
)  # fmt: skip
