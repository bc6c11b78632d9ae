# The three servers a cluster stands on, as one thing: a database server, etcd, an object store.
# SPDX-License-Identifier: Apache-2.0
from etcd import Etcd
from mariadb import MariaDB
from object_store import ObjectStore

KINDS = {'mariadb': MariaDB, 'etcd': Etcd, 's3': ObjectStore}


class Components:
    """Some of them, each in a folder of its name; several clusters may stand on them at once."""

    def __init__(self, folder, names=tuple(KINDS), dies_with_us=False):
        self.by_name = {name: KINDS[name](folder / name, dies_with_us) for name in names}
        self.mariadb, self.etcd, self.objects = (self.by_name.get(name) for name in KINDS)

    def __iter__(self):
        return iter(self.by_name.values())

    def start(self):
        for component in self:
            component.launch()
        for component in self:
            component.wait()
        return self

    def kill(self):
        for component in self:
            component.kill()
