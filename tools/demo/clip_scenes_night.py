# Scenes of the demo clips: night, fire, space and things that only exist as numbers.
# SPDX-License-Identifier: Apache-2.0
"""A scene takes a stage and returns paint(t), which makes the image at t = 0 .. 1; t = 1 looks like t = 0."""
import numpy as np

from clip_stage import TAU, colour, dimmed, light, mix, over, ramp, smooth, tints

WHITE = colour("#ffffff")
INK = colour("#07070d")


def bokeh(s):
    """City lights out of focus."""
    count = 54
    x, y = s.places(count)
    size, phase, speed = s.spread(count, 0.05, 0.30), s.spread(count, 0, TAU), s.rng.integers(1, 4, count)
    paints = [colour(c) for c in s.rng.choice(s.palette[4:], count)]
    haze = ramp(s.sky, s.v)

    def paint(t):
        image = haze.copy()
        for k in range(count):
            cx, cy = x[k] + 0.07 * np.sin(TAU * t + phase[k]), y[k] + 0.05 * np.cos(TAU * t + 2 * phase[k])
            power = 0.34 + 0.18 * np.sin(TAU * speed[k] * t + phase[k])
            s.discs(image, cx, cy, size[k], [paints[k]], power)
            s.discs(image, cx, cy, size[k] * 0.93, [paints[k] * 0.62], power * 0.6)
        return image

    return paint


def silk(s):
    """Folds of silk: sines bent by sines."""
    base = colour(s.sky[0])

    def paint(t):
        a, p, q = TAU * t, s.x * 1.5, s.y * 1.5
        for i in range(1, 6):
            p, q = p + 0.62 / i * np.sin(i * 1.6 * q + a + 1.3 * i), q + 0.62 / i * np.cos(i * 1.5 * p - a + 2.1 * i)
        fold = 0.5 + 0.5 * np.sin(1.8 * p + 0.8 * q)
        image = ramp(s.palette[:5], fold)
        light(image, (0.5 + 0.5 * np.cos(2.1 * q - p)) ** 6 * 0.55, s.lamp)
        return mix(base, image, (0.45 + 0.55 * fold))

    return paint


def city(s):
    """Towers at night, windows going on and off, traffic below."""
    foot, layers = 0.70 * s.low, []
    for depth, wide in ((0.3, 0.30), (0.6, 0.36), (1.0, 0.44)):
        edge, u = np.full(s.w, 9.0, np.float32), s.x[0]
        left = -s.right - 0.2
        while left < s.right:
            step, high = wide * s.rng.uniform(0.6, 1.2), s.low * s.rng.uniform(0.25, 1.15) * (1.3 - 0.55 * depth)
            edge[(u >= left) & (u < left + step * 0.94)] = foot - high
            left += step
        layers.append((depth, edge))
    cell_x, cell_y = np.floor(s.x / 0.052), np.floor(s.y / 0.062)
    frame = ((s.x / 0.052) % 1 > 0.35) & ((s.y / 0.062) % 1 > 0.45)
    chance = (np.sin(cell_x * 12.9898 + cell_y * 78.233) * 43758.5453) % 1

    def paint(t):
        image = ramp(s.sky, s.v * 1.25)
        for depth, edge in layers:
            cover = s.below(edge, 0.006) * (s.y < foot)
            over(image, cover, mix(colour(s.sky[2]), INK, 0.10 + 0.84 * depth))
            lit = frame * (((chance * 7 + depth) % 1 + 0.10 * np.sin(TAU * (t + chance * 9))) > 0.86)
            over(image, cover * lit * (0.25 + 0.7 * depth), mix(s.lamp, s.far, (chance * 5 % 1)))
        road = s.below(np.full(s.w, foot))
        over(image, road, INK)
        for lane, way in ((0.06, 1), (0.15, -1), (0.28, 1), (0.42, -1)):
            flow = smooth(0.82, 1, np.sin((s.x * way - 8 * t * s.right) * 7 * TAU / (4 * s.right) + 9 * lane))
            light(image, road * np.exp(-(((s.y - foot - lane * s.low * 0.6) / (0.012 + 0.03 * lane)) ** 2)) * (0.2 + flow), s.near if way > 0 else s.lamp)
        return image

    return paint


