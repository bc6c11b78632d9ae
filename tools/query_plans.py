#!/usr/bin/python3
# Explains every statement in the sources, and finds those that would read a whole table or sort.
# SPDX-License-Identifier: Apache-2.0
"""Usage: query_plans.py [-v]   Prints what scans or sorts (-v: the plan of every statement); fails if anything does."""
import re
import sqlite3
import sys

from statements import ROOT, gather, of_file

SLOW = re.compile(r'SCAN (?!CONSTANT ROW)|TEMP B-TREE|AUTOMATIC')

# Statements that may, by how they begin, and why that is no harm.
EXCEPTIONS = {
    'SELECT video_id, created_at, author_id FROM (SELECT video_id, created_at, author_id FROM favorite_mark':
        'likes have no index by time (docs/decisions/one-writer.md); what is sorted is bounded by CHOSEN_FROM_MAX',
    'SELECT id, created_at FROM video_item WHERE created_at >= ?':
        'what some authors published in a span of time that begins with a day; 128 rows of it are taken',
    'SELECT count(*) FROM (SELECT 1 FROM bus_job': 'counts at most BUS_COUNT_MAX entries of an index',
    'SELECT id FROM bus_job WHERE state = 1': 'once, before jobs are run',
    'SELECT count(*) FROM (SELECT 1 FROM search_pair': 'counts at most RARE_MAX entries of the key',
    'SELECT count(*) FROM (SELECT 1 FROM changes_outbox': 'counts at most OUTBOX_COUNT_MAX entries of the key',
    "SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'": 'for an operator: the schema has a few dozen rows',
    'SELECT 1 FROM information_schema.tables': 'the same, on a server',
    'SELECT owner, number, name, checksum, applied_at FROM schema_migration': 'the same',
}

# An operator's commands, which compare or copy whole tables: a span of ids at a time (docs/decisions/doctor.md).
READ_ALL = ('src/admin/doctor_', 'src/admin/backup.c')


def plan(db, statement):
    rows = db.execute(f'EXPLAIN QUERY PLAN {statement}', [None] * statement.count('?'))
    return [row[3] for row in rows]


def plans(root=ROOT):
    """(file, statement, plan) of every statement that a file of SQLite's may be given."""
    scripts, statements = gather(root)
    db = sqlite3.connect(':memory:')
    for text in scripts:
        db.executescript(of_file(text).replace('BIGINT PRIMARY KEY', 'INTEGER PRIMARY KEY'))  # as sqlite_db.c does
    return [(one.file, one.text, plan(db, one.text)) for one in statements if one.on_file()]


def excused(statement):
    return next((start for start in EXCEPTIONS if statement.startswith(start)), None)


def complaints(found):
    """What scans or sorts without an excuse, and excuses that nothing needs."""
    slow = [(file, text, steps) for file, text, steps in found if any(SLOW.search(step) for step in steps)]
    for file, text, steps in slow:
        if not excused(text) and not file.startswith(READ_ALL):
            yield f'{file}: {text}\n    ' + '\n    '.join(steps)
    needed = {excused(text) for _, text, _ in slow}
    for start in EXCEPTIONS:
        if start not in needed and 'information_schema' not in start:
            yield f'an excuse that nothing needs: {start}'


def main(*args):
    found = plans()
    if '-v' in args:
        for file, text, steps in found:
            print(f'{file}: {text}\n    ' + '\n    '.join(steps))
    wrong = list(complaints(found))
    print('\n'.join(wrong + [f'query plans: {len(found)} statements, {len(wrong)} complaints']))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
