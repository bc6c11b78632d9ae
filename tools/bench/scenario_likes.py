# Durable likes over HTTP, and the same statements with a transaction of their own each.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import random
import shutil
import subprocess
import time

from loads import OK, alternate, column, measure, ratios, write_requests
from machine import BUILD, SERVER_CORE, median_of, on_core, span
from report import goal, result, table
from seed import fill, token
from servers import Duan

VIDEOS, USERS = 5000, 4000
CONNECTIONS = (1, 8, 64, 256)
LINES_PER_SECOND = 60000  # more than can be answered: no like is sent twice
SYNCS_S, SYNC_BLOCKS = 0.3, 256
TIMES_ALONE, TIMES_64 = 5, 1


class Liking:
    """A server, a copy of its database for the ceiling, and pairs that nobody has liked yet."""

    def __init__(self, bench, folder, server):
        self.bench, self.folder, self.server = bench, folder, server
        self.random = random.Random(1)
        self.tokens = [token(user) for user in range(1, USERS + 1)]
        self.first = 0

    def over_http(self, connections, server=None):
        many = int(LINES_PER_SECOND * self.bench.seconds)
        lines = [f"POST /douyin/favorite/action/?token={self.random.choice(self.tokens)}"
                 f"&video_id={self.random.randint(1, VIDEOS)}&action_type=1" for _ in range(many)]
        return measure(server or self.server, write_requests(self.folder / "likes", lines), connections=connections,
                       seconds=self.bench.seconds, expect=OK)

    def alone(self):
        program = [BUILD / "tools/bench/likes_alone", self.folder / "copy.db", "1", str(self.first), str(USERS), str(VIDEOS)]
        with on_core(SERVER_CORE):
            found = json.loads(subprocess.run(program, stdout=subprocess.PIPE, check=True).stdout)
        self.first = found["next"]
        return {"per_second": found["likes"] / found["seconds"]}

    def syncs(self):
        """How many blocks of 4 KiB the disk makes durable in a second, one after the other."""
        file = os.open(self.folder / "sync", os.O_WRONLY | os.O_CREAT)
        os.pwrite(file, bytes(SYNC_BLOCKS * 4096), 0)
        os.fsync(file)  # from here on nothing but data changes
        began, done = time.monotonic(), 0
        while time.monotonic() < began + SYNCS_S:
            os.pwrite(file, bytes(4096), done % SYNC_BLOCKS * 4096)
            os.fdatasync(file)
            done += 1
        os.close(file)
        return {"per_second": done / (time.monotonic() - began)}


def run(bench):
    folder = bench.folder("likes")
    fill(folder, VIDEOS, USERS)
    shutil.copy(folder / "data/duan.db", folder / "copy.db")
    each = bench.folder("likes_each")
    shutil.copytree(folder / "data", each / "data")
    with Duan(folder) as server, Duan(each, {"sql.batch": 1}) as one_by_one:
        liking = Liking(bench, folder, server)
        contenders = {n: (lambda n=n: liking.over_http(n)) for n in CONNECTIONS}
        contenders["each"] = lambda: liking.over_http(64, one_by_one)
        found = alternate(bench.rounds, {**contenders, "alone": liking.alone, "syncs": liking.syncs})
    return report(bench, found)


def report(bench, found):
    speed = {name: column(runs, "per_second") for name, runs in found.items()}
    names = {**{n: f"{n} connections" for n in CONNECTIONS}, "each": "64 connections, a transaction each (sql.batch 1)"}
    rows = [[names[n], span(speed[n], 0), *(f"{median_of(column(found[n], 'latency', q)) / 1e3:.2f}" for q in
             ("p50_us", "p99_us", "p999_us")), span(column(found[n], "cpu_us"), 0)] for n in names]
    rows += [["one transaction per like, no HTTP", span(speed["alone"], 0), "", "", "", ""],
             ["fdatasync of 4 KiB", span(speed["syncs"], 0), "", "", "", ""]]
    gain, more = ratios(speed[64], speed["each"]), ratios(speed[256], speed[64])
    return result(
        tables=[table(f"Durable likes, random over {VIDEOS:,} videos and {USERS:,} people ({bench.rounds} rounds of {bench.seconds} s)",
                      ["", "per second", "p50 ms", "p99 ms", "p99.9 ms", "CPU us"], rows)],
        goals=[goal("likes at 64 connections, times one transaction per like", median_of(gain), least=TIMES_ALONE),
               goal("likes at 256 connections, times those at 64", median_of(more), least=TIMES_64)],
        plots=[{"name": "likes", "title": "Durable likes per second", "series": ["per second"],
                "bars": [{"label": str(name), "values": [median_of(speed[key])]} for name, key in
                         [("64, one transaction each", "each"), *((f"{n} connections", n) for n in CONNECTIONS)]]}])
