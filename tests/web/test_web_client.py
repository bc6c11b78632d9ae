# The web client: its parts, what it may weigh, and what people do with it in Chromium.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import json
import re
from pathlib import Path

import pytest

from node_tools import WEB, node

FLOWS = re.search(r'const FLOWS = {([^}]*)}', (WEB / 'tests/flows/main.mjs').read_text('utf-8'))[1].replace(',', ' ').split()
UNITS = sorted(path.name for path in (WEB / 'tests/unit').glob('*.test.ts'))
AT_ONCE = 2  # a flow waits for videos more than it computes


def failures(said):
    return '\n'.join(line for line in said.splitlines() if not line.startswith('ok  '))


@pytest.fixture(scope='module')
def flows(request, server, tmp_path_factory):
    """Every flow that is wanted, under way: each a process with a browser of its own, on one server and among the same videos."""
    surroundings = {'BASE': server.url, 'WORLD': str(tmp_path_factory.mktemp('flows') / 'world.json')}
    wanted = [item.callspec.params['flow'] for item in request.session.items if item.nodeid.startswith(request.node.nodeid) and 'flow' in item.fixturenames]
    said, good = node('tests/flows/main.mjs', 'world', **surroundings)
    assert good, said
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    yield {name: pool.submit(node, 'tests/flows/main.mjs', name, **surroundings) for name in wanted}
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


@pytest.mark.parametrize('flow', FLOWS)
def test_flow(flow, flows):
    said, good = flows[flow].result()
    assert good, failures(said)
