# The default avatars: sixteen faces of 256x256, made of the same few parts, readable when cut to a circle.
# SPDX-License-Identifier: Apache-2.0
from raster import Canvas, arc, ellipse, mix, rgb, smooth, stroke

SIZE = 256
INK = rgb("#2a2438")
WHITE = rgb("#ffffff")


def both(shape):
    """A shape and its mirror image."""
    return [shape, [(SIZE - x, y) for x, y in shape]]


def pair(canvas, shape, colour, alpha=1.0):
    for side in both(shape):
        canvas.fill(side, colour, alpha)


def lit(colour):
    """A paint slightly lighter at the top than at the bottom."""
    light, dark = mix(colour, WHITE, 0.14), mix(colour, INK, 0.10)
    return lambda y: mix(light, dark, (y - 60) / 170)


def eyes(canvas, dx=34, y=134, r=9.5):
    pair(canvas, ellipse(128 - dx, y, r, r * 1.15), INK)
    for x in (128 - dx, 128 + dx):
        canvas.fill(ellipse(x + r * 0.3, y - r * 0.45, r * 0.33), WHITE)


def cheeks(canvas, dx=56, y=160, colour="#ff7d8c"):
    pair(canvas, ellipse(128 - dx, y, 14, 9), rgb(colour), 0.45)


def smile(canvas, y=160, wide=14):
    canvas.fill(stroke(arc(128, y, wide, wide * 0.75, 20, 160), 5), INK)


def snout(canvas, y=154, nose=INK, wide=11):
    """A small nose with the two curves of a mouth below it."""
    canvas.fill(smooth([(128 - wide, y - 5), (128, y - 8), (128 + wide, y - 5), (128, y + 7)]), nose)
    pair(canvas, stroke(arc(128 - wide * 0.82, y + 8, wide * 0.82, wide * 0.8, 0, 150, 14), 4), INK)


def head(canvas, colour, rx=80, ry=72, y=146):
    canvas.fill(ellipse(128, y, rx, ry), lit(colour))


def body(canvas, colour):
    canvas.fill(ellipse(128, 268, 92, 66), lit(mix(colour, INK, 0.08)))


def cat(canvas, main, extra):
    pair(canvas, smooth([(60, 118), (56, 52), (72, 50), (122, 88), (100, 120)], 8), main)
    pair(canvas, smooth([(70, 108), (67, 68), (76, 68), (104, 90)], 8), extra)
    head(canvas, main)
    for x in (104, 128, 152):
        canvas.fill(stroke([(x, 80), (x + (128 - x) * 0.15, 98)], 8), mix(main, INK, 0.25))
    eyes(canvas)
    cheeks(canvas)
    snout(canvas, nose=rgb("#d9506a"), wide=9)
    for dy in (-5, 8):
        pair(canvas, stroke([(36, 152 + dy * 1.6), (62, 154 + dy)], 3), WHITE, 0.8)


def bear(canvas, main, extra):
    pair(canvas, ellipse(66, 84, 28), main)
    pair(canvas, ellipse(66, 84, 15), extra)
    head(canvas, main, 84, 76)
    canvas.fill(ellipse(128, 170, 38, 30), extra)
    eyes(canvas, 38)
    snout(canvas, 160, wide=13)


def fox(canvas, main, extra):
    pair(canvas, smooth([(54, 120), (46, 46), (58, 42), (116, 92)], 8), main)
    pair(canvas, smooth([(62, 104), (57, 62), (64, 62), (94, 92)], 8), mix(INK, main, 0.25))
    head(canvas, main, 84, 70)
    pair(canvas, smooth([(44, 148), (84, 146), (124, 190), (126, 217), (98, 211), (60, 190)], 10), extra)
    canvas.fill(ellipse(128, 197, 20, 19), extra)
    eyes(canvas, 36, 140, 9)
    canvas.fill(ellipse(128, 184, 11, 8), INK)


def rabbit(canvas, main, extra):
    for shape, colour in ((ellipse(94, 62, 19, 56, -0.14), main), (ellipse(94, 66, 9, 40, -0.14), extra)):
        pair(canvas, shape, colour)
    head(canvas, main, 74, 66, 158)
    eyes(canvas, 30, 152)
    cheeks(canvas, 50, 176, "#ff8fa8")
    snout(canvas, 170, rgb("#f0708c"), 8)
    pair(canvas, [(121, 186), (127.6, 186), (127.6, 198), (122, 198)], WHITE)


def panda(canvas, main, extra):
    pair(canvas, ellipse(64, 84, 28), extra)
    head(canvas, main, 86, 76)
    pair(canvas, ellipse(90, 140, 21, 26, 0.5), extra)
    for x in (94, 162):
        canvas.fill(ellipse(x, 138, 9), WHITE)
        canvas.fill(ellipse(x + 1, 139, 6), INK)
    cheeks(canvas, 60, 172)
    snout(canvas, 168, wide=11)


