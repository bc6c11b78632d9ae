# Damaged data: a page of the database, a file of a video. The server says what to do, and goes on.
# SPDX-License-Identifier: Apache-2.0
import random

import pytest

from checks import OK, envelope
from client import ids
from database import PAGE, damage, into_the_file, root_page
from operator_shell import admin
from playback import fetch
from waiting import eventually

BROKEN, NOT_STARTED = 50000, 69
FOUND = 1  # what the doctor ends with when something is wrong
REMEDY = 'restore a backup'


@pytest.fixture
def world(own_server, new_user, clips):
    """A server, somebody on it with a ready video and a comment."""
    server = own_server()
    ann = new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    ann.comment(video['id'], 'hello')
    return server, ann, video


def log_line(server, words):
    return [line for line in server.log().splitlines() if words in line]


def damage_closed(server, name):
    page = root_page(server.data, name)
    server.stop()
    into_the_file(server.data)
    damage(server.data, page)


def test_a_damaged_table_fails_what_needs_it_and_nothing_else(world):
    server, ann, video = world
    damage_closed(server, 'comment_item')
    server.start()
    for _ in range(3):
        ann.comment_list(video['id'], BROKEN)
        ann.call('comment', BROKEN, video_id=video['id'], action_type=1, comment_text='no')
    assert ids(ann.feed()[0]) == [video['id']]
    ann.like(video['id'])
    assert ids(ann.favorite_list()) == [video['id']]
    assert fetch(video['play_url']).content
    assert REMEDY in log_line(server, 'malformed')[0]
    server.stop()  # well, and not by a crash
    admin(server.data, 'doctor', status=FOUND)
    server.start()
    assert ids(ann.favorite_list()) == [video['id']]


def test_a_damaged_table_under_a_running_server_is_no_crash_either(world, new_user):
    server, ann, video = world
    page = root_page(server.data, 'comment_item')
    into_the_file(server.data)
    damage(server.data, page)
    # What has the page in memory may go on; who reads the file is told.
    replies = [ann.http.get('/douyin/comment/list/', params={'video_id': video['id']})
               for _ in range(20)]
    for reply in replies:
        body = envelope(reply, (OK, BROKEN))
        assert body['status_code'] == BROKEN or [c['content'] for c in body['comment_list']] == ['hello']
    assert ids(ann.feed()[0]) == [video['id']]
    server.kill()
    server.start()
    ann.comment_list(video['id'], BROKEN)


@pytest.mark.parametrize('what', ['noise', 'header', 'cut'])
def test_a_database_that_is_none_is_refused_with_what_to_do(world, what):
    server, *_ = world
    page = root_page(server.data, 'schema_migration')
    server.stop()
    into_the_file(server.data)
    path = server.data / 'duan.db'
    if what == 'noise':
        path.write_bytes(random.Random(1).randbytes(PAGE * 8))
    elif what == 'header':
        damage(server.data, 1)
    else:
        with open(path, 'r+b') as file:
            file.truncate((page - 1) * PAGE + 100)
    before = path.read_bytes()
    for _ in range(2):  # a supervisor tries again
        server.launch()
        assert server.process.wait() == NOT_STARTED
        server.process = None
    assert REMEDY in log_line(server, 'not started')[-1]
    assert path.read_bytes() == before, 'it is left as it is for whoever repairs it'


def media_file(server, url):
    return server.data / 'media' / 'objects' / url.split('/media/')[1]


@pytest.mark.parametrize('field', ['play_url', 'cover_url'])
def test_a_missing_file_is_404_and_the_video_stays_listed(world, field):
    server, ann, video = world
    url = ann.video(video['id'])[field]
    media_file(server, url).unlink()
    reply = fetch(url, 404)
    assert reply.headers['cache-control'] == 'no-store'
    assert ids(ann.feed()[0]) == [video['id']]
    ann.like(video['id'])
    admin(server.data, 'doctor', status=FOUND)


def test_a_cut_file_is_served_as_long_as_it_is(world):
    """Its end is missing for the player, and for nobody else."""
    server, ann, video = world
    path = media_file(server, ann.video(video['id'])['play_url'])
    whole = path.read_bytes()
    with open(path, 'r+b') as file:
        file.truncate(len(whole) // 2)
    url = ann.video(video['id'])['play_url']
    assert fetch(url).content == whole[:len(whole) // 2]
    fetch(url, 416, Range=f'bytes={len(whole) - 10}-')


@pytest.mark.parametrize('how', ['missing', 'cut'])
def test_a_job_without_its_upload_fails_with_a_reason(own_server, new_user, clips, how):
    server = own_server()
    ann = new_user(server.url)
    ann.publish(clips.data('plain.mp4'))
    server.kill()
    upload, = (server.data / 'media' / 'objects').glob('v/*/*/0/original.bin')
    if how == 'missing':
        upload.unlink()
    else:
        with open(upload, 'r+b') as file:
            file.truncate(1000)
    server.start()
    video = ann.publish_list()[0]
    eventually(lambda: ann.video(video['id'])['state'] == 'failed')
    job = ann.video(video['id'])['job']
    assert job['reason'] in ('not_found', 'truncated', 'corrupt', 'unsupported_format')
    assert job['message'] and 'will try again' not in job['message']
    assert fetch(video['play_url']).content, 'the copy plays on'