def planet(s):
    """A ringed planet turning."""
    skin, dust = s.clouds(1.5, 4), s.clouds(1.7)
    sx, sy = s.places(190)
    bright, r = s.spread(190, 0, 1) ** 4, 0.62
    d2 = (s.x**2 + s.y**2) / r**2
    z, latitude = np.sqrt(np.clip(1 - d2, 0, 1)), np.arcsin(np.clip(s.y / r, -1, 1))
    longitude = np.arctan2(s.x / r, z + 1e-3) / TAU
    day = np.clip((-0.65 * s.x / r - 0.35 * s.y / r + 0.68 * z), 0, 1)
    tilt_x, tilt_y = s.x * 0.94 + s.y * 0.34, (s.y * 0.94 - s.x * 0.34) / 0.24
    q = np.hypot(tilt_x, tilt_y)
    stripes = 0.55 + 0.25 * np.sin(q * 47) + 0.2 * np.sin(q * 91 + 1)
    ring = smooth(0.78, 0.82, q) * smooth(1.30, 1.22, q) * (1 - 0.9 * np.exp(-(((q - 1.07) / 0.018) ** 2))) * stripes

    def paint(t):
        image = ramp((INK, *s.sky[:3]), 0.1 + 0.55 * dust)
        s.sparks(image, sx, sy, 0.009, dimmed(WHITE, bright * (0.7 + 0.3 * np.sin(TAU * (2 * t + sx)))))
        light(image, np.exp(-np.clip(np.sqrt(d2) - 1, 0, 9) * 9) * 0.35 * np.clip(0.8 - s.x - s.y, 0, 1), s.lamp)
        over(image, ring * (tilt_y < 0) * 0.9, mix(s.lamp, WHITE, 0.3))
        rows = (latitude / np.pi + 0.5) * (s.h - 1)
        columns = ((longitude + t) % 1 * s.w).astype(int) % s.w
        noise = skin[rows.astype(int), columns].astype(np.float32)
        bands = ramp((s.far, s.lamp, s.near, s.far, s.lamp, s.near, s.far), 0.5 + latitude / np.pi * 0.95 + 0.10 * (noise - 0.5))
        shaded = bands * (0.75 + 0.4 * noise) * (0.05 + 1.05 * day)
        over(image, np.clip((1 - np.sqrt(d2)) * 90, 0, 1), shaded)
        over(image, ring * (tilt_y >= 0) * 0.9, mix(s.lamp, WHITE, 0.3))
        return image

    return paint


def julia(s):
    """A fractal that breathes."""
    def paint(t):
        p, q = s.y * 0.86, s.x * 0.86
        cx, cy = -0.80 + 0.035 * np.cos(TAU * t), 0.165 + 0.035 * np.sin(TAU * t)
        heat, trap = np.zeros_like(p), np.full_like(p, 9)
        for _ in range(32):
            p2, q2 = p * p, q * q
            heat += np.exp(-(p2 + q2))
            trap = np.minimum(trap, p2 + q2)
            p, q = np.clip(p2 - q2 + cx, -9, 9), np.clip(2 * p * q + cy, -9, 9)
        image = ramp((*s.palette[:5], s.near), (heat - 1) / 17)
        light(image, np.exp(-trap * 60) * 0.6, s.lamp)
        return image

    return paint


