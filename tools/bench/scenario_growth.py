# What a thousand times as many videos cost: every read, the start, and memory.
# SPDX-License-Identifier: Apache-2.0
import contextlib

import reads
from loads import alternate, column, ratios
from machine import median_of, memory_bytes, span
from report import goal, result, table
from seed import fill
from servers import Duan

SIZES, QUICK_SIZES = (1_000, 100_000, 1_000_000), (1_000, 20_000)
GROWTH_MAX = 2


def run(bench):
    sizes = QUICK_SIZES if bench.quick else SIZES
    folders = {size: bench.folder(f"growth{size}") for size in sizes}
    worlds = {size: fill(folders[size], size) for size in sizes}
    starts = {size: [Duan(folders[size]).time_start() for _ in range(bench.rounds)] for size in sizes}
    with contextlib.ExitStack() as running:
        servers = {size: running.enter_context(Duan(folders[size])) for size in sizes}
        files = {size: reads.files(folders[size], worlds[size]) for size in sizes}
        found = {kind: rounds(bench, servers, {size: files[size][kind] for size in sizes}) for kind in files[sizes[0]]}
        resident = {size: memory_bytes(servers[size].pid) for size in sizes}
    stored = {size: (folders[size] / "data/duan.db").stat().st_size for size in sizes}
    return report(bench, found, starts, resident, stored)


def rounds(bench, servers, files):
    for size, server in servers.items():
        reads.warm(server, files[size])
    return alternate(bench.rounds, {size: (lambda size=size: reads.read(servers[size], files[size], bench.seconds / 2))
                                    for size in servers})


def report(bench, found, starts, resident, stored):
    sizes = list(starts)
    rows, goals, bars = [], [], []
    for kind, runs in found.items():
        cost = {size: column(runs[size], "cpu_us") for size in sizes}
        growth = ratios(cost[sizes[-1]], cost[sizes[0]])
        rows.append([kind, *(span(cost[size], 1) for size in sizes), span(growth)])
        goals.append(goal(f"{kind}: {sizes[-1]:,} videos against {sizes[0]:,}", median_of(growth), most=GROWTH_MAX))
        bars.append({"label": kind, "values": [median_of(cost[size]) for size in sizes]})
    rows += [["start to first 200, ms", *(span(starts[size], 0) for size in sizes), ""],
             ["RSS after all of it, MiB", *(f"{resident[size] / 2**20:.1f}" for size in sizes), ""],
             ["database, MiB", *(f"{stored[size] / 2**20:.0f}" for size in sizes), ""]]
    names = [f"{size:,} videos" for size in sizes]
    title = f"Growth: CPU us of a request, warm ({bench.rounds} rounds of {bench.seconds / 2} s, {reads.PLACES} places, all sizes in turn)"
    return result(tables=[table(title, ["read", *names, "growth"], rows)], goals=goals,
                  plots=[{"name": "growth", "title": "CPU time of a request, microseconds", "series": names, "bars": bars}])
