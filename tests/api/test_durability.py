# What was acknowledged is still there after the server was killed and started again.
# SPDX-License-Identifier: Apache-2.0
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from checks import NO_SESSION, WRONG_PASSWORD
from client import ENDPOINTS, Client, connect, ids, unique
from http_bytes import Connection, multipart, request
from playback import decode, fetch
from waiting import eventually

WRITERS = 6


@pytest.fixture
def world(own_server, new_user, clips):
    """A server of this test's own, two people on it, and a video of the first."""
    server = own_server()
    ann, bob = new_user(server.url), new_user(server.url)
    return server, ann, bob, ann.publish_new(clips.data('tiny.mp4'))


def kill_and_restart(server):
    server.kill()
    server.start()


# One write, then the end.

def test_a_new_account_survives(world, clients):
    server, *_ = world
    viewer = clients(server.url)
    viewer.register(unique(), 'correct horse')
    kill_and_restart(server)
    assert viewer.user()['name'] == viewer.name
    assert clients(server.url).login(viewer.name, 'correct horse')['user_id'] == viewer.id


def test_a_changed_password_survives(world, clients):
    server, ann, *_ = world
    old = ann.token
    ann.change_password(ann.password, 'battery staple')
    kill_and_restart(server)
    assert ann.user()['id'] == ann.id
    ann.call('user', NO_SESSION, token=old)
    clients(server.url).login(ann.name, 'correct horse', WRONG_PASSWORD)
    clients(server.url).login(ann.name, 'battery staple')


def test_a_published_video_survives_and_gets_ready(world, clips):
    server, ann, *_ = world
    ann.publish(clips.data('plain.mp4'), 'the last one')
    kill_and_restart(server)
    video = ann.publish_list()[0]
    assert video['title'] == 'the last one'
    assert fetch(video['play_url']).content and fetch(video['cover_url']).content
    assert video['id'] == ann.feed()[0][0]['id']
    ann.until_ready(video['id'])
    decode(ann.video(video['id'])['play_url'])
    assert ann.user()['work_count'] == 2


def test_a_job_cut_off_many_times_still_ends(world, clips):
    server, ann, *_ = world
    ann.publish(clips.data('plain.mp4'), 'cut off')
    video_id = ann.publish_list()[0]['id']
    for _ in range(3):
        eventually(lambda: ann.video(video_id)['state'] != 'pending')
        kill_and_restart(server)
    ann.until_ready(video_id)


def test_a_like_and_one_taken_back_survive(world):
    server, ann, bob, video = world
    ann.like(video['id'])
    bob.like(video['id'])
    ann.unlike(video['id'])
    kill_and_restart(server)
    assert ids(bob.favorite_list()) == [video['id']] and ann.favorite_list() == []
    eventually(lambda: ann.video(video['id'])['favorite_count'] == 1)
    eventually(lambda: ann.user()['total_favorited'] == 1)
    eventually(lambda: bob.user()['favorite_count'] == 1)


def test_a_comment_and_a_deleted_one_survive(world):
    server, ann, bob, video = world
    gone = ann.comment(video['id'], 'goes')
    kept = bob.comment(video['id'], 'stays')
    ann.delete_comment(video['id'], gone['id'])
    kill_and_restart(server)
    assert ann.comment_list(video['id']) == [kept]
    eventually(lambda: ann.video(video['id'])['comment_count'] == 1)


def test_a_follow_and_one_undone_survive(world):
    server, ann, bob, _ = world
    ann.follow(bob.id)
    bob.follow(ann.id)
    ann.unfollow(bob.id)
    kill_and_restart(server)
    assert ann.follow_list() == [] and ids(bob.follow_list()) == [ann.id]
    eventually(lambda: ann.user()['follower_count'] == 1)
    eventually(lambda: ann.user()['follow_count'] == 0)


def test_a_message_survives_and_times_go_on_increasing(world):
    server, ann, bob, _ = world
    for at in range(20):
        ann.send(bob.id, f'number {at}')
    kill_and_restart(server)
    bob.send(ann.id, 'after')
    messages = ann.chat(bob.id)
    assert [message['content'] for message in messages] == [f'number {at}' for at in range(20)] + [
        'after']
    times = [message['create_time'] for message in messages]
    assert times == sorted(set(times))


