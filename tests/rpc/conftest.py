# The fixtures of the RPC suite: servers of its own, and channels to them.
# SPDX-License-Identifier: Apache-2.0
import grpc
import pytest

from bytes_process import SERVICE, BytesServer


@pytest.fixture
def new_kit():
    """Starts a server with options of its own: new_kit(workers=1). All must have ended well."""
    started = []

    def start(**options):
        started.append(BytesServer(**options))
        return started[-1]

    yield start
    ends = [kit.stop() for kit in started]
    assert all(ends), 'a server did not end well'


@pytest.fixture(scope='module')
def kit():
    """The server that most tests of a file share."""
    running = BytesServer()
    yield running
    assert running.stop(), 'the server did not end well'


class Foreign:
    """A client that is not ours: Python's grpcio, with bytes as messages."""

    def __init__(self, address, credentials=None, options=()):
        self.channel = grpc.secure_channel(address, credentials, options) if credentials else grpc.insecure_channel(address, options)

    def call(self, method, message=b'', **more):
        return self.channel.unary_unary(SERVICE + method)(message, timeout=more.pop('timeout', 60), **more)

    def failure(self, method, message=b'', **more):
        with pytest.raises(grpc.RpcError) as caught:
            self.call(method, message, **more)
        return caught.value

    def stream(self, method, messages, **more):
        return self.channel.stream_stream(SERVICE + method)(iter(messages), timeout=more.pop('timeout', 60), **more)


@pytest.fixture
def new_foreign():
    made = []

    def make(address, *more):
        made.append(Foreign(address, *more))
        return made[-1]

    yield make
    for client in made:
        client.channel.close()


@pytest.fixture
def foreign(kit, new_foreign):
    return new_foreign(kit.address)
