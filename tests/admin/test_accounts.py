# What an operator sees of accounts and does to them, while a server runs beside.
# SPDX-License-Identifier: Apache-2.0
import os
import pty
import subprocess

import pytest

import checks
from client import unique
from daemon import dying_with_us
from operator_shell import admin, table
from server_process import DEFAULTS, program
from waiting import eventually

BAD_INPUT, NOT_THERE = 65, 66


def ids_of(said):
    return [int(row[0]) for row in table(said.out)]


# Listing.


@pytest.fixture(scope='module')
def family(new_user):
    """Three people who share a word in their names, and that word."""
    word = unique('Zz')
    return word, [new_user(name=f'{word} {name}') for name in ('ann', 'bob', 'Ann-Bob')]


def test_all_words_must_be_in_the_name_whatever_their_case(server, family):
    word, (ann, bob, both) = family
    assert ids_of(admin(server.data, 'users', word)) == [ann.id, bob.id, both.id]
    assert ids_of(admin(server.data, 'users', word.upper(), 'ANN')) == [ann.id, both.id]
    assert ids_of(admin(server.data, 'users', 'ann', 'bob', word)) == [both.id]
    assert ids_of(admin(server.data, 'users', f'{word}x')) == []


def test_a_list_is_as_long_as_asked(server, family):
    word, people = family
    assert ids_of(admin(server.data, 'users', word, '--limit', 2)) == [people[0].id, people[1].id]
    assert len(table(admin(server.data, 'users', '--limit', 1).out)) == 1


def test_counts_stand_in_the_list(own_server, new_user, clips):
    server = own_server()
    ann, bob = new_user(server.url), new_user(server.url)
    video = ann.publish_new(clips.data('tiny.mp4'))['id']
    bob.like(video), bob.follow(ann.id)
    said = admin(server.data, 'users').out
    assert said.split()[:8] == ['id', 'name', 'works', 'likes', 'liked', 'followers', 'banned',
                                'registered']
    assert [row[:7] for row in table(said)] == [
        [str(ann.id), ann.name, '1', '0', '1', '1', 'no'],
        [str(bob.id), bob.name, '0', '1', '0', '0', 'no']]


def test_the_banned_are_listed_alone(server, family):
    word, (ann, bob, _) = family
    admin(server.data, 'ban', bob.id)
    assert ids_of(admin(server.data, 'users', word, '--banned')) == [bob.id]
    admin(server.data, 'unban', bob.id)
    assert ids_of(admin(server.data, 'users', word, '--banned')) == []


def test_wide_names_keep_the_columns_straight(server, new_user):
    word = unique('z')
    new_user(name=f'短视频 {word}'), new_user(name=f'abcdef {word}')
    head, *rows = admin(server.data, 'users', word).out.splitlines()
    columns = [row.index(word) + sum(ord(letter) > 0x2e80 for letter in row) for row in rows]
    assert columns[0] == columns[1]


# Whom somebody means.


def test_an_account_is_meant_by_id_or_name(server, new_user):
    ann = new_user()
    for who in (ann.id, ann.name, f'id:{ann.id}', f'name:{ann.name}'):
        assert f'User {ann.id} is banned' in admin(server.data, 'ban', who).out
        admin(server.data, 'unban', who)


def test_a_name_that_is_another_ones_id_must_be_told_apart(server, new_user):
    ann = new_user()
    namesake = new_user(name=str(ann.id))
    said = admin(server.data, 'ban', ann.id, status=BAD_INPUT)
    assert f'id:{ann.id} or name:{ann.id}' in said.err
    assert f'User {namesake.id} is banned' in admin(server.data, 'ban', f'name:{ann.id}').out
    assert f'User {ann.id} is banned' in admin(server.data, 'ban', f'id:{ann.id}').out


@pytest.mark.parametrize('who', ('nobody at all', '999999999', 'id:0', 'id:x', 'name:', ''))
@pytest.mark.parametrize('command', ('ban', 'unban', 'passwd'))
def test_nobody_is_told(server, command, who):
    assert 'there is no user' in admin(server.data, command, who, status=NOT_THERE,
                                       stdin='correct horse\n').err


# Bans.


def test_a_ban_ends_sessions_and_logins_at_once(server, new_user, clients):
    ann, again = new_user(), clients(server.url)
    assert ann.user()['id'] == ann.id
    said = admin(server.data, 'ban', ann.name, '--reason', 'spam')
    assert 'is banned; all sessions have ended' in said.out
    eventually(lambda: ann.send(ann.id, 'hello', expect=checks.NO_SESSION))
    refused = again.login(ann.name, ann.password, expect=checks.NOT_ALLOWED)
    assert 'banned' in refused['status_msg'] and 'spam' in refused['status_msg']


