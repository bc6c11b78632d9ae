# The pages that are asked for most, against nginx handing out the same bytes from memory.
# SPDX-License-Identifier: Apache-2.0
import time

from loads import OK, alternate, column, measure, ratios, write_requests
from machine import median_of, memory_bytes, span
from report import goal, result, table
from seed import fill, token
from servers import Duan, Nginx, fetch

VIDEOS, CONNECTIONS, HALF = 1000, 64, 0.5
# Least share of nginx's capacity.
WANTED = {"feed, anonymous": 0.95, "feed, logged in": 0.70, "own profile": 0.65, "idle chat poll": 0.70}


def targets(server):
    """The target of each page, for a viewer who likes, follows and chats."""
    mine, peer = token(1), 2
    fetch(server, f"/douyin/message/action/?to_user_id=1&action_type=1&content=hi&token={token(peer)}", "POST")
    fetch(server, f"/douyin/message/chat/?to_user_id={peer}&pre_msg_time=0&token={mine}")
    now = int(time.time() * 1000) + 1000
    return dict(zip(WANTED, ("/douyin/feed/", f"/douyin/feed/?token={mine}", f"/douyin/user/?token={mine}",
                             f"/douyin/message/chat/?to_user_id={peer}&pre_msg_time={now}&token={mine}")))


def run(bench):
    folder = bench.folder("pages")
    fill(folder, VIDEOS)
    with Duan(folder) as duan:
        asked = targets(duan)
        pages = {name: fetch(duan, target) for name, target in asked.items()}
        with Nginx(folder, {f"/page{at}": text for at, text in enumerate(pages.values())}) as nginx:
            found = {name: page(bench, folder, duan, nginx, at, asked[name]) for at, name in enumerate(WANTED)}
        resident = memory_bytes(duan.pid)
    return report(bench, pages, found, resident)


def page(bench, folder, duan, nginx, at, target):
    """Rounds as fast as answers come, then rounds at half of what that showed each to be capable of."""
    ours = write_requests(folder / f"ours{at}", [f"GET {target}"])
    theirs = write_requests(folder / f"theirs{at}", [f"GET /page{at}"])

    def both(duan_rate=None, nginx_rate=None):
        return alternate(bench.rounds, {
            "duan": lambda: measure(duan, ours, connections=CONNECTIONS, seconds=bench.seconds, expect=OK, rate=duan_rate),
            "nginx": lambda: measure(nginx, theirs, connections=CONNECTIONS, seconds=bench.seconds, expect=OK, rate=nginx_rate)})

    full = both()
    half = both(*(HALF * 1e6 / median_of(column(full[name], "cpu_us")) for name in ("duan", "nginx")))
    return {"full": full, "half": half}


def report(bench, pages, found, resident):
    cost, delay, goals = [], [], []
    for name, runs in found.items():
        ours, theirs = runs["full"]["duan"], runs["full"]["nginx"]
        capacity = ratios(column(theirs, "cpu_us"), column(ours, "cpu_us"))
        speed = ratios(column(ours, "per_second"), column(theirs, "per_second"))
        cost.append([name, f"{len(pages[name]):,}", f"{median_of(column(ours, 'per_second')):,.0f}", span(speed),
                     span(column(ours, "cpu_us"), 1), span(column(theirs, "cpu_us"), 1), span(capacity)])
        delay += [delays(name, server, runs, server) for server in ("duan", "nginx")]
        goals.append(goal(f"{name}: share of nginx's capacity", median_of(capacity), least=WANTED[name]))
    how = f"{bench.rounds} rounds of {bench.seconds} s, {CONNECTIONS} connections, one core"
    bars = [{"label": name, "values": [median_of(column(found[name]["full"][server], "cpu_us")) for server in ("duan", "nginx")]}
            for name in found]
    return result(
        tables=[table(f"Pages against nginx ({how})", ["page", "bytes", "req/s", "of nginx's", "CPU us", "nginx's CPU us", "capacity"], cost),
                table(f"Latency in us (the same rounds; \"at half\": constant rate, half of the CPU's capacity; RSS after it {resident / 2**20:.1f} MiB)",
                      ["page", "server", "p50", "p99", "p99.9", "rate at half", "p50 at half", "p99 at half", "p99.9 at half", "lost"], delay)],
        goals=goals,
        plots=[{"name": "pages", "title": "CPU time of a request, microseconds", "series": ["Duan", "nginx"], "bars": bars}])


def delays(name, server, runs, key):
    """p50, p99 and p99.9 of both kinds of rounds."""
    full, half = runs["full"][key], runs["half"][key]
    quantiles = ("p50_us", "p99_us", "p999_us")
    return [name, server, *(f"{median_of(column(full, 'latency', q)):,.0f}" for q in quantiles),
            f"{median_of(column(half, 'per_second')):,.0f}", *(f"{median_of(column(half, 'latency', q)):,.0f}" for q in quantiles),
            sum(column(half, "lost"))]
