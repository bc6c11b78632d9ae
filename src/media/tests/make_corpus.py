# Makes the media corpus with the ffmpeg command: small synthetic videos, good ones and bad ones.
# SPDX-License-Identifier: Apache-2.0
"""
make_corpus.py DIRECTORY makes every file; tests call path() for the ones they need. A file is made
once, under a lock of its own, and appears whole, so parallel test processes share the work.
"""

import fcntl
import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

X264 = "-c:v libx264 -preset ultrafast -crf 30 -pix_fmt yuv420p"
X265 = "-c:v libx265 -preset ultrafast -tag:v hvc1 -x265-params log-level=none"
AAC = "-c:a aac -b:a 64k"
HDR = X265 + ":colorprim=bt2020:colormatrix=bt2020nc:transfer={} -pix_fmt yuv420p10le"
RAW = "-preset ultrafast -bsf:v h264_mp4toannexb -f h264"


def picture(size, rate, seconds):
    return f"-f lavfi -i testsrc2=size={size}:rate={rate}:duration={seconds}"


def plain_color(size, rate, seconds):
    return f"-f lavfi -i color=blue:size={size}:rate={rate}:duration={seconds}"


def sound(seconds):
    return f"-f lavfi -i sine=frequency=440:sample_rate=48000:duration={seconds}"


def clip(size, rate, seconds, options):
    """A moving picture with 48 kHz sound."""
    return f"{picture(size, rate, seconds)} {sound(seconds)} {options}"


# Accepted, every one. A value is what ffmpeg is told; {name} is the path of that other file.
GOOD = {
    "plain.mp4": clip("960x540", 30, 4, f"{X264} -profile:v high {AAC} -ac 2 -movflags +faststart"),
    "slowstart.mp4": clip("640x360", 30, 2, f"{X264} {AAC}"),
    "portrait.mp4": clip("360x640", 30, 2, f"{X264} {AAC}"),
    "full_hd.mp4": clip("1920x1080", 30, 0.6, f"{X264} {AAC}"),
    "sixty.mp4": clip("320x240", 60, 3, f"{X264} {AAC}"),
    "slow_motion.mp4": clip("320x240", 240, 1, f"{X264} {AAC}"),
    "ntsc.mp4": clip("320x240", "30000/1001", 3, f"{X264} {AAC}"),
    "mostly_blue.mp4": f"{plain_color('320x240', 25, 1)} -vf drawbox=w=120:color=red:t=fill {X264}",
    "tiny.mp4": clip("64x48", 30, 1, f"{X264} {AAC}"),
    "odd.mkv": clip("641x363", 25, 1, f"-vf scale=641:363,setsar=1 -c:v libx264 -preset ultrafast -pix_fmt yuv444p {AAC}"),
    "odd420.mp4": clip("641x363", 25, 1, f"-vf scale=641:363,setsar=1 -c:v mpeg4 -q:v 8 {AAC}"),
    "hevc.mp4": clip("320x240", 30, 2, f"{X265} {AAC}"),
    "hevc.mkv": clip("320x240", 30, 1, f"{X265.replace('-tag:v hvc1', '')} {AAC}"),
    "quicktime.mov": clip("320x240", 30, 2, f"{X264} -c:a pcm_s16le -ac 2"),
    "vp8_vorbis.webm": clip("320x240", 25, 2, "-c:v libvpx -deadline realtime -b:v 200k -c:a libvorbis"),
    "vp9_opus.webm": clip(
        "320x240", 25, 2, "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 200k -c:a libopus"
    ),
    "av1_opus.webm": clip("320x240", 25, 1, "-c:v libsvtav1 -preset 12 -c:a libopus"),
    "mp3_audio.mp4": clip("320x240", 30, 2, f"{X264} -c:a libmp3lame -b:a 64k"),
    "mono_44100.mp4": clip("320x240", 30, 2, f"{X264} {AAC} -ac 1 -ar 44100"),
    "low_rate_audio.mp4": clip("320x240", 30, 2, f"{X264} {AAC} -ac 1 -ar 22050"),
    "surround.mp4": clip("320x240", 30, 2, f"{X264} -c:a aac -b:a 128k -ac 6"),
    "b_frames.mp4": clip(
        "320x240", 30, 5, f"-c:v libx264 -preset medium -bf 4 -crf 30 -pix_fmt yuv420p {AAC}"
    ),
    "b_frames.mkv": "-i {b_frames.mp4} -c copy",
    "anamorphic.mp4": clip("720x576", 25, 1, f"{X264} -vf setsar=16/11 {AAC}"),
    "full_range.mp4": clip(
        "320x240", 30, 2, f"-c:v libx264 -preset ultrafast -pix_fmt yuvj420p -color_range pc {AAC}"
    ),
    "fragmented.mp4": clip("320x240", 30, 3, f"{X264} {AAC} -movflags +frag_keyframe+empty_moov"),
    "interlaced.mp4": clip("720x576", 25, 1, f"{X264} -flags +ildct+ilme {AAC}"),
    "ten_bit.mp4": clip("320x240", 30, 2, f"-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le {AAC}"),
    "negative_start.mkv": clip(
        "320x240", 30, 2, f"{X264} {AAC} -output_ts_offset -0.5 -avoid_negative_ts disabled"
    ),
    "late_start.mkv": clip("320x240", 30, 2, f"{X264} {AAC} -output_ts_offset 7 -avoid_negative_ts disabled"),
    "wide.mp4": clip("1280x320", 30, 1, f"{X264} {AAC}"),
    "hdr_pq.mp4": clip("640x360", 30, 1, f"{HDR.format('smpte2084')} {AAC}"),
    "hdr_hlg.mp4": clip("640x360", 30, 1, f"{HDR.format('arib-std-b67')} {AAC}"),
    "dark_start.mp4": clip("640x360", 30, 2, f"{X264} {AAC} -vf drawbox=c=black:t=fill:enable='lt(t,1)'"),
    "with_data.mp4": clip(
        "320x240", 30, 2, f"{X264} {AAC} -metadata location=+48.85+002.35/ -metadata make=Phone"
    ),
    "silent.mp4": f"{picture('640x360', 30, 3)} {X264}",
    "one_frame.mp4": f"{picture('320x240', 30, 1)} -frames:v 1 {X264}",
    "vfr.mkv": clip(
        "320x240",
        30,
        6,
        f"-vf select='lt(t,2)+gt(t,3.3)*not(mod(n,5))',settb=1/1000 -vsync passthrough {X264} {AAC}",
    ),
    "sparse.mp4": f"{picture('320x240', '1/5', 20)} {X264}",
    "turned_90.mp4": "-i {portrait.mp4} -c copy -metadata:s:v:0 rotate=90",
    "turned_180.mp4": "-i {portrait.mp4} -c copy -metadata:s:v:0 rotate=180",
    "turned_270.mp4": "-i {portrait.mp4} -c copy -metadata:s:v:0 rotate=270",
    "edit_list.mp4": "-ss 1.3 -i {b_frames.mp4} -c copy",
    "audio_late.mp4": "-i {silent.mp4} -itsoffset 1 -i {mono_44100.mp4} -map 0:v -map 1:a -c copy",
    "video_late.mkv": "-itsoffset 0.7 -i {silent.mp4} -i {mono_44100.mp4} -map 0:v -map 1:a -c copy",
    "size_change.mkv": "-framerate 30 -f h264 -i {two_sizes.264} -c copy",
}

