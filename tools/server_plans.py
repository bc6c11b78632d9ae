#!/usr/bin/python3
# Asks a MariaDB server how it would run every statement, and finds those that would read a whole table or sort.
# SPDX-License-Identifier: Apache-2.0
"""Usage: server_plans.py [-v]

DUAN_TEST_MARIADB names the server, mysql://USER:PASSWORD@HOST:PORT. Makes the tables in a database of its own, fills them, asks
EXPLAIN about every statement, and drops the database. -v: prints every plan.
"""
import os
import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

from query_plans import excused
from shard_keys import OPERATORS
from statements import gather, of_server

FEW = {'shown': 'seq % 10 > 0', 'state': 'seq % 3'}  # columns of few values
ROWS = 4000  # so many that reading all of them is the worse way
COLUMN = re.compile(r'^\s*(\w+) (BIGINT|INT|VARCHAR|CHAR|BLOB|VARBINARY|MEDIUMBLOB|TEXT)', re.M)


class Server:
    """The command line client, in one database."""

    def __init__(self, place, database):
        at = urlsplit(place)
        self.command = ['mariadb', '--no-defaults', f'--host={at.hostname}', f'--port={at.port}', f'--user={unquote(at.username)}',
                        '--batch', '--raw', '--default-character-set=utf8mb4']
        self.environment = {**os.environ, 'MYSQL_PWD': unquote(at.password or '')}
        self.database = database

    def run(self, text, database=True):
        command = [*self.command, self.database] if database else self.command
        done = subprocess.run(command, input=text, capture_output=True, text=True, env=self.environment)
        if done.returncode:
            raise SystemExit(f'{done.stderr.strip()}\nin: {text[:2000]}')
        return done.stdout


def columns_of(server):
    """Columns of every table: (name, is a number, of the key, is generated)."""
    rows = server.run("SELECT table_name, column_name, data_type, column_key, extra FROM information_schema.columns"
                      " WHERE table_schema = database() ORDER BY table_name, ordinal_position").splitlines()[1:]
    tables = {}
    for table, name, kind, key, extra in (row.split('\t') for row in rows):
        if 'GENERATED' not in extra:
            tables.setdefault(table, []).append((name, kind in ('bigint', 'int'), key == 'PRI'))
    return tables


def value(name, number, key, last_key):
    """Of the row `seq`: the last column of a key tells rows apart, the others come again and again."""
    if name in FEW:
        return FEW[name]
    apart = name in ('created_at', 'run_at', 'applied_at', 'name', 'asset', 'id', 'job_key') or (key and last_key)
    text = 'seq' if apart else 'seq % 50 + 1'
    return text if number else f"concat('t', {text})"


def fill(server):
    for table, columns in columns_of(server).items():
        keys = [name for name, _, key in columns if key]
        values = ', '.join(value(name, number, key, keys and name == keys[-1]) for name, number, key in columns)
        names = ', '.join(name for name, _, _ in columns)
        server.run(f'INSERT IGNORE INTO {table} ({names}) SELECT {values} FROM seq_1_to_{ROWS}; ANALYZE TABLE {table}')


def with_values(text, texts):
    """The statement with a value for each ?, of the kind of what it is compared with."""
    def one(match):
        before = text[:match.start()]
        compared = re.search(r'(\w+)\s*(<>|<=|>=|=|<|>|IN \((?:\?, )*)\s*$', before)
        if re.search(r'LIMIT $', before):
            return '30'
        if compared and compared[1] in FEW:
            return '1'
        if compared and compared[1] in texts:
            return "'t7'"
        return '7' if compared and compared[2] in ('=', '<>') or not compared or compared[2].startswith('IN') else str(ROWS)
    return re.sub(r'\?', one, text)


def plan_of(server, text):
    lines = server.run(f'EXPLAIN {text}').splitlines()
    return [dict(zip(lines[0].split('\t'), line.split('\t'))) for line in lines[1:]]


def is_slow(step):
    table, kind, extra = step['table'], step['type'], step.get('Extra', '')
    if table == 'NULL' or table.startswith('<'):  # made by a part of the statement that was looked at
        return 'filesort' in extra or 'temporary' in extra
    return kind in ('ALL', 'index') or 'filesort' in extra or 'temporary' in extra


def plans(server):
    scripts, statements = gather()
    server.run(f'DROP DATABASE IF EXISTS {server.database}; CREATE DATABASE {server.database}', database=False)
    try:
        for text in scripts:
            server.run(of_server(text))
        fill(server)
        texts = {name for columns in columns_of(server).values() for name, number, _ in columns if not number}
        for one in statements:
            if one.on_server() and not OPERATORS.match(one.file) and not re.match(r'INSERT|SELECT \w+\(', one.text):
                yield one, plan_of(server, with_values(one.text, texts))
    finally:
        server.run(f'DROP DATABASE {server.database}', database=False)


def main(*args):
    place = os.environ.get('DUAN_TEST_MARIADB')
    if not place:
        raise SystemExit('DUAN_TEST_MARIADB names no server')
    count, slow = 0, []
    for one, plan in plans(Server(place, f'duan_plans{os.getpid()}')):
        count += 1
        shown = '\n'.join(f"    {step['table']}: {step['type']} {step['key']} {step.get('Extra', '')}" for step in plan)
        if '-v' in args:
            print(f'{one.file}: {one.text}\n{shown}')
        if any(is_slow(step) for step in plan) and not excused(one.text):
            slow.append(f'{one.file}: {one.text}\n{shown}')
    print('\n'.join([*slow, f'server plans: {count} statements, {len(slow)} complaints']))
    return 1 if slow else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
