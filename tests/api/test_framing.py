# Where a request ends is never in doubt: hostile framing is refused, honest framing passes.
# SPDX-License-Identifier: Apache-2.0
import random
import socket
import struct

import pytest

import checks
from framing_cases import DOUBTFUL, HONEST, HOSTILE, LAST, NEXT, by_name, cut_into, each_cut
from http_bytes import Closed, Connection, exchange, get
from waiting import eventually


@by_name(HOSTILE)
def test_hostile_framing_is_refused_and_the_connection_closed(server, raw):
    answers = exchange(server, raw, NEXT)
    # The refusal itself may be lost: closing with unread bytes resets the connection.
    assert len(answers) <= 1
    assert all(400 <= answer.status_code <= 599 for answer in answers)


@by_name(DOUBTFUL)
def test_doubtful_framing_never_lets_a_second_request_in(server, raw):
    with Connection(server) as connection:
        connection.send(raw)
        try:
            first = connection.answer()
        except Closed:
            return
        if first.status_code == 200 and first.headers.get('connection', '').lower() != 'close':
            connection.send(LAST)
            assert connection.answer().status_code == 200
        assert connection.answers_until_closed() == []


@by_name(HONEST)
@each_cut()
def test_honest_framing_passes_however_it_is_cut(server, raw, step):
    with Connection(server) as connection:
        connection.send(*cut_into(raw, step))
        assert connection.answer().status_code == 200
        connection.send(LAST)
        assert connection.answer().status_code == 200
        assert connection.answers_until_closed() == []


@by_name(HONEST)
def test_honest_requests_may_follow_each_other_without_waiting(server, raw):
    answers = exchange(server, raw * 3 + LAST)
    assert [answer.status_code for answer in answers] == [200] * 4


@pytest.mark.parametrize('keep', ['', 'Connection: close\r\n'])
def test_http_1_0_is_answered_and_closed(server, keep):
    raw = f'GET /douyin/feed/ HTTP/1.0\r\nHost: a\r\n{keep}\r\n'.encode()
    assert [answer.status_code for answer in exchange(server, raw)] == [200]


def test_http_1_0_needs_no_host(server):
    answers = exchange(server, b'GET /douyin/feed/ HTTP/1.0\r\n\r\n')
    assert [answer.status_code for answer in answers] == [200]


def test_a_client_that_asks_for_it_gets_the_connection_closed(server):
    answers = exchange(server, get('/douyin/feed/', 'Connection: close'), NEXT)
    assert [answer.status_code for answer in answers] == [200]


# The HTTP library below the server answers some malformed heads by itself, so these are others.
@pytest.mark.parametrize('name', ['no Host', 'two Hosts', 'folded line',
                                  'bare LF after one header'])
def test_a_refusal_is_an_envelope(server, name):
    answers = exchange(server, HOSTILE[name])
    assert [answer.status_code for answer in answers] == [400]
    assert answers[0].headers['content-type'] == checks.JSON_TYPE
    assert checks.envelope_text(answers[0].content, None)['status_code'] != checks.OK


def reset(connection):
    """Closes with RST, as a client that vanished does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    connection.close()


UPLOAD = (b'POST /douyin/publish/action/ HTTP/1.1\r\nHost: a\r\n'
          b'Content-Type: multipart/form-data; boundary=xx\r\nContent-Length: 100000\r\n\r\n'
          b'--xx\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n')


def test_clients_that_vanish_or_send_noise_do_no_harm(server, a_video_id, anyone):
    chance = random.Random(20230221)
    cover = anyone.video(a_video_id)['cover_url'].split('/', 3)[3]
    for _ in range(300):
        connection = socket.create_connection(('127.0.0.1', server.port), 30)
        connection.sendall(chance.choice([
            NEXT * chance.randint(1, 4),
            UPLOAD + bytes(chance.randint(0, 50000)),
            get(f'/{cover}'),
            chance.randbytes(chance.randint(1, 300)),
            NEXT[:chance.randint(1, len(NEXT) - 1)],
        ]))
        chance.choice([reset, socket.socket.close])(connection)
    assert [answer.status_code for answer in exchange(server, LAST)] == [200]
    eventually(lambda: 'duan_http_uploads_under_way 0' in anyone.http.get('/metrics').text)