def marble(s):
    """Drops of paint that push each other aside."""
    count = 22
    x, y = s.places(count)
    x, y, size = x * 0.75, y * 0.75, s.spread(count, 0.26, 0.52)
    paints = [colour(c) for c in s.rng.permutation(list(s.palette) * 6)[:count]]

    def paint(t):
        stretch = 1 + 0.04 * np.sin(TAU * t)
        p, q = s.x * stretch + 0.06 * np.sin(2.3 * s.y + TAU * t), s.y / stretch + 0.06 * np.sin(2.9 * s.x - TAU * t)
        image, free = ramp(("#f4efe6", "#f4efe6"), s.v), np.ones_like(p)
        for k in reversed(range(count)):
            r = size[k] * smooth(0, 0.09, t * 1.12 - k / count)
            if r <= 0:
                continue
            d2 = (p - x[k]) ** 2 + (q - y[k]) ** 2
            inside = np.clip((r - np.sqrt(d2)) / 0.01 + 0.5, 0, 1) * free
            image += (paints[k] - image) * inside
            free = free * (1 - inside)
            shrink = np.sqrt(np.clip(1 - r * r / np.maximum(d2, 1e-6), 1e-4, 1))
            p, q = x[k] + (p - x[k]) * shrink, y[k] + (q - y[k]) * shrink
        return image

    return paint


def fire(s):
    """A camp fire with sparks."""
    slow, fast = s.clouds(1.7, 0.45), s.clouds(1.3, 0.5)
    x, phase, rise = s.spread(60, -0.5, 0.5), s.spread(60, 0, 1), s.rng.integers(2, 5, 60)
    base = 0.55 * s.low

    def paint(t):
        up = (base - s.y) / s.low
        lick = np.roll(slow, -int(3 * t * s.h), 0) * 0.65 + np.roll(fast, -int(6 * t * s.h), 0) * 0.35
        bend = s.x + 0.10 * np.sin(3 * s.y + TAU * 3 * t) * np.clip(up, 0, 1)
        shape = 1 - np.abs(bend) / (0.70 - 0.30 * np.clip(up, 0, 1.2)) - 0.55 * np.clip(up, 0, 2)
        heat = np.clip(shape * 1.15 + (lick - 0.52) * 1.7, 0, 1) * smooth(-0.16, 0.05, up)
        image = ramp(s.sky, s.v) + ramp(("#000000", "#5a0d02", "#e04a08", "#ffb02a", "#fff3b8"), heat ** 0.85)
        light(image, s.glow(0, base, 1.2) * (0.22 + 0.03 * np.sin(TAU * 7 * t)), colour("#ff7a2a"))
        for tilt, drop in ((0.32, 0.10), (-0.36, 0.13), (0.06, 0.19)):
            log = np.abs(s.y - base - drop - tilt * s.x) < 0.062
            over(image, log * (np.abs(s.x) < 0.66) * 1.0, mix(colour("#160b08"), colour("#6b2410"), np.exp(-2.2 * np.abs(s.x))))
        age = (phase + rise * t) % 1
        drift = x * (0.3 + age) + 0.12 * np.sin(TAU * (2 * age + phase))
        s.sparks(image, drift, base - age * 1.5 * s.low, 0.013, dimmed(colour("#ffc06a"), (1 - age) ** 1.2))
        return image

    return paint


