# Clients that break the rules of HTTP/2 and gRPC, or use them up: refused, and others are served on.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import time

import pytest

from h2_peer import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, GOAWAY, HEADERS, PING, PREFACE, PRIORITY,
                     RST_STREAM, SETTINGS, WINDOW_UPDATE, RawClient, frame, request_headers)


@pytest.fixture(autouse=True)
def others_are_served(kit, foreign):
    yield
    assert foreign.call('Echo', b'x') == b'x'


@pytest.fixture
def raw(kit):
    with RawClient(kit.address) as client:
        yield client


def ask(raw, body=b'\0\0\0\0\1x', **changes):
    """The answer to one request with changed headers; a None takes one away."""
    raw.send(raw.request(1, body, headers=request_headers(**changes)))
    return raw.answer(1)


# ---- what is not gRPC ----

@pytest.mark.parametrize('changes, http, code', [
    ({}, '200', '0'),
    ({':method': 'GET'}, '405', '12'),
    ({'content-type': 'application/json'}, '415', '12'),
    ({'content-type': 'application/grpcx'}, '415', '12'),
    ({'content-type': None}, '415', '12'),
    ({'content-type': 'application/grpc+proto'}, '200', '0'),
    ({'content-type': 'application/grpc;x=y'}, '200', '0'),
    ({':path': '/'}, '200', '12'),
    ({':path': '/duan.kit.v1.Kit'}, '200', '12'),
    ({':path': '/duan.kit.v1.Kit/Echo/'}, '200', '12'),
    ({':path': '/duan.kit.v1.Kit/' + 'x' * 5000}, '200', '12'),
    ({'grpc-encoding': 'identity'}, '200', '0'),
    ({'grpc-encoding': 'gzip'}, '200', '12'),
    ({'grpc-timeout': '1H'}, '200', '0'),
    ({'grpc-timeout': '99999999H'}, '200', '0'),
    ({'grpc-timeout': '100000000H'}, '200', '3'),
    ({'grpc-timeout': '1x'}, '200', '3'),
    ({'grpc-timeout': '-1S'}, '200', '3'),
    ({'grpc-timeout': ''}, '200', '3'),
    ({'grpc-timeout': '0n'}, '200', '4'),
    ({'x': 'y' * 17_000}, '431', '8'),
])
def test_a_head_is_judged_by_what_it_says(raw, changes, http, code):
    answer = ask(raw, **changes)
    assert (answer[':status'], answer['grpc-status']) == (http, code)


def test_a_request_that_was_long_on_its_way_has_lost_that_much_of_its_deadline(raw):
    """A line that was cut, or a process that was stopped, delivers what its caller has given up and asked elsewhere since."""
    timely = {'grpc-timeout': '60S', 'duan-age': '3600000000'}
    assert ask(raw, **timely)['grpc-status'] == '0'
    raw.send(raw.request(3, b'\0\0\0\0\1x', headers=request_headers(**timely | {'duan-age': '3500000000'})))
    assert raw.answer(3)['grpc-status'] == '4'
    raw.send(raw.request(5, b'\0\0\0\0\1x', headers=request_headers(**timely | {'duan-age': '3590000000'})))
    assert raw.answer(5)['grpc-status'] == '0'


@pytest.mark.parametrize('age', ['-1', 'x', '', '9223372036854775807', '99999999999999999999'])
def test_an_age_that_is_none_is_not_looked_at(raw, age):
    assert ask(raw, **{'grpc-timeout': '60S', 'duan-age': age})['grpc-status'] == '0'


def test_a_compressed_message_is_refused_with_what_is_understood(raw):
    assert ask(raw, **{'grpc-encoding': 'gzip'})['grpc-accept-encoding'] == 'identity'


@pytest.mark.parametrize('body, code', [
    (b'', '13'),
    (b'\0', '13'),
    (b'\0\0\0\0\5x', '13'),
    (b'\1\0\0\0\1x', '13'),
    (b'\0\0\0\0\1x\0\0\0\0\1y', '13'),
    (b'\0\0\0\0\1x\0', '13'),
    (b'\0\xff\xff\xff\xff', '8'),
])
def test_a_request_that_is_not_one_message_is_refused(raw, body, code):
    assert ask(raw, body)['grpc-status'] == code


def test_a_message_may_come_byte_by_byte(raw):
    raw.send(raw.request(1, b'', end=False))
    for byte in b'\0\0\0\0\3abc':
        raw.send(frame(DATA, 0, 1, bytes([byte])))
    raw.send(frame(DATA, END_STREAM, 1))
    assert raw.answer(1)['grpc-status'] == '0'


