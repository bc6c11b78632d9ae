# The servers that these tests call, and the tools that call them.
# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess

import pytest

from daemon import dying_with_us
from foreign_tools import go_tool, node_modules
from ports import free_port
from server_process import program


class RoleServer:
    """role_server as a process of its own."""

    def __init__(self):
        self.path = program().parent / 'tests/interop/role_server'
        self.address = f'127.0.0.1:{free_port()}'
        if not self.path.exists():
            pytest.fail(f'{self.path} is not there: build it', False)
        self.process = None

    def start(self):
        """Serves when this returns, on the same port each time."""
        self.process = subprocess.Popen(dying_with_us([self.path, self.address]), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.process.stdout.readline().strip() == self.address
        self.process.stdout.close()
        return self

    def serving(self, yes):
        self.process.send_signal(signal.SIGUSR2 if yes else signal.SIGUSR1)

    def stop(self):
        """Its exit code: 0 when it cut off nobody."""
        self.process.terminate()
        return self.process.wait()


@pytest.fixture
def own_kit():
    server = RoleServer().start()
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture(scope='module')
def kit():
    server = RoleServer().start()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope='session')
def grpcurl():
    return go_tool('grpcurl')


@pytest.fixture(scope='session')
def health_probe():
    return go_tool('grpc-health-probe')


@pytest.fixture(scope='session')
def grpc_js():
    return node_modules()
