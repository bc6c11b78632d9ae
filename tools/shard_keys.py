#!/usr/bin/python3
# Holds every statement to what a database in many pieces can do: docs/scaling.md says what is cut by what.
# SPDX-License-Identifier: Apache-2.0
"""Usage: shard_keys.py   Prints statements that do not name the shard key of their table, and what not all servers accept."""
import re
import sys

from statements import ROOT, gather, of_server

# What each table is cut by. Its primary key begins with it, and every statement names it.
KEYS = {
    'user_account': ('id',), 'report_item': ('reporter_id',), 'search_text': ('id',), 'search_pair': ('pair',), 'report_act': ('report_id',), 'user_count': ('user_id',), 'user_login': ('user_id',), 'user_export': ('user_id',),
    'video_item': ('id',), 'video_count': ('video_id',), 'video_usage': ('author_id',),
    'video_seen': ('viewer_id',), 'video_unwanted': ('viewer_id',), 'video_upload': ('author_id',), 'video_upload_part': ('author_id',),
    'favorite_mark': ('user_id',), 'relation_edge': ('user_id',), 'relation_hidden': ('user_id',), 'comment_item': ('video_id',),
    'notice_group': ('user_id',), 'message_line': ('low_id', 'high_id'), 'message_conversation': ('user_id',), 'message_clock': ('user_id',),
}
# Not cut: small, or beside the rows that they belong to on every piece.
WHOLE = {
    'sequence_next': 'a row for each kind of id, asked for once a minute',
    'schema_migration': 'the schema', 'schema_piece': 'the schema', 'information_schema': 'the schema', 'tables': 'the schema',
    'search_fill': 'a row for each kind of what is searched, until all of it is',
    'bus_job': 'a queue; a broker takes it over',
    'changes_outbox': 'each piece has its own, for facts of its rows', 'changes_applied': 'the same, for its effects',
    'changes_source': 'the same',
}
# Statements that look from another side, by how they begin: each is answered by an index table when the table is cut.
OTHER_SIDE = {
    'SELECT id, password_hash, session, banned_at, ban_reason, name, closed_until FROM user_account WHERE name = ?': 'user_name: name -> id',
    'SELECT id, name FROM user_account WHERE id > ?': 'once, for the index of what is searched: each piece by itself',
    'SELECT id, title FROM video_item WHERE id > ?': 'the same',
    'SELECT id, created_at FROM video_item WHERE shown = 1': 'video_by_time, not cut',
    'SELECT id, created_at FROM video_item WHERE author_id = ?': 'video_by_author',
    'SELECT id, state, progress, message, changed_at FROM video_item WHERE author_id = ?': 'video_by_author',
    'SELECT id, author_id, hidden_at FROM video_item WHERE asset = ?': 'video_by_asset',
    'SELECT id, user_id, text, created_at, hidden_at, video_id FROM comment_item WHERE id IN (?': 'comment_find: id -> video',
    'SELECT id, user_id, text, created_at, hidden_at, video_id FROM comment_item WHERE user_id = ?': 'comment_by_user: user -> comments',
    'SELECT id, reporter_id, kind, target_id, reason, text, created_at, state FROM report_item': 'an operator looks through reports',
    'SELECT count(*) FROM report_item WHERE kind = ?': 'the same: report_by_target', 'UPDATE report_item SET state = ?': 'the same',
    'DELETE FROM report_item WHERE kind = ?': 'the same',
    'SELECT id, created_at FROM video_item WHERE created_at >= ?': 'video_by_author',
    'SELECT author_id FROM video_upload WHERE id = ?': 'video_upload_by_id',
    'SELECT user_id, created_at FROM relation_edge WHERE target_id = ?': 'follower: target -> users',
    'SELECT mine.target_id, mine.created_at FROM relation_edge AS mine': 'follow and follower of one user: one piece',
}
# The same as part of a statement that also reads whole rows.
WITH_ITEMS = re.compile(r'FROM video_item JOIN video_count ON video_id = id WHERE (shown = 1|author_id = \?)')

# Lists are by (time, id); these are no lists of the product.
BY_ID = {
    'SELECT id, job_key, topic, state': 'an operator pages through jobs',
    'SELECT id FROM search_pair WHERE pair = ?': 'what a search finds: any order that pages can go on in will do',
    'SELECT id, at, act, kind, target_id, note, by_whom FROM report_act': 'an operator, of one report',
    'SELECT video_id, author_id, created_at FROM favorite_mark WHERE user_id = ?': 'all of one account, for a copy of it and for its end',
    'SELECT peer_id FROM message_conversation WHERE user_id = ? AND peer_id > ?': 'the same',
    'SELECT id, name FROM user_account WHERE id > ?': 'once, whoever is looked at first',
    'SELECT id, title FROM video_item WHERE id > ?': 'the same',
    'SELECT id FROM bus_job WHERE state = 1': 'once, before jobs are run',
    'SELECT video_id, created_at, author_id FROM (': 'chooses the newest videos, then orders by time',
}
OPERATORS = re.compile(r'^src/admin/')  # commands for one file: they compare whole tables

