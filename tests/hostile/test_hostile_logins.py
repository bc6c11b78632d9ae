# Guessing passwords and names: what it takes tells nothing, and it is slowed down for the guesser alone.
# SPDX-License-Identifier: Apache-2.0
import statistics
import time
from urllib.parse import urlencode

import pytest

import checks
from checks import NAME_TAKEN, OK, TOO_OFTEN, WRONG_PASSWORD
from client import ENDPOINTS, unique
from effort import rounds
from http_bytes import Connection, exchange, get, post
from operator_shell import admin
from process_state import processor_ns

COST = 8  # of a password: what it takes must outweigh all else in a login
TRIES = 50
ALIKE = 1.25  # of processor time, which neighbours on this machine do not change
ROUGHLY_ALIKE = 3  # of time on the wall, which they do; skipping the hash would be a hundred
PASSWORD = 'correct horse'


def ask(server, path, fields, address='127.0.0.1'):
    """The status_code; a client at that address sends it as a form."""
    with Connection(server, address=address) as connection:
        connection.send(post(path, urlencode(fields).encode()))
        return checks.envelope_text(connection.answer().content, None)['status_code']


def login(server, name, password, address='127.0.0.1'):
    return ask(server, ENDPOINTS['login'][1], {'username': name, 'password': password}, address)


# What it takes.

def measure(server, name, password):
    """Processor time and time of one login that fails."""
    before, began = processor_ns(server.process.pid, 'hash'), time.monotonic()
    assert login(server, name, password) == WRONG_PASSWORD
    return processor_ns(server.process.pid, 'hash') - before, time.monotonic() - began


