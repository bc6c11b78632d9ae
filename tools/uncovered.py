#!/usr/bin/python3
# Names the functions with lines that no test reached, and how those lines begin.
# SPDX-License-Identifier: Apache-2.0
"""Usage: uncovered.py REPORT.json   (of gcovr --json)"""
import bisect
import json
import subprocess
import sys


def functions_of(path):
    """(first line, name) of each function, in order."""
    out = subprocess.run(["ctags", "--kinds-C=f", "--fields=+n", "-f", "-", path], capture_output=True, text=True, check=True).stdout
    tags = [line.split("\t") for line in out.splitlines()]
    return sorted((int(next(f for f in tag if f.startswith("line:"))[5:]), tag[0]) for tag in tags)


def missed(file):
    return [line["line_number"] for line in file["lines"] if line["count"] == 0 and not line.get("gcovr/noncode")]


def show(path, lines):
    starts = functions_of(path)
    with open(path, encoding="utf-8") as opened:
        text = opened.read().splitlines()
    for number in lines:
        at = bisect.bisect_right(starts, (number, "\uffff")) - 1
        print(f"{path}:{number}: {starts[at][1] if at >= 0 else '-'}: {text[number - 1].strip()}")


def main(report):
    with open(report, encoding="utf-8") as opened:
        files = json.load(opened)["files"]
    for file in sorted(files, key=lambda f: f["file"]):
        show(file["file"], missed(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
