# Films to upload and to transcode, made by ffmpeg; and CPU time of programs run to their end.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

from machine import BUILD, ROOT, SERVER_CORE, on_core

sys.path.append(str(ROOT / "tests/harness"))
from clips import ffmpeg  # noqa: E402

# 1080p with noise in it: as dear to encode as what phones film.
NOISE = "testsrc2=size=1920x1080:rate=30:duration={seconds},noise=alls=20:allf=t"
CLI = BUILD / "src/media/tests/media_cli"
WORKER = BUILD / "duan-media"


def make_noise(file, seconds, rate="8M"):
    ffmpeg("-f", "lavfi", "-i", NOISE.format(seconds=seconds), "-f", "lavfi", "-i", f"sine=sample_rate=48000:duration={seconds}",
           "-c:v", "libx264", "-preset", "ultrafast", "-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-pix_fmt", "yuv420p",
           "-c:a", "aac", "-b:a", "128k", file)


def make_large(file, wanted):
    """At least so many bytes, with its index at the end, as phones write it: a clip over and over."""
    once = file.with_name("once.mp4")
    make_noise(once, 2, "40M")
    ffmpeg("-stream_loop", str(wanted // once.stat().st_size), "-i", once, "-c", "copy", file)


def cpu_seconds(*command):
    """Of a program and all that it waited for; it runs on the servers' core."""
    with on_core(SERVER_CORE):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime


def media_job(job, file, folder, **options):
    """What media_cli prints of one job of the worker, run on the servers' core: {"wall_ms": "71", ...}."""
    numbers = [f"{name}={value}" for name, value in options.items()]
    with on_core(SERVER_CORE):
        done = subprocess.run([CLI, job, file, folder, f"worker={WORKER}", *numbers], stdout=subprocess.PIPE, text=True, check=True)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