def penguin(canvas, main, extra):
    canvas.fill(ellipse(128, 168, 84, 108), lit(main))
    pair(canvas, ellipse(100, 138, 34, 38), WHITE)
    canvas.fill(ellipse(128, 214, 60, 60), WHITE)
    eyes(canvas, 27, 136)
    cheeks(canvas, 46, 164)
    canvas.fill(smooth([(112, 156), (128, 149), (144, 156), (128, 174)], 8), extra)


def owl(canvas, main, extra):
    pair(canvas, smooth([(54, 108), (58, 58), (68, 58), (118, 92)], 8), main)
    canvas.fill(ellipse(128, 158, 84, 84), lit(main))
    for y, count in ((204, 5), (222, 4)):
        for i in range(count):
            canvas.fill(arc(128 + (i - (count - 1) / 2) * 24, y, 12, 14, 0, 180), extra, 0.7)
    pair(canvas, ellipse(93, 136, 37), extra)
    pair(canvas, ellipse(93, 136, 27), WHITE)
    eyes(canvas, 33, 137, 14)
    canvas.fill(smooth([(117, 156), (128, 150), (139, 156), (128, 178)], 8), rgb("#ffb03b"))


def frog(canvas, main, extra):
    pair(canvas, ellipse(84, 92, 32), main)
    head(canvas, main, 90, 66, 154)
    canvas.fill(ellipse(128, 196, 60, 26), extra, 0.55)
    pair(canvas, ellipse(84, 90, 22), WHITE)
    eyes(canvas, 42, 92, 12)
    cheeks(canvas, 62, 160)
    canvas.fill(stroke(arc(128, 146, 44, 30, 20, 160), 6), INK)


def koala(canvas, main, extra):
    pair(canvas, ellipse(54, 108, 40), main)
    pair(canvas, ellipse(56, 110, 24), extra)
    head(canvas, main, 76, 72, 148)
    eyes(canvas, 38, 138, 8.5)
    canvas.fill(ellipse(128, 158, 17, 25), lit(INK))
    canvas.fill(ellipse(123, 146, 5, 7), WHITE, 0.35)
    smile(canvas, 187, 10)
    cheeks(canvas, 52, 172)


def robot(canvas, main, extra):
    canvas.fill(stroke([(128, 44), (128, 84)], 7), mix(main, INK, 0.4))
    canvas.fill(ellipse(128, 42, 13), extra)
    pair(canvas, stroke([(46, 134), (46, 168)], 22), mix(main, INK, 0.3))
    box = [p for x, y, a in ((174, 112, 270), (174, 186, 0), (82, 186, 90), (82, 112, 180)) for p in arc(x, y, 30, 30, a, a + 90, 10)]
    canvas.fill(box, lit(main))
    visor = [p for x, y, a in ((166, 122, 270), (166, 150, 0), (90, 150, 90), (90, 122, 180)) for p in arc(x, y, 20, 20, a, a + 90, 10)]
    canvas.fill(visor, rgb("#1c2340"))
    for x in (98, 158):
        canvas.glow(x, 136, 20, extra, 0.5, 8)
        canvas.fill(ellipse(x, 136, 9, 12), mix(extra, WHITE, 0.4))
    for x in (104, 120, 136, 152):
        canvas.fill(stroke([(x, 188), (x, 198)], 6), mix(main, INK, 0.45))


def astronaut(canvas, main, extra):
    body(canvas, WHITE)
    canvas.fill(ellipse(128, 134, 88), lit(main))
    canvas.fill(ellipse(128, 138, 70, 62), lit(INK))
    canvas.fill(ellipse(128, 150, 48, 46), rgb("#f6c9a0"))
    canvas.fill(arc(128, 140, 50, 40, 180, 360) + [(150, 130), (112, 134)], rgb("#4a2f2a"))
    eyes(canvas, 18, 152, 6)
    cheeks(canvas, 30, 166)
    smile(canvas, 168, 9)
    canvas.fill(stroke(arc(128, 138, 60, 52, 195, 245), 8), WHITE, 0.65)
    for x, colour in ((104, extra), (128, rgb("#ffd166")), (152, rgb("#5ad0ff"))):
        canvas.fill(ellipse(x, 238, 7), colour)


def ghost(canvas, main, extra):
    hem = [(x, 226 + (10 if i % 2 else -8)) for i, x in enumerate(range(196, 59, -17))]
    canvas.fill(arc(128, 128, 70, 78, 180, 360, 40) + [(198, 200), *hem, (58, 200)], lit(main))
    eyes(canvas, 26, 126, 12)
    canvas.fill(ellipse(128, 158, 11, 14), INK)
    cheeks(canvas, 46, 148, "#ff9bb5")
    for x, y, r in ((40, 70, 5), (216, 92, 7), (206, 52, 3.5), (34, 176, 4)):
        canvas.fill(ellipse(x, y, r), extra, 0.8)


