# Python's gRPC client against our server.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import time

import grpc
import pytest

CODE = grpc.StatusCode


def trailer(failure, name):
    return dict(failure.trailing_metadata()).get(name)


@pytest.mark.parametrize('message', [b'', b'hello', bytes(range(256)), b'x' * 3_000_000])
def test_a_message_comes_back_as_it_was_sent(foreign, message):
    assert foreign.call('Echo', message) == message


@pytest.mark.parametrize('code', [code for code in CODE if code.value[0] in (1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16)])
def test_a_failure_arrives_with_its_code(foreign, code):
    assert foreign.failure('Refuse', f'{code.value[0]} why text'.encode()).code() == code


def test_a_failure_arrives_with_its_text_reason_places_and_pause(foreign):
    failure = foreign.failure('Refuse', '9 video_gone 短视频 is gone: 100 %'.encode())
    assert failure.details() == 'kit: 短视频 is gone: 100 %'
    assert trailer(failure, 'duan-reason') == 'video_gone'
    assert trailer(failure, 'duan-retry-after') == '7'
    places = [place.split(' ')[0] for place in trailer(failure, 'duan-where').split(', ')]
    assert [place.split(':')[0] for place in places] == ['tests/rpc/bytes_server.c'] * 2


def test_a_deadline_ends_a_call(foreign):
    assert foreign.failure('Wait', b'2000', timeout=0.1).code() == CODE.DEADLINE_EXCEEDED


def test_identity_trace_and_deadline_reach_the_handler(foreign):
    metadata = [('duan-user', '42'), ('duan-request', 'r-1'),
                ('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')]
    said = dict(word.split('=') for word in foreign.call('Who', metadata=metadata, timeout=100).decode().split(' '))
    assert said['user'] == '42'
    assert said['request'] == 'r-1'
    assert said['trace'] == '4bf92f3577b34da6a3ce929d0e0e4736'
    assert 0 < int(said['left_ms']) <= 101_000  # gRPC may round what is left up to a second


@pytest.mark.parametrize('user', ['0', '-1', 'x', '', '99999999999999999999'])
def test_a_user_that_makes_no_sense_is_nobody(foreign, user):
    assert b'user=0' in foreign.call('Who', metadata=[('duan-user', user)])


@pytest.mark.parametrize('path', ['/duan.kit.v1.Kit/Nothing', '/nothing/Echo', '/Echo', '/'])
def test_an_unknown_method_is_unimplemented(foreign, path):
    with pytest.raises(grpc.RpcError) as caught:
        foreign.channel.unary_unary(path)(b'', timeout=60)
    assert caught.value.code() == CODE.UNIMPLEMENTED


@pytest.mark.parametrize('encoding', [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_compressed_request_is_unimplemented(foreign, encoding):
    failure = foreign.failure('Echo', b'x' * 1000, compression=encoding)
    assert failure.code() == CODE.UNIMPLEMENTED
    assert trailer(failure, 'grpc-accept-encoding') in (None, 'identity')  # the library may keep it for itself


def test_messages_that_are_too_long_are_refused(new_kit, new_foreign):
    client = new_foreign(new_kit(message_max=1000).address)
    assert client.failure('Echo', b'x' * 1001).code() == CODE.RESOURCE_EXHAUSTED
    assert client.failure('Echo', b'x' * 1_000_000).code() == CODE.RESOURCE_EXHAUSTED
    assert client.call('Echo', b'x' * 1000) == b'x' * 1000


def test_a_hundred_callers_at_a_time_are_served(foreign):
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        replies = list(pool.map(lambda i: foreign.call('Echo', b'%d' % i), range(1000)))
    assert replies == [b'%d' % i for i in range(1000)]


def test_a_full_queue_refuses_at_once_and_serves_the_rest(new_kit, new_foreign):
    client = new_foreign(new_kit(pollers=1, workers=1, queue_max=2).address)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        codes = [answer.result() for answer in [pool.submit(outcome, client) for _ in range(20)]]
    assert set(codes) == {None, CODE.RESOURCE_EXHAUSTED}
    assert 1 <= codes.count(None) <= 19


def outcome(client):
    try:
        client.call('Wait', b'300')
    except grpc.RpcError as failure:
        return failure.code()


def test_a_stream_goes_both_ways_and_ends_with_the_caller(foreign):
    assert list(foreign.stream('Chat', [b'one', b'two', b''])) == [b'one', b'two', b'']


def test_a_stream_ends_with_the_failure_of_its_handler(foreign):
    replies = foreign.stream('Chat', [b'one', b'fail', b'two'])
    assert next(replies) == b'one'
    with pytest.raises(grpc.RpcError) as caught:
        next(replies)
    assert caught.value.code() == CODE.ABORTED
    assert trailer(caught.value, 'duan-reason') == 'told_to'


def test_a_stream_that_lasts_ends_at_its_deadline(foreign):
    replies = foreign.stream('CountUp', [b'3'], timeout=0.5)
    assert [next(replies) for _ in range(3)] == [b'1', b'2', b'3']
    with pytest.raises(grpc.RpcError) as caught:
        next(replies)
    assert caught.value.code() == CODE.DEADLINE_EXCEEDED


def test_ten_thousand_messages_of_a_stream_come_in_order(foreign):
    replies = foreign.stream('CountUp', [b'10000'])
    assert [next(replies) for _ in range(10000)] == [b'%d' % i for i in range(1, 10001)]
    replies.cancel()


def test_a_cancelled_stream_leaves_the_connection_in_order(foreign):
    for _ in range(50):
        replies = foreign.stream('CountUp', [b'100'])
        next(replies)
        replies.cancel()
    assert foreign.call('Echo', b'x') == b'x'


def test_connections_that_grow_old_cost_no_call(new_kit, new_foreign):
    client = new_foreign(new_kit(age_ms=100).address)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert client.call('Echo', b'x') == b'x'
