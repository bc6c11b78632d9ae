# A full disk: what would write is refused plainly, reading goes on, and with room all is well again.
# SPDX-License-Identifier: Apache-2.0
import errno

import pytest

from checks import OK, envelope
from client import ENDPOINTS, LIKE, ids, unique
from data_folder import assert_nothing_left_over
from database import rows
from playback import fetch
from preloads import preload
from small_disk import SmallDisk
from waiting import eventually

FULL, BROKEN = 50300, 50000
WRITES_MAX = 3000  # far more than fit into what the log has taken before
SIZE_MIB = 48


@pytest.fixture
def disk(tmp_path):
    made = SmallDisk(tmp_path / 'data', SIZE_MIB)
    yield made
    made.unmount()


@pytest.fixture
def start(disk, own_server, tmp_path):
    def run(reserve):
        return own_server({'media.disk_reserve': reserve}, folder=tmp_path, under=disk.under)
    return run


def refused_as_full(response):
    """The contract's envelope, saying so."""
    body = envelope(response, FULL, 503)
    assert 'disk is full' in body['status_msg'], body
    assert int(response.headers['retry-after']) > 0


def write_until_full(viewer, video):
    """Comments while that works; returns what was accepted, newest last."""
    accepted = []
    for at in range(WRITES_MAX):
        response = viewer.http.post(ENDPOINTS['comment'][1], params={
            'token': viewer.token, 'video_id': video, 'action_type': 1,
            'comment_text': f'{at} ' + 'x' * 480})
        if response.status_code != 200:
            refused_as_full(response)
            return accepted
        accepted.append(envelope(response)['comment']['id'])
    raise AssertionError('a full disk took every comment')


def publish(viewer, data, title):
    return viewer.http.post(ENDPOINTS['publish'][1], data={'token': viewer.token, 'title': title},
                            files={'data': ('clip.mp4', data, 'video/mp4')})


def lines_about_it(server):
    return [line for line in server.log().splitlines() if 'the disk is full' in line]


def test_a_disk_filled_by_others_stops_writes_and_nothing_else(disk, start, new_user, clips):
    server = start('0')
    ann, bob = new_user(server.url), new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    bob.like(video['id'])
    disk.fill(server)
    accepted = write_until_full(ann, video['id'])
    for _ in range(5):
        refused_as_full(ann.http.post(ENDPOINTS['favorite'][1], params={
            'token': ann.token, 'video_id': video['id'], 'action_type': LIKE}))
        refused_as_full(ann.http.post(ENDPOINTS['register'][1], params={
            'username': unique(), 'password': 'correct horse'}))
        refused_as_full(publish(ann, clips.data('noise.mp4'), 'too much'))
    reads_go_on(ann, bob, video, accepted)
    assert len(lines_about_it(server)) == 1, 'once, not with every request'
    disk.make_room(server)
    ann.like(video['id'])
    all_is_well(server, disk, ann, video, accepted, clips)


def reads_go_on(ann, bob, video, accepted):
    assert ids(ann.feed()[0]) == [video['id']]
    assert ids(bob.favorite_list()) == [video['id']]
    assert ann.user()['work_count'] == 1
    page = ann.video(video['id'])
    assert (page['favorite_count'], page['comment_count']) == (1, len(accepted))
    assert set(ids(ann.comment_list(video['id']))) == set(accepted[-500:])
    assert fetch(page['play_url']).content and fetch(page['cover_url']).content


def all_is_well(server, disk, ann, video, accepted, clips):
    """Nothing acknowledged is lost, nothing refused is there, and everything works."""
    assert ann.video(video['id'])['favorite_count'] == 2
    assert ann.video(video['id'])['comment_count'] == len(accepted)
    assert ids(ann.publish_list()) == [video['id']]
    again = ann.publish_ready(clips.data('tiny.mp4'), 'there is room')
    eventually(lambda: assert_nothing_left_over(disk.seen(server)))


def test_uploads_that_fill_the_disk_stop_before_it_is_full(disk, start, new_user, clips):
    server = start('8MiB')
    ann = new_user(server.url)
    clip, published = clips.data('plain.mp4'), []
    for at in range(WRITES_MAX):
        response = publish(ann, clip, f'clip {at}')
        if response.status_code != 200:
            break
        published.append(f'clip {at}')
    refused_as_full(response)
    assert published and len(published) < WRITES_MAX
    ann.like(ann.publish_list()[0]['id'])  # the reserve is for what is small
    listed = ann.publish_list()
    assert [video['title'] for video in listed] == published[::-1][:500]
    assert all(fetch(video['play_url']).content for video in listed)
    eventually(lambda: assert_nothing_left_over(disk.seen(server)))


def test_a_body_that_does_not_fit_is_refused_and_leaves_nothing(disk, start, new_user, clips):
    server = start('0')
    ann = new_user(server.url)
    disk.fill(server, leave=2 << 20)
    refused_as_full(publish(ann, clips.data('noise.mp4'), 'three megabytes'))
    eventually(lambda: assert_nothing_left_over(disk.seen(server)))
    disk.make_room(server)
    ann.publish(clips.data('tiny.mp4'), 'fits', OK)


def test_a_job_waits_for_room_and_does_not_die_of_it(own_server, new_user, clips):
    """With a single attempt: waiting for room is none."""
    server = own_server({'media.attempts': 1})
    ann = new_user(server.url)
    ann.publish(clips.data('plain.mp4'))
    server.kill()
    server.settings['media.disk_reserve'] = '1024TiB'
    server.start()
    eventually(lambda: 'disk is full' in rows(server.data, 'SELECT last_error FROM bus_job')[0][0])
    video = ann.publish_list()[0]
    assert ann.video(video['id'])['state'] in ('pending', 'processing')
    server.stop()
    server.settings['media.disk_reserve'] = '0'
    server.start()
    ann.until_ready(video['id'])


@pytest.mark.parametrize('error', [errno.EIO, errno.EROFS])
def test_a_disk_that_fails_stops_writes_until_it_works_again(own_server, new_user, tmp_path,
                                                             clips, error):
    order = tmp_path / 'order'
    server = own_server(environment={'LD_PRELOAD': preload('io_error'), 'IO_ERROR': str(order)})
    ann = new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    kept = ann.comment(video['id'], 'before')
    order.write_text(str(error))
    ann.call('comment', BROKEN, video_id=video['id'], action_type=1, comment_text='lost')
    assert ids(ann.comment_list(video['id'])) == [kept['id']]
    assert ann.user()['work_count'] == 1
    order.unlink()
    after = ann.comment(video['id'], 'after')
    server.kill()
    server.start()
    assert ids(ann.comment_list(video['id'])) == [after['id'], kept['id']]
    assert ann.video(video['id'])['comment_count'] == 2
