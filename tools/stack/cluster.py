# The cluster form of Duan on one machine: components, and every role as processes of their own.
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import contextlib
import json
import secrets

from component import ROOT, write_private
from components import Components
from daemon import Failed
from haproxy import HAProxy
from instance import GATEWAY, Instance
from object_store import ACCESS_KEY

SERVICES = ('user', 'video', 'favorite', 'comment', 'relation', 'message')
TRANSCODER = 'transcoder'
PROGRAM = ROOT / 'build/release/duan'
USUAL = {**dict.fromkeys(SERVICES, 2), TRANSCODER: 1, GATEWAY: 1}


class Cluster:
    """All of it lives in `folder`. `count` says how many instances of a role there are where USUAL does not fit. With `port`
    the one gateway listens there, or HAProxy before several; without it each gateway has a port of its own. Clusters that
    share components have different tags."""

    def __init__(self, folder, port=None, count=None, settings=None, program=PROGRAM, dies_with_us=False, components=None, tag=''):
        self.folder = folder
        self.settings = settings or {}
        self.tag = tag
        self.config = folder / 'duan.yaml'
        self.components = components or Components(folder, dies_with_us=dies_with_us)
        self.instances = [Instance(folder / f'{role}-{number}', role, program, self.config, dies_with_us)
                          for role, many in {**USUAL, **(count or {})}.items() for number in range(1, many + 1)]
        self.proxy = None
        if port and len(self.gateways) > 1:
            doors = [(gateway.name, gateway.port) for gateway in self.gateways]
            self.proxy = HAProxy(folder / 'haproxy', port, doors, dies_with_us)
        elif port:
            self.gateways[0].fixed_port = port

    @property
    def front(self):
        """What clients talk to."""
        return self.proxy or self.gateways[0]

    @property
    def gateways(self):
        return self.of(GATEWAY)

    def of(self, role):
        return [instance for instance in self.instances if instance.role == role]

    def everything(self):
        """In the order of starting."""
        behind = [one for one in self.instances if one.role != GATEWAY]
        return [*self.components, *behind, *self.gateways, *([self.proxy] if self.proxy else [])]

    # ---- its life ----

    def start(self, say=lambda text: None):
        """What is missing is started; when something of it does not start, all that was started now ends again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        started = []
        try:
            self.bring_up(self.components, started, say)
            self.furnish()
            self.bring_up([one for one in self.instances if one.role != GATEWAY], started, say)
            self.bring_up(self.gateways, started, say)
            self.bring_up([self.proxy] if self.proxy else [], started, say)
        except BaseException:
            for one in reversed(started):
                one.kill()
            raise
        return self

    @staticmethod
    def bring_up(those, started, say):
        """All at once: each takes its time to be ready, and most of that is waiting."""
        missing = [one for one in those if not one.daemon.alive()]
        for one in missing:
            one.launch()
            started.append(one)
        for one in missing:
            one.wait()
            say(f'{one.daemon.name} is ready')

    def stop(self, say=lambda text: None):
        """Against the order of starting, components too. Returns the names of the roles that had to be killed."""
        front = [self.proxy] if self.proxy else []
        behind = [one for one in self.instances if one.role != GATEWAY]
        groups = [front, self.gateways, behind, list(self.components)]
        return [name for group in groups for name in stop_all(group, say)]

    # ---- what all roles are told ----

    def furnish(self):
        """Databases, a bucket, and the file of settings."""
        self.components.mariadb.make_databases(self.databases())
        self.components.objects.make_bucket(self.bucket)
        lines = [f'{name}: {json.dumps(str(value))}' for name, value in {**self.own_settings(), **self.settings}.items()]
        write_private(self.config, '# What every role of this cluster is told.\n' + '\n'.join(lines) + '\n')

    def own_settings(self):
        return {
            'sql.url': self.components.mariadb.url(self.database('{service}')),
            'registry.etcd': self.components.etcd.address(),
            'registry.prefix': f'/microservices{self.tag}',
            'blob.s3.endpoint': self.components.objects.address(),
            'blob.s3.bucket': self.bucket,
            'blob.s3.access_key': ACCESS_KEY,
            'blob.s3.secret_key': self.components.objects.password('s3'),
            'auth.token_secret': self.token_secret(),
            'http.trusted_proxies': '127.0.0.1' if self.proxy else '',
        }

    def database(self, service):
        return f'duan_{self.tag}{service}'

    def databases(self):
        return [self.database(service) for service in SERVICES]

    @property
    def bucket(self):
        return f'duan{self.tag}'

    def token_secret(self):
        """The same for all gateways, and after a restart."""
        file = self.folder / 'token.key'
        with contextlib.suppress(FileNotFoundError):
            return file.read_text('ascii')
        write_private(file, secrets.token_hex(32))
        return file.read_text('ascii')

    # ---- asking for one of it ----

    def find(self, name):
        """What a person means: "favorite", "favorite-2", "mariadb"."""
        found = [one for one in self.instances if name in (one.role, one.name)]
        found += [one for one in self.everything() if one not in self.instances and name == one.folder.name]
        if not found:
            known = dict.fromkeys(one.role if one in self.instances else one.folder.name for one in self.everything())
            raise Failed(f'there is no "{name}" here, only {", ".join(known)}; one instance is named like favorite-2')
        return found


def stop_all(those, say=lambda text: None):
    """Side by side. Returns the names of those that had to be killed."""
    running = [one for one in those if one.daemon.alive()]
    for one in running:
        say(f'stopping {one.daemon.name}')
    with concurrent.futures.ThreadPoolExecutor() as pool:
        polite = list(pool.map(lambda one: one.stop(), running))
    return [one.daemon.name for one, well in zip(running, polite) if not well and isinstance(one, Instance)]
