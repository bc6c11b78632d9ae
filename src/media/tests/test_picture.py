# Pictures by themselves: what becomes a face or a banner, upright and bare, and what is refused.
# SPDX-License-Identifier: Apache-2.0

import struct
import subprocess
import zlib

import pytest

from media_jobs import run, stream

# The corners of the test picture, clockwise from the top left.
RED, GREEN, BLUE, WHITE = (254, 0, 0), (0, 128, 0), (0, 0, 254), (255, 255, 255)
UPRIGHT = [RED, GREEN, BLUE, WHITE]
FILTER = "color=red:size={w}x{h}[a];color=green:size={w}x{h}[b];color=white:size={w}x{h}[c];color=blue:size={w}x{h}[d];[a][b]hstack[e];[c][d]hstack[f];[e][f]vstack"


def ffmpeg(*arguments):
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], stdout=subprocess.PIPE, check=True).stdout


def draw(folder, name, width=320, height=200, *options):
    """A picture of four fields."""
    ffmpeg("-f", "lavfi", "-i", FILTER.format(w=width // 2, h=height // 2), "-frames:v", 1, *options, folder / name)
    return folder / name


def make(file, folder):
    return run("picture", file, folder / "job")


def corners(file):
    """The colours in the middle of the four fields."""
    image = stream(file, "v")
    width, height = image["width"], image["height"]
    raw = ffmpeg("-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    places = [(1, 1), (3, 1), (3, 3), (1, 3)]
    at = [3 * (width * (height * y // 4) + width * x // 4) for x, y in places]
    return [tuple(raw[i : i + 3]) for i in at]


def alike(found, wanted):
    return all(abs(a - b) < 24 for one, other in zip(found, wanted) for a, b in zip(one, other))


def with_exif(jpeg, orientation, order="<"):
    """The file with a place and an orientation told in front."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    ifd = struct.pack(f"{order}H HHIHH HHII I", 2, 0x112, 3, 1, orientation, 0, 0x10E, 2, 12, 38, 0)
    tiff = mark + struct.pack(f"{order}I", 8) + ifd + b"Lat 52.5163\0"
    exif = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=b"", color=2):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("name, options", [
    ("a.jpg", ()), ("a.png", ()), ("a.webp", ()), ("lossless.webp", ("-lossless", 1)), ("gray.jpg", ("-pix_fmt", "gray")),
    ("alpha.png", ("-pix_fmt", "rgba")), ("deep.png", ("-pix_fmt", "rgb48be")), ("444.jpg", ("-pix_fmt", "yuvj444p")), ("palette.png", ("-pix_fmt", "pal8")),
])
def test_each_kind_becomes_webp_with_its_colours(name, options, tmp_path):
    outcome = make(draw(tmp_path, name, 320, 200, *options), tmp_path)
    assert outcome["end"] == "ok", outcome["failure"]
    assert outcome.files == ["picture.webp"] and outcome.size == (320, 200)
    assert stream(outcome.path("picture.webp"), "v")["codec_name"] == "webp"
    if "gray" not in name:
        assert alike(corners(outcome.path("picture.webp")), UPRIGHT), corners(outcome.path("picture.webp"))


@pytest.mark.parametrize("width, height, made", [
    (2000, 1000, (1440, 720)), (1000, 2000, (720, 1440)), (720, 720, (720, 720)), (64, 32, (64, 32)), (4000, 3000, (960, 720)), (1600, 200, (1600, 200)),
])
def test_a_large_picture_is_made_smaller_and_a_small_one_stays(width, height, made, tmp_path):
    outcome = make(draw(tmp_path, "a.jpg", width, height), tmp_path)
    image = stream(outcome.path("picture.webp"), "v")
    assert (image["width"], image["height"]) == made


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phones_picture_is_turned_upright(orientation, order, tmp_path):
    """Where the first row and column of the stored picture are seen, by the number of the standard."""
    a, b, c, d = UPRIGHT
    shown = {1: [a, b, c, d], 2: [b, a, d, c], 3: [c, d, a, b], 4: [d, c, b, a],
             5: [a, d, c, b], 6: [d, a, b, c], 7: [c, b, a, d], 8: [b, c, d, a]}[orientation]
    jpeg = draw(tmp_path, "a.jpg").read_bytes()
    (tmp_path / "turned.jpg").write_bytes(with_exif(jpeg, orientation, order))
    outcome = make(tmp_path / "turned.jpg", tmp_path)
    assert outcome.size == ((320, 200) if orientation < 5 else (200, 320))
    assert outcome["turned"] == str(int(orientation > 1))
    assert alike(corners(outcome.path("picture.webp")), shown)


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_an_orientation_that_there_is_not_is_none(orientation, tmp_path):
    (tmp_path / "odd.jpg").write_bytes(with_exif(draw(tmp_path, "a.jpg").read_bytes(), orientation))
    outcome = make(tmp_path / "odd.jpg", tmp_path)
    assert outcome["end"] == "ok" and alike(corners(outcome.path("picture.webp")), UPRIGHT)


def test_nothing_is_left_of_what_the_file_tells(tmp_path):
    jpeg = draw(tmp_path, "a.jpg").read_bytes()
    told = with_exif(jpeg, 1) + b"<script>alert(1)</script>"
    (tmp_path / "told.jpg").write_bytes(told)
    image = draw(tmp_path, "a.png").read_bytes()
    text = chunk(b"tEXt", b"Comment\0Lat 52.5163 <script>") + chunk(b"eXIf", b"Lat 52.5163")
    (tmp_path / "told.png").write_bytes(image[:33] + text + image[33:])
    for name in ("told.jpg", "told.png"):
        outcome = run("picture", tmp_path / name, tmp_path / f"job-{name}")
        made = outcome.path("picture.webp").read_bytes()
        assert outcome["end"] == "ok"
        assert b"52.5163" not in made and b"script" not in made and b"EXIF" not in made and b"XMP" not in made


REFUSED = {
    "empty": (b"", "unsupported_format"), "text": (b"<html><script>alert(1)</script>" * 9, "unsupported_format"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" * 3, "unsupported_format"),
    "gif": (b"GIF89a" + b"\0" * 100, "unsupported_format"), "riff of sound": (b"RIFF\x10\0\0\0WAVEfmt " + b"\0" * 50, "unsupported_format"),
    "head of a jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 40, "corrupt"), "head of a webp": (b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 60, "corrupt"),
    "png without rows": (png(100, 100), "corrupt"), "wide claim": (png(30000, 30000), "corrupt"), "many pixels": (png(8000, 8000), "corrupt"),
    "no size": (png(0, 0), "corrupt"), "tiny": (png(15, 15, b"\0" * 15 * 46), "picture_size"), "narrow": (png(16, 200, b"\0" * 200 * 49), "picture_size"),
    "too long": (png(9000, 1200, b"\0" * 1200 * 27001), "picture_size"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_that_we_show_is_refused(name, tmp_path):
    data, reason = REFUSED[name]
    (tmp_path / "bad").write_bytes(data)
    outcome = make(tmp_path / "bad", tmp_path)
    assert outcome["end"] == reason, outcome["failure"]
    assert outcome.files == []


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_picture_that_was_cut_off_is_refused(name, tmp_path):
    whole = draw(tmp_path, name).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    outcome = make(tmp_path / "cut", tmp_path)
    assert outcome["end"] == "corrupt" and outcome.files == []


def test_a_video_is_no_picture(tmp_path):
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", tmp_path / "a.mp4")
    assert make(tmp_path / "a.mp4", tmp_path)["end"] == "unsupported_format"


def test_a_file_over_the_limit_is_refused(tmp_path):
    jpeg = draw(tmp_path, "a.jpg").read_bytes()
    (tmp_path / "padded.jpg").write_bytes(jpeg + b"\0" * (5 << 20))
    assert make(tmp_path / "padded.jpg", tmp_path)["end"] == "unsupported_format"
