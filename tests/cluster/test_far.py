# An instance on another host: a line with delay and loss, and one that is cut. Needs to be root.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crowd import Crowd
from instance import GATEWAY
from instance_metrics import served
from ledger import Ledger
from load import WRITERS
from relay import Relay
from waiting import eventually

NEAR, FAR = '10.213.71.1', '10.213.71.2'


class FarHost:
    """See far_host.py."""

    def __init__(self):
        self.name = f'duan{os.getpid() % 100000}'
        self.program = subprocess.Popen(['/usr/bin/python3', Path(__file__).with_name('far_host.py'), self.name, NEAR, FAR],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.program.stdout.readline() != 'up\n':
            pytest.skip(f'no network namespace can be made here: {self.program.stderr.read().strip()[-200:]}')

    def line(self, delay_ms=0, loss=0):
        self.program.stdin.write(f'{delay_ms} {loss}\n')
        self.program.stdin.flush()

    def close(self):
        self.program.stdin.close()
        self.program.wait()


@pytest.fixture(scope='module')
def far_host():
    host = FarHost()
    yield host
    host.close()


@pytest.fixture(scope='module')
def doors(far_host, components):
    """The far host reaches the components."""
    relay = Relay(NEAR, [components.mariadb.port, components.etcd.port, components.objects.port])
    yield relay
    relay.close()


@pytest.fixture(scope='module')
def spread_out(far_host, doors, make_cluster):
    """favorite-2 is on the far host; everybody else, and what they stand on, is here."""
    return make_cluster(settings={'rpc.plain_text': 'true'}, arrange=lambda cluster: move(cluster, far_host))


def move(cluster, far_host):
    """Says who is where, before any of them starts."""
    for instance in cluster.instances:
        if instance.role != GATEWAY:
            instance.host = NEAR
    far, = (instance for instance in cluster.instances if instance.name == 'favorite-2')
    far.host, far.under = FAR, ['ip', 'netns', 'exec', far_host.name]
    told = cluster.own_settings()
    far.environment = {f'DUAN_{name.upper().replace(".", "_")}': told[name].replace('127.0.0.1', NEAR)
                       for name in ('sql.url', 'registry.etcd', 'blob.s3.endpoint')}


@pytest.fixture
def crowd(spread_out, far_host, clips, request):
    far_host.line()
    crowd = Crowd(spread_out.url, Ledger(), clips.data('tiny.mp4'), request.node.name)
    yield crowd
    far_host.line()
    crowd.owner.http.close()


def test_a_slow_and_lossy_line_fails_no_request(spread_out, far_host, crowd):
    with crowd:
        far_host.line(delay_ms=20, loss=0.02)
        crowd.go_on(40)
    assert crowd.refusals() == []
    assert served(spread_out.instance('favorite-2')) > 0
    crowd.check(spread_out.url)


def test_a_cut_line_is_gone_round_and_used_again_when_it_is_mended(spread_out, far_host, crowd):
    far = spread_out.instance('favorite-2')
    with crowd:
        far_host.line(loss=1)
        crowd.go_on(40)
        refused = len(crowd.refusals())
        crowd.go_on(40)
        refused_later = len(crowd.refusals()) - refused
        far_host.line()
        before = served(far)
        eventually(lambda: served(far) > before)
        crowd.go_on()
    assert refused_later <= WRITERS
    crowd.check(spread_out.url)