# Refused, each for its reason.
BAD = {
    "audio_only.mp4": f"{sound(2)} {AAC}",
    "cover_only.m4a": "-i {audio_only.mp4} -i {art.jpg} -map 0 -map 1 -c copy -disposition:v attached_pic -f mp4",
    "magicyuv.mkv": f"{picture('320x240', 25, 1)} -c:v magicyuv",
    "wavpack.mkv": clip("320x240", 25, 1, f"{X264} -c:a wavpack"),
    "large.mp4": f"{plain_color('4112x2048', 1, 1)} {X264}",
    "many_pixels.mp4": f"{plain_color('4096x2400', 1, 1)} {X264}",
    "narrow.mp4": f"{picture('1280x32', 25, 1)} {X264}",
    "small.mp4": f"{picture('16x8', 25, 1)} {X264}",
    "long.mp4": f"{plain_color('64x64', '1/60', 3600)} {X264}",
    "many_tracks.mp4": f"{picture('64x48', 25, 1)} {'-map 0 ' * 20} {X264}",
    "avi.mp4": f"{picture('320x240', 25, 1)} -c:v mpeg4 -f avi",
    "ts.mp4": f"{picture('320x240', 25, 1)} {X264} -f mpegts",
    "png.mp4": f"{picture('320x240', 1, 1)} -frames:v 1 -f image2 -c:v png",
}

# Not tested themselves.
PARTS = {
    "art.jpg": f"{picture('320x320', 1, 1)} -frames:v 1",
    "first.264": f"{picture('320x240', 30, 2)} {X264} {RAW}",
    "second.264": f"{picture('240x320', 30, 2)} {X264} {RAW}",
    "hard_work.mp4": f"{picture('1920x1080', 30, 6)} {X264}",
}


def joined(directory):
    return path(directory, "first.264").read_bytes() + path(directory, "second.264").read_bytes()


def cut_off(directory):
    data = path(directory, "plain.mp4").read_bytes()
    return data[: len(data) // 2]


MADE_HERE = {
    "two_sizes.264": joined,
    "truncated.mp4": cut_off,
    "empty.mp4": lambda directory: b"",
    "random.mp4": lambda directory: random.Random(7).randbytes(65536),
}

RECIPES = {**GOOD, **BAD, **PARTS}


def arguments(directory, recipe):
    """The recipe with the paths of the files it is made from."""
    for word in recipe.split():
        yield str(path(directory, word[1:-1])) if word.startswith("{") else word


def ffmpeg(directory, recipe, out):
    command = ["nice", "-n", "10", "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    made = subprocess.run([*command, *arguments(directory, recipe), str(out)], stderr=subprocess.PIPE, text=True)
    if made.returncode != 0:
        raise RuntimeError(f"{out.name}: {made.stderr}")


def make(directory, name, out):
    if name in MADE_HERE:
        out.write_bytes(MADE_HERE[name](directory))
        return
    ffmpeg(directory, RECIPES[name], out)


def path(directory, name):
    """The file of that name, made if it does not exist yet."""
    directory = Path(directory)
    target = directory / name
    if target.exists():
        return target
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / f".{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            unfinished = directory / f".unfinished.{name}"
            make(directory, name, unfinished)
            os.rename(unfinished, target)
    return target


def version():
    """Changes with the recipes, so that no test reads a file made by older ones."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]


if __name__ == "__main__":
    for each in [*GOOD, *BAD, *MADE_HERE]:
        print(path(sys.argv[1], each))
