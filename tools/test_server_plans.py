# No statement reads a whole table or sorts on a server either; and the check itself.
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent
sys.path.insert(0, str(TOOLS))
import server_plans  # noqa: E402


def on_a_server(*command):
    """Runs it with the server that the tests were given, or with one of its own."""
    own = [] if 'DUAN_TEST_MARIADB' in os.environ else [sys.executable, str(TOOLS / 'stack/with_components.py'), 'mariadb', '--']
    return subprocess.run([*own, *command], capture_output=True, text=True)


@pytest.mark.skipif(not (shutil.which('mariadbd') and shutil.which('mariadb')), reason='mariadb-server and mariadb-client are not installed')
def test_no_statement_scans_or_sorts_on_a_server():
    done = on_a_server(sys.executable, str(TOOLS / 'server_plans.py'))
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split('server plans: ')[1].split()[0]) > 50


@pytest.mark.parametrize('kind, extra', [('ALL', ''), ('index', 'Using index'), ('ref', 'Using where; Using filesort'), ('range', 'Using temporary')])
def test_a_plan_that_scans_or_sorts_is_found(kind, extra):
    assert server_plans.is_slow({'table': 'thing', 'type': kind, 'key': 'PRIMARY', 'Extra': extra})


@pytest.mark.parametrize('table, kind, extra', [('thing', 'ref', 'Using where'), ('thing', 'range', 'Using index'), ('<derived2>', 'ALL', '')])
def test_one_that_uses_an_index_is_fine(table, kind, extra):
    assert not server_plans.is_slow({'table': table, 'type': kind, 'key': 'PRIMARY', 'Extra': extra})


def test_values_are_of_the_kind_of_what_they_are_compared_with():
    text = 'SELECT 1 FROM thing WHERE kind = ? AND at <= ? AND id IN (?, ?) LIMIT ?'
    assert server_plans.with_values(text, {'kind'}) == "SELECT 1 FROM thing WHERE kind = 't7' AND at <= 4000 AND id IN (7, 7) LIMIT 30"