def test_a_request_with_trailers_is_served(raw):
    raw.send(raw.request(1, end=False) + frame(HEADERS, END_HEADERS | END_STREAM, 1, raw.block([('x', 'y')])))
    assert raw.answer(1)['grpc-status'] == '0'


def test_who_is_refused_early_is_told_to_stop_sending(raw):
    raw.send(raw.request(1, b'\0\xff\xff\xff\xff', end=False))
    assert raw.answer(1)['grpc-status'] == '8'
    assert raw.until(RST_STREAM, 1)[3] == bytes(4)  # NO_ERROR


# ---- what is not HTTP/2 ----

@pytest.mark.parametrize('data', [
    b'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    b'\0' * 64,
    PREFACE[:-1] + b'X',
    PREFACE + frame(PING, 0, 0, bytes(8)),  # SETTINGS come first
    PREFACE + frame(SETTINGS) + frame(DATA, 0, 0, b'x'),
    PREFACE + frame(SETTINGS) + frame(DATA, 0, 1, b'x'),
    PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS, 2, b''),
    PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, b'\xff' * 50),
    PREFACE + frame(SETTINGS) + frame(HEADERS, 0, 1, b'') + frame(PING, 0, 0, bytes(8)),
    PREFACE + frame(SETTINGS) + frame(CONTINUATION, END_HEADERS, 1, b''),
    PREFACE + frame(SETTINGS) + frame(SETTINGS, 0, 0, b'x'),
    PREFACE + frame(SETTINGS) + frame(SETTINGS, ACK, 0, b'x' * 6),
    PREFACE + frame(SETTINGS) + frame(WINDOW_UPDATE, 0, 0, bytes(4)),
    PREFACE + frame(SETTINGS) + frame(WINDOW_UPDATE, 0, 0, b'\x7f\xff\xff\xff') * 2,
    PREFACE + frame(SETTINGS) + frame(PING, 0, 0, b'x'),
    PREFACE + frame(SETTINGS) + b'\xff\xff\xff' + bytes(6),
])
def test_what_breaks_the_protocol_ends_the_connection(kit, data):
    with RawClient(kit.address, greet=False) as raw:
        raw.send(data)
        list(raw.frames())  # ends


def test_a_head_without_what_every_request_has_costs_only_its_stream(raw):
    raw.send(raw.request(1, headers=request_headers(**{':scheme': None})) + raw.request(3))
    assert raw.answer(3)['grpc-status'] == '0'


# ---- too much of it ----

def until_told(raw, flood):
    """Sends until the server ends it; returns the code of its GOAWAY, if that still arrived."""
    end = time.monotonic() + 100
    while raw.send(flood) and time.monotonic() < end:
        pass
    assert time.monotonic() < end, 'the flood is not stopped'
    goaway = raw.until(GOAWAY)
    return goaway and int.from_bytes(goaway[3][4:8], 'big')


@pytest.mark.parametrize('flood', [
    frame(PING, 0, 0, bytes(8)) * 100,
    frame(PING, ACK, 0, bytes(8)) * 100,
    frame(SETTINGS) * 100,
    frame(SETTINGS, 0, 0, b'\0\4\0\1\0\0') * 100,
    frame(PRIORITY, 0, 1, b'\0\0\0\3\0') * 100,
], ids=['ping', 'pong', 'settings', 'windows', 'priority'])
def test_floods_of_frames_end_the_connection(kit, flood):
    with RawClient(kit.address) as raw:
        assert until_told(raw, flood) in (None, ENHANCE_YOUR_CALM)


def test_a_flood_of_empty_frames_of_a_call_ends_the_connection(kit):
    with RawClient(kit.address) as raw:
        raw.send(raw.request(1, b'', end=False))
        assert until_told(raw, frame(DATA, 0, 1) * 100) in (None, ENHANCE_YOUR_CALM)


def test_a_flood_of_requests_that_are_taken_back_ends_the_connection(kit):
    with RawClient(kit.address) as raw:
        stream, told = 1, False
        end = time.monotonic() + 100
        while not told and time.monotonic() < end:
            burst = b''.join(raw.request(s) + frame(RST_STREAM, 0, s, b'\0\0\0\x08') for s in range(stream, stream + 200, 2))
            stream += 200
            told = not raw.send(burst)
        assert told, 'the flood is not stopped'


