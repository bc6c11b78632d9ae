# A server whose roles are processes of their own: the cluster form, with the face of Server.
# SPDX-License-Identifier: Apache-2.0
import itertools
import re

from cluster import SERVICES, Cluster, stop_all
from server_process import DEFAULTS, program, stored_bytes

tags = itertools.count(1)  # of this worker's clusters on its components


class ClusterServer:
    """All roles on components that several clusters share; each has databases, a bucket and a corner of etcd of its own.

    What a test calls the server's process, port, data folder and log are those of the (first) gateway. It keeps ports and
    data from one start to the next. `count` as in Cluster; one of each role unless told otherwise. With `proxy_port` clients
    talk to HAProxy before two gateways.
    """

    def __init__(self, folder, components, settings=None, count=None, environment=None, proxy_port=None):
        self.settings = {**DEFAULTS, **(settings or {})}
        self.environment = environment or {}
        few = dict.fromkeys(SERVICES, 1)
        self.cluster = Cluster(folder, proxy_port, {**few, **(count or {})}, self.settings, program(), dies_with_us=True,
                               components=components, tag=f't{next(tags)}')
        self.gateway = self.cluster.gateways[0]
        self.port = proxy_port or self.gateway.port
        self.url = f'http://127.0.0.1:{self.port}'
        self.data = self.gateway.folder / 'data'

    @property
    def ports(self):
        """What a client may talk to: all gateways, or the one that stands before them."""
        return [self.port] if self.cluster.proxy else [gateway.port for gateway in self.cluster.gateways]

    @property
    def process(self):
        return self.gateway.daemon.child

    def instance(self, name):
        found, = (one for one in self.cluster.instances if one.name == name)
        return found

    def start(self):
        for one in self.cluster.instances:
            one.environment = {**self.environment, **one.environment}
        self.cluster.start()
        return self

    def stop(self):
        """Gateways first, then the others. Every process must end by itself and well."""
        if self.cluster.proxy:
            self.cluster.proxy.kill()
        gateways = self.cluster.gateways
        behind = [one for one in self.cluster.instances if one not in gateways]
        for group in (gateways, behind):
            running = [one for one in group if one.daemon.alive()]
            assert not stop_all(running), 'SIGTERM did not stop all roles'
            for one in running:
                code = one.daemon.child.returncode
                assert code == 0, f'{one.name} ended with {code}:\n{one.daemon.last_words(40)}'

    def kill(self):
        """Ends all roles as a power cut would: nobody is left to speak for those who are gone."""
        for one in (*self.cluster.gateways, *self.cluster.instances):
            one.kill()

    def discard(self):
        """Its databases; its processes must have ended."""
        mariadb = self.cluster.components.mariadb
        mariadb.run(''.join(f'DROP DATABASE IF EXISTS `{name}`;\n' for name in self.cluster.databases()))

    def log(self):
        """What the gateways said."""
        return ''.join(said(gateway) for gateway in self.cluster.gateways)

    def whole_log(self):
        return ''.join(said(one) for one in self.cluster.instances)

    def stored_bytes(self):
        """The size of everything it keeps in folders and in the object store."""
        return sum(stored_bytes(one.folder / 'data') for one in self.cluster.instances) + self.objects_bytes()

    def objects_bytes(self):
        objects = self.cluster.components.objects
        listed = objects.curl(f'{objects.address()}/{self.cluster.bucket}?list-type=2&max-keys=1000').stdout
        assert '<IsTruncated>true' not in listed
        return sum(map(int, re.findall(r'<Size>(\d+)</Size>', listed)))


def said(instance):
    file = instance.daemon.log_file
    return file.read_text('utf-8', 'replace') if file.exists() else ''
