# Objects in a store: sent while they come, linked to, and safe when the store is killed, frozen or away.
# SPDX-License-Identifier: Apache-2.0
import os
import random
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from client import connect
from daemon import Failed
from database import rows
from effort import rounds
from http_bytes import Closed, Connection
from ledger import Ledger
from load import one_round
from object_store import ACCESS_KEY, ObjectStore
from waiting import eventually

pytestmark = pytest.mark.one_process('has an object store of its own')

LARGE = 48 << 20
KEY = 'v/ab/abababababababab/1/video.mp4'
BUSY = 503
WHOLE, PART, LINK, MISSING = 200, 206, 307, 404


@pytest.fixture(scope='module')
def store(tmp_path_factory):
    shared = ObjectStore(tmp_path_factory.mktemp('store'), dies_with_us=True).start()
    yield shared
    shared.kill()


@pytest.fixture
def store_server(own_server, store):
    """A server on that store: store_server({'blob.redirect': 'true'}); the same bucket for all of this worker."""
    def start(settings=None, **more):
        return own_server({
            'blob.s3.endpoint': store.address(), 'blob.s3.bucket': f'duan-{os.getpid()}', 'blob.s3.create': 'true',
            'blob.s3.access_key': ACCESS_KEY, 'blob.s3.secret_key': store.password('s3'), **(settings or {})}, **more)

    return start


@pytest.fixture(scope='module')
def large(tmp_path_factory):
    file = tmp_path_factory.mktemp('large') / 'large.mp4'
    file.write_bytes(random.Random(7).randbytes(LARGE))
    return file


@pytest.fixture
def held(store, store_server, large):
    """A server whose store has a large object that no server has sent yet."""
    server = store_server()
    put = store.curl('-f', '-T', str(large), f'{store.address()}/duan-{os.getpid()}/{KEY}')
    assert put.returncode == 0, put.stderr
    return server


def url(server):
    return f'{server.url}/media/{KEY}'


def get(server, **headers):
    with connect(server.url) as http:
        return http.get(url(server), headers=headers)


# Sending.

def test_a_large_object_arrives_whole_and_in_ranges(held, large):
    data = large.read_bytes()
    first, last = 12345678, 12345678 + (5 << 20)
    part = get(held, Range=f'bytes={first}-{last}')
    assert part.status_code == PART and part.content == data[first:last + 1]
    assert part.headers['content-range'] == f'bytes {first}-{last}/{LARGE}'
    whole = get(held)
    assert whole.status_code == WHOLE and whole.content == data
    assert get(held, **{'If-None-Match': whole.headers['etag']}).status_code == 304
    assert get(held, Range=f'bytes={LARGE}-').status_code == 416
    assert get(held, Range='bytes=-7').content == data[-7:]


def test_a_head_says_all_and_gets_nothing(held):
    with connect(held.url) as http:
        head = http.head(url(held))
    assert head.status_code == WHOLE and int(head.headers['content-length']) == LARGE and not head.content
    assert held_bytes(held) == 0


def held_bytes(server):
    """Of objects on the server's disk: they have no names, and holes where nothing has come."""
    folder = f'/proc/{server.process.pid}/fd'
    return sum(os.stat(f'{folder}/{each}').st_blocks * 512 for each in os.listdir(folder)
               if '/got-' in os.readlink(f'{folder}/{each}'))


def test_many_who_want_other_parts_of_it_at_once_get_theirs(held, large):
    data, chance = large.read_bytes(), random.Random(3)
    spans = [sorted(chance.sample(range(LARGE), 2)) for _ in range(16)]
    with ThreadPoolExecutor(8) as threads:
        parts = list(threads.map(lambda span: get(held, Range=f'bytes={span[0]}-{span[1]}'), spans))
    for (first, last), part in zip(spans, parts):
        assert part.status_code == PART and part.content == data[first:last + 1]


def test_who_takes_little_costs_little(held):
    with Connection(held, receive_buffer=4096) as slow:
        slow.send(f'GET /media/{KEY} HTTP/1.1\r\nHost: x\r\n\r\n'.encode())
        slow.until(b'\r\n\r\n')
        slow.take(1000)
        assert 0 < held_bytes(held) < LARGE / 2


