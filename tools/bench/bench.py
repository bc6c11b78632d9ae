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
import scenario_files
import scenario_growth
import scenario_likes
import scenario_memory
import scenario_pages
import scenario_transcode
import scenario_upload
from machine import ROOT, describe, load_average
from report import as_text, goals_table

SCENARIOS = {"pages": scenario_pages.run, "likes": scenario_likes.run, "cache": scenario_cache.run, "growth": scenario_growth.run, "files": scenario_files.run, "memory": scenario_memory.run, "upload": scenario_upload.run, "transcode": scenario_transcode.run}
KEPT, PAGE = ROOT / "build/bench/results.json", ROOT / "docs/performance.md"


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
    parser.add_argument("--quick", action="store_true", help="short rounds: a look, not a figure")
    parser.add_argument("--again", action="store_true", help="also what build/bench/results.json has already")
    parser.add_argument("--write", action="store_true", help="put the results into docs/performance.md")
    parser.add_argument("scenario", nargs="*", choices=[[], *SCENARIOS], help=", ".join(SCENARIOS))
    return parser.parse_args()


def load_kept():
    return json.loads(KEPT.read_text()) if KEPT.exists() else {"scenarios": {}}


def keep(kept):
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1))


def run_one(name, quick):
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=KEPT.parent))
    began, load = datetime.datetime.now(), load_average()
    try:
        found = SCENARIOS[name](Bench(quick, scratch))
    finally:
        shutil.rmtree(scratch)
    seconds = (datetime.datetime.now() - began).total_seconds()
    return {**found, "taken": began.isoformat(timespec="seconds"), "seconds": round(seconds), "quick": quick,
            "load": [round(load, 1), round(load_average(), 1)]}


def show(name, found):
    print(f"\n== {name}: {found['seconds']} s, load average {found['load'][0]} to {found['load'][1]}\n", flush=True)
    for one in [*found["tables"], *([goals_table(found["goals"])] if found["goals"] else [])]:
        print(as_text(one), end="\n\n", flush=True)


def run_wanted(wanted, kept):
    """Names of scenarios that failed; the others go on."""
    failed = []
    for name in wanted.scenario or SCENARIOS:
        known = kept["scenarios"].get(name)
        try:
            if not known or wanted.scenario or wanted.again or known["quick"] != wanted.quick:
                kept["scenarios"][name] = run_one(name, wanted.quick)
                keep(kept)
            show(name, kept["scenarios"][name])
        except Exception:  # whatever it was: the other scenarios have nothing to do with it
            traceback.print_exc()
            failed.append(name)
    return failed


def summary(kept):
    goals = [one for found in kept["scenarios"].values() for one in found["goals"]]
    missed = [one["what"] for one in goals if not one["met"]]
    print(f"{len(goals) - len(missed)} of {len(goals)} goals reached", *(f"missed: {what}" for what in missed), sep="\n")


def main():
    wanted = options()
    kept = load_kept()
    kept["machine"] = describe(ROOT)
    failed = run_wanted(wanted, kept)
    summary(kept)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}; run it again, the others are kept")
    if wanted.write and any(found["quick"] for found in kept["scenarios"].values()):
        sys.exit("quick results are for a look, not for the page: run ./dev bench --write")
    if wanted.write:
        page.write(kept, PAGE)


if __name__ == "__main__":
    main()
