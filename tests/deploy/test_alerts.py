# The alert rules speak of what there is, and the operator's page speaks of all of them.
# SPDX-License-Identifier: Apache-2.0
import re

import httpx
import pytest
import yaml

from cluster_process import ClusterServer
from prometheus_text import Metrics
from server_process import ROOT

NOT_OURS = {'up'}
WORDS = {'sum', 'by', 'instance', 'rate', 'increase', 'changes', 'predict_linear', 'and', 'job', 'duan', 'status', 'limit', 'login',
         'register', 'm', 'h', 'xx'}


def alerts(name):
    rules = yaml.safe_load((ROOT / 'deploy/prometheus' / name).read_text(encoding='utf-8'))
    return {rule['alert']: rule for group in rules['groups'] for rule in group['rules']}


ALERTS, ALERTS_OF_A_CLUSTER = alerts('duan.rules.yml'), alerts('duan-cluster.rules.yml')
ALL = {**ALERTS, **ALERTS_OF_A_CLUSTER}


def named_in(expression):
    without_texts = re.sub(r'"[^"]*"|\[[^]]*\]', '', expression)
    return set(re.findall(r'[a-z][a-z_]*', without_texts)) - WORDS - NOT_OURS


@pytest.mark.parametrize('name', ALERTS)
def test_an_alert_asks_for_metrics_that_exist(name, anyone):
    anyone.feed()
    page = Metrics(anyone.http.get('/metrics').text)
    assert named_in(ALERTS[name]['expr']) <= set(page.types)


@pytest.mark.parametrize('name', ALL)
def test_an_alert_has_a_severity_a_summary_and_a_paragraph(name):
    assert ALL[name]['labels']['severity'] in ('page', 'ticket')
    assert ALL[name]['annotations']['summary'].endswith(('.', ').'))
    assert f'**{name}**' in (ROOT / 'docs/operations.md').read_text(encoding='utf-8')


@pytest.fixture(scope='module')
def told_in_a_cluster(tmp_path_factory, components):
    """The metrics that any of its processes tells."""
    cluster = ClusterServer(tmp_path_factory.mktemp('cluster'), components).start()
    with httpx.Client(trust_env=False) as http:
        pages = [http.get(instance.ops_url('/metrics')).text for instance in cluster.cluster.instances]
    yield {name for page in pages for name in Metrics(page).types}
    cluster.stop()


@pytest.mark.parametrize('name', ALERTS_OF_A_CLUSTER)
def test_an_alert_of_a_cluster_asks_for_metrics_that_exist_there(name, told_in_a_cluster):
    assert named_in(ALERTS_OF_A_CLUSTER[name]['expr']) <= told_in_a_cluster
