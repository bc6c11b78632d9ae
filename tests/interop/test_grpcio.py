# Python's gRPC, which is the C core, as a client.
# SPDX-License-Identifier: Apache-2.0
import threading

import grpc
import pytest

from proto_messages import Reflection, failure, protocols
from waiting import eventually

KIT = 'duan.kit.v1.Kit'
SERVING, NOT_SERVING, SERVICE_UNKNOWN = 1, 2, 3


@pytest.fixture(scope='module')
def messages(tmp_path_factory):
    return protocols(tmp_path_factory.mktemp('protocols'))


def connect(server, **options):
    return grpc.insecure_channel(server.address, options=[(f'grpc.{name}', value) for name, value in options.items()])


@pytest.fixture(scope='module')
def channel(kit):
    with connect(kit) as opened:
        yield opened


@pytest.fixture(scope='module')
def methods(channel, messages):
    """The methods of the test service, as reflection tells them."""
    told = Reflection(channel, messages, 'v1').messages_of(KIT)
    return {name: told.method(channel, KIT, name) for name in told.service(KIT).methods_by_name}


# ---- health ----


def test_a_server_says_how_it_is(kit, messages):
    with connect(kit) as channel:
        check = messages.method(channel, 'grpc.health.v1.Health', 'Check')
        for service in ('', KIT):
            assert check(check.request(service=service)).status == SERVING
        assert failure(check, check.request(service='nothing')).code() == grpc.StatusCode.NOT_FOUND


def test_who_watches_hears_of_every_change(own_kit, messages):
    with connect(own_kit) as channel:
        watch = messages.method(channel, 'grpc.health.v1.Health', 'Watch')
        one, unknown = watch(watch.request(service=KIT)), watch(watch.request(service='nothing'))
        assert next(one).status == SERVING
        assert next(unknown).status == SERVICE_UNKNOWN
        for serving in (False, True, False):
            own_kit.serving(serving)
            assert next(one).status == (SERVING if serving else NOT_SERVING)
        one.cancel()
        unknown.cancel()


# ---- reflection ----


@pytest.mark.parametrize('version', ['v1', 'v1alpha'])
def test_reflection_is_enough_to_call_every_method(channel, messages, version):
    reflection = Reflection(channel, messages, version)
    assert {KIT, 'grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection',
            'grpc.reflection.v1alpha.ServerReflection'} == set(reflection.services())
    told = reflection.messages_of(KIT)
    echo, register, refuse = (told.method(channel, KIT, name) for name in ('Echo', 'Register', 'Refuse'))
    assert set(told.service(KIT).methods_by_name) == {'Echo', 'Register', 'Refuse'}
    said = echo.request(s='短', i64=-5, ss=['', 'a'], maybe=0, pick_text='', branches=[{'leaves': [{'id': 3}]}])
    assert echo(said) == said
    assert register().id > 0
    assert failure(refuse, refuse.request(code=5)).code() == grpc.StatusCode.NOT_FOUND


def test_several_questions_in_one_call_have_several_answers(channel, messages):
    reflection = Reflection(channel, messages, 'v1')
    answers = reflection.ask_all([{'file_by_filename': 'kit.proto'}, {'file_containing_symbol': 'nothing'},
                                  {'list_services': ''}])
    kinds = [answer.WhichOneof('message_response') for answer in answers]
    assert kinds == ['file_descriptor_response', 'error_response', 'list_services_response']


# ---- calls ----


@pytest.mark.parametrize('code', [code for code in grpc.StatusCode if code.value[0] not in (0, 2, 11)])
def test_a_failure_comes_with_its_code_text_and_trailers(methods, code):
    refuse = methods['Refuse']
    error = failure(refuse, refuse.request(code=code.value[0], text='ü 短 100 %\n', reason='no_such_leaf', retry_after=3))
    assert error.code() == code
    assert error.details() == 'ü 短 100 %\n'
    trailers = dict(error.trailing_metadata())
    assert trailers['duan-reason'] == 'no_such_leaf'
    assert trailers['duan-retry-after'] == '3'


def test_a_call_ends_at_its_deadline(methods):
    echo = methods['Echo']
    error = failure(echo, echo.request(s='until the deadline'), timeout=0.3)
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_who_asks_is_known(methods):
    echo = methods['Echo']
    metadata = (('duan-user', '42'), ('duan-request', 'r-7'))
    assert echo(echo.request(s='who'), metadata=metadata).s == '42 r-7'


def test_compressed_messages_are_refused(methods):
    echo = methods['Echo']
    error = failure(echo, echo.request(s='a' * 1000), compression=grpc.Compression.Gzip)
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_message_of_megabytes_passes_and_a_larger_one_does_not(kit, methods, messages):
    size = 3 << 20
    echo = methods['Echo']
    assert echo(echo.request(y=b'x' * size)).y == b'x' * size
    assert failure(echo, echo.request(y=b'x' * 2 * size)).code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_what_is_not_there_is_unimplemented(channel):
    for path in ('/duan.kit.v1.Kit/Nothing', '/duan.kit.v1.Nothing/Echo'):
        assert failure(channel.unary_unary(path), b'').code() == grpc.StatusCode.UNIMPLEMENTED


def test_many_calls_at_a_time_have_each_their_own_answer(methods):
    echo = methods['Echo']
    calls = [echo.call.future(echo.request(i64=i, s='x' * i)) for i in range(300)]
    assert [call.result().i64 for call in calls] == list(range(300))


def test_a_server_that_ends_answers_what_is_under_way(own_kit, messages):
    with connect(own_kit) as channel:
        echo = Reflection(channel, messages, 'v1').messages_of(KIT).method(channel, KIT, 'Echo')
        slow = echo.call.future(echo.request(s='until the deadline'), timeout=2)
        check = messages.method(channel, 'grpc.health.v1.Health', 'Check')
        assert check().status == SERVING
        watch = messages.method(channel, 'grpc.health.v1.Health', 'Watch')
        told = watch()
        assert next(told).status == SERVING
        ended = threading.Thread(target=own_kit.stop)
        ended.start()
        assert next(told).status == NOT_SERVING
        assert slow.exception().code() == grpc.StatusCode.DEADLINE_EXCEEDED
        ended.join()
    assert own_kit.process.returncode == 0


def test_calls_go_on_over_a_restart_of_what_is_asked(own_kit, messages):
    """The client reconnects by itself, and nothing of the old connection is in its way."""
    with connect(own_kit, max_reconnect_backoff_ms=200, initial_reconnect_backoff_ms=100, min_reconnect_backoff_ms=100) as channel:
        check = messages.method(channel, 'grpc.health.v1.Health', 'Check')
        assert check(wait_for_ready=True).status == SERVING  # a connection has no longer than the backoff to be made
        assert own_kit.stop() == 0
        assert failure(check).code() == grpc.StatusCode.UNAVAILABLE
        own_kit.start()
        eventually(lambda: serves(check))


def serves(check):
    try:
        return check().status == SERVING
    except grpc.RpcError:
        return False
