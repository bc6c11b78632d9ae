# Scenes of the demo clips: land, sea, sky and weather.
# SPDX-License-Identifier: Apache-2.0
"""A scene takes a stage and returns paint(t), which makes the image at t = 0 .. 1; t = 1 looks like t = 0."""
import numpy as np

from clip_stage import TAU, colour, dimmed, light, mix, over, ramp, smooth, tints

WHITE = colour("#ffffff")


def sunset(s):
    """Ridges before a low sun."""
    lines, sun_x = [s.ridge(0.46, 1) for _ in range(5)], s.spread(1, -0.4, 0.4)[0]

    def paint(t):
        breath = np.sin(TAU * t)
        image, sun_y = ramp(s.sky, s.v * 1.35 - 0.05), 0.02 * s.low + 0.06 * breath
        light(image, s.glow(sun_x, sun_y, 0.8) * 0.45, s.lamp)
        over(image, s.disc(sun_x, sun_y, 0.24), mix(s.lamp, WHITE, 0.45))
        for i, line in enumerate(lines):
            depth = i / 4
            top = (0.10 + 0.19 * i) * s.low - (0.19 - 0.015 * i) * line(s.u[0] * (0.5 + 0.22 * i) + 0.012 * (i + 1) * breath)
            mist = np.clip((s.y - top[None, :]) * 0.9, 0, 0.45)
            over(image, s.below(top), mix(mix(s.far, s.near, depth), s.far, mist * (1 - depth)))
        return image

    return paint


def aurora(s):
    """Northern lights over a lake."""
    x, y = s.places(170)
    bright, phase, shore = s.spread(170, 0, 1) ** 3, s.spread(170, 0, TAU), s.ridge(0.55, 2)
    rim = 0.30 * s.low
    mirror = np.where(s.y < rim, s.y, 2 * rim - s.y)
    curtains = [(colour(c), k, s.spread(1, 0, TAU)[0]) for c, k in zip(s.palette[4:7], (1, 2, 1.5))]

    def paint(t):
        a, image = TAU * t, ramp(s.sky, s.v)
        s.sparks(image, x, np.minimum(y, rim), 0.008, dimmed(WHITE, bright * (0.6 + 0.4 * np.sin(a * 2 + phase))))
        for paint_, k, p in curtains:
            foot = -0.12 * s.low * k + 0.22 * np.sin(2.1 * s.x * k + a + p) + 0.08 * np.sin(5.3 * s.x + p - 2 * a)
            high = np.where(mirror < foot, np.exp((mirror - foot) / (0.42 + 0.15 * np.sin(3 * s.x + p))), np.exp((foot - mirror) / 0.07))
            rays = 0.55 + 0.30 * np.sin(17 * s.x * k + 2 * a + p) * np.sin(7 * s.x - a + p) + 0.12 * np.sin(41 * s.x + p - 3 * a)
            light(image, high * rays * np.where(s.y < rim, 0.62, 0.3), paint_)
        hill = 0.09 + 0.07 * shore(s.u[0])
        over(image, s.below(rim - hill) * (1 - s.below(rim + hill)), colour("#050a14"))
        return image * ripple(s, rim, a)

    return paint


def ripple(s, rim, a):
    depth = np.clip(s.y - rim, 0, None)
    return 1 - np.where(depth > 0, 0.16 + 0.16 * np.sin(70 * np.sqrt(depth) + 2 * np.sin(7 * s.x + a) - 4 * a), 0)


