# Clients that are slow on purpose lose their connection within the limit that is named for it.
# SPDX-License-Identifier: Apache-2.0
import pytest

from client import ENDPOINTS
from http_bytes import Closed, Connection, exchange, get, request
from waiting import eventually

LIMITS = {'http.header_timeout': '1s', 'http.idle_timeout': '2s', 'http.body_window': '1s',
          'http.body_min_rate': '64KiB', 'http.reply_window': '1s', 'http.reply_min_rate': '64KiB'}
PATIENT = {name: '1h' for name in ('http.header_timeout', 'http.idle_timeout', 'http.body_window',
                                   'http.reply_window')}
FILE_BYTES = 50 << 20
UPLOAD = request('POST', ENDPOINTS['publish'][1],
                 ('Content-Type: multipart/form-data; boundary=limit', 'Content-Length: 10000000'))
FILE_PART = b'--limit\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n'
CHUNKED = request('POST', ENDPOINTS['login'][1],
                  ('Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked'))
# What is sent at once, what again and again after that, and the one limit that ends it.
SLOW = {
    'silence': (b'', b'', 'http.idle_timeout'),
    'first line by the byte': (b'GET /', b'a', 'http.idle_timeout'),
    'header by the byte': (b'GET /livez HTTP/1.1\r\nHost: a\r\nX: ', b'a', 'http.header_timeout'),
    'header lines without end': (b'GET /livez HTTP/1.1\r\nHost: a\r\n', b'X: a\r\n',
                                 'http.header_timeout'),
    'header that stops': (b'GET /livez HTTP/1.1\r\nHost: a\r\n', b'', 'http.header_timeout'),
    'body by the byte': (UPLOAD, b'a', 'http.body_window'),
    'body that stops': (UPLOAD + FILE_PART + bytes(10000), b'', 'http.body_window'),
    'body that begins fast': (UPLOAD + FILE_PART + bytes(5 << 20), b'a', 'http.body_window'),
    'body that waits to be asked for': (UPLOAD[:-2] + b'Expect: 100-continue\r\n\r\n', b'',
                                        'http.body_window'),
    'chunks of a byte': (CHUNKED, b'1\r\na\r\n', 'http.body_window'),
    'chunk that stops': (CHUNKED + b'10000\r\na', b'', 'http.body_window'),
    'chunk extension without end': (CHUNKED + b'1;', b'a', 'http.body_window'),
}


def others_are_served(server):
    answers = exchange(server, get('/douyin/feed/', 'Connection: close'))
    assert [answer.status_code for answer in answers] == [200]


def too_slow_so_far(clients, server):
    text = clients(server.url).http.get('/metrics').text
    return [int(float(line.split()[1])) for line in text.splitlines()
            if line.startswith('duan_http_too_slow_total')]


@pytest.mark.parametrize('first, again, limit', SLOW.values(), ids=SLOW.keys())
def test_a_slow_request_is_cut_off_while_others_are_served(own_server, clients, first, again,
                                                           limit):
    server = own_server({**LIMITS, **PATIENT, limit: '1s'})
    with Connection(server) as connection:
        connection.send(first)

        def cut():
            connection.send(again)
            others_are_served(server)
            return too_slow_so_far(clients, server) != [0]

        eventually(cut, pause_s=0.1)
        assert all(answer.status_code in (100, 400, 408)
                   for answer in connection.answers_until_closed())
    eventually(lambda: list((server.data / 'spool').iterdir()) == [])


@pytest.fixture
def large_file(own_server):
    """A server with a file that no socket buffer holds; its limits, and the file's path."""

    def start(settings):
        server = own_server(settings)
        folder = server.data / 'media/objects/v/00/0000000000000000/1'
        folder.mkdir(parents=True)
        with open(folder / 'large.mp4', 'wb') as file:
            file.truncate(FILE_BYTES)
        return server, '/media/v/00/0000000000000000/1/large.mp4'

    return start


def narrow(server):
    """A connection whose receive buffer is small, so that the server notices who does not read."""
    return Connection(server, receive_buffer=4096)


def nothing(_):
    pass


def one_byte(connection):
    connection.take(1)


@pytest.mark.parametrize('read', [nothing, one_byte])
def test_a_reply_that_is_not_read_is_cut_off(large_file, clients, read):
    server, path = large_file({**LIMITS, **PATIENT, 'http.reply_window': '1s'})
    with narrow(server) as connection:
        connection.send(get(path))

        def cut():
            read(connection)
            others_are_served(server)
            return too_slow_so_far(clients, server) == [1]

        eventually(cut, pause_s=0.1)
        assert len(connection.rest()) < FILE_BYTES


def test_pages_that_are_asked_for_and_never_read_are_cut_off(own_server, clients, new_user):
    server = own_server({**LIMITS, **PATIENT, 'http.reply_window': '1s'})
    new_user(server.url)
    with narrow(server) as connection:
        connection.socket.setblocking(False)

        def cut():
            ask_again(connection)
            others_are_served(server)
            return too_slow_so_far(clients, server) == [1]

        eventually(cut, pause_s=0.1)


def ask_again(connection):
    """As many requests as the other end still takes; it takes no more once it cannot answer."""
    try:
        for _ in range(100):
            connection.socket.send(get('/') * 100)
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        pass


def test_a_steady_reader_is_not_cut_off_however_long_it_takes(large_file, clients):
    """Many windows long: what the kernel's buffers hold is a small part of the file."""
    server, path = large_file({**LIMITS, **PATIENT, 'http.reply_window': '500ms',
                               'http.reply_min_rate': '16KiB'})
    with Connection(server) as connection:
        connection.send(get(path))
        got = 0

        def all_is_there():
            nonlocal got
            connection.more()
            got += len(connection.take(len(connection.buffer)))
            return got > FILE_BYTES

        eventually(all_is_there, pause_s=0.005)
    assert too_slow_so_far(clients, server) == [0]


def test_a_client_that_leaves_in_the_middle_of_a_reply_is_forgotten(large_file):
    server, path = large_file(PATIENT)
    for _ in range(20):
        with narrow(server) as connection:
            connection.send(get(path))
            connection.take(1000)
    others_are_served(server)


def test_a_slow_connection_is_closed_for_good(own_server):
    server = own_server({**PATIENT, 'http.header_timeout': '1s'})
    with Connection(server) as connection:
        connection.send(b'GET /livez HTTP/1.1\r\nHost: a\r\n')
        connection.answers_until_closed()
        with pytest.raises(Closed):
            connection.send(b'\r\n')
            connection.answer()
