# Renders one demo clip: numpy paints small frames, ffmpeg enlarges and encodes them.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess

import numpy as np

import clip_scenes_land
import clip_scenes_night
import clip_sound
from clip_palettes import PALETTES
from clip_stage import Stage

# What is painted and what is encoded.
SHAPES = {
    "tall": ((270, 480), (540, 960)),
    "square": ((336, 336), (672, 672)),
    "wide": ((480, 270), (960, 540)),
    "tiny": ((90, 160), (180, 320)),
}
FPS = 20
CLIP_BYTES = 1_400_000  # a clip stays below 1.5 MB
SOUND_BITS = 96_000
GRAIN = 0.009  # of white: hides the steps of dark gradients


def scene_called(name):
    return getattr(clip_scenes_land, name, None) or getattr(clip_scenes_night, name)


def frames(clip):
    """The frames of a clip as bytes: planes of green, blue, red."""
    (width, height), _ = SHAPES[clip.shape]
    stage = Stage(width, height, clip.seed, PALETTES[clip.palette])
    paint = scene_called(clip.scene)(stage)
    grain = np.random.default_rng(clip.seed).normal(0, GRAIN, (height, width)).astype(np.float32)
    vignette = (1.03 - 0.26 * ((stage.u - 0.5) ** 2 + (stage.v - 0.5) ** 2)).astype(np.float32)
    count = round(clip.seconds * FPS)
    for i in range(count):
        image = paint(i / count) * vignette + grain
        yield (np.clip(image, 0, 1) * 255).astype(np.uint8)[[1, 2, 0]].tobytes()


def command(clip, wav, output):
    (width, height), (wide, high) = SHAPES[clip.shape]
    rate = min(1_100_000, int(CLIP_BYTES * 8 / clip.seconds) - SOUND_BITS)
    return [
        "ffmpeg", "-v", "error", "-nostdin", "-y",
        "-f", "rawvideo", "-pix_fmt", "gbrp", "-s", f"{width}x{height}", "-r", str(FPS), "-i", "pipe:0", "-i", str(wav),
        "-vf", f"scale={wide}:{high}:flags=lanczos:out_color_matrix=bt709:out_range=tv,format=yuv420p",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-maxrate", str(rate), "-bufsize", str(rate), "-g", str(2 * FPS),
        "-threads", "2", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-c:a", "aac", "-b:a", str(SOUND_BITS), "-shortest", "-movflags", "+faststart", "-f", "mp4", str(output),
    ]  # fmt: skip


def render(clip, folder):
    """Makes folder/<clip's file>, unless it is there already; returns its path."""
    path = pathlib.Path(folder) / clip.file
    if path.exists():
        return path
    part, wav = path.with_suffix(f".{os.getpid()}.part"), path.with_suffix(f".{os.getpid()}.wav")
    try:
        clip_sound.save(wav, clip_sound.sound(clip.seconds, clip.seed, **clip.sound))
        encode(command(clip, wav, part), frames(clip))
        os.replace(part, path)
    finally:
        wav.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return path


def encode(arguments, source):
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as ffmpeg:
        try:
            for frame in source:
                ffmpeg.stdin.write(frame)
            ffmpeg.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg says why on stderr
        message = ffmpeg.stderr.read().decode(errors="replace").strip()
    if ffmpeg.returncode:
        raise RuntimeError(f"ffmpeg: {message or ffmpeg.returncode}")
