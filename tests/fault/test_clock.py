# Clocks that jump by hours, forth and back: order holds, sessions live, nothing waits for them.
# SPDX-License-Identifier: Apache-2.0
import pytest

from client import ids
from database import rows
from preloads import preload
from waiting import eventually

HOUR = 3600
JUMPS = [6 * HOUR, -6 * HOUR, 0, 24 * HOUR, -24 * HOUR]


class Clock:
    """What a server takes for the date."""

    def __init__(self, order):
        self.order = order
        self.environment = {'LD_PRELOAD': preload('clock_shift'), 'CLOCK_SHIFT': str(order)}
        self.jump(0)

    def jump(self, seconds):
        draft = self.order.with_suffix('.new')
        draft.write_text(str(seconds))
        draft.rename(self.order)


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / 'shift')


@pytest.fixture
def world(own_server, new_user, clock):
    server = own_server(environment=clock.environment)
    return server, new_user(server.url), new_user(server.url)


def test_the_date_of_the_server_is_shifted(world, clock):
    """The test of the tests."""
    _, ann, bob = world
    for jump in (0, 6 * HOUR):
        clock.jump(jump)
        ann.send(bob.id, f'at {jump}')
    before, after = (message['create_time'] for message in ann.chat(bob.id))
    assert after >= before + 6 * HOUR * 1000


def test_a_chat_keeps_its_order(world, clock):
    _, ann, bob = world
    sent = []
    for at, jump in enumerate(JUMPS):
        clock.jump(jump)
        for sender, peer in ((ann, bob), (bob, ann)):
            text = f'number {at} of {sender.name}'
            sender.send(peer.id, text)
            sent.append(text)
        new = ann.chat(bob.id)
        assert [message['content'] for message in new] == sent
        times = [message['create_time'] for message in new]
        assert times == sorted(set(times))


def test_who_polls_a_chat_misses_nothing(world, clock):
    _, ann, bob = world
    got, last = [], 0
    for at, jump in enumerate(JUMPS):
        clock.jump(jump)
        ann.send(bob.id, f'number {at}')
        for message in bob.chat(ann.id, pre_msg_time=last):
            got.append(message['content'])
            last = message['create_time']
    assert got == [f'number {at}' for at in range(len(JUMPS))]


def test_the_feed_keeps_its_order_and_shows_what_is_new_at_once(world, clock, clips):
    _, ann, _ = world
    published = []
    for at, jump in enumerate(JUMPS):
        clock.jump(jump)
        published.insert(0, ann.publish_new(clips.data('tiny.mp4'), f'clip {at}')['id'])
        videos, next_time = ann.feed()
        assert ids(videos) == published
        assert ids(ann.publish_list()) == published
        assert ids(ann.feed(latest_time=next_time + 1)[0])[-1:] == published[-1:]
        assert ann.feed(latest_time=next_time)[0] == []


def test_no_two_videos_share_a_time(world, clock, clips):
    server, ann, _ = world
    for jump in JUMPS:
        clock.jump(jump)
        ann.publish(clips.data('tiny.mp4'))
    times = [time for time, in rows(server.data, 'SELECT created_at FROM video_item ORDER BY id')]
    assert times == sorted(set(times)) and len(times) == len(JUMPS)


def test_sessions_live_through_jumps(world, clock, clients):
    server, ann, _ = world
    for jump in JUMPS:
        clock.jump(jump)
        assert ann.user()['id'] == ann.id
        again = clients(server.url)
        again.login(ann.name, ann.password)
        assert again.user()['id'] == ann.id
        clock.jump(0)
        assert again.user()['id'] == ann.id


def test_jobs_do_not_wait_for_the_clock(world, clock, clips):
    server, ann, _ = world
    for jump in JUMPS:
        clock.jump(jump)
        video = ann.publish_ready(clips.data('tiny.mp4'))


def test_a_job_that_waits_is_found_after_the_clock_went_back(own_server, new_user, clock, clips):
    """It fails in the future, and is to be tried again there."""
    server = own_server(environment=clock.environment)
    ann = new_user(server.url)
    clock.jump(6 * HOUR)
    ann.publish(clips.data('plain.mp4'))
    server.kill()
    server.settings['media.disk_reserve'] = '1024TiB'
    server.start()
    eventually(lambda: 'disk is full' in rows(server.data, 'SELECT last_error FROM bus_job')[0][0])
    server.stop()
    clock.jump(0)
    server.settings['media.disk_reserve'] = '0'
    server.start()
    eventually(lambda: ann.publish_list() and
               ann.video(ann.publish_list()[0]['id'])['state'] == 'ready')


def test_limits_of_rates_and_of_time_do_not_notice(own_server, clients, clock):
    server = own_server({'limits.enabled': 'true', 'http.request_timeout': '60s'},
                        environment=clock.environment)
    viewer = clients(server.url)
    refused = 0
    for at in range(60):
        clock.jump(JUMPS[at % len(JUMPS)])
        reply = viewer.http.post('/douyin/user/register/', params={
            'username': f'name{at}', 'password': 'correct horse'})
        refused += reply.status_code == 429
        assert viewer.http.get('/livez').status_code == 200
    assert refused >= 60 - 40 - 5, 'a bucket of 40 was filled again by a jump'
