# Our client against servers that are not ours: Python's gRPC, and things that are no gRPC at all.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import time

import grpc
import pytest

from h2_peer import ScriptedServer
from bytes_process import run_client

PATH = '/other.Service/'


class Handlers(grpc.GenericRpcHandler):
    def service(self, details):
        name = details.method.rsplit('/', 1)[1]
        if name == 'Chat':
            return grpc.stream_stream_rpc_method_handler(chat)
        if name in UNARY:
            return grpc.unary_unary_rpc_method_handler(UNARY[name])
        return None


def chat(messages, context):
    for message in messages:
        if message == b'fail':
            context.abort(grpc.StatusCode.DATA_LOSS, 'gone')
        yield message


def echo(message, context):
    return message


def refuse(message, context):
    context.set_trailing_metadata((('duan-reason', 'because'), ('duan-retry-after', '5')))
    code = next(code for code in grpc.StatusCode if code.value[0] == int(message))
    context.abort(code, '100 % 短\nover')


def wait(message, context):
    time.sleep(int(message) / 1000)
    return b'late'


def size(message, context):
    return b'x' * int(message)


def who(message, context):
    known = dict(context.invocation_metadata())
    names = ('duan-user', 'duan-request', 'traceparent')
    return ' '.join([*(known.get(name, '-') for name in names), str(int(context.time_remaining() * 1000))]).encode()


UNARY = {'Echo': echo, 'Refuse': refuse, 'Wait': wait, 'Size': size, 'Who': who}


@pytest.fixture(scope='module')
def server():
    running = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=[Handlers()],
                          options=[('grpc.max_send_message_length', -1), ('grpc.max_receive_message_length', -1)])
    port = running.add_insecure_port('127.0.0.1:0')
    running.start()
    yield f'127.0.0.1:{port}'
    running.stop(None).wait()


@pytest.mark.parametrize('message', ['', 'hello', 'x' * 100_000])
def test_a_message_comes_back(server, message):
    assert run_client(server, PATH + 'Echo', message) == ([(len(message), message[:80])], 'ok')


def test_megabytes_come_back(server):
    assert run_client(server, PATH + 'Size', '4000000') == ([(4000000, 'x' * 80)], 'ok')


def test_a_reply_of_more_than_we_take_is_refused(server):
    assert run_client(server, PATH + 'Size', '5000000')[1].startswith('failed 8 ')


@pytest.mark.parametrize('code, ours', [(c, c) for c in (1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16)] + [(2, 13), (11, 3)])
def test_a_failure_arrives_with_what_is_known_of_it(server, code, ours):
    assert run_client(server, PATH + 'Refuse', str(code)) == ([], f'failed {ours} because 5 100 % 短?over')


def test_a_deadline_ends_a_call(server):
    assert run_client(server, PATH + 'Wait', '3000', timeout_ms=100)[1].startswith('failed 4 ')


def test_identity_trace_and_deadline_are_passed_on(server):
    (_, said), = run_client(server, PATH + 'Who', '', timeout_ms=50000)[0]
    user, request, trace, left_ms = said.split(' ')
    assert (user, request) == ('42', 'request-1')
    assert trace.startswith('00-00000000000000010000000000000002-')
    assert 0 < int(left_ms) <= 50000


def test_an_unknown_method_is_unimplemented(server):
    assert run_client(server, PATH + 'Nothing', '')[1].startswith('failed 12 ')


def test_a_stream_goes_both_ways(server):
    assert run_client(server, PATH + 'Chat', 'one', '', 'three', stream=True) == ([(3, 'one'), (0, ''), (5, 'three')], 'ok')


def test_a_stream_fails_as_the_server_says(server):
    replies, end = run_client(server, PATH + 'Chat', 'one', 'fail', stream=True)
    assert replies == [(3, 'one')]
    assert end == 'failed 15 - 0 gone'


# ---- what answers, but not in gRPC ----

HTML = [(':status', '200'), ('content-type', 'text/html')]


@pytest.mark.parametrize('status, code', [(400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (500, 13), (502, 14), (503, 14), (504, 14), (200, 13)])
def test_an_http_status_stands_for_a_code(status, code):
    with ScriptedServer([(':status', str(status)), ('content-type', 'text/html')], b'<html>') as peer:
        assert run_client(peer.address, '/a/B', 'x')[1].startswith(f'failed {code} ')


GRPC = [(':status', '200'), ('content-type', 'application/grpc')]


@pytest.mark.parametrize('body, trailers', [
    (b'', None),  # no status
    (b'\0\0\0\0\1x', None),
    (b'', [('grpc-status', '0')]),  # no message
    (b'\0\0\0\0\5x', [('grpc-status', '0')]),  # cut short
    (b'\0\0\0\0\1x\0\0\0\0\1y', [('grpc-status', '0')]),  # two
    (b'\0\0\0\0\1x', [('grpc-status', '99')]),
    (b'\0\0\0\0\1x', [('grpc-status', 'x')]),
])
def test_a_reply_that_is_not_whole_is_an_internal_failure(body, trailers):
    with ScriptedServer(GRPC, body, trailers) as peer:
        assert run_client(peer.address, '/a/B', 'x')[1].startswith('failed 13 ')


def test_a_compressed_reply_is_not_understood():
    with ScriptedServer(GRPC, b'\1\0\0\0\1x', [('grpc-status', '0')]) as peer:
        assert run_client(peer.address, '/a/B', 'x')[1].startswith('failed 12 ')


def test_a_reply_that_announces_more_than_we_take_is_refused_before_it_comes():
    with ScriptedServer(GRPC, b'\0\xff\xff\xff\xff', end=False) as peer:
        assert run_client(peer.address, '/a/B', 'x')[1].startswith('failed 8 ')


def test_headers_without_end_are_refused():
    with ScriptedServer(GRPC + [(f'x-{i}', 'y' * 1000) for i in range(20)], b'', [('grpc-status', '0')]) as peer:
        assert run_client(peer.address, '/a/B', 'x')[1].startswith('failed 13 ')


def test_places_that_do_not_fit_their_message_cost_only_the_places():
    trailers = [('grpc-status', '5'), ('grpc-message', 'a: b'), ('duan-where', 'x.c:1 99999, y.c:2 -1'), ('duan-reason', 'r')]
    with ScriptedServer(GRPC, b'', trailers) as peer:
        assert run_client(peer.address, '/a/B', 'x') == ([], 'failed 5 r 0 a: b')


@pytest.mark.parametrize('garbage', [b'HTTP/1.1 400 Bad Request\r\n\r\n', b'\0' * 100, b'\xff' * 100, b''])
def test_a_peer_that_speaks_no_http2_is_unavailable(garbage):
    with ScriptedServer(raw=garbage) as peer:
        assert run_client(peer.address, '/a/B', 'x')[1].startswith('failed 14 ')