def cactus(canvas, main, extra):
    for shape in ([(78, 158), (58, 156), (56, 118)], [(178, 140), (198, 138), (200, 102)]):
        canvas.fill(stroke(shape, 28), mix(main, INK, 0.08))
    canvas.fill(arc(128, 106, 54, 62, 180, 360, 40) + [(182, 226), (74, 226)], lit(main))
    for x in (98, 128, 158):
        canvas.fill(stroke([(x, 62 if x == 128 else 76), (x, 112 if x != 128 else 104)], 4), mix(main, WHITE, 0.35), 0.8)
    canvas.fill([(66, 210), (190, 210), (180, 262), (76, 262)], lit(extra))
    for k in range(6):
        canvas.fill(ellipse(150 + 13 * (k % 3 - 1), 46 + 9 * (k // 3), 10), rgb("#ff6f91"))
    canvas.fill(ellipse(150, 50, 7), rgb("#ffd166"))
    eyes(canvas, 25, 144, 8.5)
    cheeks(canvas, 38, 162)
    smile(canvas, 160, 10)


def whale(canvas, main, extra):
    canvas.fill(smooth([(30, 148), (60, 96), (128, 84), (186, 104), (214, 150), (190, 196), (118, 210), (52, 194)]), lit(main))
    canvas.fill(smooth([(40, 166), (110, 182), (196, 160), (206, 168), (180, 200), (118, 209), (58, 195)]), extra)
    canvas.fill(smooth([(196, 132), (216, 100), (204, 70), (226, 82), (250, 66), (240, 104), (222, 150)]), lit(main))
    for turn in (-1, 1):
        canvas.fill(stroke([(112, 76), (112 + turn * 6, 56), (112 + turn * 22, 46), (112 + turn * 32, 58)], 8), WHITE, 0.9)
    canvas.fill(ellipse(76, 150, 9, 10.5), INK)
    canvas.fill(ellipse(79, 146, 3), WHITE)
    canvas.fill(ellipse(92, 168, 12, 7), rgb("#ff7d8c"), 0.5)
    canvas.fill(stroke(arc(54, 160, 14, 10, 20, 110), 4.5), INK)


def tiger(canvas, main, extra):
    pair(canvas, ellipse(66, 86, 27), main)
    pair(canvas, ellipse(67, 87, 14), extra)
    head(canvas, main, 84, 74)
    canvas.fill(ellipse(128, 178, 42, 30), extra)
    for shape in ([(46, 132), (76, 138), (45, 146)], [(45, 156), (72, 160), (51, 172)], [(98, 78), (112, 76), (112, 104)]):
        pair(canvas, shape, INK)
    canvas.fill([(121, 74), (135, 74), (128, 110)], INK)
    eyes(canvas, 36)
    snout(canvas, 166, rgb("#d9506a"), 12)


def bird(canvas, main, extra):
    for dx, height in ((-14, 40), (0, 30), (14, 42)):
        canvas.fill(ellipse(128 + dx, height + 36, 8, 26, dx / 40), main)
    body(canvas, main)
    head(canvas, main, 78, 78, 150)
    canvas.fill(ellipse(128, 200, 50, 34), WHITE, 0.55)
    eyes(canvas, 36, 136, 11)
    cheeks(canvas, 54, 164, "#ff5f6d")
    canvas.fill(smooth([(106, 156), (128, 144), (150, 156), (128, 168)], 8), extra)
    canvas.fill(smooth([(112, 163), (128, 168), (144, 163), (128, 178)], 8), mix(extra, INK, 0.2))


# What is drawn, the background's two colours, the main colour, the second colour.
LOOKS = (
    (cat, "#ffd9a8", "#ff9a76", "#8d6a5b", "#f4b6a6"),
    (bear, "#bfe3ff", "#6fa8f0", "#a8714a", "#ecd2ae"),
    (fox, "#cdeccf", "#58b19f", "#f2803a", "#fff4e6"),
    (rabbit, "#ffc7dd", "#c58af0", "#fbf6f4", "#ffb8c9"),
    (panda, "#d8f5b8", "#63bd7c", "#fcfbf7", "#2f2b3d"),
    (penguin, "#c9f1ff", "#57b8e8", "#2f3d66", "#ffab40"),
    (owl, "#5b4b9e", "#251c57", "#9b6a4d", "#e9c79b"),
    (frog, "#fff0a6", "#ffc04d", "#5fbb5a", "#d9f2a4"),
    (koala, "#ffe0c2", "#f09fa0", "#8f9bb0", "#dcc8d2"),
    (robot, "#4fd0c0", "#1e6f93", "#dfe7f2", "#62f0d0"),
    (astronaut, "#3a3f8f", "#131638", "#eef1f8", "#ff5f6d"),
    (ghost, "#8c6cf0", "#3b2a8a", "#f6f2ff", "#ffe08a"),
    (cactus, "#ffe6b3", "#ff9f80", "#3fa577", "#d9774a"),
    (whale, "#e6fbff", "#7fd6e0", "#3f74c9", "#e9f4ff"),
    (tiger, "#a5e6d2", "#2f9e9e", "#f7a738", "#fff6e5"),
    (bird, "#ffd1dc", "#ff8fa3", "#4f8df0", "#ffc233"),
)


def avatar(look):
    draw, top, bottom, main, extra = look
    canvas = Canvas(SIZE, SIZE, [(0, rgb(top)), (1, rgb(bottom))], slant=128)
    canvas.fill(ellipse(128, 128, 116), WHITE, 0.10)
    draw(canvas, rgb(main), rgb(extra))
    return canvas
