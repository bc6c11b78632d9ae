# The alert rules speak of what there is, and the operator's page speaks of all of them.
# SPDX-License-Identifier: Apache-2.0
import re

import pytest
import yaml

from prometheus_text import Metrics
from server_process import ROOT

RULES = yaml.safe_load((ROOT / 'deploy/prometheus/duan.rules.yml').read_text(encoding='utf-8'))
ALERTS = {rule['alert']: rule for group in RULES['groups'] for rule in group['rules']}
NOT_OURS = {'up'}
WORDS = {'sum', 'by', 'instance', 'rate', 'increase', 'changes', 'predict_linear', 'and', 'job', 'duan', 'status', 'limit', 'login',
         'register', 'm', 'h', 'xx'}


def named_in(expression):
    without_texts = re.sub(r'"[^"]*"|\[[^]]*\]', '', expression)
    return set(re.findall(r'[a-z][a-z_]*', without_texts)) - WORDS - NOT_OURS


@pytest.mark.parametrize('name', ALERTS)
def test_an_alert_asks_for_metrics_that_exist(name, anyone):
    anyone.feed()
    page = Metrics(anyone.http.get('/metrics').text)
    assert named_in(ALERTS[name]['expr']) <= set(page.types)


@pytest.mark.parametrize('name', ALERTS)
def test_an_alert_has_a_severity_a_summary_and_a_paragraph(name):
    assert ALERTS[name]['labels']['severity'] in ('page', 'ticket')
    assert ALERTS[name]['annotations']['summary'].endswith(('.', ').'))
    assert f'**{name}**' in (ROOT / 'docs/operations.md').read_text(encoding='utf-8')