def lanterns(s):
    """Paper lanterns rise over a river."""
    count, rim = 36, 0.62 * s.low
    depth = np.sort(s.spread(count, 0.25, 1) ** 1.6)
    x, start, phase = s.spread(count, -s.right, s.right) * 1.05, s.spread(count, 0, 1), s.spread(count, 0, TAU)
    hills = s.ridge(0.5, 1)

    def lantern(image, cx, cy, r, power):
        light_ = mix(s.lamp, s.near, 0.25) * power
        s.sparks(image, cx, cy, r * 1.9, [light_ * 0.42])
        box, dx, dy = s.box(s.w / 2 + cx * s.half, s.h / 2 + cy * s.half, r * s.half * 1.5 + 1)
        if box:
            px, py = np.abs(dx[None, :]) / (r * s.half), dy[:, None] / (r * s.half)
            body = np.clip((0.80 - 0.16 * py - px) * r * s.half, 0, 1) * np.clip((1.15 - np.abs(py)) * r * s.half, 0, 1)
            glow = mix(s.near, mix(s.lamp, WHITE, 0.35), np.clip(0.5 + 0.5 * py - 0.5 * px**2, 0, 1))
            image[box] += (glow * power - image[box]) * body

    def paint(t):
        image = ramp(s.sky, s.v * 1.25)
        over(image, s.below(rim - 0.10 - 0.12 * hills(s.u[0])), mix(colour(s.sky[0]), INK, 0.4))
        for k in range(count):
            rise = (start[k] + t) % 1
            cy = (0.75 - 1.95 * rise) * s.low
            lantern(image, x[k] + 0.06 * np.sin(TAU * t + phase[k]), cy, 0.12 * depth[k] + 0.015, (0.5 + 0.5 * depth[k]) * smooth(0, 0.12, rise))
        rows = (s.h * (1 + rim / s.low) / 2) - np.arange(s.h - int(s.h * (1 + rim / s.low) / 2))
        shift = (2.5 * np.sin(rows / 3.0 + TAU * 4 * t)).astype(int)
        mirror = image[:, np.clip(rows, 0, s.h - 1).astype(int)[:, None], (np.arange(s.w)[None, :] + shift[:, None]) % s.w]
        image[:, s.h - len(rows):] = mirror * 0.55 + 0.02
        return image

    return paint


def fireworks(s):
    """Fireworks over a harbour."""
    rim, shells = 0.58 * s.low, []
    for k in range(9):
        turn, pitch = s.spread(90, 0, TAU), np.sqrt(s.spread(90, 0.05, 1))
        paint_ = mix(colour(s.palette[4 + k % 3]), WHITE, s.spread(90, 0, 0.3).reshape(-1, 1, 1, 1))
        shells.append((k / 9, s.spread(1, -0.6, 0.6)[0], s.spread(1, -0.62, -0.15)[0] * s.low, np.cos(turn) * pitch, np.sin(turn) * pitch, paint_))
    sky, line = ramp(s.sky, s.v), s.ridge(0.7, 5)
    towers = rim - 0.05 - 0.16 * np.abs(line(np.floor(s.u[0] * 26) / 26 * 7.3))

    def paint(t):
        image = sky.copy()
        for start, cx, cy, dx, dy, paint_ in shells:
            age = ((t - start) % 1) / 0.30
            if age > 1:
                continue
            light(image, s.glow(cx, cy, 0.9) * 0.30 * np.exp(-6 * age), paint_[0])
            for lag, power in ((0, 1), (0.03, 0.6), (0.06, 0.42), (0.09, 0.28), (0.12, 0.16)):
                reach, drop = 0.95 * (1 - np.exp(-3.2 * max(age - lag, 0))), 0.28 * max(age - lag, 0) ** 2
                s.sparks(image, cx + dx * reach, cy + dy * reach + drop, 0.013, paint_ * power * (1 - age) ** 0.8)
        over(image, s.below(towers, 0.006), INK)
        top = int(s.h * (1 + rim / s.low) / 2)
        rows = np.clip(2 * top - np.arange(top, s.h) - 1 + 3 * np.sin(np.arange(top, s.h) / 2.5 + TAU * 5 * t), 0, s.h - 1).astype(int)
        image[:, top:] = image[:, rows] * colour("#6b7694")
        return image

    return paint


def startrails(s):
    """Stars draw circles around the pole."""
    pole_x, pole_y, count = 0.15, -0.25 * s.low, 420
    r, angle = np.hypot(s.x - pole_x, s.y - pole_y), np.arctan2(s.y - pole_y, s.x - pole_x)
    ring = (r / 0.0095).astype(int) % count
    start, bright = s.spread(count, 0, TAU)[ring], (s.spread(count, 0, 1) ** 2.2)[ring]
    tint, base, crest = ramp((s.lamp, s.far), s.spread(count, 0, 1))[:, ring], ramp(s.sky, s.v), s.ridge(0.6, 1)
    edge = np.clip(1 - np.abs((r / 0.0095) % 1 - 0.5) * 1.6, 0, 1)
    trees = 0.62 * s.low - 0.10 * crest(s.u[0]) - 0.05 * np.abs(np.sin(s.u[0] * 71)) * (1 + np.sin(s.u[0] * 23))

    def paint(t):
        behind = (start - angle + TAU * t) % TAU
        length = 1.15
        image = base + tint * (np.clip(1 - behind / length, 0, 1) * edge * bright)
        light(image, s.glow(0, 0.75 * s.low, 0.9) * 0.30, s.lamp)
        over(image, s.below(trees), INK)
        return image

    return paint


