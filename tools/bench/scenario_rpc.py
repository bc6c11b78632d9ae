# Calls between two processes: ours, and the same ones in grpc-go. Each server has one core, each client another.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess

from loads import alternate, column, ratios
from machine import BUILD, CLIENT_CORE, ROOT, SERVER_CORE, cpu_ns, median_of, memory_bytes, on_core, span
from report import goal, result, table

LENGTH = 1500  # bytes of a reply: a page of counts, or of users
CALLERS = (1, 16)
TIMES_CALLS, TIMES_CPU, IDLE_MIB = 2, 0.5, 12
SLOW_S = 120
GO_PLACES = ("/usr/local/go/bin", "/usr/lib/go/bin")


def build_go(folder):
    """grpc_go as a program; Go fetches its modules the first time."""
    go = shutil.which("go", path=os.pathsep.join([os.environ["PATH"], *GO_PLACES]))
    if not go:
        raise RuntimeError("there is no Go: apt-get install golang-go")
    subprocess.run([go, "build", "-o", folder / "grpc_go", "."], cwd=ROOT / "tools/bench/grpc_go", check=True)
    return folder / "grpc_go"


class Side:
    """A server and the client that goes with it."""

    def __init__(self, serve, load):
        self.load = load
        with on_core(SERVER_CORE):
            self.process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def measure(self, callers, seconds):
        """Calls a second, and the CPU time of a call on both sides."""
        before = cpu_ns(self.process.pid)
        with on_core(CLIENT_CORE):
            done = subprocess.run([*self.load, self.address, str(seconds), str(callers), str(LENGTH)],
                                  stdout=subprocess.PIPE, text=True, check=True, timeout=SLOW_S)
        found = json.loads(done.stdout)
        server_us = (cpu_ns(self.process.pid) - before) / 1e3 / found["calls"]
        client_us = found["cpu_s"] * 1e6 / found["calls"]
        return {**found, "per_second": found["calls"] / found["seconds"], "cpu_us": server_us + client_us,
                "server_us": server_us, "client_us": client_us}


def run(bench):
    go = build_go(bench.folder("grpc_go"))
    kit, load = BUILD / "tests/rpc/bytes_server", BUILD / "tools/bench/rpc_load"
    with Side([kit], [load]) as ours, Side([go, "serve"], [go, "load"]) as theirs:
        idle_mib = memory_bytes(ours.process.pid) / 2**20
        contenders = {(side, n): (lambda one=one, n=n: one.measure(n, bench.seconds))
                      for n in CALLERS for side, one in (("ours", ours), ("grpc-go", theirs))}
        found = alternate(bench.rounds, contenders)
    return report(bench, found, idle_mib)


def report(bench, found, idle_mib):
    rows = [[f"{side}, {n} at a time", span(column(runs, "per_second"), 0), f"{median_of(column(runs, 'p50_us')):.0f}", f"{median_of(column(runs, 'p99_us')):.0f}",
             *(span(column(runs, name), 1) for name in ("server_us", "client_us"))] for (side, n), runs in found.items()]
    goals = [goal("MiB of an idle server", idle_mib, most=IDLE_MIB)]
    for n in CALLERS:
        both = [found["ours", n], found["grpc-go", n]]
        goals += [goal(f"calls a second, {n} at a time, times grpc-go", median_of(ratios(*(column(one, "per_second") for one in both))), least=TIMES_CALLS),
                  goal(f"CPU of a call, {n} at a time, of grpc-go's", median_of(ratios(*(column(one, "cpu_us") for one in both))), most=TIMES_CPU)]
    return result(
        tables=[table(f"Calls with a reply of {LENGTH} bytes ({bench.rounds} rounds of {bench.seconds} s)",
                      ["", "per second", "p50 us", "p99 us", "server CPU us", "client CPU us"], rows)],
        goals=goals,
        plots=[{"name": "rpc", "title": "CPU time of a call, us", "series": ["server", "client"],
                "bars": [{"label": f"{side}, {n}", "values": [median_of(column(runs, "server_us")), median_of(column(runs, "client_us"))]}
                         for (side, n), runs in found.items()]}])