def sea(s):
    """A light over moving water."""
    rim, lamp_x = 0.02 * s.low, s.spread(1, -0.4, 0.4)[0]
    depth = np.clip(s.y - rim, 0.004, None)
    far, lamp_y = 0.9 / depth, -0.42 * s.low
    waves = [(f, s.rng.uniform(-0.9, 0.9), int(s.rng.choice((1, 2, 3))), a) for f, a in ((5, 1), (9, 0.8), (16, 0.6), (27, 0.45), (44, 0.3))]
    calm = np.clip(depth * 7, 0, 1)

    def paint(t):
        image = ramp(s.sky, np.clip((s.y + s.low) / (rim + s.low), 0, 1) * 0.98)
        light(image, s.glow(lamp_x, lamp_y, 0.85) * 0.35, s.lamp)
        over(image, s.disc(lamp_x, lamp_y, 0.22), mix(s.lamp, WHITE, 0.6))
        swell = sum(a * np.sin(f * (s.x * far * 0.55 * (1 - abs(d)) * 1.4 + far * (0.9 + d)) + TAU * n * t) for f, d, n, a in waves) * calm
        water = mix(s.near, s.far, np.clip(0.35 + 0.22 * swell + 0.35 * np.exp(-depth * 3), 0, 1))
        path = np.exp(-(((s.x - lamp_x) / (0.16 + 0.30 * depth)) ** 2)) * smooth(0.2, 1.5, swell + 0.5 * (1 - calm))
        light(water, path * 0.9, s.lamp)
        over(image, s.below(np.full(s.w, rim)), water)
        return image

    return paint


def inkhills(s):
    """Hills in ink on paper, mist, a red sun, birds."""
    lines, fog = [s.ridge(0.52, 1) for _ in range(5)], s.clouds(1.9, 0.35)
    birds, grain = list(zip(s.spread(5, -0.5, 0.5), s.spread(5, -0.75, -0.5))), s.clouds(0.6)

    def bird(image, x, y, beat):
        wing = (s.y - y) + 0.05 * beat * np.abs(s.x - x) ** 0.7 * 4 - 0.03
        over(image, np.clip(1 - np.abs(wing) / 0.013, 0, 1) * (np.abs(s.x - x) < 0.055), colour("#2a2c30"))

    def paint(t):
        image = ramp(("#e9e2d0", "#f3ecdb", "#efe6d2"), s.v) * (0.95 + 0.05 * grain)
        over(image, s.disc(0.42, -0.42 * s.low, 0.19) * 0.9, colour("#c8402f"))
        for i, line in enumerate(lines):
            top = (-0.12 + 0.24 * i) * s.low - 0.30 * line(s.u[0] * 0.6 + i * 0.31)
            under = s.y - top[None, :]
            ink = s.below(top) * np.exp(-np.clip(under, 0, 9) * (3.0 - 0.45 * i)) * (0.28 + 0.16 * i)
            over(image, ink * (0.8 + 0.2 * grain), colour("#22303a"))
            mist = np.roll(fog, int((t + i / 5) * s.w), 1) * np.exp(-((under - 0.35) / 0.25) ** 2)
            over(image, np.clip(mist * 0.75, 0, 1), colour("#f3ecdb"))
        for k, (x, y) in enumerate(birds):
            bird(image, x + 0.16 * np.sin(TAU * t + k), y * s.low + 0.03 * np.cos(TAU * t + 2 * k), np.sin(TAU * 6 * t + k))
        return image

    return paint


def snow(s):
    """Snow over a forest and one lit cabin."""
    x, y = s.places(210)
    size, fall, sway = s.spread(210, 0.006, 0.026), s.rng.integers(1, 4, 210), s.spread(210, 0, TAU)
    trees = [(tx, ty, th) for ty, th in ((0.42, 0.42), (0.66, 0.62)) for tx in np.arange(-s.right, s.right, th * 0.33) + s.spread(1)[0] * 0.1]
    wood = [sum_trees(s, [tree for tree in trees if tree[1] == level]) for level in (0.42, 0.66)]

    def paint(t):
        image = ramp(s.sky, s.v * 1.2)
        over(image, s.disc(-0.4, -0.5 * s.low, 0.17), mix(s.lamp, WHITE, 0.7))
        light(image, s.glow(-0.4, -0.5 * s.low, 0.6) * 0.2, s.lamp)
        over(image, wood[0], mix(s.far, s.near, 0.35))
        over(image, s.below(0.42 * s.low + 0.05 * np.sin(3 * s.x[0])), colour("#aebfd8"))
        over(image, wood[1], s.near)
        over(image, s.below(0.66 * s.low + 0.06 * np.sin(2 * s.x[0] + 1)), colour("#dbe6f4"))
        cabin(s, image, 0.34, 0.60 * s.low, 0.75 + 0.25 * np.sin(TAU * 5 * t) * np.sin(TAU * 3 * t))
        drop = (y + s.low + fall * t * 2 * s.low) % (2 * s.low) - s.low
        s.sparks(image, x + 0.05 * np.sin(TAU * t * 2 + sway), drop, size, [0.75 * WHITE] * 210)
        return image

    return paint