def test_every_failed_login_takes_the_same(own_server, new_user):
    server = own_server({'auth.bcrypt_cost': COST})
    ann, banned = new_user(server.url), new_user(server.url)
    admin(server.data, 'ban', banned.name)
    kinds = {
        'banned': (banned.name, 'wrong horse'),
        'wrong password': (ann.name, 'wrong horse'), 'nobody': (unique(), PASSWORD),
        'too long': (ann.name, 'x' * 5000), 'no password': (ann.name, ''),
        'NUL': (ann.name, PASSWORD + '\0'), 'no name': ('', PASSWORD),
        'name of 5000': ('x' * 5000, PASSWORD), 'name that is no text': (b'\xff\xfe', PASSWORD),
    }
    taken = {kind: [] for kind in kinds}
    for _ in range(rounds(TRIES // 4, TRIES)):
        for kind, (name, password) in kinds.items():
            taken[kind].append(measure(server, name, password))
    for at, bound in enumerate((ALIKE, ROUGHLY_ALIKE)):
        medians = {kind: statistics.median(each[at] for each in times)
                   for kind, times in taken.items()}
        assert max(medians.values()) < bound * min(medians.values()), medians


def test_every_failed_login_says_the_same(server, new_user):
    ann = new_user()
    bodies = []
    for name, password in [(ann.name, 'wrong horse'), (unique(), PASSWORD), (ann.name, 'x' * 500),
                           (ann.name, ''), ('', ''), (ann.name.upper(), PASSWORD)]:
        form = urlencode({'username': name, 'password': password}).encode()
        answer, = exchange(server, post(ENDPOINTS['login'][1], form, 'Connection: close'))
        bodies.append((answer.status_code, answer.content, sorted(answer.headers)))
    assert all(body == bodies[0] for body in bodies)


# What slows it down.

@pytest.fixture
def limited(own_server, new_user):
    """A server with its limits on, and ann, who registered at 127.0.0.1."""
    server = own_server({'limits.enabled': 'true'})
    return server, new_user(server.url)


def attack(server, name, address, most=100):
    """Guesses from one address until it may not; returns how many were looked at."""
    for made in range(most):
        if login(server, name, f'wrong {made}', address) == TOO_OFTEN:
            return made
    raise AssertionError(f'{most} guesses were not too many')


def test_who_guesses_is_stopped_and_the_owner_elsewhere_is_not(limited):
    server, ann = limited
    assert 5 <= attack(server, ann.name, '127.0.0.2') <= 20
    assert login(server, ann.name, PASSWORD, '127.0.0.2') == TOO_OFTEN
    assert login(server, ann.name, PASSWORD, '127.0.0.3') == OK
    assert login(server, ann.name, PASSWORD) == OK


def test_who_guesses_from_everywhere_is_stopped_and_the_owner_at_home_is_not(limited):
    server, ann = limited
    made = sum(attack(server, ann.name, f'127.0.1.{at + 1}') for at in range(40))
    assert made <= 120
    assert login(server, ann.name, PASSWORD, '127.0.2.1') == TOO_OFTEN
    assert login(server, ann.name, PASSWORD) == OK
    assert attack(server, unique(), '127.0.2.1') > 5


def test_guesses_at_many_accounts_from_one_address_are_stopped(limited, new_user):
    server, _ = limited
    made = 0
    while login(server, f'somebody {made}', PASSWORD, '127.0.0.2') != TOO_OFTEN:
        made += 1
        assert made < 100
    assert login(server, 'somebody', PASSWORD, '127.0.0.3') == WRONG_PASSWORD


def change(server, token, old, address):
    return ask(server, '/api/v1/me/password',
               {'token': token, 'old_password': old, 'new_password': 'battery staple'}, address)


def test_guessing_the_old_password_with_a_stolen_token_is_stopped(limited):
    server, ann = limited
    made = 0
    for at in range(40):
        while change(server, ann.token, f'wrong {made}', f'127.0.1.{at + 1}') != TOO_OFTEN:
            made += 1
            assert made < 200
    assert 5 <= made <= 120
    assert change(server, ann.token, PASSWORD, '127.0.0.1') == OK
    assert login(server, ann.name, 'battery staple') == OK


def test_where_the_password_was_changed_is_home_and_older_places_are_strange(limited):
    server, ann = limited
    assert login(server, ann.name, PASSWORD, '127.0.0.4') == OK
    assert change(server, ann.token, PASSWORD, '127.0.0.5') == OK
    for at in range(40):
        attack(server, ann.name, f'127.0.1.{at + 1}')
    assert login(server, ann.name, 'battery staple', '127.0.0.4') == TOO_OFTEN
    assert login(server, ann.name, 'battery staple', '127.0.0.5') == OK


def test_a_flood_of_new_accounts_is_stopped_at_its_address(limited):
    server, ann = limited
    register = ENDPOINTS['register'][1]
    made = 0
    while ask(server, register, {'username': unique(), 'password': PASSWORD},
              '127.0.0.2') != TOO_OFTEN:
        made += 1
        assert made < 200
    assert made >= 10
    taken = {'username': ann.name, 'password': PASSWORD}
    assert ask(server, register, taken, '127.0.0.2') == TOO_OFTEN
    assert ask(server, register, taken, '127.0.0.3') == NAME_TAKEN


def test_a_crowd_at_the_login_does_not_keep_readers_waiting(own_server):
    """Hashing has threads of its own, and a queue that refuses when it is full."""
    server = own_server({'auth.bcrypt_cost': 9})
    crowd = [Connection(server) for _ in range(200)]
    for connection in crowd:
        connection.send(post(ENDPOINTS['login'][1], b'username=ann&password=wrong'))
    for _ in range(20):
        assert exchange(server, get('/douyin/feed/', 'Connection: close'))[0].status_code == 200
    refused = [connection for connection in crowd if is_refused(connection)]
    assert refused
    for connection in crowd:
        connection.socket.close()


def is_refused(connection):
    """Those that found the queue full have been answered; others are not waited for."""
    connection.socket.setblocking(False)
    try:
        connection.more()
    except BlockingIOError:
        return False
    return b' 503 ' in connection.buffer
