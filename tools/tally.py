#!/usr/bin/python3
# Adds up what the parts of a test run printed, and prints the one closing line.
# SPDX-License-Identifier: Apache-2.0
"""Usage: tally.py RESULT-FILE ...   (one file per part: what meson or pytest printed, then "part ended: STATUS")"""
import re
import sys

MESON = {"Ok": "passed", "Expected Fail": "passed", "Fail": "failed", "Unexpected Pass": "failed",
         "Timeout": "failed", "Skipped": "skipped"}
PYTEST = {"passed": "passed", "failed": "failed", "error": "failed", "errors": "failed", "skipped": "skipped",
          "xfailed": "passed", "xpassed": "failed"}


def of_meson(text):
    """Meson's summary: one line per kind. A program that speaks TAP tells its subtests in brackets."""
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for name, number in re.findall(r"^(\w[\w ]*?):\s+(\d+)\s*$", text, re.M):
        if name in MESON:
            counts[MESON[name]] += int(number)
    subtests = sum(int(n) for n in re.findall(r"(\d+) subtests passed", text))
    programs = len(re.findall(r"\d+ subtests passed", text))
    counts["passed"] += subtests - programs
    return counts


def of_pytest(text):
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    lines = re.findall(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s", text, re.M)
    for number, name in re.findall(r"(\d+) (\w+)", lines[-1] if lines else ""):
        if name in PYTEST:
            counts[PYTEST[name]] += int(number)
    return counts


def of_part(text):
    counts = of_meson(text) if "Expected Fail:" in text else of_pytest(text)
    ended = re.search(r"part ended: (\d+)", text)
    died = not ended or ended[1] != "0"
    if died and not counts["failed"]:
        counts["failed"] = 1
    return counts


def main(paths):
    total = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            for kind, number in of_part(file.read()).items():
                total[kind] += number
    line = f"{total['passed']} passed, {total['failed']} failed"
    print(line + (f", {total['skipped']} skipped" if total["skipped"] else ""))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