def sum_trees(s, trees):
    """How much of each pixel firs cover: three triangles each."""
    cover = np.zeros_like(s.x)
    for x, foot, height in trees:
        height *= 0.75 + 0.5 * abs(np.sin(91 * x))
        for k in range(3):
            drop = s.y - (foot * s.low - height * (1 - 0.27 * k))
            half = np.clip(drop, 0, None) * (0.34 + 0.05 * k)
            cover = np.maximum(cover, np.clip((half - np.abs(s.x - x)) / 0.012, 0, 1) * (drop < height * 0.5))
    return cover


def cabin(s, image, x, foot, flame):
    wall = (np.abs(s.x - x) < 0.15) & (s.y > foot - 0.15) & (s.y < foot)
    over(image, wall * 1.0, colour("#2b1c1a"))
    roof = np.abs(s.x - x) * 0.7 + (foot - 0.31)
    over(image, ((s.y > roof) & (s.y < roof + 0.07) & (np.abs(s.x - x) < 0.22)) * 1.0, colour("#eef4ff"))
    over(image, ((s.y >= roof + 0.07) & (s.y < foot - 0.14)) * 1.0, colour("#2b1c1a"))
    window = (np.abs(np.abs(s.x - x) - 0.06) < 0.032) & (np.abs(s.y - foot + 0.085) < 0.035)
    over(image, window * 1.0, colour("#ffcf6b"))
    light(image, s.glow(x, foot - 0.06, 0.36) * 0.34 * flame, colour("#ff9a3c"))


def train(s):
    """The view from a train: everything passes, the near things faster."""
    lines, posts = [s.ridge(0.5, 1) for _ in range(3)], np.arange(4) / 4
    fog = s.clouds(1.8, 3)

    def paint(t):
        image = ramp(s.sky, s.v * 1.5)
        over(image, smooth(0.5, 1, np.roll(fog, -int(t * s.w), 1)) * (1 - s.v) * 0.7, mix(s.lamp, WHITE, 0.5))
        over(image, s.disc(0.5, -0.2 * s.low, 0.16), mix(s.lamp, WHITE, 0.4))
        for i, line in enumerate(lines):
            top = (0.04 + 0.17 * i) * s.low - (0.26 - 0.07 * i) * line(s.u[0] + (i + 1) * t)
            over(image, s.below(top), mix(s.far, s.near, i / 3))
        depth = np.clip(s.y - 0.5 * s.low, 0.01, None)
        rows = 0.5 + 0.5 * np.sin((s.x / (depth + 0.25)) * 7 + 8 * TAU * t)
        field = mix(mix(s.far, s.near, 0.75), s.near * 0.75, rows)
        over(image, s.below(np.full(s.w, 0.5 * s.low)), field)
        for post in posts:
            at = ((post - 4 * t) % 1 * 2 - 1) * (s.right + 0.3)
            over(image, (np.abs(s.x - at) < 0.018) * (s.y > -0.3 * s.low) * 0.85 + (np.abs(s.x - at) < 0.1) * (np.abs(s.y + 0.2 * s.low) < 0.012) * 0.85, s.near * 0.5)
        for k in range(3):
            over(image, np.clip(1 - np.abs(s.y + (0.2 - 0.02 * k) * s.low - 0.03 - 0.03 * k) / 0.006, 0, 1) * 0.5, s.near * 0.5)
        return image

    return paint


