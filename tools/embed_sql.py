#!/usr/bin/python3
# Turns numbered SQL files (sql/0001_create.sql ...) into a C file with a migration_list named <owner>_migrations.
# SPDX-License-Identifier: Apache-2.0
"""Usage: embed_sql.py OWNER OUTPUT.c FILE.sql ..."""
import os
import re
import sys


def literal(text):
    """The text as C string literals, one a line."""
    lines = text.replace("\\", "\\\\").replace('"', '\\"').splitlines()
    return "\n".join(f'     "{line}\\n"' for line in lines)


def row(owner, path):
    match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", os.path.basename(path))
    if not match:
        sys.exit(f"{path}: name it NNNN_what.sql")
    with open(path, encoding="utf-8") as file:
        return int(match[1]), f'    {{"{owner}", {int(match[1])}, "{match[2]}",\n{literal(file.read())}}},\n'


def main():
    owner, output, *paths = sys.argv[1:]
    rows = sorted(row(owner, path) for path in paths)
    if [number for number, _ in rows] != list(range(1, len(rows) + 1)):
        sys.exit(f"{owner}: migrations must be numbered 1, 2, 3 ... without gaps")
    with open(output, "w", encoding="utf-8") as file:
        file.write(f"/* Generated from the SQL files of {owner}. Do not edit. */\n"
                   f'#include "migrate.h"\n\n'
                   f"extern const struct migration_list {owner}_migrations;\n"
                   f"static const struct migration steps[] = {{\n{''.join(text for _, text in rows)}}};\n"
                   f"const struct migration_list {owner}_migrations = {{steps, COUNT(steps)}};\n")


if __name__ == "__main__":
    main()
