# The web client: its parts, what it may weigh, and what people do with it in Chromium and Firefox.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import json
import re
from pathlib import Path

import pytest

from node_tools import WEB, node

MAIN = (WEB / 'tests/flows/main.mjs').read_text('utf-8')
FLOWS = re.search(r'const FLOWS = {([^}]*)}', MAIN)[1].replace(',', ' ').split()
CHROMIUM_ONLY = re.findall(r"'(\w+)'", re.search(r'const CHROMIUM_ONLY = \[([^]]*)]', MAIN)[1])
IN_A_BROWSER = [(flow, 'chromium') for flow in FLOWS] + [(flow, 'firefox') for flow in FLOWS if flow not in CHROMIUM_ONLY]
UNITS = sorted(path.name for path in (WEB / 'tests/unit').glob('*.test.ts'))
AT_ONCE = 2  # a flow waits for videos more than it computes


def failures(said):
    return '\n'.join(line for line in said.splitlines() if not line.startswith('ok  '))


@pytest.fixture(scope='module')
def flows(request, server, tmp_path_factory):
    """Every flow that is wanted, under way: each a process with a browser of its own, on one server and among the same videos."""
    surroundings = {'BASE': server.url, 'WORLD': str(tmp_path_factory.mktemp('flows') / 'world.json')}
    here = [item for item in request.session.items if item.nodeid.startswith(request.node.nodeid) and 'flow' in item.fixturenames]
    wanted = [(item.callspec.params['flow'], item.callspec.params['browser']) for item in here]
    said, good = node('tests/flows/main.mjs', 'world', **surroundings)
    assert good, said
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    yield {one: pool.submit(node, 'tests/flows/main.mjs', one[0], BROWSER=one[1], **surroundings) for one in wanted}
    pool.shutdown(cancel_futures=True)


@pytest.fixture(scope='module')
def units(tmp_path_factory):
    """What vitest found in each file."""
    report = tmp_path_factory.mktemp('units') / 'report.json'
    said, _ = node('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', f'--outputFile={report}')
    assert report.exists(), said
    return {Path(one['name']).name: one for one in json.loads(report.read_text('utf-8'))['testResults']}


@pytest.mark.parametrize('name', UNITS)
def test_units(name, units):
    wrong = [f'{one["fullName"]}: {one["failureMessages"]}' for one in units[name]['assertionResults'] if one['status'] != 'passed']
    assert units[name]['status'] == 'passed' and not wrong, '\n'.join([units[name]['message'], *wrong])


def test_what_is_built_weighs_no_more_than_it_may():
    said, good = node('tools/budgets.mjs')
    assert good, failures(said)


@pytest.mark.parametrize(('flow', 'browser'), IN_A_BROWSER)
def test_flow(flow, browser, flows):
    said, good = flows[flow, browser].result()
    assert good, failures(said)
