# Every statement names the piece that its rows are in, and only what all servers accept; and the check itself.
# SPDX-License-Identifier: Apache-2.0
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import shard_keys  # noqa: E402

TABLE = 'CREATE TABLE favorite_mark (user_id BIGINT NOT NULL, video_id BIGINT NOT NULL, PRIMARY KEY (user_id, video_id));'


@pytest.fixture
def found(tmp_path):
    """What is wrong with a program of one statement and one script."""
    (tmp_path / 'src/sql').mkdir(parents=True)

    def check(statement, script=TABLE):
        (tmp_path / 'src/sql/0001_create.sql').write_text(script, encoding='utf-8')
        (tmp_path / 'src/thing_store.c').write_text(f'TRY(sql_query(tx, c, &r, {statement}));', encoding='utf-8')
        return list(shard_keys.complaints(tmp_path))

    return check


def test_every_statement_names_its_piece_and_all_servers_accept_it():
    assert not list(shard_keys.complaints())


@pytest.mark.parametrize('statement', [
    '"SELECT 1 FROM favorite_mark WHERE video_id = ?"', '"DELETE FROM favorite_mark WHERE created_at < ?"',
    '"INSERT INTO favorite_mark (video_id, created_at) VALUES (?, ?)"', '"SELECT 1 FROM unheard_of WHERE id = ?"',
    '"SELECT 1 FROM video_item JOIN video_count ON video_id = author_id WHERE title = ?"',
    '"SELECT content FROM message_line WHERE low_id = ?"'])
def test_a_statement_that_does_not_say_which_piece_is_found(found, statement):
    assert found(statement)


@pytest.mark.parametrize('statement', [
    '"SELECT 1 FROM favorite_mark WHERE user_id = ? AND video_id = ?"', '"INSERT INTO favorite_mark (user_id, video_id) VALUES (?, ?)"',
    '"SELECT title FROM video_item JOIN video_count ON video_id = id WHERE id = ?"',
    'SQL_IDS("SELECT video_id FROM favorite_mark WHERE user_id = ? AND video_id IN (", ")")',
    'SQL_IDS("SELECT title FROM video_item WHERE id IN (", ")")', '"SELECT next FROM sequence_next WHERE kind = ?"'])
def test_one_that_does_is_fine(found, statement):
    assert not found(statement)


@pytest.mark.parametrize('end', [
    ' RETURNING session', ' ON CONFLICT DO NOTHING', ' LIMIT 1 OFFSET ?', ' AND (created_at, video_id) < (?, ?)',
    ' AND video_id = max(?, 7)', ' ORDER BY video_id DESC LIMIT 30', ' ORDER BY video_id'])
def test_what_not_all_servers_accept_or_order_is_found(found, end):
    assert len(found(f'"SELECT 1 FROM favorite_mark WHERE user_id = ?{end}"')) == 1


def test_an_order_by_time_and_id_is_fine(found):
    assert not found('"SELECT 1 FROM favorite_mark WHERE user_id = ? ORDER BY created_at DESC, video_id DESC LIMIT ?"')


@pytest.mark.parametrize('script', [
    TABLE.replace('(user_id, video_id)', '(video_id, user_id)'), TABLE.replace(', PRIMARY KEY (user_id, video_id)', ''),
    TABLE.replace('video_id BIGINT', 'video_id BIGINT REFERENCES video_item (id)')])
def test_a_key_that_does_not_begin_with_the_piece_is_found(found, script):
    assert found('"SELECT 1 FROM favorite_mark WHERE user_id = ?"', script)


def test_the_page_lists_every_table_with_its_key():
    page = (shard_keys.ROOT / 'docs/scaling.md').read_text('utf-8')
    for table, key in shard_keys.KEYS.items():
        assert re.search(rf'\| `{table}` \| `{", ".join(key)}` \|', page), table
    for table in set(shard_keys.WHOLE) - {'information_schema', 'tables'}:
        assert f'`{table}`' in page, table