def test_a_ban_ends_the_sessions_of_browsers_and_none_comes_back(server, new_browser):
    page = new_browser()
    assert page.who() == page.id
    admin(server.data, 'ban', page.name)
    eventually(lambda: page.who(expect=checks.NO_SESSION) is None)
    admin(server.data, 'unban', page.name)
    page.who(expect=checks.NO_SESSION)
    page.login(page.name)


def test_who_does_not_know_the_password_learns_of_no_ban(server, new_user, clients):
    ann, again = new_user(), clients(server.url)
    admin(server.data, 'ban', ann.name)
    wrong = again.login(ann.name, 'wrong horse', expect=checks.WRONG_PASSWORD)
    nobody = again.login(unique(), 'wrong horse', expect=checks.WRONG_PASSWORD)
    assert wrong == nobody


def test_what_a_banned_one_published_stays(server, new_user, video, anyone, ann):
    admin(server.data, 'ban', ann.name)
    eventually(lambda: ann.send(ann.id, 'hello', expect=checks.NO_SESSION))
    assert anyone.video(video['id'])['author']['id'] == ann.id


def test_who_is_let_in_again_logs_in_anew(server, new_user, clients):
    ann, again = new_user(), clients(server.url)
    admin(server.data, 'ban', ann.name)
    assert 'may log in again' in admin(server.data, 'unban', ann.name).out
    again.login(ann.name, ann.password)
    assert again.user()['id'] == ann.id
    eventually(lambda: ann.user(expect=checks.NO_SESSION))  # the older session stays ended


def test_banning_twice_and_letting_in_twice_say_so(server, ann):
    admin(server.data, 'ban', ann.name)
    assert 'was banned already' in admin(server.data, 'ban', ann.name).out
    admin(server.data, 'unban', ann.name)
    assert 'was not banned' in admin(server.data, 'unban', ann.name).out


def test_a_reason_that_is_too_long_is_refused(server, ann):
    said = admin(server.data, 'ban', ann.name, '--reason', 'x' * 201, status=BAD_INPUT)
    assert 'reason' in said.err
    assert ann.user()['id'] == ann.id


# Passwords.


def test_a_password_from_a_pipe_ends_sessions(server, ann, clients):
    said = admin(server.data, 'passwd', ann.name, stdin='battery staple\nrest\n')
    assert 'battery' not in said.out + said.err
    again = clients(server.url)
    again.login(ann.name, ann.password, expect=checks.WRONG_PASSWORD)
    again.login(ann.name, 'battery staple')
    eventually(lambda: ann.send(ann.id, 'hello', expect=checks.NO_SESSION))


@pytest.mark.parametrize('password', ('', '\n', 'short\n', 'x' * 33 + '\n', 'x' * 100 + '\n',
                                      '短' * 25 + '\n', 'con\x07trol\n'))
def test_what_is_no_password_is_refused(server, ann, password):
    said = admin(server.data, 'passwd', ann.name, stdin=password, status=BAD_INPUT)
    assert len(password) < 3 or password.strip() not in said.out + said.err
    assert ann.user()['id'] == ann.id


class Terminal:
    """`duan admin passwd` on a terminal of its own."""

    def __init__(self, data, name):
        self.seen = b''
        self.master, slave = pty.openpty()
        command = [program(), 'admin', 'passwd', name, '--data', data]
        for setting, value in DEFAULTS.items():
            command += ['--set', f'{setting}={value}']
        self.process = subprocess.Popen(dying_with_us(command), stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True)
        os.close(slave)

    def read_until(self, text):
        while text not in self.seen:
            self.seen += os.read(self.master, 1000)

    def answer(self, prompt, line):
        self.read_until(prompt)
        os.write(self.master, line)
        self.seen = self.seen.replace(prompt, b'')

    def end(self):
        try:
            while more := os.read(self.master, 1000):
                self.seen += more
        except OSError:  # the other side is closed
            pass
        os.close(self.master)
        return self.process.wait(), self.seen


def test_a_terminal_asks_twice_and_shows_nothing(server, ann, clients):
    terminal = Terminal(server.data, ann.name)
    terminal.answer(b'New password: ', b'battery staple\n')
    terminal.answer(b'again: ', b'battery staple\n')
    status, seen = terminal.end()
    assert status == 0 and b'battery' not in seen and b'all sessions have ended' in seen
    clients(server.url).login(ann.name, 'battery staple')


def test_two_that_differ_change_nothing(server, ann):
    terminal = Terminal(server.data, ann.name)
    terminal.answer(b'New password: ', b'battery staple\n')
    terminal.answer(b'again: ', b'battery stable\n')
    status, seen = terminal.end()
    assert status == BAD_INPUT and b'not the same' in seen
    assert ann.user()['id'] == ann.id
