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
FINISHED, WHOLE = "feed, first page", "feed, one of the newest pages against the finished first one"


def run(bench):
    kept, bare = bench.folder("kept"), bench.folder("bare")
    world = fill(kept, QUICK_VIDEOS if bench.quick else VIDEOS)
    shutil.copytree(kept / "data", bare / "data")
    files = reads.files(kept, world)
    with Duan(kept) as cached, Duan(bare, LEAST) as uncached:
        found = {kind: rounds(bench, (cached, file), (uncached, file)) for kind, file in files.items()}
        found[WHOLE] = rounds(bench, (cached, files[FINISHED]), (uncached, files["feed, newest pages"]))
    return report(bench, found)


def rounds(bench, cached, sql):
    """Each is a server and the requests that it gets."""
    for server, file in (cached, sql):
        reads.warm(server, file)
    return alternate(bench.rounds, {"cached": lambda: reads.read(*cached, bench.seconds / 2), "sql": lambda: reads.read(*sql, bench.seconds / 2)})


def report(bench, found):
    rows, goals = [], []
    for kind, runs in found.items():
        cached, sql = column(runs["cached"], "cpu_us"), column(runs["sql"], "cpu_us")
        times = ratios(sql, cached)
        rows.append([kind, span(cached, 1), span(sql, 1), span(times)])
        if kind not in (FINISHED, WHOLE):
            goals.append(goal(f"{kind}: from SQL, times its cached form", median_of(times), most=TIMES_MAX))
    title = f"Near cache: CPU us of a request ({bench.rounds} rounds of {bench.seconds / 2} s, {reads.PLACES} places)"
    return result(tables=[table(title, ["read", "64 MiB", "1 MiB", "times"], rows)], goals=goals)
