# What the near cache saves: the same reads with all of it, and with the least of it that can be set.
# SPDX-License-Identifier: Apache-2.0
import shutil

import reads
from loads import alternate, column, ratios
from machine import median_of, span
from report import goal, result, table
from seed import fill
from servers import Duan

VIDEOS, QUICK_VIDEOS = 100_000, 20_000
LEAST = {"cache.bytes": "1MiB"}
TIMES_MAX = 12
FINISHED = "feed, first page"


def run(bench):
    kept, bare = bench.folder("kept"), bench.folder("bare")
    world = fill(kept, QUICK_VIDEOS if bench.quick else VIDEOS)
    shutil.copytree(kept / "data", bare / "data")
    files = reads.files(kept, world)
    with Duan(kept) as cached, Duan(bare, LEAST) as uncached:
        found = {kind: rounds(bench, cached, uncached, file) for kind, file in files.items()}
    return report(bench, found)


def rounds(bench, cached, uncached, file):
    for server in (cached, uncached):
        reads.warm(server, file)
    return alternate(bench.rounds, {"cached": lambda: reads.read(cached, file, bench.seconds / 2),
                                    "sql": lambda: reads.read(uncached, file, bench.seconds / 2)})


def report(bench, found):
    rows, goals = [], []
    finished = column(found[FINISHED]["cached"], "cpu_us")
    for kind, runs in found.items():
        cached, sql = column(runs["cached"], "cpu_us"), column(runs["sql"], "cpu_us")
        times = ratios(sql, cached)
        rows.append([kind, span(cached, 1), span(sql, 1), span(times)])
        goals.append(goal(f"{kind}: from SQL, times its cached form", median_of(times), most=TIMES_MAX))
    older = ratios(column(found["feed, older pages"]["sql"], "cpu_us"), finished)
    goals.append(goal("feed, a page all from SQL, times the finished first page", median_of(older), most=TIMES_MAX))
    title = f"Near cache: CPU us of a request ({bench.rounds} rounds of {bench.seconds / 2} s, {reads.PLACES} places)"
    return result(tables=[table(title, ["read", "64 MiB", "1 MiB", "times"], rows)], goals=goals)