def test_ids_are_never_given_out_again(world, clips):
    server, ann, bob, video = world
    comment = ann.comment(video['id'], 'goes')
    ann.delete_comment(video['id'], comment['id'])
    kill_and_restart(server)
    assert ann.comment(video['id'], 'new')['id'] > comment['id']
    assert ann.publish_new(clips.data('tiny.mp4'))['id'] > video['id']


# Many writes under way, then the end.

class Writer(threading.Thread):
    """Writes until the server is gone, keeping what was acknowledged."""

    def __init__(self, server, video_id, peer_id):
        super().__init__()
        self.viewer = Client(connect(server.url))
        self.viewer.register(unique(), 'correct horse')
        self.video_id, self.peer_id = video_id, peer_id
        self.comments, self.messages, self.failure = [], [], None

    def run(self):
        try:
            while True:
                self.write(len(self.messages))
        except httpx.TransportError:
            pass
        except Exception as failure:  # shown by the test: a thread's own failure is lost
            self.failure = failure

    def write(self, at):
        comment = self.viewer.comment(self.video_id, f'{self.viewer.name} {at}')
        self.comments.append(comment['id'])
        self.viewer.send(self.peer_id, f'number {at}')
        self.messages.append(f'number {at}')


def test_everything_acknowledged_before_a_kill_is_there(world):
    server, ann, _, video = world
    writers = [Writer(server, video['id'], ann.id) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    eventually(lambda: min(len(writer.messages) for writer in writers) >= 10)
    server.kill()
    for writer in writers:
        writer.join()
        assert writer.failure is None
    server.start()
    listed = set(ids(ann.comment_list(video['id'])))
    count = ann.video(video['id'])['comment_count']
    for writer in writers:
        # The list holds the newest 500, and what was not acknowledged may be there as well.
        assert count > 500 or set(writer.comments) <= listed
        got = [message['content'] for message in ann.chat(writer.viewer.id)]
        assert got[:len(writer.messages)] == writer.messages or len(got) == 500
        assert len(got) <= len(writer.messages) + 1
        writer.viewer.http.close()
    acknowledged = sum(len(writer.comments) for writer in writers)
    assert acknowledged <= count <= acknowledged + WRITERS


def test_uploads_acknowledged_before_a_kill_are_there(world, clips):
    server, ann, *_ = world
    clip, published = clips.data('tiny.mp4'), []

    def publish(at):
        try:
            ann.publish(clip, f'clip {at}')
            published.append(f'clip {at}')
        except httpx.TransportError:
            pass

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(publish, at) for at in range(30)]
        eventually(lambda: len(published) >= 4)
        server.kill()
        for done in waiting:
            done.result()
    server.start()
    videos = ann.publish_list()
    assert set(published) <= {video['title'] for video in videos}
    for video in videos:
        assert fetch(video['play_url']).content and fetch(video['cover_url']).content


def test_half_an_upload_is_gone_after_a_kill(world, clips):
    server, ann, *_ = world
    noise = clips.data('noise.mp4')
    before = server.stored_bytes()
    body = multipart([('token', ann.token), ('title', 'half'), ('data', noise, 'clip.mp4')])
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit',
                    f'Content-Length: {len(body)}'))
    with Connection(server) as connection:
        connection.send(head + body[:-1000])
        ann.feed()
        server.kill()
    server.start()
    assert [video['title'] for video in ann.publish_list()] == ['a clip']
    eventually(lambda: server.stored_bytes() < before + len(noise) // 2)


# The polite end.

def test_stopping_with_idle_connections_ends_well(world):
    server, ann, bob, video = world
    idle = [Connection(server) for _ in range(5)]
    ann.like(video['id'])
    server.stop()
    server.start()
    assert ids(ann.favorite_list()) == [video['id']]
    for connection in idle:
        connection.socket.close()


def test_a_server_starts_and_stops_many_times(world):
    server, ann, bob, video = world
    for at in range(4):
        ann.comment(video['id'], f'number {at}')
        server.stop()
        server.start()
        assert len(ann.comment_list(video['id'])) == at + 1
