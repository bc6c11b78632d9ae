# Clusters of the fault suite: two of everything, and whatever else a test asks for.
# SPDX-License-Identifier: Apache-2.0
import pytest

from client import gateways
from cluster import SERVICES
from cluster_process import ClusterServer

TWO = dict.fromkeys(SERVICES, 2)


@pytest.fixture(scope='module')
def make_cluster(tmp_path_factory, components):
    """Starts a cluster for a module: make_cluster(count, settings). Each must end well. `arrange` may change things before."""
    started = []

    def make(count=None, settings=None, arrange=lambda cluster: None, **more):
        made = ClusterServer(tmp_path_factory.mktemp('cluster'), components, settings, {**TWO, **(count or {})}, **more)
        started.append(made)
        arrange(made.cluster)
        made.start()
        gateways[made.url] = made.ports
        return made

    yield make
    for made in started:
        made.stop()


@pytest.fixture(scope='module')
def pairs(make_cluster):
    """A cluster with two instances of each service, and one gateway."""
    return make_cluster()
