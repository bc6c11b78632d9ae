# The fixtures of the suites: a server, viewers of it, videos and clips to upload.
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

import clips as clip_maker
from browser import Browser
from client import Client, connect, gateways, unique
from cluster import SERVICES
from cluster_process import ClusterServer
from components import Components
from server_process import ROOT, ForeignServer, Server, program

LOG_LINES = 20  # of the server's log, shown with a failed test

# What hypothesis notes for itself lies with what is built.
os.environ.setdefault('HYPOTHESIS_STORAGE_DIRECTORY', str(ROOT / 'build/hypothesis'))


# Which form of Duan the suite runs on: everything in one process, or every role a process of its own.
IS_CLUSTER = os.environ.get('DUAN_TOPOLOGY') == 'cluster'


def pytest_configure(config):
    config.addinivalue_line('markers', 'one_process(reason): holds for the embedded form only')


def pytest_runtest_setup(item):
    mark = item.get_closest_marker('one_process')
    if mark and IS_CLUSTER:
        pytest.skip(f'embedded form only: {mark.args[0]}')


@pytest.fixture(scope='session')
def components(tmp_path_factory):
    """MariaDB, etcd and an object store, shared by the clusters of this worker."""
    shared = Components(tmp_path_factory.mktemp('components'), dies_with_us=True).start()
    yield shared
    shared.kill()


@pytest.fixture(scope='session')
def make_server(request):
    """Makes a server in a folder, of the form that is tested; it is not started."""
    if IS_CLUSTER:
        return lambda folder, *told, **more: ClusterServer(folder, request.getfixturevalue('components'), *told, **more)
    return Server


@pytest.fixture(scope='session')
def server(tmp_path_factory, make_server):
    """The server most tests share; one per worker. With DUAN_URL it is that one. In a cluster there are two of everything,
    and each request of a client goes to another gateway."""
    if 'DUAN_URL' in os.environ:
        yield ForeignServer(os.environ['DUAN_URL'])
        return
    require_program()
    two = {'count': dict.fromkeys((*SERVICES, 'gateway'), 2)} if IS_CLUSTER else {}
    running = make_server(tmp_path_factory.mktemp('server'), **two).start()
    gateways[running.url] = getattr(running, 'ports', [])
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path_factory, request, make_server):
    """Starts a server for this test alone: own_server({'limits.enabled': 'true'}).

    More arguments are Server's; with `folder` it uses that one instead of a new one.
    """
    if 'DUAN_URL' in os.environ:
        pytest.skip('starts a server of its own')
    require_program()
    request.node.own_servers = started = []

    def start(settings=None, folder=None, **more):
        started.append(make_server(folder or tmp_path_factory.mktemp('own'), settings, **more))
        return started[-1].start()

    yield start
    for running in started:
        running.stop()
        running.discard()


def require_program():
    if not program().exists():
        pytest.fail(f'{program()} is not there: build it, or set DUAN_BUILD or DUAN_URL', False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Shows what the servers logged beside a failure."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    servers = [item.funcargs.get('server'), *getattr(item, 'own_servers', [])]
    for running in filter(None, servers):
        report.sections.append((f'log of {running.url}', tail(running.whole_log())))


def tail(log):
    return '\n'.join(log.splitlines()[-LOG_LINES:])


@pytest.fixture(scope='module')
def clients():
    """Makes an anonymous client of a server: clients(url)."""
    pools = {}

    def make(url):
        if url not in pools:
            pools[url] = connect(url)
        return Client(pools[url])

    yield make
    for pool in pools.values():
        pool.close()


@pytest.fixture
def anyone(server, clients):
    """A viewer who has not signed in."""
    return clients(server.url)


@pytest.fixture(scope='module')
def new_user(server, clients):
    """Registers somebody new, on the shared server unless told another: new_user(url)."""

    def register(url=None, name=None):
        client = clients(url or server.url)
        client.register(name or unique(), 'correct horse')
        return client

    return register


@pytest.fixture
def new_browser(server):
    """Opens a page in a browser, signed in to an account of its own unless told otherwise: new_browser(url, signed_in)."""
    opened = []

    def open_page(url=None, signed_in=True):
        opened.append(Browser(url or server.url))
        if signed_in:
            opened[-1].register()
        return opened[-1]

    yield open_page
    for browser in opened:
        browser.close()


@pytest.fixture
def ann(new_user):
    return new_user()


@pytest.fixture
def bob(new_user):
    return new_user()


@pytest.fixture(scope='session')
def clips(tmp_path_factory, worker_id):
    """Makes test videos by name, each once for all workers."""
    base = tmp_path_factory.getbasetemp()
    return clip_maker.Clips((base if worker_id == 'master' else base.parent) / 'clips')


@pytest.fixture
def new_video(ann, clips):
    """Publishes a small clip, as ann unless told another author, and returns the video."""

    def publish(author=None, title='a clip'):
        return (author or ann).publish_new(clips.data('tiny.mp4'), title)

    return publish


@pytest.fixture
def video(new_video):
    """A video of ann's that nobody has liked or commented on."""
    return new_video()


@pytest.fixture(scope='module')
def a_video_id(new_user, clips):
    """The id of some video, for tests that only need one to exist."""
    return new_user().publish_new(clips.data('tiny.mp4'))['id']
