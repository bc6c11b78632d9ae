#!/usr/bin/python3
# Another host on this machine: a network namespace behind a line whose delay and loss can be chosen, or that is cut.
# SPDX-License-Identifier: Apache-2.0
"""Usage: far_host.py NAME NEAR FAR   (as root)

Makes the namespace NAME, whose address is FAR; this side has NEAR. Says "up", then takes lines from standard input: a delay
in milliseconds and a share of packets that are lost, "20 0.01"; "0 1" is a cut line. When the input ends all of it is gone.
The line is this program: two tunnels, and what comes out of one goes into the other, later or never.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
PACKET_MAX = 65536
WAITING_MAX = 2000  # packets on the line; beyond, they are lost as in any queue


def tunnel(name):
    end = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(end, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
    return end


def ip(*words):
    subprocess.run(['ip', *words], check=True)


def lay(name, near, far):
    """The two ends of the line."""
    ends = tunnel(f'{name}n'), tunnel(f'{name}f')
    ip('netns', 'add', name)
    ip('link', 'set', f'{name}f', 'netns', name)
    ip('address', 'add', near, 'peer', far, 'dev', f'{name}n')
    ip('link', 'set', f'{name}n', 'up')
    for words in (['address', 'add', far, 'peer', near, 'dev', f'{name}f'], ['link', 'set', f'{name}f', 'up'], ['link', 'set', 'lo', 'up']):
        ip('-n', name, *words)
    return ends


class Line:
    """Packets under way between two ends, in the order of their arrival."""

    def __init__(self, ends):
        self.ends = ends
        self.delay_s, self.loss = 0.0, 0.0
        self.waiting, self.count = [], 0

    def take(self, end):
        """What an end has to send."""
        other = self.ends[1 - self.ends.index(end)]
        for packet in packets(end):
            if random.random() >= self.loss and len(self.waiting) < WAITING_MAX:
                self.count += 1
                heapq.heappush(self.waiting, (time.monotonic() + self.delay_s, self.count, other, packet))

    def deliver(self):
        """What has arrived; returns how long until the next does."""
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(self.waiting)
            try:
                os.write(end, packet)
            except OSError:
                continue  # that end has no room: lost
        return self.waiting[0][0] - time.monotonic() if self.waiting else None


def packets(end):
    """All that can be read at once."""
    while True:
        try:
            yield os.read(end, PACKET_MAX)
        except BlockingIOError:
            return


def serve(line):
    """Until standard input ends."""
    asked = sys.stdin.fileno()
    while True:
        pause = line.deliver()
        ready, _, _ = select.select([*line.ends, asked], [], [], pause if pause is None else max(pause, 0))
        for end in set(ready) & set(line.ends):
            line.take(end)
        if asked in ready:
            lines = os.read(asked, PACKET_MAX).decode('ascii').split('\n')
            if lines == ['']:
                return
            delay_ms, loss = lines[-2].split()
            line.delay_s, line.loss = float(delay_ms) / 1000, float(loss)


def main(name, near, far):
    ends = lay(name, near, far)
    try:
        print('up', flush=True)
        serve(Line(ends))
    finally:
        ip('netns', 'delete', name)


if __name__ == '__main__':
    main(*sys.argv[1:])
