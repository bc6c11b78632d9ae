# HAProxy in front of several gateways, with the settings that are shipped in deploy/haproxy.
# SPDX-License-Identifier: Apache-2.0
import csv
import os
import socket

from component import ROOT, Component
from ports import connects

TEMPLATE = ROOT / 'deploy/haproxy/haproxy.cfg'
OF_ANOTHER_PLACE = {'user', 'group', 'log', 'server'}  # accounts, a log daemon and gateways that are not here


class HAProxy(Component):
    """Listens on `listen`; `gateways` are the name and port of each."""

    NAME, PROGRAM, PACKAGE = 'haproxy', 'haproxy', 'haproxy'

    def __init__(self, folder, listen, gateways, dies_with_us=False):
        super().__init__(folder, dies_with_us)
        self.listen = listen
        self.gateways = gateways

    @property
    def ports(self):
        return [self.listen]

    def prepare(self):
        (self.folder / 'haproxy.cfg').write_text(settings(self.listen, self.gateways), encoding='utf-8')

    def command(self):
        return ['/usr/sbin/haproxy', '-db', '-f', 'haproxy.cfg']

    def ready(self):
        return connects(self.listen)

    def address(self):
        return f'http://127.0.0.1:{self.listen}'

    def tell(self, command):
        """A word to the running one, as an operator would say it; returns its answer."""
        folder = os.open(self.folder, os.O_PATH)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(f'/proc/self/fd/{folder}/admin.sock')  # short, however long the folder's name is
                connection.sendall(command.encode() + b'\n')
                return b''.join(iter(lambda: connection.recv(4096), b'')).decode()
        finally:
            os.close(folder)


    def is_up(self, gateway):
        """Its own checks have found it well: it sends requests there."""
        lines = self.tell('show stat').removeprefix('# ').splitlines()
        return any(row['svname'] == gateway and row['status'] == 'UP' for row in csv.DictReader(lines))


def settings(listen, gateways):
    """The shipped file with this machine's addresses in place of its examples."""
    here = {'bind': f'    bind 127.0.0.1:{listen}', 'maxconn': '    maxconn 2000', 'stats': '    stats socket unix@admin.sock level admin'}
    lines = []
    for line in TEMPLATE.read_text('utf-8').splitlines():
        words = line.split() or ['']
        if words[0] not in OF_ANOTHER_PLACE and words != ['option', 'httplog']:
            lines.append(here.get(words[0], line))
    return '\n'.join(lines + [f'    server {name} 127.0.0.1:{port}' for name, port in gateways]) + '\n'
