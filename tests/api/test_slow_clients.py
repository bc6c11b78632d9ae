# Clients that hold a connection without getting on with it lose it: nobody can use up all of them.
# SPDX-License-Identifier: Apache-2.0
import select

import pytest

from client import ENDPOINTS
from http_bytes import Connection, exchange, get, request
from waiting import eventually

UPLOAD = request('POST', ENDPOINTS['publish'][1],
                 ('Content-Type: multipart/form-data; boundary=limit', 'Content-Length: 100000'))
# What is sent at once, and what again and again after that.
SLOW = {
    'header by the byte': (b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\nX: ', b'a'),
    'header that never ends': (b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n', b''),
    'body by the byte': (UPLOAD, b'a'),
    'body that never comes': (UPLOAD, b''),
}


@pytest.fixture(scope='module')
def slow(server):
    """All of them at once, so that their deadlines run side by side."""
    connections = {name: Connection(server) for name in SLOW}
    for name, connection in connections.items():
        connection.send(SLOW[name][0])
    yield connections
    for connection in connections.values():
        connection.socket.close()


def ended(connections, name):
    """Whether one was answered or closed; meanwhile all the others go on as slowly as before."""
    for other, connection in connections.items():
        connection.send(SLOW[other][1])
    readable, _, _ = select.select([connections[name].socket], [], [], 0)
    return bool(readable)


@pytest.mark.parametrize('name', SLOW)
def test_a_client_that_does_not_get_on_is_cut_off(server, slow, name):
    eventually(lambda: ended(slow, name), pause_s=0.5)
    assert all(answer.status_code >= 400 for answer in slow[name].answers_until_closed())
    assert [answer.status_code for answer in exchange(server, get(
        '/douyin/feed/', 'Connection: close'))] == [200]


def test_slow_clients_do_not_keep_others_waiting(server):
    crowd = [Connection(server) for _ in range(200)]
    for connection in crowd:
        connection.send(UPLOAD)
    for _ in range(20):
        answers = exchange(server, get('/douyin/feed/', 'Connection: close'))
        assert [answer.status_code for answer in answers] == [200]
    for connection in crowd:
        connection.socket.close()
