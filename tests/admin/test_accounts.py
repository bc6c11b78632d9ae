# What an operator sees of accounts and does to them, while a server runs beside.
# SPDX-License-Identifier: Apache-2.0
import checks
from client import unique
from operator_shell import admin, table
from waiting import eventually


def test_a_ban_ends_sessions_and_logins_at_once(server, ann, clients):
    admin(server.data, 'ban', ann.name, '--reason', 'spam')
    eventually(lambda: ann.send(ann.id, 'hello', expect=checks.NO_SESSION))
    again = clients(server.url)
    refused = again.login(ann.name, ann.password, expect=checks.NOT_ALLOWED)
    assert 'banned' in refused['status_msg'] and 'spam' in refused['status_msg']


def test_jobs_are_listed(server, video):
    rows = table(admin(server.data, 'jobs').out)
    assert all(len(row) >= 7 for row in rows)


def test_users_are_found_by_words(server, new_user):
    word = unique('Zz')
    new_user()
    someone = new_user(name=f'{word} of us')
    assert [row[0] for row in table(admin(server.data, 'users', word.upper()).out)] == [str(someone.id)]