def test_a_store_that_freezes_holds_up_nobody_else_and_no_end(held, store, large):
    """Its viewers wait; the server answers others, and ends when it is told to."""
    waiting = Connection(held)
    waiting.send(f'GET /media/{KEY} HTTP/1.1\r\nHost: x\r\n\r\n'.encode())
    waiting.until(b'\r\n\r\n')
    os.kill(store.daemon.pid, signal.SIGSTOP)
    try:
        with connect(held.url) as http:
            assert http.get('/livez').status_code == WHOLE
            assert http.get('/douyin/feed/').status_code == WHOLE
        held.settings['http.drain_timeout'] = '0s'
        held.process.send_signal(signal.SIGTERM)
        eventually(lambda: held.process.poll() is not None)
    finally:
        os.kill(store.daemon.pid, signal.SIGCONT)
    with pytest.raises(Closed):
        waiting.take(LARGE)


# Links.

def test_players_are_sent_to_the_store(store_server, new_user, clips):
    server = store_server({'blob.redirect': 'true'})
    viewer = new_user(server.url)
    video = viewer.video(viewer.publish_ready(clips.data('tiny.mp4'))['id'])
    with connect(server.url) as http:
        for name, kind in (('play_url', 'video/mp4'), ('cover_url', 'image/jpeg')):
            reply = http.get(video[name], follow_redirects=False)
            assert reply.status_code == LINK
            link = reply.headers['location']
            assert http.get(video[name], follow_redirects=False).headers['location'] == link
            found = httpx.get(link)
            assert found.status_code == WHOLE and found.headers['content-type'] == kind
            assert httpx.get(link.replace('X-Amz-Expires=4500', 'X-Amz-Expires=45000')).status_code == 403
            assert http.head(video[name], follow_redirects=False).status_code == WHOLE
        # What it names is found beside it, so it comes from here.
        assert http.get(video['hls_url'], follow_redirects=False).status_code == WHOLE
        assert http.get(f'/media/{KEY[:-9]}none.mp4', follow_redirects=False).status_code == MISSING
        policy = http.get('/').headers['content-security-policy']
        assert '{0.scheme}://{0.netloc}'.format(urlsplit(link)) in policy


# A store that dies.

def revive(store):
    """On the same ports, which the dead one may hold for a moment."""
    def started():
        try:
            store.start()
        except Failed:
            return False
        return True

    eventually(started)


def test_what_was_published_survives_the_store(store, store_server, new_user, clips):
    server = store_server({'http.request_timeout': '3s', 'media.disk_reserve': '1MiB'})
    viewer = new_user(server.url)
    video = viewer.publish_ready(clips.data('tiny.mp4'))
    with connect(server.url) as http:
        before = http.get(video['cover_url']).content
        store.kill()
        assert http.get(video['cover_url']).content == before  # it was sent before
        refused = http.post('/douyin/publish/action/', data={'token': viewer.token, 'title': 'x'},
                            files={'data': ('clip.mp4', clips.data('tiny.mp4'), 'video/mp4')})
        assert refused.status_code == BUSY
        revive(store)
        server.stop()
        server.start()
        assert http.get(video['cover_url']).content == before
    assert [listed['id'] for listed in viewer.publish_list()] == [video['id']]
    viewer.publish_ready(clips.data('tiny.mp4'))


def test_a_job_waits_for_a_store_that_is_away(store, store_server, new_user, clips):
    server = store_server({'media.attempts': 1})
    viewer = new_user(server.url)
    video = viewer.publish_new(clips.data('phone.mov'))
    store.kill()
    revive(store)
    viewer.until_ready(video['id'])


def assets_in(store, bucket):
    """Whose objects there are."""
    listed = store.curl('-f', f'{store.address()}/{bucket}?list-type=2&prefix=v%2F')
    assert listed.returncode == 0, listed.stderr
    assert '<IsTruncated>true' not in listed.stdout
    return {key.split('/')[2] for key in re.findall('<Key>([^<]+)</Key>', listed.stdout)}


def assert_nothing_left_in(store, bucket, server):
    named = {asset for asset, in rows(server.data, 'SELECT asset FROM video_item')}
    assert assets_in(store, bucket) == named
    uploads = store.curl('-f', f'{store.address()}/{bucket}?uploads=')
    assert uploads.returncode == 0 and '<Upload>' not in uploads.stdout


def test_what_was_acknowledged_survives_every_kill_of_the_server(store, store_server, clips):
    bucket = f'duan-{os.getpid()}-kills'
    server = store_server({'blob.s3.bucket': bucket})
    ledger = Ledger()
    for at in range(rounds(2, 20)):
        stage = one_round(server, ledger, clips.data('tiny.mp4'), f'store {at}')
        server.start()
        assert_nothing_left_in(store, bucket, server)
        stage.check(server.url)
        stage.owner.http.close()
