# A small canvas with anti-aliased polygons and a PNG writer, on nothing but the standard library.
# SPDX-License-Identifier: Apache-2.0
"""Rows are byte arrays; a run of pixels is blended with one bytes.translate() per channel, never pixel by pixel."""
import functools
import math
import struct
import zlib

SUB = 4  # lines sampled per row of pixels
STEPS = 256  # levels of opacity


@functools.lru_cache(maxsize=None)
def blend_table(value, opacity):
    """What becomes of each of 256 old values when `value` is laid over it with opacity/STEPS."""
    return bytes((old * (STEPS - opacity) + value * opacity + STEPS // 2) // STEPS for old in range(256))


def rgb(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def mix(a, b, t):
    t = min(max(t, 0), 1)
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b))


def ramp(stops, t):
    """The colour at t of a gradient through `stops`: [(position, colour), ...]."""
    for (p, a), (q, b) in zip(stops, stops[1:]):
        if t <= q:
            return mix(a, b, (t - p) / (q - p))
    return stops[-1][1]


def ellipse(cx, cy, rx, ry=None, turn=0.0, count=96):
    ry = rx if ry is None else ry
    c, s = math.cos(turn), math.sin(turn)
    ring = ((rx * math.cos(i * math.tau / count), ry * math.sin(i * math.tau / count)) for i in range(count))
    return [(cx + x * c - y * s, cy + x * s + y * c) for x, y in ring]


def smooth(points, steps=10):
    """A closed curve (Catmull-Rom) through the points."""
    out = []
    for i in range(len(points)):
        p0, p1, p2, p3 = (points[(i + k - 1) % len(points)] for k in range(4))
        for j in range(steps):
            t = j / steps
            out.append(tuple(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                for a, b, c, d in zip(p0, p1, p2, p3)))
    return out


def stroke(points, width):
    """The outline of a line of this width with round ends."""
    r, left, right, turns = width / 2, [], [], []
    for i, (x, y) in enumerate(points):
        (ax, ay), (bx, by) = points[max(i - 1, 0)], points[min(i + 1, len(points) - 1)]
        turn = math.atan2(by - ay, bx - ax)
        left.append((x - r * math.sin(turn), y + r * math.cos(turn)))
        right.append((x + r * math.sin(turn), y - r * math.cos(turn)))
        turns.append(math.degrees(turn))
    tail = arc(*points[-1], r, r, turns[-1] + 90, turns[-1] - 90, 12)
    nose = arc(*points[0], r, r, turns[0] - 90, turns[0] - 270, 12)
    return left + tail + right[::-1] + nose


def arc(cx, cy, rx, ry, start, end, count=24):
    angles = (math.radians(start + (end - start) * i / count) for i in range(count + 1))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


class Canvas:
    def __init__(self, width, height, stops, slant=0):
        """A linear gradient from top to bottom; `slant` shifts it by that many rows over the width."""
        self.width, self.height = width, height
        self.rows = [bytearray(self._background(y, stops, slant)) for y in range(height)]

    def _background(self, y, stops, slant):
        if not slant:
            return bytes(ramp(stops, y / self.height)) * self.width
        total, step = self.height + slant, 8
        return b"".join(
            bytes(ramp(stops, (y + slant * x / self.width) / total)) * step for x in range(0, self.width, step))

    def fill(self, points, paint, alpha=1.0):
        """Fills a polygon (even-odd) with a colour, or with paint(y) where paint is a function."""
        lines = {}
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
            if y0 > y1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            first, last = math.ceil(y0 * SUB - 0.5), math.ceil(y1 * SUB - 0.5)
            for i in range(max(first, 0), min(last, self.height * SUB)):
                lines.setdefault(i, []).append(x0 + (x1 - x0) * ((i + 0.5) / SUB - y0) / (y1 - y0))
        for y in sorted({i // SUB for i in lines}):
            colour = paint(y) if callable(paint) else paint
            self._row(y, [lines.get(y * SUB + k, []) for k in range(SUB)], colour, alpha)

    def _row(self, y, crossings, colour, alpha):
        edge, delta = {}, {}
        for xs in crossings:
            xs = sorted(min(max(x, 0), self.width) for x in xs)
            for a, b in zip(xs[::2], xs[1::2]):
                self._span(a, b, edge, delta)
        cuts = sorted({*delta, *edge, *(x + 1 for x in edge)})
        level = 0
        for x, end in zip(cuts, cuts[1:]):
            level += delta.get(x, 0)
            self._run(y, x, end, colour, (level + edge.get(x, 0)) / SUB * alpha)

    @staticmethod
    def _span(a, b, edge, delta):
        ia, ib = int(a), int(b)
        if ia == ib:
            edge[ia] = edge.get(ia, 0) + b - a
            return
        edge[ia] = edge.get(ia, 0) + ia + 1 - a
        edge[ib] = edge.get(ib, 0) + b - ib
        delta[ia + 1] = delta.get(ia + 1, 0) + 1
        delta[ib] = delta.get(ib, 0) - 1

    def _run(self, y, x, end, colour, cover):
        opacity, end = round(cover * STEPS), min(end, self.width)
        if opacity <= 0 or x >= end:
            return
        row = self.rows[y]
        if opacity >= STEPS:
            row[3 * x : 3 * end] = bytes(colour) * (end - x)
            return
        for channel, value in enumerate(colour):
            part = slice(3 * x + channel, 3 * end, 3)
            row[part] = row[part].translate(blend_table(value, opacity))

    def glow(self, cx, cy, radius, colour, strength, rings=48):
        """Light around a point: thin layers, fainter on the outside."""
        for i in range(rings):
            self.fill(ellipse(cx, cy, radius * (1 - i / rings)), colour, strength * 2 * (i + 1) / rings**2)

    def png(self):
        def chunk(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + row for row in self.rows), 9)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
