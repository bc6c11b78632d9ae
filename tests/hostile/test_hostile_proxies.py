# Behind a reverse proxy each client is himself; nobody else may say whose address he has.
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

import pytest

import checks
from checks import TOO_OFTEN, WRONG_PASSWORD
from client import ENDPOINTS
from http_bytes import Connection, exchange, get, post
from server_process import program
from waiting import eventually

GUESSES = 100  # more than any address may get wrong at once
PROXY = '127.0.0.9'
TRUSTED = {'limits.enabled': 'true', 'http.trusted_proxies': PROXY}


def login(server, *headers, address=PROXY):
    """The status_code of a login with a wrong password."""
    body = post(ENDPOINTS['login'][1], b'username=ann&password=wrong%20horse', *headers)
    with Connection(server, address=address) as connection:
        connection.send(body)
        return checks.envelope_text(connection.answer().content, None)['status_code']


def use_up(server, *headers, address=PROXY):
    """Guesses until it is too often."""
    for _ in range(GUESSES):
        if login(server, *headers, address=address) == TOO_OFTEN:
            return
    raise AssertionError(f'{GUESSES} guesses were not too many')


def test_clients_of_a_trusted_proxy_are_limited_one_by_one(own_server):
    server = own_server(TRUSTED)
    use_up(server, 'X-Forwarded-For: 203.0.113.7')
    assert login(server, 'X-Forwarded-For: 203.0.113.8') == WRONG_PASSWORD
    assert login(server, 'X-Forwarded-For: 203.0.113.7') == TOO_OFTEN
    assert login(server, 'X-Forwarded-For: 198.51.100.1, 203.0.113.7') == TOO_OFTEN
    assert login(server, 'X-Forwarded-For: 198.51.100.1',
                 'X-Forwarded-For: 203.0.113.7') == TOO_OFTEN


def test_without_trust_the_header_means_nothing(own_server):
    server = own_server(TRUSTED)
    use_up(server, 'X-Forwarded-For: 203.0.113.7', address='127.0.0.2')
    assert login(server, 'X-Forwarded-For: 203.0.113.8', address='127.0.0.2') == TOO_OFTEN
    assert login(server, 'Forwarded: for=203.0.113.8', address='127.0.0.2') == TOO_OFTEN
    assert login(server, address='127.0.0.3') == WRONG_PASSWORD
    assert login(server, 'X-Forwarded-For: 203.0.113.7') == WRONG_PASSWORD


def test_the_header_that_the_proxy_does_not_write_means_nothing(own_server):
    server = own_server(TRUSTED)
    use_up(server, 'X-Forwarded-For: 203.0.113.7', 'Forwarded: for=198.51.100.1')
    assert login(server, 'X-Forwarded-For: 203.0.113.7',
                 'Forwarded: for=198.51.100.2') == TOO_OFTEN
    server = own_server({**TRUSTED, 'http.proxy_header': 'forwarded'})
    use_up(server, 'Forwarded: for="[2001:db8::7]:4711"', 'X-Forwarded-For: 198.51.100.1')
    assert login(server, 'Forwarded: for="[2001:db8::7]:4711"',
                 'X-Forwarded-For: 198.51.100.2') == TOO_OFTEN
    assert login(server, 'Forwarded: for="[2001:db8:0:1::7]"') == WRONG_PASSWORD


def test_an_ipv6_client_is_its_whole_64(own_server):
    server = own_server(TRUSTED)
    for at in range(GUESSES):
        if login(server, f'X-Forwarded-For: 2001:db8:1:2::{at + 1:x}') == TOO_OFTEN:
            break
    assert login(server, 'X-Forwarded-For: 2001:db8:1:2:ffff::1') == TOO_OFTEN
    assert login(server, 'X-Forwarded-For: 2001:db8:1:3::1') == WRONG_PASSWORD


def test_a_proxy_may_have_more_connections_than_one_client(own_server):
    server = own_server({**TRUSTED, 'http.connections_per_address': 5})
    crowd = [Connection(server, address=PROXY) for _ in range(50)]
    for connection in crowd:
        connection.send(get('/livez'))
        assert connection.answer().status_code == 200
    for connection in crowd:
        connection.socket.close()


def avatar(server, viewer, *headers, address=PROXY):
    with Connection(server, address=address) as connection:
        connection.send(get(f'/douyin/user/?token={viewer.token}', *headers))
        return checks.envelope_text(connection.answer().content)['user']['avatar']


def test_urls_have_the_scheme_that_the_proxy_names(own_server, new_user):
    server = own_server({'http.trusted_proxies': PROXY})
    ann = new_user(server.url)
    secure = 'X-Forwarded-Proto: https'
    assert avatar(server, ann, secure).startswith('https://duan.test/')
    assert avatar(server, ann, 'X-Forwarded-Proto: http').startswith('http://duan.test/')
    assert avatar(server, ann, 'X-Forwarded-Proto: javascript').startswith('http://duan.test/')
    assert avatar(server, ann).startswith('http://duan.test/')
    assert avatar(server, ann, secure, address='127.0.0.2').startswith('http://duan.test/')


def test_the_log_names_the_client_and_not_the_proxy(own_server):
    server = own_server({'http.trusted_proxies': PROXY, 'log.level': 'debug'})
    with Connection(server, address=PROXY) as connection:
        connection.send(get('/livez', 'X-Forwarded-For: 203.0.113.7', 'Connection: close'))
        connection.answers_until_closed()
    eventually(lambda: '203.0.113.7' in clients_in(server.log()))


def test_the_log_names_who_sent_a_malformed_request(own_server):
    server = own_server({'log.level': 'debug'})
    with Connection(server, address='127.0.0.7') as connection:
        connection.send(b'GET / HTTP/1.1\r\n\r\n')
        connection.answers_until_closed()
    eventually(lambda: '127.0.0.7' in clients_in(server.log()))


def clients_in(log):
    return [json.loads(line).get('client.ip') for line in log.splitlines()]


@pytest.mark.parametrize('long', [1, 14000])
def test_a_hostile_header_through_a_proxy_does_no_harm(own_server, long):
    server = own_server({'http.trusted_proxies': PROXY})
    for value in ('"' * long, ',' * long, 'for=' * long, '[' * long, '1.2.3.4,' * (long // 8)):
        with Connection(server, address=PROXY) as connection:
            connection.send(get('/livez', f'X-Forwarded-For: {value}', 'Connection: close'))
            assert all(answer.status_code in (200, 431)
                       for answer in connection.answers_until_closed())
    assert exchange(server, get('/livez', 'Connection: close'))[0].status_code == 200


@pytest.mark.parametrize('wrong', ['localhost', '10.0.0.0/33', '127.0.0.1,,::1'])
def test_a_list_with_a_mistake_is_told_at_the_start(tmp_path, wrong):
    ended = subprocess.run([program(), 'serve', '--data', tmp_path / 'data', '--listen',
                            '127.0.0.1:0', '--set', f'http.trusted_proxies={wrong}'],
                           capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert 'trusted proxies' in ended.stderr