def blossom(s):
    """Petals falling from a branch."""
    count = 70
    x, y = s.places(count)
    size, fall, phase = s.spread(count, 0.018, 0.042), s.rng.integers(1, 3, count), s.spread(count, 0, TAU)
    image = ramp(s.sky, s.v)
    light(image, s.glow(0.5, -0.6 * s.low, 1.1) * 0.35, s.lamp)
    twig = [(-s.right + k * 0.03, -0.62 * s.low + 0.22 * np.sin(k / 14) + 0.003 * k) for k in range(int(30 * (s.right + 0.55)))]
    s.discs(image, *zip(*twig), np.linspace(0.045, 0.012, len(twig)), [colour("#4a2c2f")] * len(twig))
    bx, by = (np.array(a)[s.rng.integers(8, len(twig), 90)] + s.rng.normal(0, 0.09, 90) for a in zip(*twig))
    for k in range(90):
        turn = s.rng.random() * TAU + np.arange(5) * TAU / 5
        tint = mix(s.far, WHITE, s.rng.random() * 0.6)
        s.discs(image, bx[k] + 0.033 * np.cos(turn), by[k] + 0.033 * np.sin(turn), 0.03, [tint] * 5, 0.9)
        s.discs(image, bx[k], by[k], 0.016, [s.near])

    def paint(t):
        out = image.copy()
        drift = (x + s.right + t * 2 * s.right + 0.12 * np.sin(TAU * 2 * t + phase)) % (2 * s.right) - s.right
        drop = (y + s.low + fall * t * 2 * s.low) % (2 * s.low) - s.low
        for k in range(count):
            s.discs(out, drift[k], drop[k], size[k], [mix(s.far, WHITE, 0.3 + 0.3 * np.sin(phase[k]))], 0.9, 0.35 + 0.6 * abs(np.sin(TAU * fall[k] * 2 * t + phase[k])))
        return out

    return paint


def clouds(s):
    """Clouds hurry past."""
    low, high = s.clouds(1.75, 1.6), s.clouds(1.6, 3.5)

    def paint(t):
        image = ramp(s.sky, s.v * 1.1)
        light(image, s.glow(0.3, 0.35 * s.low, 0.9) * 0.30, s.lamp)
        for noise, laps, dense, paint_ in ((high, 1, 0.5, s.lamp), (low, 2, 0.95, s.far)):
            rolled = np.roll(noise, -int(laps * t * s.w), 1)
            body = smooth(0.50, 0.80, rolled + 0.25 * (s.v - 0.5))
            edge = np.clip((rolled - np.roll(rolled, s.h // 36, 0)) * 3.2 + 0.42, 0, 1)
            over(image, body * dense, mix(mix(paint_, s.near, 0.35), mix(s.lamp, WHITE, 0.4), edge))
        return image

    return paint


def rain(s):
    """Drops on a window, the lights of a street behind it."""
    back = ramp(s.sky, s.v)
    for _ in range(46):
        (x,), (y,) = s.places(1)
        r, paint_ = s.spread(1, 0.08, 0.26)[0], colour(s.palette[s.rng.integers(4, len(s.palette))])
        light(back, s.disc(x, y * 0.95, r, 0.06) * s.spread(1, 0.12, 0.4)[0], paint_)
    still = [(*(a[0] for a in s.places(1)), s.spread(1, 0.012, 0.05)[0], 0) for _ in range(190)]
    runs = [(s.spread(1, -s.right, s.right)[0], s.spread(1, -s.low, s.low)[0], s.spread(1, 0.04, 0.065)[0], 1 + k % 2) for k in range(14)]

    def drop(image, x, y, r):
        px, py, reach = s.w / 2 + x * s.half, s.h / 2 + y * s.half, r * s.half
        box, dx, dy = s.box(px, py, reach * 1.2 + 1)
        if not box:
            return
        d = np.hypot(dx[None, :], dy[:, None] * 0.85) / reach
        rows = np.clip(py - dy * 9, 0, s.h - 1).astype(int)
        columns = np.clip(px - dx * 9, 0, s.w - 1).astype(int)
        inside = back[:, rows[:, None], columns[None, :]] * (1.25 - 0.5 * d) + 0.10 * (dy[:, None] < -reach * 0.3)
        image[box] += (inside - image[box]) * np.clip((1 - d) * reach / 1.2, 0, 1) * 0.9

    def paint(t):
        image = back.copy()
        for x, y, r, laps in still + runs:
            y = (y + s.low + 2.4 * s.low * laps * t) % (2.4 * s.low) - 1.2 * s.low if laps else y
            drop(image, x + (0.02 * np.sin(9 * y) if laps else 0), y, r)
            for k in range(1, 9 * bool(laps)):
                drop(image, x + 0.02 * np.sin(9 * (y - 0.06 * k)), y - 0.065 * k - 0.02, r * (0.55 - 0.05 * k))
        return image

    return paint
