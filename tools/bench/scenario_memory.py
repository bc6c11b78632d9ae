# What the server takes when nothing happens: at rest, at its start, and with ten thousand connections.
# SPDX-License-Identifier: Apache-2.0
import resource
import socket
import time

from machine import cpu_ns, median_of, memory_bytes, span
from report import goal, result, table
from seed import fill
from servers import Duan

VIDEOS, CONNECTIONS, SOURCES = 1000, 10_000, 50
SHIPPED = {"http.threads": 0, "limits.requests_per_second": 400, "limits.requests_burst": 2000}
REST_MAX, START_MAX, EACH_MAX = 20, 150, 20
IDLE_S = 2
ASK = b"GET /douyin/feed/?latest_time=1 HTTP/1.1\r\nHost: x\r\n\r\n"


def run(bench):
    folder = bench.folder("memory")
    fill(folder, VIDEOS)
    starts = [Duan(folder, SHIPPED).time_start() for _ in range(bench.rounds)]
    with Duan(folder, SHIPPED) as server:
        rest = memory_bytes(server.pid)
    many = room_for(CONNECTIONS)
    with Duan(folder, {**SHIPPED, "http.connections": CONNECTIONS + 100}) as server:
        crowded = crowd(server, many // 10 if bench.quick else many)
    return report(bench, starts, rest, crowded)


def room_for(many):
    """The server wants two descriptors for each. It inherits the limit, raised here if that is permitted."""
    wanted = 2 * many + 1000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), max(hard, wanted)))
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(many, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1000) // 2)


def crowd(server, many):
    """Connections that asked once and rest now."""
    before = memory_bytes(server.pid)
    opened = [connect(server.port, at) for at in range(many)]
    try:
        for one in opened:
            one.sendall(ASK)
        for one in opened:
            if not one.recv(65536).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a connection of the crowd was refused")
        after, busy = memory_bytes(server.pid), cpu_ns(server.pid)
        time.sleep(IDLE_S)
        return {"many": many, "each_kib": (after - before) / many / 1024, "total_mib": after / 2**20,
                "cpu_ms": (cpu_ns(server.pid) - busy) / 1e6 / IDLE_S}
    finally:
        for one in opened:
            one.close()


def connect(port, at):
    """From one of many addresses: each may have a thousand connections, and has few ports."""
    return socket.create_connection(("127.0.0.1", port), source_address=(f"127.2.0.{1 + at % SOURCES}", 0))


def report(bench, starts, rest, crowded):
    rows = [["RSS at rest, MiB", f"{rest / 2**20:.1f}"], ["start to first 200, ms", span(starts, 0)],
            [f"RSS with {crowded['many']:,} idle connections, MiB", f"{crowded['total_mib']:.1f}"],
            ["each of them, KiB", f"{crowded['each_kib']:.1f}"], ["CPU they take, ms per second", f"{crowded['cpu_ms']:.1f}"]]
    return result(tables=[table(f"At rest, {VIDEOS:,} videos, all settings as shipped ({bench.rounds} starts)", ["", "measured"], rows)],
                  goals=[goal("RSS at rest, MiB", rest / 2**20, most=REST_MAX),
                         goal("start to first 200, ms", median_of(starts), most=START_MAX),
                         goal("an idle connection, KiB", crowded["each_kib"], most=EACH_MAX)])
