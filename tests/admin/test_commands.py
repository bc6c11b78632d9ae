# What all commands have in common: help, wrong use, folders that are not there, a shared database.
# SPDX-License-Identifier: Apache-2.0
import sqlite3
import threading
from contextlib import closing

import httpx
import pytest

import prometheus_text
from database import change
from operator_shell import admin, run, table
from server_process import program
from waiting import eventually

WRONG_USE, NOT_THERE, NOT_NOW, WRONG_CONFIG = 64, 66, 75, 78
COMMANDS = {
    'migrate': [], 'backup': ['x.tar'], 'restore': ['x.tar'], 'doctor': [], 'users': [],
    'passwd': ['ann'], 'ban': ['ann'], 'unban': ['ann'], 'delete-video': ['1'], 'jobs': [],
    'retry-job': ['1'], 'reports': ['list'],
}
MAKE_THEIR_OWN = ('restore',)


def duan_admin(*words, status=0):
    return run([program(), 'admin', *words], status)


@pytest.mark.parametrize('word', ('help', '--help', '-h'))
def test_help_lists_every_command(word):
    said = duan_admin(word)
    listed = [line.split()[0] for line in said.out.splitlines() if line.startswith('  ')]
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize('command', COMMANDS)
def test_each_command_explains_itself(command):
    said = duan_admin(command, '--help').out
    assert said.startswith(f'usage: duan admin {command}')
    assert '--data DIR' in said and 'server' in said and 'Ends with 0' in said
    assert max(map(len, said.splitlines())) <= 80


def test_what_is_no_command_is_told():
    assert 'no command "bann"' in duan_admin('bann', status=WRONG_USE).err
    assert 'usage: duan admin' in duan_admin(status=WRONG_USE).err


@pytest.mark.parametrize('command,words', COMMANDS.items())
def test_wrong_use_is_told_with_the_usage(command, words):
    for wrong in ([*words, '--nonsense'], [*words, '--listen', 'x'], [*words, '--set'],
                  [*words] + ['more'] * 17, [] if words else ['--limit', '0']):
        said = duan_admin(command, *wrong, status=WRONG_USE)
        assert f'usage: duan admin {command}' in said.err, wrong


@pytest.mark.parametrize('command,words', COMMANDS.items())
def test_wrong_settings_are_told(command, words, tmp_path):
    said = duan_admin(command, *words, '--data', tmp_path, '--set', 'http.lisen=x',
                      status=WRONG_CONFIG)
    assert 'http.listen' in said.err


@pytest.mark.parametrize('command', [name for name in COMMANDS if name not in MAKE_THEIR_OWN])
def test_a_folder_without_a_database_stays_empty(command, tmp_path):
    for folder in (tmp_path, tmp_path / 'none'):
        said = duan_admin(command, *COMMANDS[command], '--data', folder, status=NOT_THERE)
        assert 'no database in' in said.err
    assert list(tmp_path.iterdir()) == []


def test_settings_come_from_a_file_too(server, tmp_path):
    (tmp_path / 'other.yaml').write_text(f'data: {server.data}\n')
    duan_admin('jobs', '--config', tmp_path / 'other.yaml')


# Migrations.


@pytest.fixture
def stopped(own_server):
    server = own_server()
    server.stop()
    return server


def forget(folder, text):
    with closing(sqlite3.connect(folder / 'duan.db')) as db, db:
        db.executescript(text)


OLDER = ("ALTER TABLE bus_job DROP COLUMN token; ALTER TABLE bus_job DROP COLUMN lease_until; ALTER TABLE bus_job DROP COLUMN writes;"
         " DELETE FROM schema_migration WHERE owner = 'bus' AND number = 3")


def test_missing_steps_are_shown_and_then_applied(stopped):
    assert 'missing' not in admin(stopped.data, 'migrate', '--status').out
    forget(stopped.data, OLDER)
    rows = table(admin(stopped.data, 'migrate', '--status', status=1).out)
    assert [row[:2] for row in rows if row[-1] == 'missing'] == [['bus', '3']]
    assert 'duan admin migrate' in admin(stopped.data, 'users', status=NOT_NOW).err
    admin(stopped.data, 'migrate')
    admin(stopped.data, 'migrate', '--status')
    admin(stopped.data, 'users')


def test_no_step_is_applied_beside_a_server(server):
    said = admin(server.data, 'migrate', status=NOT_NOW)
    assert 'stop the server first' in said.err and 'in use by process' in said.err
    admin(server.data, 'migrate', '--status')


def test_steps_of_a_newer_program_are_shown(stopped):
    forget(stopped.data, "INSERT INTO schema_migration VALUES ('video', 99, 'later', 'x', 1)")
    assert 'unknown' in admin(stopped.data, 'migrate', '--status', status=1).out
    assert 'does not know' in admin(stopped.data, 'users', status=NOT_NOW).err


def test_jobs_of_a_running_server_are_left_alone(own_server):
    server = own_server()
    change(server.data, 'INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at)'
           " VALUES ('other', 1, 1, 1, 1, 1)")
    assert [row[3] for row in table(admin(server.data, 'jobs').out)] == ['running']
    assert [row[3] for row in table(admin(server.data, 'jobs').out)] == ['running']


# Two processes, one database.


def waiting_writes(server):
    page = prometheus_text.Metrics(httpx.get(f'{server.url}/metrics', trust_env=False).text)
    return page.samples['duan_sql_queue', frozenset()]


def test_a_server_waits_for_who_holds_the_database(own_server, new_user):
    server = own_server()
    people = [new_user(server.url) for _ in range(10)]
    writers = []

    def one_more_waits():
        """One is being written, and has to wait; those that come later wait for it."""
        if len(writers) < len(people) - 1:
            person = people[len(writers) + 1]
            writers.append(threading.Thread(target=person.follow, args=(people[0].id,)))
            writers[-1].start()
        return waiting_writes(server) >= 1

    with closing(sqlite3.connect(server.data / 'duan.db', isolation_level=None)) as db:
        db.execute('BEGIN IMMEDIATE')
        eventually(one_more_waits)
        db.execute('COMMIT')
    for writer in writers:
        writer.join()
    assert people[0].user()['follower_count'] == len(writers) > 1


def test_a_command_waits_for_who_holds_the_database(server, ann):
    with closing(sqlite3.connect(server.data / 'duan.db', isolation_level=None)) as db:
        db.execute('BEGIN IMMEDIATE')
        command = threading.Thread(target=admin, args=(server.data, 'ban', ann.name))
        command.start()
        assert admin(server.data, 'users', ann.name).out  # reading needs nobody's leave
        db.execute('COMMIT')
    command.join()
    assert 'was banned already' in admin(server.data, 'ban', ann.name).out
