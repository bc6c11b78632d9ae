# Hostile framing, cut and placed in every way: refused, closed, and nothing behind it runs.
# SPDX-License-Identifier: Apache-2.0
import pytest

from framing_cases import CHUNKED, GET, HOSTILE, LAST, NEXT, by_name, cut_into, each_cut
from http_bytes import Connection, exchange


def refused_once(answers):
    """At most one refusal: closing with unread bytes resets the connection, and may lose it."""
    assert len(answers) <= 1
    assert all(400 <= answer.status_code <= 599 for answer in answers)


@by_name(HOSTILE)
@each_cut()
def test_hostile_framing_is_refused_however_it_is_cut(server, raw, step):
    refused_once(exchange(server, *cut_into(raw, step), NEXT))


@by_name(HOSTILE)
def test_hostile_framing_behind_honest_requests_is_refused(server, raw):
    with Connection(server) as connection:
        connection.send(GET + b'\r\n' + GET + b'\r\n' + raw + NEXT)
        # A reset may lose honest answers too, but never adds one.
        answers = connection.answers_until_closed()
    honest, hostile = answers[:2], answers[2:]
    assert all(answer.status_code == 200 for answer in honest)
    refused_once(hostile)


@each_cut()
@pytest.mark.parametrize('head', [b'GET /douyin/feed/ HTTP/1.0\r\n\r\n',
                                  b'GET /douyin/feed/ HTTP/1.0\r\nHost: a\r\nX: b\r\n\r\n'])
def test_http_1_0_passes_however_it_is_cut_and_is_closed(server, head, step):
    answers = exchange(server, *cut_into(head, step), NEXT)
    assert [answer.status_code for answer in answers] == [200]


@pytest.mark.parametrize('body', [b'5\r\nhello\r\n0\r\n\r\n', b'5\nhello\n0\n\n', b'0\r\n\r\n'])
def test_a_connection_ends_with_its_first_chunked_body(server, body):
    """The library takes bare LF in chunks, where a proxy may see another end: nothing follows."""
    answers = exchange(server, CHUNKED + body + NEXT)
    assert [answer.status_code for answer in answers] == [200]
    assert answers[0].headers['connection'].lower() == 'close'


def test_a_hundred_requests_in_one_write_are_answered_in_order(server):
    """The id of each request comes back with its answer."""
    count = 100
    odd = b'GET /media/%d HTTP/1.1\r\nHost: a\r\nX-Request-Id: r%d\r\n\r\n'
    even = b'GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: r%d\r\n\r\n'
    asked = b''.join(odd % (at, at) if at % 2 else even % at for at in range(count))
    answers = exchange(server, asked + LAST)
    assert [answer.status_code for answer in answers] == [200, 404] * (count // 2) + [200]
    assert [answer.headers['x-request-id'] for answer in answers[:-1]] == [
        f'r{at}' for at in range(count)]
