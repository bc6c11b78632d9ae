# What the scenes of the demo clips are painted with: coordinates, colours, noise, light.
# SPDX-License-Identifier: Apache-2.0
"""Images are float32 arrays (3, height, width) from 0 to 1, colours (3, 1, 1). Lengths are halves of the shorter side."""
import numpy as np

TAU = 2 * np.pi


def colour(text):
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32).reshape(3, 1, 1)


def ramp(stops, t):
    """The colours at t (0 to 1, any shape) of a gradient through evenly spaced stops: (3, *shape)."""
    table = np.stack([(colour(stop) if isinstance(stop, str) else stop).reshape(3) for stop in stops], axis=1)
    at = np.linspace(0, len(stops) - 1, 512, dtype=np.float32)
    low = np.minimum(at.astype(int), len(stops) - 2)
    table = table[:, low] + (table[:, low + 1] - table[:, low]) * (at - low.astype(np.float32))
    return table.take((np.clip(t, 0, 1) * 511).astype(np.int32), axis=1)


def tints(stops, t):
    """A list of colours along a gradient."""
    return ramp(stops, t).T.reshape(-1, 3, 1, 1)


def dimmed(paint, amounts):
    """One colour at several strengths."""
    return np.asarray(amounts, np.float32).reshape(-1, 1, 1, 1) * paint


def over(image, cover, paint):
    """Lays a colour (or an image) over the image where cover is above 0."""
    rows = np.flatnonzero(np.any(cover > 0, axis=1))
    if rows.size:
        band = slice(rows[0], rows[-1] + 1)
        part = image[:, band]
        part += ((paint[:, band] if paint.shape[1] > 1 else paint) - part) * cover[band]


def light(image, amount, paint):
    image += amount * paint


def mix(a, b, t):
    return a + (b - a) * t


def smooth(low, high, value):
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


class Stage:
    """The frame's coordinates, a generator of random numbers and a palette: what a scene is built from."""

    def __init__(self, width, height, seed, palette):
        self.w, self.h, self.half = width, height, min(width, height) / 2
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self.u, self.v = (columns + 0.5) / width, (rows + 0.5) / height
        self.x, self.y = (columns + 0.5 - width / 2) / self.half, (rows + 0.5 - height / 2) / self.half
        self.right, self.low = width / 2 / self.half, height / 2 / self.half
        self.rng = np.random.default_rng(seed)
        self.palette = palette
        self.sky, self.lamp, self.far, self.near = palette[:4], *(colour(c) for c in palette[4:7])

    def spread(self, count, low=-1.0, high=1.0):
        return self.rng.uniform(low, high, count).astype(np.float32)

    def places(self, count):
        """Random points of the whole frame."""
        return self.spread(count, -self.right, self.right), self.spread(count, -self.low, self.low)

    def disc(self, x, y, r, soft=0.012):
        return np.clip((r - np.hypot(self.x - x, self.y - y)) / soft + 0.5, 0, 1)

    def glow(self, x, y, r):
        return np.exp(-((self.x - x) ** 2 + (self.y - y) ** 2) / r**2)

    def clouds(self, power=1.7, stretch=1.0):
        """Fractal noise from 0 to 1 that tiles, so that it may be rolled for ever."""
        fy, fx = np.fft.fftfreq(self.h)[:, None] * self.h, np.fft.rfftfreq(self.w)[None, :] * self.w
        size = np.hypot(fx * stretch * self.h / self.w, fy)
        size[0, 0] = 1
        wild = self.rng.normal(size=size.shape) + 1j * self.rng.normal(size=size.shape)
        noise = np.fft.irfft2(wild / size**power * (size > 0.5), s=(self.h, self.w))
        low, high = np.quantile(noise, (0.01, 0.99))
        return np.clip((noise - low) / (high - low), 0, 1).astype(np.float32)

    def ridge(self, rough=0.5, first=1, octaves=6):
        """A random line over the width, about -1 .. 1, that repeats when shifted by one width."""
        steps = [(first * 2**k, rough**k, self.rng.random() * TAU) for k in range(octaves)]
        return lambda u: sum(a * np.sin(np.float32(TAU * f) * u + np.float32(p)) for f, a, p in steps) / 1.6

    def below(self, line, soft=0.014):
        """How much of each pixel is below a line given for every column in units of y."""
        return np.clip((self.y - line[None, :]) / soft + 0.5, 0, 1)

    def sparks(self, image, xs, ys, radii, paints):
        """Adds soft points of light."""
        for x, y, r, paint in zip(*(self._pixels(xs, ys, radii)), paints):
            box, dx, dy = self.box(x, y, 2.4 * r + 1)
            if box:
                image[box] += np.exp(-((dy / r) ** 2))[:, None] * np.exp(-((dx / r) ** 2))[None, :] * paint

    def discs(self, image, xs, ys, radii, paints, alpha=1.0, squash=1.0):
        """Lays sharp discs over the image; squash flattens them."""
        for x, y, r, paint in zip(*(self._pixels(xs, ys, radii)), paints):
            box, dx, dy = self.box(x, y, r + 1)
            if box:
                cover = np.clip(r - np.hypot(dx[None, :], dy[:, None] / squash) + 0.5, 0, 1) * alpha
                image[box] += (paint - image[box]) * cover

    def _pixels(self, xs, ys, radii):
        xs, ys, radii = np.broadcast_arrays(*(np.atleast_1d(a) for a in (xs, ys, radii)))
        pixels = self.w / 2 + xs * self.half - 0.5, self.h / 2 + ys * self.half - 0.5, np.maximum(radii * self.half, 0.45)
        return tuple(p.tolist() for p in pixels)

    def box(self, x, y, reach):
        left, right = max(int(x - reach), 0), min(int(x + reach) + 2, self.w)
        top, bottom = max(int(y - reach), 0), min(int(y + reach) + 2, self.h)
        if left >= right or top >= bottom:
            return None, None, None
        box = slice(None), slice(top, bottom), slice(left, right)
        return box, np.arange(left, right, dtype=np.float32) - x, np.arange(top, bottom, dtype=np.float32) - y
