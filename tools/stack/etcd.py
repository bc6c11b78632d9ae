#!/usr/bin/python3
# A private etcd of one node, API version 3.
# SPDX-License-Identifier: Apache-2.0
"""Usage: etcd.py start|stop|status DIR"""
import json
import ssl
import sys
import urllib.request

from component import Component, main


class Etcd(Component):
    NAME, PROGRAM, PACKAGE = 'etcd', 'etcd', 'etcd-server'
    PORTS = 2  # of clients, of peers
    certificates = None  # a folder with ca.pem, duan.pem and duan.key: clients must show one of that authority

    def command(self):
        client, peer = f'{self.scheme}://127.0.0.1:{self.ports[0]}', f'http://127.0.0.1:{self.ports[1]}'
        # Compacted by time, so that the history of leases and locks does not grow for ever.
        return ['etcd', '--name=duan', f'--data-dir={self.folder}/data',
                f'--listen-client-urls={client}', f'--advertise-client-urls={client}',
                f'--listen-peer-urls={peer}', f'--initial-advertise-peer-urls={peer}',
                f'--initial-cluster=duan={peer}', '--initial-cluster-state=new',
                '--heartbeat-interval=50', '--election-timeout=500',
                '--auto-compaction-mode=periodic', '--auto-compaction-retention=1h', '--log-outputs=stderr', *self.tls_options()]

    @property
    def scheme(self):
        return 'https' if self.certificates else 'http'

    def tls_options(self):
        if not self.certificates:
            return []
        return ['--client-cert-auth', f'--trusted-ca-file={self.certificates}/ca.pem', f'--cert-file={self.certificates}/duan.pem',
                f'--key-file={self.certificates}/duan.key']

    def tls(self):
        """As a client of ours would be."""
        if not self.certificates:
            return None
        context = ssl.create_default_context(cafile=self.certificates / 'ca.pem')
        context.load_cert_chain(self.certificates / 'duan.pem', self.certificates / 'duan.key')
        return context

    def ready(self):
        """It has elected itself and writes."""
        try:
            with urllib.request.urlopen(f'{self.scheme}://127.0.0.1:{self.port}/health', timeout=2, context=self.tls()) as reply:
                return json.load(reply).get('health') == 'true'
        except (OSError, ValueError):
            return False

    def address(self):
        return f'127.0.0.1:{self.port}'


if __name__ == '__main__':
    sys.exit(main(Etcd))
