#!/usr/bin/python3
# Holds functions, files and headers to the sizes of CONTRIBUTING.md.
# SPDX-License-Identifier: Apache-2.0
"""Usage: check_sizes.py [FOLDER]   Prints what is too large, and the median; fails if anything is."""
import os
import statistics
import subprocess
import sys

FUNCTION_MAX, FUNCTION_MEDIAN_MAX, FILE_MAX = 60, 12, 500
FILE_MAX_OF = {".h": 150, ".svelte": 250}


def tracked(folder, *patterns):
    out = subprocess.run(["git", "-C", folder, "ls-files", *patterns], capture_output=True, text=True, check=True)
    return out.stdout.split()


def functions(folder, files):
    """(lines, file, name) of every C function, by universal-ctags."""
    out = subprocess.run(["ctags", "--languages=C", "--kinds-C=f", "--fields=+ne", "-f", "-", *files],
                         cwd=folder, capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines():
        name, file, *fields = line.split("\t")
        marks = dict(field.split(":", 1) for field in fields if field.startswith(("line:", "end:")))
        if len(marks) == 2:
            yield int(marks["end"]) - int(marks["line"]) + 1, file, name


def long_files(folder, files):
    for file in files:
        with open(f"{folder}/{file}", encoding="utf-8") as text:
            lines = sum(1 for _ in text)
        limit = FILE_MAX_OF.get(os.path.splitext(file)[1], FILE_MAX)
        if lines > limit:
            yield f"{file}: {lines} lines, at most {limit}"


def complaints(folder):
    code = tracked(folder, "*.c", "*.h")
    found = list(functions(folder, code))
    for lines, file, name in found:
        if lines > FUNCTION_MAX:
            yield f"{file}: {name} has {lines} lines, at most {FUNCTION_MAX}"
    median = statistics.median(lines for lines, _, _ in found) if found else 0
    if median > FUNCTION_MEDIAN_MAX:
        yield f"the median function has {median} lines, at most {FUNCTION_MEDIAN_MAX}"
    yield from long_files(folder, code + tracked(folder, "*.py", "dev", ".ci/run", "*.js", "*.mjs", "*.ts", "*.svelte", "*.css"))
    print(f"sizes: {len(found)} functions, median {median} lines, longest {max((n for n, _, _ in found), default=0)}")


def main(folder="."):
    wrong = list(complaints(folder))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
