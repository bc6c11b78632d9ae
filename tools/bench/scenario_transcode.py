# The ladder of renditions against one ffmpeg command that makes the same.
# SPDX-License-Identifier: Apache-2.0
import itertools

from film import CLI, WORKER, cpu_seconds, make_noise
from loads import alternate, column, ratios
from machine import median_of, span
from report import goal, result, table

SECONDS = 2  # of film: some five of CPU for each contender and round
TIMES_MAX = 1.05
RUNGS = ((1920, 1080), (1280, 720), (960, 540), (640, 360))
SEGMENT_S = 2


def ladder_of(film, folder):
    """What src/media/worker does for it: decode once, scale, the same options of the encoder, audio as it is."""
    split = f"[0:v]split={len(RUNGS)}" + "".join(f"[s{at}]" for at in range(len(RUNGS)))
    scales = ";".join(f"[s{at}]scale={width}:{height}[v{at}]" for at, (width, height) in enumerate(RUNGS))
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "2", "-i", film, "-filter_complex", f"{split};{scales}"]
    for at, (width, height) in enumerate(RUNGS):
        most = width * height * 2 + 350000
        command += ["-map", f"[v{at}]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high", "-maxrate", most,
                    "-bufsize", most * 3 // 2, "-threads", "2", "-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_S})",
                    "-movflags", "frag_keyframe+empty_moov", folder / f"v{height}.mp4"]
    return [str(word) for word in [*command, "-map", "0:a", "-c:a", "copy", folder / "audio.mp4"]]


def made(folder, *command):
    """CPU seconds of a command, and how much it left in its folder."""
    folder.mkdir()
    seconds = cpu_seconds(*command)
    return {"cpu_s": seconds, "kib": sum(file.stat().st_size for file in folder.iterdir()) / 1024}


def run(bench):
    folder = bench.folder("transcode")
    film, turns = folder / "film.mp4", itertools.count()
    make_noise(film, SECONDS)

    def ours():
        out = folder / f"out{next(turns)}"
        return made(out, CLI, "encode", film, out, f"worker={WORKER}", "threads=2")

    def theirs():
        out = folder / f"out{next(turns)}"
        return made(out, *ladder_of(film, out))

    return report(alternate(1 if bench.quick else bench.rounds, {"duan-media, in its sandbox": ours, "ffmpeg": theirs}))


def report(found):
    ours, theirs = found.values()
    times = ratios(column(ours, "cpu_s"), column(theirs, "cpu_s"))
    rows = [[name, span(column(runs, "cpu_s")), f"{median_of(column(runs, 'kib')):,.0f}"] for name, runs in found.items()]
    rows += [["times ffmpeg", span(times), f"{median_of(ratios(column(ours, 'kib'), column(theirs, 'kib'))):.3f}"]]
    return result(tables=[table(f"Ladder of {len(RUNGS)} renditions, {SECONDS} s of 1080p with noise ({len(times)} rounds)",
                                ["", "CPU seconds", "KiB made"], rows)],
                  goals=[goal("transcoding: CPU, times ffmpeg's", median_of(times), most=TIMES_MAX)])
