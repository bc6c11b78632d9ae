# gRPC of Node.js, written in JavaScript from the HTTP/2 frames up.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess

import pytest

from foreign_tools import HERE, needs
from server_process import ROOT

RPC = ROOT / 'src/platform/rpc'


@pytest.fixture(scope='module')
def seen(kit, grpc_js):
    """What js/client.js saw."""
    done = subprocess.run([needs('node', 'nodejs'), HERE / 'js/client.js', kit.address, RPC, RPC / 'proto'],
                          capture_output=True, text=True, check=False, timeout=300,
                          env={**os.environ, 'NODE_PATH': str(grpc_js / 'node_modules')})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_method_answers(seen):
    echo = seen['echo']['reply']
    assert (echo['i64'], echo['s'], echo['ss'], echo['pick']) == ('-5', '短', ['', 'a'], 'pick_text')
    assert int(seen['register']['reply']['id']) > 0


def test_a_failure_comes_with_its_code_text_and_trailers(seen):
    assert seen['refuse'] == {'code': 9, 'details': 'ü 短 100 %', 'reason': 'video_gone'}


def test_a_call_ends_at_its_deadline(seen):
    assert seen['late']['code'] == 4


def test_who_asks_is_known(seen):
    assert seen['who']['reply']['s'].startswith('42 ')


def test_many_calls_at_a_time_have_each_their_own_answer(seen):
    assert seen['many'] == [str(i + 1) for i in range(200)]


def test_health_and_reflection_are_understood(seen):
    assert seen['check']['reply']['status'] == 'SERVING'
    assert seen['watch']['status'] == 'SERVICE_UNKNOWN'
    assert 'duan.kit.v1.Kit' in seen['services']
