# The sound of the demo clips: a tune, a bed of noise, or both.
# SPDX-License-Identifier: Apache-2.0
import wave

import numpy as np

RATE = 44100
TAU = 2 * np.pi
SCALES = {"major": (0, 2, 4, 7, 9), "minor": (0, 3, 5, 7, 10), "gong": (0, 2, 4, 7, 9), "dream": (0, 2, 4, 6, 9)}
CHORDS = {"major": ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)), "minor": ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17))}


def pitch(root, step):
    return root * 2 ** (step / 12)


def times(seconds):
    return np.arange(int(seconds * RATE)) / RATE


def place(track, start, sound):
    """Adds a sound at a time; what runs over the end wraps to the beginning, so that the clip loops."""
    at = (int(start * RATE) + np.arange(len(sound))) % len(track)
    np.add.at(track, at, sound)


def note(frequency, seconds, decay, harmonics):
    t = times(seconds)
    tone = sum(a * np.sin(TAU * frequency * h * t) * np.exp(-t * decay * (1 + 0.4 * h)) for h, a in harmonics)
    return tone * np.minimum(t * 200, 1) * np.minimum((seconds - t) * 20, 1)


def pad(rng, seconds, root, scale):
    """Slow chords."""
    track, chords = np.zeros(int(seconds * RATE)), CHORDS.get(scale, CHORDS["major"])
    length = seconds / len(chords)
    t = times(length * 1.5)
    swell = np.sin(np.pi * t / t[-1]) ** 1.2
    for i, chord in enumerate(chords):
        for step in (*chord, chord[0] - 12):
            f = pitch(root, step) * (1 + 0.002 * rng.normal())
            place(track, i * length, swell * (np.sin(TAU * f * t) + 0.4 * np.sin(TAU * f * 1.004 * t + 1) + 0.15 * np.sin(TAU * 2 * f * t)))
    return track


def plucks(rng, seconds, root, scale, per_second=4, decay=5.0):
    """Broken chords of plucked notes."""
    track, steps, count = np.zeros(int(seconds * RATE)), SCALES[scale], int(seconds * per_second)
    walk = 4
    for i in range(count):
        walk = int(np.clip(walk + rng.integers(-2, 3), 0, 11))
        if i % 4 and rng.random() < 0.2:
            continue
        step = steps[walk % 5] + 12 * (walk // 5)
        place(track, i / per_second, note(pitch(root, step), 1.6, decay, ((1, 1), (2, 0.4), (3, 0.2))) * rng.uniform(0.6, 1))
    return track


def zither(rng, seconds, root, scale):
    return plucks(rng, seconds, root, scale, per_second=2.5, decay=2.2)


def bells(rng, seconds, root, scale):
    """A few bells, far apart."""
    track = np.zeros(int(seconds * RATE))
    for i in range(int(seconds * 1.4)):
        step = SCALES[scale][rng.integers(5)] + 12 * rng.integers(1, 3)
        place(track, i / 1.4 + rng.uniform(0, 0.1), note(pitch(root, step), 3, 1.5, ((1, 1), (2.76, 0.35), (5.4, 0.12))))
    return track + 0.25 * pad(rng, seconds, root, "major")


def drive(rng, seconds, root, scale):
    """A bass that runs, with a pad above it."""
    track, t = np.zeros(int(seconds * RATE)), times(0.24)
    chords = CHORDS.get(scale, CHORDS["minor"])
    for i in range(int(seconds * 4)):
        f = pitch(root / 2, chords[int(i / (seconds * 4) * 4) % 4][0] % 12)
        saw = sum(np.sin(TAU * f * k * t) / k for k in range(1, 9))
        place(track, i / 4, saw * np.exp(-t * 9) * np.minimum(t * 300, 1) * 1.3)
        if i % 2 == 0:
            place(track, i / 4, 1.8 * np.sin(TAU * 50 * t + 8 * np.exp(-t * 30)) * np.exp(-t * 16))
    return track + 0.35 * pad(rng, seconds, root, scale) + 0.5 * plucks(rng, seconds, root * 2, "minor", 8, 9)


def hiss(rng, seconds, low, high):
    """Noise between two frequencies."""
    count = int(seconds * RATE)
    spectrum, f = np.fft.rfft(rng.normal(size=count)), np.fft.rfftfreq(count, 1 / RATE)
    band = 1 / (1 + (f / high) ** 4) * (f / low) ** 2 / (1 + (f / low) ** 2)
    noise = np.fft.irfft(spectrum * band, count)
    return noise / np.abs(noise).max()


def surf(rng, seconds):
    t, laps = times(seconds), max(1, round(seconds / 5))
    return hiss(rng, seconds, 120, 1400) * (0.35 + 0.65 * (0.5 - 0.5 * np.cos(TAU * laps * t / seconds)) ** 2)


def wind(rng, seconds):
    t = times(seconds)
    return hiss(rng, seconds, 180, 520) * (0.6 + 0.4 * np.sin(TAU * 2 * t / seconds))


def drizzle(rng, seconds):
    track = 0.35 * hiss(rng, seconds, 900, 7000)
    for start in rng.uniform(0, seconds, int(seconds * 14)):
        place(track, start, note(rng.uniform(900, 2600), 0.09, 50, ((1, 0.35),)) * rng.random())
    return track


def crackle(rng, seconds):
    track = 0.5 * hiss(rng, seconds, 60, 300)
    for start in rng.uniform(0, seconds, int(seconds * 11)):
        t = times(0.03)
        place(track, start, rng.normal(size=len(t)) * np.exp(-t * rng.uniform(150, 600)) * rng.uniform(0.1, 0.7))
    return track


def rails(rng, seconds):
    track = 0.3 * hiss(rng, seconds, 70, 500)
    for i in range(int(seconds * 1.5)):
        for late in (0, 0.13):
            place(track, i / 1.5 + late, note(88, 0.2, 24, ((1, 0.9), (2.3, 0.4), (6.1, 0.2))))
    return track


def bangs(rng, seconds):
    """Fireworks: one report for each of the nine shells of the scene."""
    track = 0.1 * hiss(rng, seconds, 100, 900)
    for k in range(9):
        t = times(0.9)
        place(track, k * seconds / 9, 0.9 * rng.normal(size=len(t)) * np.exp(-t * 9) * 0.5 + 0.9 * np.sin(TAU * 60 * t) * np.exp(-t * 10))
    return track


TUNES = {f.__name__: f for f in (pad, plucks, zither, bells, drive)}
BEDS = {f.__name__: f for f in (surf, wind, drizzle, crackle, rails, bangs)}


def sound(seconds, seed, tune="", bed="", root=220.0, scale="major"):
    """Two channels of samples from -1 to 1."""
    rng, mixed = np.random.default_rng(seed), np.zeros(int(seconds * RATE))
    if tune:
        track = TUNES[tune](rng, seconds, root, scale)
        mixed += 0.7 * track / np.abs(track).max()
    if bed:
        track = BEDS[bed](rng, seconds)
        mixed += (0.35 if tune else 0.7) * track / np.abs(track).max()
    edge = np.minimum(1, np.minimum(times(seconds), times(seconds)[::-1]) * 25)
    mixed = np.tanh(1.2 * mixed) * 0.7 * edge
    return np.stack([mixed, 0.8 * mixed + 0.2 * np.roll(mixed, 700)])


def save(path, channels):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((channels.T * 32767).astype("<i2").tobytes())
