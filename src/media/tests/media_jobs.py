# Runs media jobs for the tests, as the server would, and reads what they made.
# SPDX-License-Identifier: Apache-2.0
"""
The programs are those of the build in $DUAN_BUILD (default: build/release of this tree); the corpus
is kept in there too.
"""

import json
import os
import struct
import subprocess
from pathlib import Path

import make_corpus

TREE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("DUAN_BUILD", TREE / "build" / "release")).resolve()
WORKER = BUILD / "src/media/worker/duan-media"
ESCAPE = BUILD / "src/media/tests/escape"
CLI = BUILD / "src/media/tests/media_cli"
WITHOUT = BUILD / "src/media/tests/without"

NO_LANDLOCK = [WITHOUT, "landlock_create_ruleset"]
NO_NAMESPACES = [WITHOUT, "unshare", "chroot"]
NEITHER = [WITHOUT, "landlock_create_ruleset", "unshare", "chroot"]


def corpus(name):
    return make_corpus.path(BUILD / "corpus" / make_corpus.version(), name)


class Outcome(dict):
    """What media_cli printed, by key, and the names of the files that were made."""

    def __init__(self, text, directory):
        lines = [line.partition(" ") for line in text.splitlines()]
        super().__init__({key: value for key, _, value in lines})
        self.progress = [int(value) for key, _, value in lines if key == "progress"]
        self.directory = Path(directory)

    @property
    def files(self):
        return sorted(entry.name for entry in self.directory.iterdir())

    def path(self, name):
        return self.directory / name

    @property
    def size(self):
        return int(self["width"]), int(self["height"])


def command(job, file, directory, worker=WORKER, **options):
    numbers = [f"{name}={value}" for name, value in options.items()]
    return [CLI, job, file, directory, f"worker={worker}", *numbers]


def run(job, file, directory, launch=(), worker=WORKER, keep_open=(), **options):
    """Runs one job to its end; `launch` takes kernel features away (NO_LANDLOCK and so on)."""
    ended = subprocess.run(
        [*launch, *command(job, file, directory, worker, **options)],
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=keep_open,
    )
    assert ended.returncode in (0, 1), f"media_cli ended with {ended.returncode}"
    return Outcome(ended.stdout, directory)


def ffprobe(file, *arguments):
    """What ffprobe shows of a file, as JSON."""
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", *arguments, file], stdout=subprocess.PIPE, check=True
    )
    return json.loads(shown.stdout)


def stream(file, kind):
    """The first video ("v") or audio ("a") track; None when there is none."""
    streams = ffprobe(file, "-show_streams", "-select_streams", kind)["streams"]
    return streams[0] if streams else None


def duration(file):
    return float(ffprobe(file, "-show_entries", "format=duration")["format"]["duration"])


def decode_errors(file):
    """What ffmpeg complains about when it plays the file from start to end."""
    played = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", file, "-map", "0", "-f", "null", "-"],
        stderr=subprocess.PIPE,
        text=True,
    )
    # Its null output is strict about time stamps; players are not.
    return [line for line in played.stderr.splitlines() if "monoton" not in line]


def first_time(file):
    """When the first sample of a fragmented MP4 is shown: tfdt and first composition offset."""
    data = Path(file).read_bytes()
    tfdt, trun = data.find(b"tfdt"), data.find(b"trun")
    start = struct.unpack_from(">Q" if data[tfdt + 4] else ">I", data, tfdt + 8)[0]
    flags = int.from_bytes(data[trun + 5 : trun + 8], "big")
    if not flags & 0x800:
        return start
    # Behind the count: data offset, first flags, then of each sample duration, size, flags, offset.
    before = sum(4 for bit in (0x1, 0x4, 0x100, 0x200, 0x400) if flags & bit)
    return start + struct.unpack_from(">i", data, trun + 12 + before)[0]


def byte_ranges(playlist):
    """(length, offset) of the map and of each segment of a playlist."""
    ranges = []
    for line in Path(playlist).read_text().splitlines():
        if line.startswith("#EXT-X-MAP"):
            ranges.append(line.partition('BYTERANGE="')[2].rstrip('"'))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            ranges.append(line.partition(":")[2])
    return [tuple(int(part) for part in each.split("@")) for each in ranges]
