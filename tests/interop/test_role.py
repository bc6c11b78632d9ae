# Real services of real roles, called by tools that know them from reflection only.
# SPDX-License-Identifier: Apache-2.0
import json
import urllib.request

import pytest

from cluster import SERVICES, TRANSCODER, Cluster
from instance import GATEWAY
from prometheus_text import Metrics
from server_process import DEFAULTS, program
from test_grpcurl import Curl
from test_h2load import assert_all_answered
from test_health_probe import UNREACHABLE, WELL, probe

# What a service may say to an empty request: it has decided, or asked a role that is not there.
ANSWERS = ('Message: video is down', 'Message: user is down') + tuple(
    f'Code: {code}' for code in ('InvalidArgument', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'FailedPrecondition', 'Unauthenticated'))


def only(role):
    """One instance of it, and no other role."""
    return {**dict.fromkeys((*SERVICES, TRANSCODER, GATEWAY), 0), role: 1}


@pytest.fixture(scope='module', params=SERVICES)
def role(request, tmp_path_factory, components):
    cluster = Cluster(tmp_path_factory.mktemp(request.param), None, only(request.param), DEFAULTS, program(), dies_with_us=True,
                      components=components, tag=f'interop{request.param}')
    cluster.start()
    yield cluster.instances[0]
    for one in cluster.instances:
        one.kill()


def own_service(curl, role):
    found, = (name for name in curl.out('list').split() if name.startswith(f'duan.{role.role}.'))
    return found


def test_every_method_can_be_described_and_called(role, grpcurl):
    curl = Curl(grpcurl, role.address())
    service = own_service(curl, role)
    methods = curl.out('list', service).split()
    assert len(methods) > 1
    for method in methods:
        assert 'rpc ' in curl.out('describe', method)
        done = curl.run(method, flags=('-d', '{}'))
        assert done.returncode == 0 or any(text in done.stderr for text in ANSWERS), f'{method}: {done.stderr}'


def test_what_was_called_is_counted(role, grpcurl):
    curl = Curl(grpcurl, role.address())
    service = own_service(curl, role)
    method = curl.out('list', service).split()[0]
    curl.run(method, flags=('-d', '{}'))
    with urllib.request.urlopen(role.ops_url('/metrics')) as page:
        samples = Metrics(page.read().decode()).samples
    path = '/'.join(['', service, method.rsplit('.', 1)[1]])
    counted = sum(value for (name, labels), value in samples.items()
                  if name == 'duan_rpc_calls_total' and {('side', 'server'), ('method', path)} <= labels)
    timed = sum(value for (name, labels), value in samples.items()
                if name == 'duan_rpc_seconds_count' and {('side', 'server'), ('method', path)} <= labels)
    assert counted == timed > 0


def test_a_crowd_is_answered(role, tmp_path):
    assert_all_answered(role.address(), '/grpc.health.v1.Health/Check', b'', tmp_path / 'body')


def test_the_health_probe_follows_its_life(role, grpcurl, health_probe):
    service = own_service(Curl(grpcurl, role.address()), role)
    assert probe(health_probe, role.address()) == WELL
    assert probe(health_probe, role.address(), f'-service={service}') == WELL
    assert role.stop()
    assert probe(health_probe, role.address()) == UNREACHABLE


def test_people_and_their_names_cross_unchanged(tmp_path, components, grpcurl):
    cluster = Cluster(tmp_path, None, only('user'), DEFAULTS, program(), dies_with_us=True, components=components, tag='interop')
    cluster.start()
    curl = Curl(grpcurl, cluster.instances[0].address())
    user = 'duan.user.v1.User'
    made = curl.call(f'{user}/SignUp', {'name': '短 ü', 'passwordHash': 'aGFzaA=='})
    found = curl.call(f'{user}/GetUsers', {'ids': [made['id'], '999999999']})
    assert [one['name'] for one in found['users']] == ['短 ü']
    again = curl.run(f'{user}/SignUp', flags=('-v', '-d', json.dumps({'name': '短 ü', 'passwordHash': 'aGFzaA=='})))
    assert 'Code: AlreadyExists' in again.stderr and 'duan-reason: name_taken' in again.stdout
    for one in cluster.instances:
        one.kill()
