# Every file of the corpus: the good ones become covers and streams that play, the bad are refused.
# SPDX-License-Identifier: Apache-2.0

import random
import socket
import struct
import zlib

import pytest

from make_corpus import GOOD
from media_jobs import byte_ranges, corpus, decode_errors, duration, first_time, run, stream

REFUSED = {
    "audio_only.mp4": "no_video",
    "cover_only.m4a": "no_video",
    "magicyuv.mkv": "unsupported_codec",
    "wavpack.mkv": "unsupported_codec",
    "large.mp4": "picture_size",
    "many_pixels.mp4": "picture_size",
    "narrow.mp4": "picture_size",
    "small.mp4": "picture_size",
    "long.mp4": "too_long",
    "many_tracks.mp4": "too_many_streams",
    "avi.mp4": "unsupported_format",
    "ts.mp4": "unsupported_format",
    "png.mp4": "unsupported_format",
    "empty.mp4": "unsupported_format",
    "random.mp4": "unsupported_format",
    "truncated.mp4": "truncated",
}


@pytest.mark.parametrize("name", GOOD)
def test_good_file_gives_its_properties_and_covers(name, tmp_path):
    outcome = run("inspect", corpus(name), tmp_path / "job")
    assert outcome["end"] == "ok"
    assert outcome.files == ["cover.jpg", "cover.webp"]
    width, height = (int(side) for side in outcome["cover"].split("x"))
    assert min(width, height) <= 720
    assert abs(width / height - outcome.size[0] / outcome.size[1]) < 0.05
    for cover in outcome.files:
        image = stream(outcome.path(cover), "v")
        assert (image["width"], image["height"]) == (width, height)


def check_track(outcome, name):
    """One file per track; the playlist's ranges cover it without a hole, and it starts at 0."""
    ranges = byte_ranges(outcome.path(f"{name}.m3u8"))
    ends = [offset + length for length, offset in ranges]
    assert [offset for _, offset in ranges] == [0, *ends[:-1]]
    assert ends[-1] == outcome.path(f"{name}.mp4").stat().st_size
    if name != "audio":
        assert first_time(outcome.path(f"{name}.mp4")) == 0


@pytest.mark.parametrize("name", GOOD)
def test_good_file_becomes_streams_that_play(name, tmp_path):
    outcome = run("encode", corpus(name), tmp_path / "job", progressive=1)
    assert outcome["end"] == "ok"
    playlists = [file for file in outcome.files if file.endswith(".m3u8")]
    tracks = [file[:-5] for file in playlists if file != "master.m3u8"]
    made = sorted([*playlists, *(f"{track}.mp4" for track in tracks), "video.mp4"])
    assert outcome.files == made, "nothing else may be left over"
    assert ("audio" in tracks) == (outcome["audio"] != "none")
    for track in tracks:
        check_track(outcome, track)
    assert decode_errors(outcome.path("master.m3u8")) == []
    assert decode_errors(outcome.path("video.mp4")) == []
    lengths = duration(outcome.path("master.m3u8")), duration(outcome.path("video.mp4"))
    assert abs(lengths[0] - lengths[1]) < 0.25


def refuse(file, reason, directory):
    for job in ("inspect", "encode", "remux", "copy"):
        outcome = run(job, file, directory / job, wall_ms=60000)
        assert (job, outcome["end"]) == (job, reason)
        assert outcome["failure"]
        assert outcome.files == []


@pytest.mark.parametrize("name", REFUSED)
def test_bad_file_is_refused(name, tmp_path):
    refuse(corpus(name), REFUSED[name], tmp_path)


# --- files that try to make the worker open something else -----------------------------------------


@pytest.fixture
def listener():
    """A port to which hostile files point; nobody may have connected when the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server.getsockname()[1]
        with pytest.raises(BlockingIOError):
            server.accept()


def playlist(port):
    return (
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"
        f"#EXTINF:1,\nhttp://127.0.0.1:{port}/x\n#EXT-X-ENDLIST\n"
    ).encode()


def concat(port):
    return f"ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1:{port}/x'\n".encode()


def polyglot(port):
    """What looks like an MP4, and goes on as a playlist."""
    return struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomiso2" + playlist(port)


def tail(port):
    """The start of an MP4 with a playlist behind it."""
    return corpus("silent.mp4").read_bytes()[:16384] + playlist(port)


HOSTILE = {
    "playlist": (playlist, "unsupported_format"),
    "concat": (concat, "unsupported_format"),
    "polyglot": (polyglot, "corrupt"),
    "tail": (tail, "truncated"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_and_calls_nobody(name, listener, tmp_path):
    content, reason = HOSTILE[name]
    file = tmp_path / "upload"
    file.write_bytes(content(listener))
    refuse(file, reason, tmp_path)


def with_reference(entry):
    """An MP4 whose samples are said to lie in another file (QuickTime's data references)."""
    data = bytearray(corpus("slowstart.mp4").read_bytes())
    at = data.find(b"dref") - 4
    (size,) = struct.unpack_from(">I", data, at)
    reference = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    data[at : at + size] = reference
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):  # what is around it grows too
        box = data.find(name) - 4
        (old,) = struct.unpack_from(">I", data, box)
        struct.pack_into(">I", data, box, old + len(reference) - size)
    return bytes(data)


