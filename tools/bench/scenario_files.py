# Ranges of a large file, as players ask for them, against nginx serving the same file.
# SPDX-License-Identifier: Apache-2.0
import os
import random
import sqlite3

from loads import alternate, column, measure, ratios, write_requests
from machine import median_of, span
from report import goal, result, table
from seed import fill
from servers import Duan, Nginx

SIZE, RANGE, MANY, CONNECTIONS = 50 << 20, 256 << 10, 500, 16
WANTED = 0.75


def enlarge(folder):
    """Puts a file of SIZE in the place of the one clip there is; returns its key."""
    database = sqlite3.connect(folder / "data/duan.db")
    key = database.execute("SELECT play FROM video_item LIMIT 1").fetchone()[0]
    database.close()
    file = folder / "data/media/objects" / key
    os.chmod(file, 0o644)
    file.write_bytes(os.urandom(SIZE))
    return key


def requests(path):
    draw = random.Random(1)
    starts = [draw.randrange(SIZE - RANGE) for _ in range(MANY)]
    return [f"GET {path}\tRange: bytes={start}-{start + RANGE - 1}" for start in starts]


def run(bench):
    folder = bench.folder("files")
    fill(folder, 10)
    key = enlarge(folder)
    objects = folder / "data/media/objects"
    ours = write_requests(folder / "ours", requests(f"/media/{key}"))
    theirs = write_requests(folder / "theirs", requests(f"/files/{key}"))
    with Duan(folder) as duan, Nginx(folder, files=objects) as nginx:
        found = alternate(bench.rounds, {
            "duan": lambda: measure(duan, ours, connections=CONNECTIONS, seconds=bench.seconds),
            "nginx": lambda: measure(nginx, theirs, connections=CONNECTIONS, seconds=bench.seconds)})
    return report(bench, found)


def report(bench, found):
    capacity = ratios(column(found["nginx"], "cpu_us"), column(found["duan"], "cpu_us"))
    speed = ratios(column(found["duan"], "per_second"), column(found["nginx"], "per_second"))
    rows = [[name, span(column(runs, "per_second"), 0), span(column(runs, "cpu_us"), 0),
             *(f"{median_of(column(runs, 'latency', q)) / 1e3:.2f}" for q in ("p50_us", "p99_us"))] for name, runs in found.items()]
    rows += [["Duan, of nginx", span(speed), span(capacity), "", ""]]
    return result(tables=[table(f"Ranges of {RANGE >> 10} KiB of a file of {SIZE >> 20} MiB ({bench.rounds} rounds of {bench.seconds} s, "
                                f"{CONNECTIONS} connections)", ["", "req/s", "CPU us", "p50 ms", "p99 ms"], rows)],
                  goals=[goal("file ranges: share of nginx's requests per second", median_of(speed), least=WANTED),
                         goal("file ranges: share of nginx's capacity", median_of(capacity), least=WANTED)])
