# The default banners of profiles: six landscapes of 960x400.
# SPDX-License-Identifier: Apache-2.0
import math
import random

from raster import Canvas, arc, ellipse, mix, rgb, smooth, stroke

WIDTH, HEIGHT = 960, 400


def sky(*stops, slant=0):
    count = len(stops) - 1
    return Canvas(WIDTH, HEIGHT, [(i / count, rgb(stop)) for i, stop in enumerate(stops)], slant)


def ridge(rng, base, height, waves=5, wide=1.0):
    """A line of hills as a polygon down to the bottom: a sum of sines of falling height."""
    parts = [(wide * 1.9**k, height * 0.55**k, rng.random() * math.tau) for k in range(waves)]
    line = [(x, base + sum(a * math.sin(f * math.tau * x / WIDTH + p) for f, a, p in parts))
            for x in range(-6, WIDTH + 7, 6)]
    return line + [(WIDTH + 6, HEIGHT + 1), (-6, HEIGHT + 1)]


def fade(top, bottom, start, end=HEIGHT):
    """A paint that runs from one colour to another between two heights."""
    top, bottom = rgb(top), rgb(bottom)
    return lambda y: mix(top, bottom, (y - start) / (end - start))


def stars(canvas, rng, count, low):
    for _ in range(count):
        x, y, size = rng.random() * WIDTH, rng.random() ** 1.4 * low, 0.5 + rng.random() ** 3
        canvas.fill(ellipse(x, y, size, count=12), rgb("#ffffff"), 0.35 + 0.6 * rng.random())


def ridges():
    """Mountain ridges at sunset, paler with the distance."""
    canvas, rng = sky("#2b1b52", "#8a3b7c", "#ef7b6c", "#ffc58a", "#ffd9a0"), random.Random(4)
    canvas.glow(640, 232, 170, rgb("#ffe3a8"), 0.8)
    canvas.fill(ellipse(640, 226, 46), rgb("#fff0cf"))
    shades = ["#c9657e", "#9a4778", "#6b3069", "#422152", "#251437"]
    for i, shade in enumerate(shades):
        base = 232 + 34 * i
        canvas.fill(ridge(rng, base, 20 + 3 * i, wide=1.2 + 0.3 * i), fade(shade, shades[min(i + 1, 4)], base, base + 110))
    return canvas


def moonsea():
    """The moon over a calm sea."""
    canvas, rng = sky("#0b1033", "#1c2a63", "#3d5596", "#8397c9", "#b9c3e2"), random.Random(2)
    stars(canvas, rng, 110, 190)
    canvas.glow(300, 130, 170, rgb("#dfe8ff"), 0.5)
    canvas.fill(ellipse(300, 130, 44), rgb("#f8f3df"))
    for x, y, r in ((286, 118, 9), (312, 142, 12), (318, 114, 5)):
        canvas.fill(ellipse(x, y, r), rgb("#e6dfc6"), 0.8)
    canvas.fill([(0, 250), (WIDTH, 250), (WIDTH, HEIGHT), (0, HEIGHT)], fade("#4a62a3", "#0d1738", 250))
    for _ in range(90):
        depth = rng.random() ** 1.5
        y, reach = 254 + 140 * depth, 14 + 70 * depth
        x, half = 300 + rng.gauss(0, 0.45) * reach * 1.6, 6 + 22 * rng.random() * (0.4 + depth)
        canvas.fill(ellipse(x, y, half, 1 + 1.6 * depth), rgb("#f4efdc"), 0.25 + 0.5 * rng.random())
    hull = smooth([(690, 262), (760, 262), (800, 256), (786, 274), (708, 274)])
    canvas.fill(hull, rgb("#141b3f"))
    canvas.fill([(742, 176), (742, 256), (800, 252)], rgb("#eef0fb"), 0.95)
    canvas.fill([(736, 190), (736, 256), (698, 254)], rgb("#cdd5ef"), 0.95)
    return canvas


def dunes():
    """Dunes under a pale sun."""
    canvas, rng = sky("#5aa6b8", "#a9d3cb", "#f6e3bd", "#fbd9a6"), random.Random(11)
    canvas.glow(230, 140, 120, rgb("#fff8dc"), 0.7)
    canvas.fill(ellipse(230, 140, 38), rgb("#fffbea"))
    layers = [("#e9b877", "#d59a5a", 236), ("#dd9f58", "#b9743d", 276), ("#c97f42", "#8e4d2c", 322), ("#8f4d2d", "#5b2c20", 368)]
    for top, bottom, base in layers:
        canvas.fill(ridge(rng, base, 22, waves=3, wide=0.8), fade(top, bottom, base - 26, base + 80))
    return canvas


