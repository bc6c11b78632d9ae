# Every process is restarted, one after the other, while a crowd goes on: not one request fails.
# SPDX-License-Identifier: Apache-2.0
import pytest

from cluster import SERVICES
from crowd import Crowd
from instance_metrics import metrics
from ledger import Ledger
from ports import free_port
from waiting import eventually


@pytest.fixture(scope='module')
def doubled(make_cluster):
    """Two of everything, behind HAProxy."""
    return make_cluster({'transcoder': 2, 'gateway': 2}, proxy_port=free_port())


@pytest.fixture
def crowd(doubled, clips, request):
    crowd = Crowd(doubled.url, Ledger(), clips.data('tiny.mp4'), request.node.name)
    yield crowd
    crowd.owner.http.close()


@pytest.mark.parametrize('role', [*SERVICES, 'transcoder'])
def test_a_rolling_restart_of_a_role_fails_no_request(doubled, crowd, role):
    with crowd:
        for instance in doubled.cluster.of(role):
            assert instance.stop(), f'{instance.name} had to be killed'
            crowd.go_on()
            instance.start()
            crowd.go_on()
    assert crowd.refusals() == []
    crowd.check(doubled.url)


def test_a_rolling_restart_of_the_gateways_fails_no_request(doubled, crowd):
    """As docs/cluster.md tells operators: HAProxy is told first."""
    proxy = doubled.cluster.proxy
    with crowd:
        for gateway in doubled.cluster.gateways:
            proxy.tell(f'set server gateways/{gateway.name} state drain')
            eventually(lambda gateway=gateway: under_way(gateway) == 0)
            assert gateway.stop()
            crowd.go_on()
            gateway.start()
            proxy.tell(f'set server gateways/{gateway.name} state ready')
            eventually(lambda gateway=gateway: proxy.is_up(gateway.name))
            crowd.go_on()
    assert crowd.refusals() == []
    crowd.check(doubled.url)


def under_way(gateway):
    return metrics(gateway).samples['duan_http_connections', frozenset()] - 1  # the one that asks


def test_a_killed_gateway_costs_what_it_had_under_way(doubled, crowd):
    """Whatever it knew lies elsewhere."""
    gateway = doubled.cluster.gateways[0]
    with crowd:
        gateway.kill()
        crowd.go_on(40)
        refused = crowd.refusals()
        gateway.start()
        crowd.go_on()
    assert len(refused) <= 2 * len(crowd.writers), refused
    assert crowd.refusals() == refused
    crowd.check(doubled.url)
