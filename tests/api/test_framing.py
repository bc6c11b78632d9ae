# Where a request ends is never in doubt: hostile framing is refused, honest framing passes.
# SPDX-License-Identifier: Apache-2.0
import random
import socket
import struct

import pytest

import checks
from http_bytes import Closed, Connection, exchange, get

TARGET = b'/douyin/feed/'
NEXT = b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n\r\n'
LAST = b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
POST = b'POST /douyin/favorite/action/ HTTP/1.1\r\nHost: a\r\n'
GET = b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n'
CHUNKED = POST + b'Transfer-Encoding: chunked\r\n\r\n'


def lines(*values):
    return b''.join(value + b'\r\n' for value in values)


HOSTILE = {
    'two lengths that differ': POST + b'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'two equal lengths': POST + b'Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello',
    'length then chunked':
        POST + b'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
    'chunked then length':
        POST + b'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG',
    'xchunked': POST + b'Transfer-Encoding: xchunked\r\n\r\n',
    'xchunked with a length':
        POST + b'Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello',
    'chunked, then identity':
        POST + b'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
    'identity, chunked': POST + b'Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n',
    'chunked with a blank': POST + b'Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n',
    'chunked after a vertical tab': POST + b'Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
    'blank before the colon':
        POST + b'Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\nhello',
    'tab before the colon': POST + b'Content-Length\t: 5\r\n\r\nhello',
    'length +5': POST + b'Content-Length: +5\r\n\r\nhello',
    'length 5, 5': POST + b'Content-Length: 5, 5\r\n\r\nhello',
    'length -1': POST + b'Content-Length: -1\r\n\r\n',
    'length 0x5': POST + b'Content-Length: 0x5\r\n\r\nhello',
    'empty length': POST + b'Content-Length:\r\n\r\nhello',
    'length 2^64+5': POST + b'Content-Length: 18446744073709551621\r\n\r\nhello',
    'chunk of 2^64+1': CHUNKED + b'10000000000000001\r\nx\r\n0\r\n\r\n',
    'chunk of 0x5': CHUNKED + b'0x5\r\nhello\r\n0\r\n\r\n',
    'chunk of -1': CHUNKED + b'-1\r\nhello\r\n0\r\n\r\n',
    'bare LF everywhere': b'GET /douyin/feed/ HTTP/1.1\nHost: a\n\n',
    'bare LF after one header': b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\nX: b\r\n\r\n',
    'bare CR in a value': GET + b'X: a\rContent-Length: 5\r\n\r\n',
    'folded line': GET + b'X: a\r\n b\r\n\r\n',
    'folded length': POST + b'Content-Length:\r\n 5\r\n\r\nhello',
    'first line folded': b'GET /douyin/feed/ HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n',
    'no Host': b'GET /douyin/feed/ HTTP/1.1\r\n\r\n',
    'two Hosts': GET + b'Host: b\r\n\r\n',
    'NUL in a value': GET + b'X: a\0b\r\n\r\n',
    'NUL at the end of a value': GET + b'X: a\0\r\nY: b\r\n\r\n',
    'NUL in a name': GET + b'X\0Y: a\r\n\r\n',
    'NUL before a length': POST + b'X: a\0\r\nContent-Length: 5\r\n\r\nhello',
    'empty name': GET + b': a\r\n\r\n',
    'no colon': GET + b'abc\r\n\r\n',
    'bad byte in a name': GET + b'X(a): b\r\n\r\n',
    'name in UTF-8': GET + 'Ünï: b\r\n\r\n'.encode(),
    'header of 64 KiB': GET + b'X: ' + b'a' * 65536 + b'\r\n\r\n',
    '200 headers': GET + lines(*[b'X-%d: a' % i for i in range(200)]) + b'\r\n',
    'HTTP/1.0 chunked': b'POST /douyin/favorite/action/ HTTP/1.0\r\nHost: a\r\n'
                        b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/2.0': b'GET /douyin/feed/ HTTP/2.0\r\nHost: a\r\n\r\n',
    'HTTP/1.2': b'GET /douyin/feed/ HTTP/1.2\r\nHost: a\r\n\r\n',
    'HTTP/0.9': b'GET /douyin/feed/\r\n\r\n',
    'two blanks in the first line': b'GET /douyin/feed/  HTTP/1.1\r\nHost: a\r\n\r\n',
    'blank in the target': b'GET /douyin/feed/ x HTTP/1.1\r\nHost: a\r\n\r\n',
    'NUL in the target': b'GET /douyin/feed/\0x HTTP/1.1\r\nHost: a\r\n\r\n',
}
# Lenient readers exist and do no harm here, as long as nothing behind them is read as a request.
DOUBTFUL = {
    'bare LF as the last line end': b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n\n',
    'bare LF in chunks': CHUNKED + b'5\nhello\n0\n\n',
}
FORM = b'Content-Type: application/x-www-form-urlencoded\r\n'
HONEST = {
    'plain': GET + b'\r\n',
    'no blank, tabs, empty values':
        b'GET /douyin/feed/ HTTP/1.1\r\nHost:a\r\nX:\t \tb\r\nY:\r\nZ: \r\n\r\n',
    'blanks after a value': GET + b'X: b \t\r\n\r\n',
    'cookies of 2 KiB': GET + b'Cookie: ' + b'; '.join(b'k%d=%s' % (i, b'v' * 50)
                                                       for i in range(36)) + b'\r\nX: 1\r\n\r\n',
    '60 headers': GET + lines(*[b'X-%d: a' % i for i in range(60)]) + b'\r\n',
    'escaped query': b'GET /douyin/feed/?a=%41%20b+c&t=%E7%9F%AD HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET with a body': b'GET /douyin/feed/?x=1 HTTP/1.1\r\nHost: a\r\n' + FORM
                       + b'Content-Length: 7\r\n\r\na=1&b=2',
    'POST of 40 KiB': POST + b'Content-Length: 40000\r\n\r\n' + b'z' * 40000,
    'POST without a body': POST + b'Content-Length: 0\r\n\r\n',
    'value in UTF-8': GET + 'X: 短视频\r\n\r\n'.encode(),
}


def by_name(table):
    return pytest.mark.parametrize('raw', table.values(), ids=table.keys())


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
@pytest.mark.parametrize('cut', ['whole', 'pieces of 7', 'single bytes'])
def test_honest_framing_passes_however_it_is_cut(server, raw, cut):
    step = {'whole': len(raw), 'pieces of 7': 7, 'single bytes': 1}[cut]
    head = raw[:1400]
    parts = [head[at:at + step] for at in range(0, len(head), step)]
    with Connection(server) as connection:
        connection.send(*parts, raw[1400:])
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