def city():
    """A city at dusk: three rows of towers, the nearest with lit windows."""
    canvas, rng = sky("#151a45", "#3f2f77", "#a24f8e", "#f08a7d", "#ffc694"), random.Random(21)
    stars(canvas, rng, 60, 120)
    for shade, low, high, step in (("#8d4a86", 250, 190, 46), ("#54336f", 290, 190, 58), ("#221a45", 335, 190, 74)):
        x = -20
        while x < WIDTH:
            width, top = step * (0.6 + 0.6 * rng.random()), low - high * rng.random() ** 2 * 0.8
            canvas.fill([(x, top), (x + width, top), (x + width, HEIGHT), (x, HEIGHT)], rgb(shade))
            if rng.random() < 0.3:
                canvas.fill(stroke([(x + width / 2, top - 26), (x + width / 2, top)], 3), rgb(shade))
            if shade == "#221a45":
                windows(canvas, rng, x, top, width)
            x += width + 3
    return canvas


def windows(canvas, rng, left, top, width):
    for row in range(int((HEIGHT - top) / 15)):
        for column in range(int((width - 10) / 11)):
            if rng.random() < 0.42:
                x, y = left + 7 + 11 * column, top + 9 + 15 * row
                glow = mix(rgb("#ffd98a"), rgb("#ff9f7a"), rng.random())
                canvas.fill([(x, y), (x + 6, y), (x + 6, y + 8), (x, y + 8)], glow, 0.55 + 0.4 * rng.random())


def pine(canvas, x, foot, height, shade):
    for k in range(3):
        top, half = foot - height * (1 - 0.26 * k), height * (0.13 + 0.055 * k)
        canvas.fill([(x, top), (x + half, top + height * 0.46), (x - half, top + height * 0.46)], shade)


def pines():
    """Northern lights over a forest."""
    canvas, rng = sky("#050b24", "#0b2347", "#125060", "#1f7a74"), random.Random(8)
    stars(canvas, rng, 140, 260)
    for colour, base, phase in (("#46f2b0", 190, 0.0), ("#5ad0ff", 150, 1.4), ("#b58cff", 120, 2.6)):
        for x in range(0, WIDTH, 4):
            foot = base + 34 * math.sin(x / 130 + phase) + 12 * math.sin(x / 47 + 2 * phase)
            power = 0.10 + 0.10 * math.sin(x / 61 + phase) * math.sin(x / 23 + phase)
            for reach, drop in ((26, 2), (44, 6), (64, 10), (86, 14), (112, 18), (140, 23)):
                top, low = foot - reach, foot + drop
                canvas.fill([(x, top), (x + 4, top), (x + 4, low), (x, low)], rgb(colour), power * 0.55)
    canvas.fill(ridge(rng, 316, 16), fade("#12324a", "#0a1c30", 300))
    for shade, foot, size, step in (("#0c2436", 372, 74, 22), ("#06131f", 412, 120, 40)):
        x = -10.0
        while x < WIDTH + 20:
            pine(canvas, x, foot + 6 * rng.random(), size * (0.7 + 0.6 * rng.random()), rgb(shade))
            x += step * (0.6 + 0.8 * rng.random())
    return canvas


def balloons():
    """Balloons over spring hills."""
    canvas, rng = sky("#6cb7f0", "#a6d7f5", "#e6f3ee", "#fdf3d8"), random.Random(30)
    for x, y, size in ((150, 90, 1.0), (520, 60, 0.7), (840, 130, 1.2)):
        for dx, dy, r in ((-44, 6, 22), (-14, -8, 32), (24, -2, 26), (52, 8, 18)):
            canvas.fill(ellipse(x + dx * size, y + dy * size, r * size * 1.3, r * size * 0.8), rgb("#f3fafd"))
    looks = ((330, 150, 52, "#ef5d60", "#ffd27d"), (620, 190, 34, "#6a5acd", "#f7b2d9"), (740, 96, 26, "#1fa187", "#fff1c1"))
    for x, y, r, main, stripe in looks:
        balloon(canvas, x, y, r, rgb(main), rgb(stripe))
    for top, bottom, base in (("#b5d98b", "#8cc17a", 282), ("#8ac774", "#5da564", 318), ("#5aa861", "#32784f", 356)):
        canvas.fill(ridge(rng, base, 18, waves=3), fade(top, bottom, base - 20, base + 70))
    return canvas


def balloon(canvas, x, y, r, main, stripe):
    def envelope(squeeze):
        ring = arc(x, y, r * squeeze, r, 150, 390)
        return [*ring, (x + r * 0.2 * squeeze, y + r * 1.35), (x - r * 0.2 * squeeze, y + r * 1.35)]

    for squeeze, colour in ((1.0, main), (0.68, stripe), (0.34, main)):
        canvas.fill(envelope(squeeze), colour)
    canvas.fill(ellipse(x - r * 0.35, y - r * 0.4, r * 0.3, r * 0.4, 0.4), rgb("#ffffff"), 0.22)
    for side in (-1, 1):
        canvas.fill(stroke([(x + side * r * 0.18, y + r * 1.35), (x + side * r * 0.14, y + r * 1.6)], 1.5), rgb("#6b4a35"))
    box = [(x - r * 0.17, y + r * 1.6), (x + r * 0.17, y + r * 1.6), (x + r * 0.14, y + r * 1.85), (x - r * 0.14, y + r * 1.85)]
    canvas.fill(box, rgb("#8a5a3a"))


BANNERS = (ridges, moonsea, dunes, city, pines, balloons)
