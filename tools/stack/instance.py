# One process of the cluster: a role of the program Duan with a number.
# SPDX-License-Identifier: Apache-2.0
import urllib.request

from daemon import Daemon, Failed
from ports import connects, kept_ports

START_S = 120  # far more than any machine needs
STOP_S = 60  # rpc.drain_timeout or http.drain_timeout, and some room

GATEWAY = 'gateway'


class Instance:
    """Lives in `folder`: its data, its log, the ports that it keeps, its process id. All of them share one file of settings."""

    def __init__(self, folder, role, program, config, dies_with_us=False):
        self.folder = folder
        self.role = role
        self.name = folder.name
        self.program = program
        self.config = config
        self.dies_with_us = dies_with_us
        self.environment = {}  # of this instance: it outranks the file
        self.host = '127.0.0.1'  # where others reach it
        self.under = []  # a command that runs its command
        self.fixed_port = None  # where it does its work, when that was not left to it
        self.daemon = Daemon(folder, self.name)

    # ---- where it is ----

    @property
    def ports(self):
        """[where it does its work, where operators look], chosen once."""
        return kept_ports(self.folder, 2)

    @property
    def port(self):
        return self.fixed_port or self.ports[0]

    @property
    def ops_port(self):
        """A gateway shows both in one place."""
        return self.port if self.role == GATEWAY else self.ports[1]

    def address(self):
        """Its place of work, if it has one that others come to."""
        return f'{self.host}:{self.ops_port if self.role == "transcoder" else self.port}'

    def ops_url(self, page):
        return f'http://{self.host}:{self.ops_port}{page}'

    def listens(self):
        """The settings that say where."""
        if self.role == GATEWAY:
            return {'http.listen': f'{self.host}:{self.port}'}
        return {'rpc.listen': f'{self.host}:{self.port}', 'ops.listen': f'{self.host}:{self.ops_port}'}

    # ---- its life ----

    def command(self):
        words = [*self.under, self.program, 'serve', '--roles', self.role, '--config', self.config, '--data', self.folder / 'data']
        for name, value in self.listens().items():
            words += ['--set', f'{name}={value}']
        return words

    def launch(self):
        """Starts it without waiting; nothing when it is running."""
        if self.daemon.alive():
            return
        (self.folder / 'data').mkdir(parents=True, exist_ok=True)
        if connects(self.port):
            raise Failed(f'{self.name}: port {self.port} is in use by somebody else')
        self.daemon.launch(self.command(), self.environment, self.dies_with_us)

    def wait(self):
        self.daemon.wait_until(self.ready, START_S)

    def start(self):
        self.launch()
        self.wait()

    def stop(self):
        """Whether it ended the polite way: everything under way was answered."""
        return self.daemon.stop(STOP_S)

    def kill(self):
        self.daemon.kill()

    def health(self):
        """One word for people."""
        if not self.daemon.alive():
            return 'down'
        if not self.answers('/livez'):
            return 'hung'
        return 'ready' if self.ready() else 'not ready'

    def ready(self):
        return self.answers('/readyz')

    def answers(self, page):
        try:
            with urllib.request.urlopen(self.ops_url(page), timeout=2) as reply:
                return reply.status == 200
        except OSError:  # an HTTPError is one
            return False
