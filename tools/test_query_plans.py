# No statement of the program reads a whole table or sorts, but for those that may; and the check itself.
# SPDX-License-Identifier: Apache-2.0
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import query_plans  # noqa: E402
import statements  # noqa: E402

SCHEMA = 'CREATE TABLE thing (id INTEGER PRIMARY KEY, owner INT, at INT);\nCREATE INDEX thing_of ON thing (owner, at);\n'


@pytest.fixture
def explained(tmp_path):
    """What is wrong with a program of one statement, excuses left aside."""
    (tmp_path / 'src/sql').mkdir(parents=True)
    (tmp_path / 'src/sql/0001_create.sql').write_text(SCHEMA, encoding='utf-8')

    def explain(code):
        (tmp_path / 'src/thing_store.c').write_text(code, encoding='utf-8')
        found = query_plans.plans(tmp_path)
        return [line for line in query_plans.complaints(found) if not line.startswith('an excuse')]

    return explain


def test_no_statement_scans_or_sorts():
    found = query_plans.plans()
    assert not list(query_plans.complaints(found))
    assert len(found) > 50


def test_every_statement_has_room_on_a_connection():
    header = (query_plans.ROOT / 'src/platform/sql/sqlite_conn.h').read_text('utf-8')
    room = int(re.search(r'STATEMENTS_MAX = (\d+)', header)[1])
    assert sum(one.texts for one in statements.gather()[1]) + 3 <= room  # BEGIN, COMMIT and the like


@pytest.mark.parametrize('statement', [
    'SELECT id FROM thing WHERE at > ?', 'SELECT count(*) FROM thing', 'UPDATE thing SET at = ? WHERE at = 1',
    'DELETE FROM thing WHERE at < ?', 'SELECT id FROM thing WHERE owner = ? ORDER BY id',
    'SELECT id FROM thing WHERE owner = ? AND id IN (SELECT max(id) FROM thing GROUP BY at)'])
def test_a_statement_that_scans_or_sorts_is_found(explained, statement):
    assert len(explained(f'TRY(sql_query(tx, c, &r, "{statement}"));')) == 1


@pytest.mark.parametrize('statement', [
    'SELECT id FROM thing WHERE owner = ? ORDER BY at DESC LIMIT ?', 'SELECT at FROM thing WHERE id = ?',
    'INSERT INTO thing VALUES (?, ?, ?) ON CONFLICT DO NOTHING', 'DELETE FROM thing WHERE owner = ?'])
def test_one_that_uses_an_index_is_fine(explained, statement):
    assert not explained(f'TRY(sql_exec(tx, c, "{statement}"));')


def test_a_statement_in_pieces_and_macros_is_found_whole(explained):
    code = '''
#include "no_such_header.h"
#define COLUMNS "id, " "at"
#define BY(column) "SELECT " COLUMNS " FROM thing" \\
    " WHERE " column " = ?"
static const char *const texts[] = {BY("owner"), BY("at")};
'''
    wrong = explained(code)
    assert len(wrong) == 1 and 'SELECT id, at FROM thing WHERE at = ?' in wrong[0]


def test_an_excuse_that_nothing_needs_is_found(monkeypatch):
    monkeypatch.setitem(query_plans.EXCEPTIONS, 'SELECT nothing', 'for once')
    assert list(query_plans.complaints(query_plans.plans())) == ['an excuse that nothing needs: SELECT nothing']
