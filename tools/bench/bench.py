#!/usr/bin/python3
# Measures Duan on this machine, scenario by scenario; results are kept, so a run can be taken up again.
# SPDX-License-Identifier: Apache-2.0
import argparse
import datetime
import json
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

import page
import scenario_cache
import scenario_cluster
import scenario_files
import scenario_growth
import scenario_likes
import scenario_memory
import scenario_pages
import scenario_rpc
import scenario_transcode
import scenario_upload
from machine import ROOT, describe, load_average
from report import as_text, goals_table

SCENARIOS = {"pages": scenario_pages.run, "likes": scenario_likes.run, "cache": scenario_cache.run, "growth": scenario_growth.run, "files": scenario_files.run, "memory": scenario_memory.run, "rpc": scenario_rpc.run, "upload": scenario_upload.run, "transcode": scenario_transcode.run, "cluster": scenario_cluster.run}
FOLDER, PAGE = ROOT / "build/bench", ROOT / "docs/performance.md"


class Bench:
    """How long and how often; and scratch folders on the disk that build/ is on."""

    def __init__(self, quick, scratch):
        self.quick, self.scratch = quick, scratch
        self.rounds, self.seconds = (3, 0.3) if quick else (6, 1)

    def folder(self, name):
        made = self.scratch / name
        made.mkdir()
        return made


def options():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures Duan on this machine.")
    parser.add_argument("--quick", action="store_true", help="short rounds: a look, not a figure; nothing is kept")
    parser.add_argument("--again", action="store_true", help="forget what build/bench/results.json has")
    parser.add_argument("--write", action="store_true", help="put the results into docs/performance.md")
    parser.add_argument("scenario", nargs="*", choices=[[], *SCENARIOS], help=", ".join(SCENARIOS))
    found = parser.parse_args()
    if found.quick and found.write:
        parser.error("quick results are not for the page")
    return found


class Results:
    """What was measured, by scenario, in a file: a run that was broken off goes on where it was."""

    def __init__(self, file, anew):
        self.file = file
        self.scenarios = json.loads(file.read_text())["scenarios"] if file.exists() and not anew else {}
        self.machine = describe(ROOT)

    def put(self, name, found):
        self.scenarios[name] = found
        self.file.write_text(json.dumps(self.content(), indent=1))

    def content(self):
        """In the order of the scenarios, whatever the order they were run in."""
        return {"machine": self.machine, "scenarios": {name: self.scenarios[name] for name in SCENARIOS if name in self.scenarios}}


def run_one(name, quick):
    scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=FOLDER))
    began, load = datetime.datetime.now(), load_average()
    try:
        found = SCENARIOS[name](Bench(quick, scratch))
    finally:
        shutil.rmtree(scratch)
    seconds = (datetime.datetime.now() - began).total_seconds()
    return {**found, "taken": began.isoformat(timespec="seconds"), "seconds": round(seconds), "load": [round(load, 1), round(load_average(), 1)]}


def show(name, found):
    print(f"\n== {name}: {found['taken']}, {found['seconds']} s, load average {found['load'][0]} to {found['load'][1]}\n", flush=True)
    for one in [*found["tables"], *([goals_table(found["goals"])] if found["goals"] else [])]:
        print(as_text(one), end="\n\n", flush=True)


def run_wanted(wanted, results):
    """Names of scenarios that failed; the others go on."""
    failed = []
    for name in wanted.scenario or SCENARIOS:
        try:
            if name not in results.scenarios or wanted.scenario:
                results.put(name, run_one(name, wanted.quick))
            show(name, results.scenarios[name])
        except Exception:  # whatever it was: the other scenarios have nothing to do with it
            traceback.print_exc()
            failed.append(name)
    return failed


def summary(results):
    goals = [one for found in results.scenarios.values() for one in found["goals"]]
    missed = [one["what"] for one in goals if not one["met"]]
    print(f"{len(goals) - len(missed)} of {len(goals)} goals reached", *(f"missed: {what}" for what in missed), sep="\n")


def main():
    wanted = options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    results = Results(FOLDER / ("quick.json" if wanted.quick else "results.json"), wanted.again or wanted.quick)
    failed = run_wanted(wanted, results)
    summary(results)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}; run it again, the others are kept")
    if wanted.write:
        page.write(results.content(), PAGE)


if __name__ == "__main__":
    main()