def jellyfish(s):
    """Jellyfish in slow water."""
    shape = [(s.spread(1, -0.55, 0.55)[0], y * s.low, size, s.spread(1, 0, TAU)[0]) for y, size in ((-0.55, 0.22), (0.5, 0.26), (-0.02, 0.40))]
    x, y = s.places(60)
    speck = s.spread(60, 0.004, 0.014)

    def jelly(image, cx, cy, r, beat, a, tint):
        r_x, dy, dx = r * (1 + 0.12 * beat), s.y - cy, s.x - cx
        dome = np.hypot(dx / r_x, np.where(dy < 0, dy / (r * 0.85), dy / (r * (0.26 + 0.10 * beat))))
        for k in range(-4, 5):
            sway = cx + k * r_x * 0.19 + 0.05 * np.sin(6 * dy - a * 2 + k) * np.clip(dy * 3, 0, 1)
            length = r * (2.3 + 0.7 * np.cos(2.3 * k))
            light(image, np.exp(-(((s.x - sway) / 0.011) ** 2)) * smooth(length, 0.1, dy) * (dy > 0) * 0.5, tint)
        light(image, smooth(1.02, 0.96, dome) * (0.18 + 0.62 * smooth(0.45, 1, dome)) + 0.28 * np.exp(-np.clip(dome - 1, 0, 9) * 5), tint)
        ribs = 0.5 + 0.5 * np.cos(9 * np.arcsin(np.clip(dx / r_x, -1, 1)))
        light(image, smooth(1, 0.9, dome) * ribs * 0.14 * (dy < 0), WHITE)

    def paint(t):
        a, image = TAU * t, ramp(s.sky, s.v)
        slant = (s.x + 0.4) / (s.y / s.low + 2.2)
        rays = np.sin(9 * slant + a) * np.sin(17 * slant - a) + 0.5 * np.sin(31 * slant + 2 * a)
        light(image, np.clip(rays, 0, 1) * (1 - s.v) ** 1.5 * 0.30, mix(s.lamp, WHITE, 0.3))
        s.sparks(image, x + 0.04 * np.sin(a + y), (y - t * 2 * s.low + s.low) % (2 * s.low) - s.low, speck, [0.35 * WHITE] * 60)
        for k, (cx, cy, r, p) in enumerate(shape):
            jelly(image, cx + 0.06 * np.sin(a + p), cy - 0.09 * np.sin(a + p), r, np.sin(3 * a + p), a + p, (s.far, s.lamp, s.near)[k])
        return image

    return paint


def lava(s):
    """The slow bubbles of a lava lamp."""
    count = 11
    x, size, phase = s.spread(count, -0.5, 0.5), s.spread(count, 0.12, 0.27), s.spread(count, 0, TAU)
    laps = s.rng.integers(1, 3, count)

    def paint(t):
        field, lean = 0.25 * np.exp(-(s.low - s.y) * 6) + 0.25 * np.exp(-(s.low + s.y) * 6), 0
        field = field * 6
        for k in range(count):
            cy = 0.9 * s.low * np.sin(TAU * laps[k] * t + phase[k])
            cx = x[k] + 0.12 * np.sin(TAU * t + 2 * phase[k])
            d2 = (s.x - cx) ** 2 + (s.y - cy) ** 2 + 1e-3
            field, lean = field + size[k] ** 2 / d2, lean + size[k] ** 2 / d2 * (cy - s.y) / np.sqrt(d2)
        image = ramp(s.sky, s.v)
        light(image, smooth(0.3, 1.0, field) * 0.30, s.lamp)
        body = mix(mix(s.near, s.far, s.v), s.lamp, np.clip(0.45 + 0.5 * lean / field, 0, 1))
        over(image, smooth(0.97, 1.03, field), body)
        light(image, smooth(1.1, 3.2, field) * 0.25, s.lamp)
        return image

    return paint


