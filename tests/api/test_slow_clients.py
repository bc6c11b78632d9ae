# Clients that hold a connection without getting on with it lose it: nobody can use up all of them.
# SPDX-License-Identifier: Apache-2.0
import json
import select

import pytest

from client import ENDPOINTS
from http_bytes import Connection, exchange, get, request
from tus import Upload
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


def refused(crowd):
    """Which of them were told that there is no room, so far."""
    readable, _, _ = select.select([connection.socket for connection in crowd], [], [], 0)
    return [connection for connection in crowd if connection.socket in readable]


def test_one_address_cannot_use_up_the_uploads_of_others(own_server, new_user, clips):
    server = own_server({'http.body_window': '1h', 'upload.parallel': 8})
    author, clip = new_user(server.url), clips.data('tiny.mp4')
    upload = Upload(author)
    upload.create(len(clip))
    crowd = [Connection(server, address='127.0.0.2') for _ in range(20)]
    for connection in crowd:
        connection.send(UPLOAD)
    eventually(lambda: len(refused(crowd)) >= 12)
    upload.append(0, clip)
    author.publish(clip)
    eventually(lambda: len(refused(crowd)) == 18)
    answer = refused(crowd)[0].answer()
    assert (answer.status_code, json.loads(answer.content)['status_code']) == (503, 50300) and answer.headers['retry-after']
    for connection in crowd:
        connection.socket.close()

    def is_served():
        with Connection(server, address='127.0.0.2') as late:
            late.send(UPLOAD.replace(b'Content-Length: 100000', b'Content-Length: 0'))
            assert late.answer().status_code == 200

    eventually(is_served)
