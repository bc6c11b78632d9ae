# What MariaDB, etcd and the object store have in common: a folder, ports that it keeps, start, stop, and being asked.
# SPDX-License-Identifier: Apache-2.0
import os
import secrets
import shutil
import sys
from pathlib import Path

from daemon import Daemon, Failed
from ports import connects, kept_ports

ROOT = Path(__file__).resolve().parents[2]
USAGE_ERROR, NOT_RUNNING = 64, 3
MIB = 1024 * 1024


class Component:
    """A server that is not ours, wholly inside `folder`: its data, settings, passwords, log and process id.

    It listens on 127.0.0.1 only, on ports that are chosen once and written down: clients find it again after a restart.
    A subclass says NAME, PROGRAM, PACKAGE, PORTS (their number), prepare(), command() and ready().
    """

    PORTS = 1
    START_S = 120  # far more than any machine needs
    STOP_S = 30

    def __init__(self, folder, dies_with_us=False):
        self.folder = Path(folder).absolute()
        self.dies_with_us = dies_with_us  # for tests: nothing is left behind
        self.daemon = Daemon(self.folder, self.NAME)

    # ---- for a subclass ----

    def prepare(self):
        """Writes what it needs before a start."""

    def environment(self):
        return {}

    @classmethod
    def install(cls):
        """Makes sure that the program is there."""
        if not shutil.which(cls.PROGRAM, path=f'{os.environ.get("PATH", "")}:/usr/sbin:/sbin'):
            raise Failed(f'{cls.PROGRAM} is not there: apt-get install {cls.PACKAGE}')

    # ---- for its users ----

    @property
    def ports(self):
        """Its ports, chosen at the first start."""
        return kept_ports(self.folder, self.PORTS)

    @property
    def port(self):
        return self.ports[0]

    def launch(self):
        """Starts it without waiting; nothing when it is running."""
        if self.daemon.alive():
            return
        self.install()
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = [port for port in self.ports if connects(port)]
        if taken:
            raise Failed(f'{self.NAME}: port {taken[0]} is in use by somebody else; '
                         f'remove {self.folder}/ports to choose new ones')
        self.prepare()
        self.daemon.launch(self.command(), self.environment(), self.dies_with_us)

    def wait(self):
        """Until it answers."""
        self.daemon.wait_until(self.ready, self.START_S)
        return self

    def start(self):
        self.launch()
        return self.wait()

    def stop(self):
        return self.daemon.stop(self.STOP_S)

    def kill(self):
        self.daemon.kill()

    def health(self):
        """One word for people."""
        if not self.daemon.alive():
            return 'down'
        return 'ready' if self.ready() else 'not ready'

    def password(self, name):
        """A secret of its own, made when it is first asked for and readable by the owner only."""
        file = self.folder / f'{name}.password'
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w', encoding='ascii') as opened:
                opened.write(secrets.token_hex(16))
        return file.read_text('ascii')


def write_private(file, text):
    """A file that holds a secret: nobody else ever sees it."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w', encoding='utf-8') as opened:
        os.fchmod(opened.fileno(), 0o600)
        opened.write(text)


def status(component):
    pid = component.daemon.pid
    if pid is None:
        print(f'{component.NAME}: not running')
        return NOT_RUNNING
    print(f'{component.NAME}: {component.health()}, pid {pid}, {component.daemon.resident_bytes() // MIB} MiB, {component.address()}')
    return 0


def main(kind):
    """The command line of a component: start DIR, stop DIR, status DIR."""
    if len(sys.argv) != 3 or sys.argv[1] not in ('start', 'stop', 'status'):
        print(f'usage: {Path(sys.argv[0]).name} start|stop|status DIR', file=sys.stderr)
        return USAGE_ERROR
    component = kind(sys.argv[2])
    try:
        if sys.argv[1] == 'stop':
            component.stop()
            return 0
        if sys.argv[1] == 'start':
            component.start()
        return status(component)
    except Failed as failure:
        print(f'{kind.NAME}: {failure}', file=sys.stderr)
        return 1