def neon(s):
    """A striped sun over an endless grid."""
    rim = 0.10 * s.low
    depth = np.clip(s.y - rim, 0.006, None)
    x, y = s.places(120)
    hills = s.ridge(0.6, 2)

    def line(value, width):
        return np.clip(1 - np.abs((value + 0.5) % 1 - 0.5) / width, 0, 1)

    def paint(t):
        image = ramp(s.sky, (s.y + s.low) / (rim + s.low))
        s.sparks(image, x, np.minimum(y, rim), 0.008, [0.5 * WHITE] * 120)
        sun_y, r = rim - 0.42, 0.58
        bars = np.clip(np.sin((s.y - sun_y + 0.06 * t * TAU / 2.6) * 42) * 3 + 2.2 - 5.0 * np.clip(s.y - sun_y, 0, 1), 0, 1)
        light(image, s.glow(0, sun_y, 0.95) * 0.45, s.near)
        over(image, s.disc(0, sun_y, r) * np.where(s.y < sun_y - 0.1, 1, bars), ramp((s.lamp, s.near), (s.y - sun_y) / r * 0.5 + 0.5))
        over(image, s.below(rim - 0.06 - 0.10 * hills(s.u[0]) * smooth(0.1, 0.8, np.abs(s.x[0]))), colour("#160a2c"))
        over(image, s.below(np.full(s.w, rim)), colour("#0d0620"))
        grid = np.maximum(line(s.x / depth * 0.9, 0.012 / depth + 0.012), line(1.9 / depth + 8 * t, 0.022 / depth**2 + 0.03))
        light(image, grid * s.below(np.full(s.w, rim)) * np.clip(depth * 2.4, 0, 1), s.far)
        light(image, np.exp(-np.abs(s.y - rim) * 22) * 0.55, s.near)
        return image

    return paint


def seeds(s):
    """The spiral of a sunflower, opening and closing."""
    count = int(520 * s.low)
    n = np.arange(count)
    back, seed = ramp(s.sky, np.hypot(s.x, s.y) / 2), tints(s.palette[4:7] + s.palette[4:5], n / count)

    def paint(t):
        image = back.copy()
        angle = n * (TAU * 0.381966 + 0.0011 * np.sin(TAU * t))
        r = 0.062 * np.sqrt(n) * 0.98
        wave = 0.5 + 0.5 * np.sin(TAU * (r * 1.1 - 2 * t))
        s.discs(image, r * np.cos(angle), r * np.sin(angle), 0.010 + 0.026 * wave * np.clip(r, 0.25, 1), seed * (0.55 + 0.6 * wave.reshape(-1, 1, 1, 1)))
        return image

    return paint


def kaleido(s):
    """A kaleidoscope."""
    r, angle = np.hypot(s.x, s.y) + 1e-3, np.arctan2(s.y, s.x)

    def paint(t):
        a = TAU * t
        fold = np.abs((angle / TAU * 8 + 0.15 * np.sin(a)) % 1 - 0.5) * TAU / 8 * 2
        p, q = r * np.cos(fold) * 2.2 + 0.5 * np.sin(a), r * np.sin(fold) * 2.2 + 0.5 * np.cos(a)
        for i in range(1, 4):
            p, q = p + 0.5 / i * np.sin(2.1 * i * q + a), q + 0.5 / i * np.cos(1.9 * i * p - a)
        image = ramp((*s.palette[:5], s.near, s.sky[0]), (0.5 + 0.5 * np.sin(2 * p + q)) * 0.95)
        light(image, np.exp(-np.abs(np.sin(2 * q - p)) * 9) * 0.5, s.lamp)
        return image * (1.12 - 0.28 * r)

    return paint


