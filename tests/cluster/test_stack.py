# ./dev stack, as a person types it: all of it starts, says how it feels, survives a kill and leaves nothing behind.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys
import urllib.request

import pytest

from cluster import SERVICES
from ports import connects, free_port
from server_process import ROOT

ALL = {'mariadb', 'etcd', 's3', 'haproxy', 'transcoder-1', 'gateway-1', 'gateway-2', *(f'{service}-{n}' for service in SERVICES for n in (1, 2))}


class Stack:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()

    def type(self, *words):
        return subprocess.run([sys.executable, ROOT / 'tools/stack/stack.py', '--folder', self.folder, '--port', str(self.port), *words],
                              capture_output=True, text=True, check=False)

    def table(self):
        """{name: (process id, health)}"""
        lines = self.type('status').stdout.splitlines()[1:]
        rows = [line.split() for line in lines]
        return {row[0]: (row[1], ' '.join(row[4:])) for row in rows}


@pytest.fixture(scope='module')
def stack(tmp_path_factory):
    stack = Stack(tmp_path_factory.mktemp('stack'))
    started = stack.type('start', '--gateways', '2', '--small')
    assert started.returncode == 0, started.stderr
    yield stack
    ended = stack.type('stop')
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def another(tmp_path):
    """One that is not started yet; whatever becomes of it, it has ended with the test."""
    stack = Stack(tmp_path)
    yield stack
    stack.type('stop')


def test_everything_is_ready_and_the_world_is_there(stack):
    assert {name: health for name, (_, health) in stack.table().items()} == dict.fromkeys(ALL, 'ready')
    with urllib.request.urlopen(f'http://127.0.0.1:{stack.port}/douyin/feed/') as reply:
        assert b'"video_list":[{' in reply.read()


def test_an_instance_that_was_killed_is_told_and_started_again(stack):
    before = stack.table()
    killed = stack.type('kill', 'favorite-1')
    assert f'killed favorite-1 (pid {before["favorite-1"][0]})' in killed.stderr
    assert 'stack start' in killed.stderr
    assert stack.type('status').returncode == 3
    assert stack.table()['favorite-1'] == ('-', 'down')
    assert stack.type('start').returncode == 0
    after = stack.table()
    assert after['favorite-1'][1] == 'ready'
    assert {name for name in ALL if before[name][0] != after[name][0]} == {'favorite-1'}


def test_logs_are_those_of_the_role(stack):
    said = stack.type('logs', 'favorite').stdout
    assert re.search(r'favorite-1/server\.log', said) and re.search(r'favorite-2/server\.log', said)
    assert '"service.name"' in said or '"message"' in said


def test_a_name_that_is_nothing_is_answered_with_those_that_are(stack):
    refused = stack.type('kill', 'favourite')
    assert refused.returncode == 1
    assert 'there is no "favourite" here, only' in refused.stderr and 'favorite' in refused.stderr


def test_secrets_are_for_the_owner_only(stack):
    secrets = [stack.folder / name for name in ('duan.yaml', 'token.key', 'mariadb/duan.password', 's3/s3.password')]
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}


def test_what_does_not_start_leaves_nothing_behind(another):
    (another.folder / 'user-1').mkdir()
    (another.folder / 'user-1/data').write_text('a file where a folder has to be', encoding='ascii')
    refused = another.type('start')
    assert refused.returncode == 1
    assert 'user-1' in refused.stderr
    assert {pid for pid, _ in another.table().values()} == {'-'}


def test_a_port_that_is_taken_is_named_before_anything_starts(stack, another):
    another.port = stack.port
    assert connects(stack.port)
    refused = another.type('start')
    assert refused.returncode == 1
    assert f'port {stack.port} is in use' in refused.stderr
    assert {pid for pid, _ in another.table().values()} == {'-'}


def test_a_start_that_is_interrupted_leaves_nothing_behind(another):
    starting = subprocess.Popen([sys.executable, ROOT / 'tools/stack/stack.py', '--folder', another.folder, '--port', str(another.port), 'start'],
                                stderr=subprocess.PIPE, text=True)
    assert 'is ready' in starting.stderr.readline()
    starting.terminate()
    assert 'interrupted' in starting.communicate()[1]
    assert {pid for pid, _ in another.table().values()} == {'-'}
