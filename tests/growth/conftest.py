# A server with a world of many people and videos behind it.
# SPDX-License-Identifier: Apache-2.0
import shutil

import pytest

from client import unique
from seed import seed

PASSWORD = 'correct horse'


class Grown:
    """A running server, what was added to it, and clients who are some of its people."""

    def __init__(self, server, clients, world):
        self.server, self.clients, self.world = server, clients, world

    def people(self, count):
        """The first `count` of the world's people, signed in."""
        found = [self.clients(self.server.url) for _ in range(count)]
        for number, client in enumerate(found, 1):
            client.login(f'seed-{number}', PASSWORD)
        return found


@pytest.fixture(scope='session')
def seeded():
    """The folders that were filled, by what they were filled with: each is filled once."""
    return {}


@pytest.fixture
def grown(own_server, clients, seeded, tmp_path_factory):
    """Starts a server in a large world: grown(settings, users=..., videos=..., likes=...)."""

    def fill(server, sizes):
        first = clients(server.url)
        first.register(unique(), PASSWORD)
        server.stop()
        world = seed(server.data, like_account=first.id, **sizes)
        kept = tmp_path_factory.mktemp('seeded') / 'data'
        shutil.copytree(server.data, kept)
        return kept, world

    def start(settings=None, **sizes):
        server = own_server(settings)
        key = tuple(sorted(sizes.items()))
        if key not in seeded:
            seeded[key] = fill(server, sizes)
        server.stop()
        kept, world = seeded[key]
        shutil.rmtree(server.data)
        shutil.copytree(kept, server.data)
        return Grown(server.start(), clients, world)

    return start