REFUSED = [
    (re.compile(r'\bRETURNING\b'), 'RETURNING: MySQL has none'),
    (re.compile(r'\bON CONFLICT\b'), 'ON CONFLICT: sql_put() or sql_hold()'),
    (re.compile(r'\bON DUPLICATE\b'), 'ON DUPLICATE KEY: sql_put() or sql_hold()'),
    (re.compile(r'\bOFFSET\b'), 'OFFSET reads what it leaves out'),
    (re.compile(r'\)\s*[<>]=?\s*\('), 'a comparison of rows uses no index on a server'),
    (re.compile(r'\b(max|min)\([^()]*,'), 'max or min of two values is SQLite\'s'),
    (re.compile(r'\b(REFERENCES|FOREIGN KEY|PROCEDURE|TRIGGER)\b'), 'no foreign keys, procedures or triggers'),
    (re.compile(r'\b(REPLACE INTO|INSERT (OR|IGNORE))\b'), 'sql_put(), sql_hold() or sql_insert()'),
]
TABLE = re.compile(r'\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)(?:\s+AS\s+(\w+))?')
ALONE = re.compile(r'ORDER BY (?:\w+\.)?(?:id|\w+_id)(?: DESC)?(?!\s*,|\w)')


def named(text, table, alias, column):
    """The statement says which piece: by a value, or by a column of which a value is said."""
    if re.match(rf'INSERT INTO {table} \(([^)]*)\)', text):
        return column in re.match(rf'INSERT INTO {table} \(([^)]*)\)', text)[1].split(', ')
    prefix = rf'(?:{alias}\.)' if alias else r'(?<![\w.])'
    if re.search(rf'{prefix}{column} (= \?|IN \(\?)', text):
        return True
    other = re.search(rf'{prefix}{column} = (\w+)\b(?!\()', text)
    return bool(other and other[1] != column and re.search(rf'(?<![\w.]){other[1]} (= \?|IN \(\?)', text))


def by_key(statement):
    for table, alias in TABLE.findall(statement.text):
        if table in WHOLE or table == 'information_schema':
            continue
        if table not in KEYS:
            yield f'{table} is in no list of tools/shard_keys.py'
        elif not all(named(statement.text, table, alias, column) for column in KEYS[table]):
            yield f'does not name {", ".join(KEYS[table])} of {table}'


def begins(text, excuses, used):
    found = next((start for start in excuses if text.startswith(start)), None)
    used.add(found)
    return found is not None


def of_statement(one, used):
    if not begins(one.text, OTHER_SIDE, used) and not WITH_ITEMS.search(one.text):
        yield from by_key(one)
    if ALONE.search(one.text) and not begins(one.text, BY_ID, used):
        yield 'orders by an id alone: ids of several processes are not in the order of time'


def of_script(text):
    for table, body in re.findall(r'CREATE TABLE (\w+) \((.*?)\)\s*(?:CHARACTER SET[^;]*)?;', of_server(text), re.S):
        key = re.search(r'PRIMARY KEY \(([^)]*)\)', body) or re.search(r'(\w+) [^,]*PRIMARY KEY', body)
        columns = tuple(re.split(r',\s*', key[1])) if key else ()
        want = KEYS.get(table, ())
        if columns[:len(want)] != want:
            yield f'{table}: its primary key does not begin with {", ".join(want)}'


def complaints(root=ROOT):
    scripts, statements = gather(root)
    used = set()
    for one in statements:
        if not one.on_server() or OPERATORS.match(one.file):
            continue
        wrong = list(of_statement(one, used)) + [why for pattern, why in REFUSED if pattern.search(one.text)]
        yield from (f'{one.file}: {why}: {one.text}' for why in wrong)
    for text in scripts:
        yield from of_script(text)
        yield from (f'{why}: {text}' for pattern, why in REFUSED if pattern.search(text))
    if root == ROOT:
        yield from (f'an excuse that nothing needs: {start}' for start in {*OTHER_SIDE, *BY_ID} - used)


def main():
    wrong = list(complaints())
    print('\n'.join([*wrong, f'shard keys: {len(wrong)} complaints']))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
