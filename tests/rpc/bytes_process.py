# Starts the bytes server and runs the bytes client: our two ends of gRPC.
# SPDX-License-Identifier: Apache-2.0
import subprocess

import pytest

from server_process import program

SERVICE = '/duan.kit.v1.Kit/'
TIMEOUT_S = 120  # far more than any machine needs


def built(name):
    path = program().parent / 'tests' / 'rpc' / name
    if not path.exists():
        pytest.fail(f'{path} is not there: build it', False)
    return str(path)


class BytesServer:
    """One server; its options are those of bytes_server.c."""

    def __init__(self, **options):
        words = [f'{name}={value}' for name, value in options.items()]
        self.process = subprocess.Popen([built('bytes_server'), *words], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address, 'the bytes server did not start'

    @property
    def port(self):
        return int(self.address.rsplit(':', 1)[1])

    def stop(self):
        """Ends it; False when it had to cut calls off, or died of something."""
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(timeout=TIMEOUT_S)
        self.process.stdout.close()
        return status == 0


def run_client(address, path, *messages, timeout_ms=60000, stream=False):
    """What our client prints: the replies as (length, text), and how it ended."""
    words = [built('bytes_client'), address, path, str(timeout_ms), *(['--'] if stream else []), *messages]
    out = subprocess.run(words, capture_output=True, text=True, check=True, timeout=TIMEOUT_S).stdout.splitlines()
    replies = [line.split(' ', 2)[1:] for line in out[:-1]]
    return [(int(length), text) for length, text in replies], out[-1]
