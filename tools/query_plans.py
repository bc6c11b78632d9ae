#!/usr/bin/python3
# Explains every statement in the sources, and finds those that would read a whole table or sort.
# SPDX-License-Identifier: Apache-2.0
"""Usage: query_plans.py [-v]   Prints what scans or sorts (-v: the plan of every statement); fails if anything does."""
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LITERALS = re.compile(r'"(?:\\.|[^"\\])*"(?:\s*"(?:\\.|[^"\\])*")*')
STATEMENT = re.compile(r'(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\s')
SLOW = re.compile(r'SCAN (?!CONSTANT ROW)|TEMP B-TREE|AUTOMATIC')

# Statements that may, by how they begin, and why that is no harm.
EXCEPTIONS = {
    'SELECT video_id, created_at FROM (SELECT video_id, created_at FROM favorite_mark WHERE user_id = ?':
        'likes have no index by time (docs/decisions/one-writer.md); what is sorted is bounded by CHOSEN_FROM_MAX',
    'SELECT count(*) FROM (SELECT 1 FROM bus_job': 'counts at most BUS_COUNT_MAX entries of an index',
    'DELETE FROM bus_job WHERE state = 1': 'once, before jobs are run',
    'UPDATE bus_job SET state = 0 WHERE state = 1': 'the same',
    "SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'": 'for an operator: the schema has a few dozen rows',
    'SELECT owner, number, name, checksum, applied_at FROM schema_migration': 'the same',
}

# An operator's commands, which compare or copy whole tables: a span of ids at a time (docs/decisions/doctor.md).
READ_ALL = ('src/admin/doctor_', 'src/admin/backup.c')


def sources(root):
    """What the program is made of: no tests, no fuzzers."""
    found = sorted((root / 'src').rglob('*.c'))
    return [file for file in found if not re.search(r'(_test|_fuzz|_oracle)\.c$|/tests/', str(file))]


def expanded(file):
    """The file with its own macros expanded; those of headers make no statements."""
    text = re.sub(r'(?m)^\s*#\s*include.*$', '', file.read_text('utf-8'))
    done = subprocess.run(['cc', '-E', '-P', '-x', 'c', '-'], input=text, capture_output=True, text=True, check=True)
    return done.stdout


def literals(text):
    """Every string of a C text, with neighbours joined."""
    for run in LITERALS.findall(text):
        pieces = re.findall(r'"((?:\\.|[^"\\])*)"', run)
        yield re.sub(r'\\(.)', lambda m: {'n': '\n', 't': '\t'}.get(m[1], m[1]), ''.join(pieces))


def gather(root):
    """The schema, and the statements with the files they stand in."""
    schema = [file.read_text('utf-8').replace('BIGINT PRIMARY KEY', 'INTEGER PRIMARY KEY')  # as sql.c does
              for file in sorted((root / 'src').rglob('sql/*.sql'))]
    statements = []
    for file in sources(root):
        if '"' not in (text := file.read_text('utf-8')) or not re.search(STATEMENT.pattern + '|CREATE ', text):
            continue
        for literal in literals(expanded(file)):
            if literal.startswith('CREATE '):
                schema.append(literal)
            elif STATEMENT.match(literal):
                statements.append((str(file.relative_to(root)), literal))
    return schema, statements


def plan(db, statement):
    rows = db.execute(f'EXPLAIN QUERY PLAN {statement}', [None] * statement.count('?'))
    return [row[3] for row in rows]


def plans(root=ROOT):
    """(file, statement, plan) of every statement in the sources."""
    schema, statements = gather(root)
    db = sqlite3.connect(':memory:')
    for text in schema:
        db.executescript(text)
    return [(file, statement, plan(db, statement)) for file, statement in statements]


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
        if start not in needed:
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
