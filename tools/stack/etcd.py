#!/usr/bin/python3
# A private etcd of one node, API version 3.
# SPDX-License-Identifier: Apache-2.0
"""Usage: etcd.py start|stop|status DIR"""
import json
import sys
import urllib.request

from component import Component, main


class Etcd(Component):
    NAME, PROGRAM, PACKAGE = 'etcd', 'etcd', 'etcd-server'
    PORTS = 2  # of clients, of peers

    def command(self):
        client, peer = (f'http://127.0.0.1:{port}' for port in self.ports)
        # Compacted by time, so that the history of leases and locks does not grow for ever.
        return ['etcd', '--name=duan', f'--data-dir={self.folder}/data',
                f'--listen-client-urls={client}', f'--advertise-client-urls={client}',
                f'--listen-peer-urls={peer}', f'--initial-advertise-peer-urls={peer}',
                f'--initial-cluster=duan={peer}', '--initial-cluster-state=new',
                '--heartbeat-interval=50', '--election-timeout=500',
                '--auto-compaction-mode=periodic', '--auto-compaction-retention=1h', '--log-outputs=stderr']

    def ready(self):
        """It has elected itself and writes."""
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.port}/health', timeout=2) as reply:
                return json.load(reply).get('health') == 'true'
        except (OSError, ValueError):
            return False

    def address(self):
        return f'127.0.0.1:{self.port}'


if __name__ == '__main__':
    sys.exit(main(Etcd))
