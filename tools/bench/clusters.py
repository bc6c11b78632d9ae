# The cluster form of Duan with a seeded world, as the scenario of clusters measures it.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import sqlite3
import time
import urllib.request

from machine import BUILD, cpu_ns, memory_bytes
from servers import SETTINGS

from cluster import SERVICES, Cluster
from components import Components
from prometheus_text import Metrics

SCHEMA = ("schema_migration", "sequence_next")  # of a database, not of a service


class DuanCluster:
    """Two of each service, or `count` of a role, on components of its own. It has the face of a server of servers.py."""

    def __init__(self, folder, count=None):
        self.components = Components(folder / "components", dies_with_us=True)
        self.cluster = Cluster(folder / "roles", None, count, SETTINGS, BUILD / "duan", True, self.components)

    def __enter__(self):
        self.components.start()
        try:
            self.cluster.start()
        except BaseException:
            self.components.kill()
            raise
        return self

    def __exit__(self, *_):
        self.cluster.stop()

    @property
    def port(self):
        return self.cluster.gateways[0].port

    def instances(self):
        return self.cluster.instances

    def instance(self, name):
        return next(one for one in self.cluster.instances if one.name == name)

    def fill(self, database):
        """The rows of an embedded server's database, each in the database of its service."""
        with contextlib.closing(sqlite3.connect(database)) as source:
            for service in SERVICES:
                self.fill_one(source, service)
            kinds = source.execute("SELECT kind, next FROM sequence_next").fetchall()
        ids = "".join(f"REPLACE INTO sequence_next (kind, next) VALUES ('{kind}', {last});\n" for kind, last in kinds)
        for service in SERVICES:
            self.components.mariadb.run(ids, self.cluster.database(service))

    def fill_one(self, source, service):
        names = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name.startswith(f"{service}_")]
        for name in names:
            rows = source.execute(f"SELECT * FROM {name}")
            columns = ", ".join(column[0] for column in rows.description)
            self.components.mariadb.run("".join(inserts(name, columns, rows)), self.cluster.database(service))

    # ---- what it takes ----

    def roles_ns(self):
        return sum(cpu_ns(one.daemon.pid) for one in self.cluster.instances)

    def database_ns(self):
        return cpu_ns(self.components.mariadb.daemon.pid)

    def resident_mib(self):
        """Of each role, the largest of its instances."""
        found = {}
        for one in self.cluster.instances:
            found[one.role] = max(found.get(one.role, 0), memory_bytes(one.daemon.pid) / 2**20)
        return found

    def calls(self):
        """That the gateway has made."""
        return calls_of(self.cluster.gateways[0], "duan_rpc_client_calls_total")


def calls_of(instance, name):
    """A counter of an instance, all labels together; 0 while it cannot be asked."""
    try:
        with urllib.request.urlopen(instance.ops_url("/metrics"), timeout=5) as reply:
            page = Metrics(reply.read().decode())
    except OSError:
        return 0
    return sum(value for (sample, _), value in page.samples.items() if sample == name)


def inserts(name, columns, rows, many=500):
    while some := rows.fetchmany(many):
        values = ",".join("(" + ",".join(map(literal, row)) + ")" for row in some)
        yield f"INSERT INTO {name} ({columns}) VALUES {values};\n"


def literal(value):
    if isinstance(value, (int, float)):
        return str(value)
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else value.decode()
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def until(check, patience_s=30):
    """Seconds until it holds; `patience_s` when it never does."""
    began = time.monotonic()
    while not check() and time.monotonic() < began + patience_s:
        time.sleep(0.005)
    return time.monotonic() - began
