# Starts, stops and kills a Duan server of the suite's own.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import signal
import subprocess
from pathlib import Path

import httpx

from client import connect
from daemon import dying_with_us, plain_environment
from ports import free_port
from waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
STOP_S = 60  # a server that has not stopped by then never will

# Cheap passwords, and no limits that a test suite would run into.
DEFAULTS = {'auth.bcrypt_cost': 4, 'limits.enabled': 'false'}


def program():
    return ROOT / os.environ.get('DUAN_BUILD', 'build/release') / 'duan'


class Server:
    """One server with a folder of its own. It keeps port and data from one start to the next.

    `environment` adds variables to its environment, `under` is a command that runs it, put before
    its own (prlimit and the like); both may be changed between two starts.
    """

    def __init__(self, folder, settings=None, under=(), environment=None):
        self.under = under
        self.data = folder / 'data'
        self.data.mkdir(exist_ok=True)
        self.environment = dict(environment or {})
        self.log_file = folder / 'server.log'
        self.settings = {**DEFAULTS, **(settings or {})}
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.process = None

    def start(self):
        self.launch()
        eventually(self.ready)
        return self

    def launch(self):
        """Starts the process without waiting for it to serve."""
        command = [*self.under, program(), 'serve', '--data', self.data, '--listen',
                   f'127.0.0.1:{self.port}']
        for name, value in self.settings.items():
            command += ['--set', f'{name}={value}']
        with open(self.log_file, 'ab') as log:
            self.process = subprocess.Popen(dying_with_us(command), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True,
                                            env={**plain_environment(), **self.environment})

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f'duan ended with {self.process.returncode}:\n{self.log()}')
        try:
            with connect(self.url) as http:
                return http.get('/readyz').status_code == 200
        except httpx.TransportError:
            return False

    def stop(self):
        """Ends it the polite way; it must end by itself and well."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError('SIGTERM did not stop the server') from None
        self.process = None
        assert code == 0, f'the server ended with {code}:\n{self.log()[-4000:]}'

    def kill(self):
        """Ends it as a power cut would: nothing in the process gets to run again."""
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def log(self):
        return self.log_file.read_text('utf-8', 'replace') if self.log_file.exists() else ''

    whole_log = log

    def stored_bytes(self):
        return stored_bytes(self.data)

    def discard(self):
        """Nothing but its folder is left of it."""


def files_in(folder):
    """Those anywhere below it, in order, while a server makes and removes some; folders that vanish meanwhile are left out."""
    return sorted(Path(inner, name) for inner, _, names in os.walk(folder) for name in names)


def stored_bytes(folder):
    """The size of everything in it, files that vanish while counting left out."""
    total = 0
    for file in files_in(folder):
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            continue
    return total


class ForeignServer:
    """A server somebody else started (DUAN_URL): it is used, never started or stopped."""

    def __init__(self, url):
        self.url = url.rstrip('/')
        self.port = httpx.URL(url).port or 80

    def stop(self):
        pass

    def log(self):
        return ''

    whole_log = log
