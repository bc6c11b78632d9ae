# What a role of a cluster takes when it has started and nobody asks for anything.
# SPDX-License-Identifier: Apache-2.0
import pytest

from cluster_process import ClusterServer
from waiting import eventually

MOST = 12 << 20


@pytest.fixture(scope='module')
def cluster(tmp_path_factory, components):
    running = ClusterServer(tmp_path_factory.mktemp('cluster'), components).start()
    yield running
    running.stop()
    running.discard()


def test_no_role_takes_more_than_it_needs_at_rest(cluster):
    """Most of what a process holds after its start is pages of libraries that only the start looked at."""

    def rests():
        held = {one.name: one.daemon.resident_bytes() for one in cluster.cluster.instances}
        assert 0 < min(held.values()) and max(held.values()) <= MOST, held

    eventually(rests)