def test_headers_in_endless_pieces_end_the_connection(kit):
    with RawClient(kit.address) as raw:
        raw.send(frame(HEADERS, 0, 1, raw.block(request_headers())))
        until_told(raw, frame(CONTINUATION, 0, 1, b'\x40\x01x\x01y' * 10))


def test_more_calls_than_announced_are_refused_and_the_others_served(new_kit):
    with RawClient(new_kit(streams_max=2).address) as raw:
        waiting = request_headers('/duan.kit.v1.Kit/Wait')
        raw.send(b''.join(raw.request(stream, b'\0\0\0\0\x03200', headers=waiting) for stream in (1, 3, 5)))
        assert raw.until(RST_STREAM, 5)[3] == b'\0\0\0\7'  # REFUSED_STREAM: was not processed
        assert raw.answer(3)['grpc-status'] == '0'


def test_a_ping_is_answered(raw):
    raw.send(frame(PING, 0, 0, b'12345678'))
    while (got := raw.until(PING)) and not got[1] & ACK:
        continue
    assert got[3] == b'12345678'


# ---- several at a time ----

@pytest.mark.parametrize('warm', [0, 100], ids=['new', 'known to be quick'])
@pytest.mark.parametrize('slow', [1, 3], ids=['first', 'in between'])
def test_a_slow_call_holds_up_none_of_those_that_come_with_it(new_kit, warm, slow):
    """All in one write, so that they are read together."""
    with RawClient(new_kit().address) as raw:
        for stream in range(11, 11 + 2 * warm, 2):
            raw.send(raw.request(stream))
            assert raw.answer(stream)['grpc-status'] == '0'
        streams = range(1001, 1011, 2)
        late = 1000 + slow
        wait = request_headers('/duan.kit.v1.Kit/Wait')
        raw.send(b''.join(raw.request(stream, b'\0\0\0\0\x03500', headers=wait) if stream == late else raw.request(stream) for stream in streams))
        ended = [raw.until_end_of_a_stream() for _ in streams]
        assert sorted(ended) == list(streams)
        assert ended[-1] == late


def test_a_server_that_is_told_to_end_finishes_its_calls(new_kit):
    kit, streams = new_kit(), range(1, 9, 2)
    with RawClient(kit.address) as raw, concurrent.futures.ThreadPoolExecutor() as pool:
        wait = request_headers('/duan.kit.v1.Kit/Wait')
        raw.send(b''.join(raw.request(stream, b'\0\0\0\0\x041000', headers=wait) for stream in streams) + frame(PING, 0, 0, bytes(8)))
        assert raw.until(PING)[1] & ACK  # all before it was read
        stopped = pool.submit(kit.stop)
        assert sorted(raw.until_end_of_a_stream() for _ in streams) == list(streams)
        assert stopped.result()


# ---- too slowly ----

def test_a_request_that_does_not_arrive_ends(new_kit):
    with RawClient(new_kit(slow_ms=200).address) as raw:
        raw.send(raw.request(1, b'\0\0\0\0\5x', end=False))
        assert raw.answer(1)['grpc-status'] == '4'


def test_a_reply_that_is_not_read_is_given_up(new_kit):
    with RawClient(new_kit(slow_ms=200).address) as raw:
        raw.send(frame(SETTINGS, 0, 0, b'\0\4\0\0\0\x0a'))  # ten bytes of window
        raw.send(raw.request(1, b'\0\0\0\0\x0510000', headers=request_headers('/duan.kit.v1.Kit/Bytes')))
        assert raw.until(RST_STREAM, 1)[3] == b'\0\0\0\x08'  # CANCEL


def test_an_idle_connection_is_closed_with_notice(new_kit):
    with RawClient(new_kit(idle_ms=200).address) as raw:
        raw.send(raw.request(1))
        assert raw.answer(1)['grpc-status'] == '0'
        last = [int.from_bytes(payload[:4], 'big') for kind, _, _, payload in raw.frames() if kind == GOAWAY]
        assert last == [0x7fffffff, 1]


def test_a_silent_peer_is_asked_and_then_given_up(new_kit):
    kit = new_kit(keepalive_ms=100, idle_ms=0)
    with RawClient(kit.address) as raw:
        assert raw.until(PING)
        assert raw.until(GOAWAY) is None  # closed without more words


def test_calls_after_a_notice_are_still_served(new_kit):
    """What a client sends before it has read the notice is not lost."""
    with RawClient(new_kit(age_ms=200, idle_ms=0).address) as raw:
        assert raw.until(GOAWAY)[3][:4] == b'\x7f\xff\xff\xff'
        raw.send(raw.request(1))
        assert raw.answer(1)['grpc-status'] == '0'