def test_a_reference_by_url_is_not_followed(listener, tmp_path):
    """The samples are taken from the file itself."""
    url = f"http://127.0.0.1:{listener}/x\0".encode()
    file = tmp_path / "upload"
    file.write_bytes(with_reference(struct.pack(">I4sI", 12 + len(url), b"url ", 0) + url))
    assert run("encode", file, tmp_path / "job")["end"] == "ok"


def test_a_reference_by_alias_is_not_followed(tmp_path):
    path = b"disk:etc:passwd "
    alias = bytes(10) + bytes([4]) + b"disk".ljust(27, b"\0") + bytes(12)
    alias += bytes([6]) + b"passwd".ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 1, 1)
    alias += bytes(16) + struct.pack(">HH", 2, len(path)) + path + struct.pack(">HH", 0xFFFF, 0)
    file = tmp_path / "upload"
    file.write_bytes(with_reference(struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias))
    assert run("encode", file, tmp_path / "job")["end"] == "corrupt"


# --- files that ask for too much --------------------------------------------------------------------


def box(kind, content):
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_a_compressed_index_does_not_fill_memory(tmp_path):
    """Half a megabyte that unpacks to half a gigabyte (QuickTime's cmov)."""
    size = 512 << 20
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    index = box(b"moov", box(b"cmov", box(b"dcom", b"zlib") + box(b"cmvd", struct.pack(">I", size) + packed)))
    file = tmp_path / "upload"
    file.write_bytes(box(b"ftyp", b"qt  \0\0\0\0qt  ") + index)
    outcome = run("inspect", file, tmp_path / "job")
    assert outcome["end"] in ("corrupt", "memory_limit")
    assert int(outcome["peak_kb"]) < 200 * 1024


def test_a_huge_count_of_samples_does_not_fill_memory(tmp_path):
    data = bytearray(corpus("slowstart.mp4").read_bytes())
    struct.pack_into(">I", data, data.find(b"stsz") + 12, 0x0FFFFFFF)
    file = tmp_path / "upload"
    file.write_bytes(data)
    outcome = run("inspect", file, tmp_path / "job", wall_ms=60000)
    assert outcome["end"] in FAIR
    assert int(outcome["peak_kb"]) < 200 * 1024


# --- damage of every kind ---------------------------------------------------------------------------

# How a job on a damaged file may end; above all it ends.
FAIR = {
    "ok",
    "corrupt",
    "truncated",
    "no_video",
    "unsupported_codec",
    "unsupported_format",
    "picture_size",
    "too_long",
    "too_many_streams",
    "memory_limit",
}


def flip(data, chance):
    for _ in range(8):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def flip_index(data, chance):
    """Only where the boxes are described."""
    index = max(data.find(b"moov"), 0)
    for _ in range(8):
        data[min(index + chance.randrange(1500), len(data) - 1)] ^= 1 << chance.randrange(8)


def extreme(data, chance):
    """Lengths and counts become what no file has."""
    at = chance.randrange(len(data) - 4)
    data[at : at + 4] = struct.pack(">I", chance.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))


def blank(data, chance):
    at = chance.randrange(len(data))
    data[at : at + 512] = bytes(len(data[at : at + 512]))


def double(data, chance):
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + 2048]


DAMAGE = {"flip": flip, "flip_index": flip_index, "extreme": extreme, "blank": blank, "double": double}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["tiny.mp4", "fragmented.mp4", "vp9_opus.webm", "hevc.mp4"])
def test_damage_never_crashes_the_worker(name, damage, seed, tmp_path):
    data = bytearray(corpus(name).read_bytes())
    DAMAGE[damage](data, random.Random(f"{name} {damage} {seed}"))
    file = tmp_path / "upload"
    file.write_bytes(data)
    outcome = run("inspect", file, tmp_path / "job", wall_ms=60000)
    assert outcome["end"] in FAIR
    if outcome["end"] != "ok":
        assert outcome.files == []
