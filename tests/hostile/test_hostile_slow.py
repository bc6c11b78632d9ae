# Clients that are slow on purpose lose their connection within the limit that is named for it.
# SPDX-License-Identifier: Apache-2.0
import select

import pytest

from client import ENDPOINTS
from http_bytes import Connection, exchange, get, request
from waiting import eventually

LIMITS = {'http.header_timeout': '1s', 'http.idle_timeout': '2s'}
UPLOAD = request('POST', ENDPOINTS['publish'][1],
                 ('Content-Type: multipart/form-data; boundary=limit', 'Content-Length: 10000000'))
# What is sent at once, and what again and again after that.
SLOW = {
    'silence': (b'', b''),
    'first line by the byte': (b'GET /', b'a'),
    'header by the byte': (b'GET /livez HTTP/1.1\r\nHost: a\r\nX: ', b'a'),
    'header lines without end': (b'GET /livez HTTP/1.1\r\nHost: a\r\n', b'X: a\r\n'),
    'header that stops': (b'GET /livez HTTP/1.1\r\nHost: a\r\n', b''),
}


def others_are_served(server):
    answers = exchange(server, get('/douyin/feed/', 'Connection: close'))
    assert [answer.status_code for answer in answers] == [200]


def is_over(connection):
    """Closed, or answered and so about to be."""
    readable, _, _ = select.select([connection.socket], [], [], 0)
    return bool(readable)


@pytest.mark.parametrize('first, again', SLOW.values(), ids=SLOW.keys())
def test_a_slow_head_is_cut_off_while_others_are_served(own_server, first, again):
    server = own_server(LIMITS)
    with Connection(server) as connection:
        connection.send(first)

        def cut():
            connection.send(again)
            others_are_served(server)
            return is_over(connection)

        eventually(cut, pause_s=0.1)
        assert all(answer.status_code >= 400 for answer in connection.answers_until_closed())
