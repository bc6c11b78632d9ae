# The cluster against the embedded form: feed and likes; what roles take at rest; one of two instances killed under load.
# SPDX-License-Identifier: Apache-2.0
import http.client
import random
import signal
import threading
import time

from clusters import DuanCluster, calls_of, until
from loads import OK, alternate, column, ratios, run_client, write_requests
from machine import cpu_ns, median_of, span
from report import goal, result, table
from seed import fill, token
from servers import Duan, fetch

VIDEOS, USERS, VIEWERS = 1000, 400, 200
CONNECTIONS = {"one": 1, "many": 16}
P50_MOST, CALLS_MOST, RSS_MOST = 4, 6, 12
ERRORS_MOST_S, REJOIN_MOST_S, DEADLINE_S = 1, 2, 30  # the last: http.request_timeout as shipped
PROBES, BEFORE_S, AWAY_S, AFTER_S = 8, 1.5, 3, 3
KILLED = ("user", "video", "favorite", "relation")  # what a feed page of somebody who is logged in asks
LIKES_PER_SECOND = 20000  # more than can be answered: no like is sent twice


class Form:
    """One of the two that are compared."""

    def __init__(self, server, roles_ns, database_ns):
        self.server, self.roles_ns, self.database_ns = server, roles_ns, database_ns

    def measure(self, file, connections, seconds):
        roles, database = self.roles_ns(), self.database_ns()
        found = run_client(self.server.port, file, connections=connections, seconds=seconds, expect=OK)
        if found["errors"] or found["lost"] or not found["requests"]:
            raise RuntimeError(f"{found['errors']} errors, {found['lost']} lost of {found['requests']} requests: {file}")
        found["cpu_us"] = (self.roles_ns() - roles) / 1e3 / found["requests"]
        found["database_us"] = (self.database_ns() - database) / 1e3 / found["requests"]
        return found


def pages(folder):
    asked = {"feed, anonymous": ["GET /douyin/feed/"],
             "feed, logged in": [f"GET /douyin/feed/?token={token(user)}" for user in range(1, VIEWERS + 1)]}
    return {name: write_requests(folder / f"page{at}", lines) for at, (name, lines) in enumerate(asked.items())}


class Likes:
    """Files of likes that nobody has given yet; both forms are sent the same kind."""

    def __init__(self, folder, seconds):
        self.folder, self.random, self.many = folder, random.Random(1), int(LIKES_PER_SECOND * seconds)
        self.tokens = [token(user) for user in range(1, USERS + 1)]

    def file(self):
        lines = [f"POST /douyin/favorite/action/?token={self.random.choice(self.tokens)}&video_id={self.random.randint(1, VIDEOS)}&action_type=1"
                 for _ in range(self.many)]
        return write_requests(self.folder / "likes", lines)


def run(bench):
    folder = bench.folder("cluster")
    fill(folder, VIDEOS, USERS)
    with DuanCluster(folder) as cluster:
        resting = cluster.resident_mib()
        cluster.fill(folder / "data/duan.db")
        calls = {name: calls_per_page(cluster, target) for name, target in
                 (("feed, anonymous", "/douyin/feed/"), ("feed, logged in", f"/douyin/feed/?token={token(1)}"))}
        with Duan(folder) as alone:
            found = compare(bench, folder, cluster, alone)
        worked = cluster.resident_mib()
        deaths = {role: kill_one(cluster, role) for role in KILLED}
    return report(bench, found, calls, (resting, worked), deaths)


def compare(bench, folder, cluster, alone):
    forms = {"cluster": Form(cluster, cluster.roles_ns, cluster.database_ns),
             "embedded": Form(alone, lambda: cpu_ns(alone.pid), lambda: 0)}
    likes = Likes(folder, bench.seconds)
    contenders = {}
    for form, one in forms.items():
        for many, connections in CONNECTIONS.items():
            for page, file in pages(folder).items():
                contenders[page, many, form] = lambda one=one, file=file, n=connections: one.measure(file, n, bench.seconds)
            contenders["like", many, form] = lambda one=one, n=connections: one.measure(likes.file(), n, bench.seconds)
    return alternate(bench.rounds, contenders)


def calls_per_page(cluster, target, pages_asked=20):
    fetch(cluster, target)
    before = cluster.calls()
    for _ in range(pages_asked):
        fetch(cluster, target)
    return (cluster.calls() - before) / pages_asked


# ---- one of two instances dies ----