def pendulums(s):
    """Fifteen pendulums that fall out of step and find each other again."""
    count = 15
    laps, back = 10 + np.arange(count), ramp(s.sky, s.v)
    paints, pivot = tints(s.palette[4:7], np.linspace(0, 1, count)), -0.78 * s.low

    def paint(t):
        image = back.copy()
        for lag, power in ((0.012, 0.15), (0.006, 0.3), (0, 1)):
            turn = 0.60 * np.cos(TAU * laps * (t - lag))
            length = np.linspace(1.50, 0.62, count) * s.low
            x, y = length * np.sin(turn) * 0.62, pivot + length * np.cos(turn)
            if lag == 0:
                for k in range(count):
                    along = np.clip((s.y - pivot) / (y[k] - pivot), 0, 1)
                    light(image, np.clip(1 - np.abs(s.x - x[k] * along) / 0.005, 0, 1) * (along < 1) * (along > 0) * 0.16, WHITE)
            s.sparks(image, x, y, 0.15, paints * 0.28 * power)
            s.discs(image, x, y, 0.062, paints, power)
        s.discs(image, x - 0.02, y - 0.02, 0.016, [WHITE] * count, 0.7)
        return image

    return paint


def cat(s):
    """A cat on a wall looks at the moon."""
    x, y = s.places(130)
    moon_x, moon_y, spots = 0.18, -0.28 * s.low, s.clouds(1.6)
    wall = 0.55 * s.low

    def body(t):
        ear = np.abs(s.x + 0.205 - 0.0) * 1.0
        cover = s.disc(-0.22, wall - 0.20, 0.20) + np.clip((0.24 - np.hypot(s.x + 0.22, (s.y - wall + 0.16) * 0.72)) / 0.012, 0, 1)
        head = np.clip((0.135 - np.hypot((s.x + 0.21) * 0.92, s.y - wall + 0.47)) / 0.012, 0, 1)
        for side in (-1, 1):
            tip = np.abs(s.x + 0.21 - side * 0.078) * 1.9 + (s.y - (wall - 0.68)) * -1
            cover = cover + np.clip(-tip / 0.02, 0, 1) * (s.y < wall - 0.48) * (s.y > wall - 0.68)
        reach = np.clip((s.y - wall + 0.04) / 0.5, 0, 1)
        tail_x = 0.02 + 0.13 * np.sin(reach * 3.2 + 0.9 * np.sin(TAU * 2 * t)) * reach ** 0.6
        tail = np.clip((0.045 - 0.012 * reach - np.abs(s.x - tail_x)) / 0.012, 0, 1) * (s.y > wall - 0.05) * (s.y < wall + 0.46)
        return np.clip(cover + head + tail + 0 * ear, 0, 1)

    def paint(t):
        image = ramp(s.sky, s.v * 1.1)
        s.sparks(image, x, y, 0.008, dimmed(WHITE, 0.35 + 0.35 * np.sin(TAU * 2 * t + 40 * x)))
        light(image, s.glow(moon_x, moon_y, 1.0) * 0.35, s.lamp)
        over(image, s.disc(moon_x, moon_y, 0.52), mix(s.lamp, WHITE, 0.5) * (0.86 + 0.16 * spots))
        over(image, smooth(0.55, 0.95, np.roll(spots, int(t * s.w), 1)) * 0.5, colour(s.sky[1]))
        over(image, s.below(np.full(s.w, wall)), mix(s.near, INK, 0.35))
        brick = ((s.y - wall) / 0.13 % 1 < 0.08) | (((s.x / 0.36 + np.floor((s.y - wall) / 0.13) * 0.5) % 1) < 0.03)
        over(image, brick * s.below(np.full(s.w, wall)) * 0.5, INK)
        over(image, body(t), INK)
        return image

    return paint
