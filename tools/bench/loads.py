# Runs the load client, and contenders in alternating rounds.
# SPDX-License-Identifier: Apache-2.0
import itertools
import json
import subprocess

from machine import BUILD, CLIENT_CORE, cpu_ns, on_core

CLIENT = BUILD / "tools/bench/load"
OK = '"status_code":0'
SLOW_S = 120


def write_requests(file, lines):
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def run_client(port, file, **options):
    """What the client printed. Options are those of load_options.c: connections=64, rate=1000, ..."""
    words = [f"--{name}={value}" for name, value in options.items() if value is not None]
    with on_core(CLIENT_CORE):
        done = subprocess.run([CLIENT, *words, str(port), file], stdout=subprocess.PIPE, text=True, check=True, timeout=SLOW_S)
    return json.loads(done.stdout)


def measure(server, file, **options):
    """A run with the server's CPU time for each request beside it; what went wrong is no measurement.

    At a constant rate answers may be lost: they count as slow as they were when the client gave up.
    """
    before = cpu_ns(server.pid)
    found = run_client(server.port, file, **options)
    if found["errors"] or (found["lost"] and not options.get("rate")) or not found["requests"]:
        raise RuntimeError(f"{found['errors']} errors, {found['lost']} lost of {found['requests']} requests: {file}")
    found["cpu_us"] = (cpu_ns(server.pid) - before) / 1e3 / found["requests"]
    return found


def alternate(rounds, contenders):
    """Every contender in every round, in turn from both ends: what disturbs the machine disturbs all alike."""
    found = {name: [] for name in contenders}
    for at in range(rounds):
        for name in list(contenders)[::-1 if at % 2 else 1]:
            found[name].append(contenders[name]())
    return found


def column(runs, *path):
    """One figure of all runs: column(runs, "latency", "p99_us")."""
    values = []
    for run in runs:
        for name in path:
            run = run[name]
        values.append(run)
    return values


def ratios(above, below):
    """Round by round, so that a slow moment counts on both sides."""
    return [a / b for a, b in zip(above, below)]


def numbered(names):
    return dict(zip(names, itertools.count()))