class Probe(threading.Thread):
    """Asks for a page again and again, and notes when and how it was answered."""

    def __init__(self, port, target, stop):
        super().__init__(daemon=True)
        self.port, self.target, self.stopped, self.seen = port, target, stop, []

    def run(self):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * DEADLINE_S)
        while not self.stopped.is_set():
            began = time.monotonic()
            try:
                link.request("GET", self.target)
                reply = link.getresponse()
                well = reply.status == 200 and OK.encode() in reply.read()
            except OSError:
                link.close()
                well = False
            self.seen.append((began, time.monotonic(), well))


def kill_one(cluster, role):
    """How long its death was felt, and how soon the one that takes its place is called."""
    victim, stop = cluster.instance(f"{role}-1"), threading.Event()
    probes = [Probe(cluster.port, f"/douyin/feed/?token={token(viewer)}", stop) for viewer in range(1, PROBES + 1)]
    for probe in probes:
        probe.start()
    time.sleep(BEFORE_S)
    killed = time.monotonic()
    victim.daemon.signal(signal.SIGKILL)
    time.sleep(AWAY_S)
    victim.kill()  # reaps it
    launched = time.monotonic()
    victim.launch()
    rejoined = until(lambda: calls_of(victim, "duan_rpc_server_calls_total") > 0)
    time.sleep(max(0.0, AFTER_S - (time.monotonic() - launched)))
    stop.set()
    for probe in probes:
        probe.join()
    seen = [one for probe in probes for one in probe.seen]
    failed = [end for began, end, well in seen if not well]
    return {"asked": len(seen), "failed": len(failed), "rejoin_s": rejoined, "longest_s": max(end - began for began, end, _ in seen),
            "errors_s": max((end - killed for end in failed), default=0.0)}


# ---- what it adds up to ----


def report(bench, found, calls, resident, deaths):
    resting, worked = resident
    how = f"{bench.rounds} rounds of {bench.seconds} s, both forms on both cores, {VIDEOS:,} videos; CPU of all roles together"
    names = list(dict.fromkeys(name for name, _, _ in found))
    rows = [row(found, name, many) for name in names for many in CONNECTIONS]
    goals = [goal(f"{name} on a cluster: p50, times the embedded form's", median_of(p50_ratios(found, name, "one")), most=P50_MOST) for name in names]
    goals += [goal(f"{name} on a cluster: calls for a page", many, most=CALLS_MOST) for name, many in calls.items()]
    goals += [goal("largest role of a cluster at rest, RSS in MiB", max(resting.values()), most=RSS_MOST),
              goal("one of two instances killed: errors end after, s", max(one["errors_s"] for one in deaths.values()), most=ERRORS_MOST_S),
              goal("one of two instances killed: longest request, s", max(one["longest_s"] for one in deaths.values()), most=DEADLINE_S),
              goal("one of two instances killed: called again after its start, s", max(one["rejoin_s"] for one in deaths.values()), most=REJOIN_MOST_S)]
    return result(
        tables=[table(f"The cluster against the embedded form ({how})",
                      ["page", "connections", "p50 us", "embedded", "times", "CPU us", "embedded", "times", "database's CPU us", "calls"],
                      [[*one, f"{calls[one[0]]:.1f}" if one[0] in calls else ""] for one in rows]),
                table("Roles at rest, RSS in MiB", ["role", "after its start", "after the rounds above"],
                      [[role, f"{resting[role]:.1f}", f"{worked[role]:.1f}"] for role in resting]),
                table(f"One of two instances killed (kill -9) while {PROBES} viewers ask for the feed, and started again after {AWAY_S} s",
                      ["role", "requests", "failed", "errors end after, s", "longest request, s", "called again after, s"],
                      [[role, f"{one['asked']:,}", one["failed"], f"{one['errors_s']:.2f}", f"{one['longest_s']:.2f}", f"{one['rejoin_s']:.2f}"]
                       for role, one in deaths.items()])],
        goals=goals)


def p50_ratios(found, name, many):
    return ratios(*(column(found[name, many, form], "latency", "p50_us") for form in ("cluster", "embedded")))


def row(found, name, many):
    ours, theirs = (found[name, many, form] for form in ("cluster", "embedded"))
    p50 = [f"{median_of(column(runs, 'latency', 'p50_us')):,.0f}" for runs in (ours, theirs)]
    cpu = [f"{median_of(column(runs, 'cpu_us')):,.1f}" for runs in (ours, theirs)]
    return [name, CONNECTIONS[many], *p50, span(p50_ratios(found, name, many)), *cpu,
            span(ratios(column(ours, "cpu_us"), column(theirs, "cpu_us"))), f"{median_of(column(ours, 'database_us')):,.1f}"]
