# A mixed load from several threads, and the question whether the server still has all of it.
# SPDX-License-Identifier: Apache-2.0
import random
import threading

import httpx

from checks import OK, WRONG_PASSWORD
from client import Client, connect, unique
from data_folder import assert_nothing_left_over, assert_sound
from ledger import Ledger
from operator_shell import admin
from playback import fetch
from waiting import eventually

PASSWORD = 'correct horse'
PEERS, VIDEOS, WRITERS = 4, 3, 6
WRITES_MAX = 400  # of a round: the end comes after a random number of them
COMMENTS_MAX = 60  # of one writer: lists hold 500


class Writer(threading.Thread):
    """One user who writes until the server is gone, noting in the ledger what may be true."""

    WEIGHTS = {'like': 8, 'follow': 4, 'comment': 4, 'uncomment': 3, 'message': 12, 'account': 1, 'upload': 1}

    def __init__(self, url, ledger, stage, seed, clip):
        super().__init__()
        self.ledger, self.stage, self.clip = ledger, stage, clip
        self.random = random.Random(seed)
        self.viewer = Client(connect(url))
        self.comments, self.count, self.failure = {}, 0, None
        name = unique('writer')
        self.ledger.write(('account', name), True, lambda: self.viewer.register(name, PASSWORD))

    def run(self):
        steps = [getattr(self, name) for name in self.WEIGHTS]
        weights = list(self.WEIGHTS.values())
        try:
            while not self.stage.over.is_set():
                self.step(self.random.choices(steps, weights)[0])
        except httpx.TimeoutException as failure:
            self.failure = failure
        except httpx.TransportError:  # it is gone
            pass
        except Exception as failure:  # shown by the test: a thread's own failure is lost
            self.failure = failure
        self.viewer.http.close()

    def step(self, write):
        try:
            write()
        except AssertionError:
            if not self.stage.tolerant:
                raise
        self.count += 1

    def now(self, fact):
        """What is certain of a fact."""
        return self.ledger.possible.get(fact, {False}) == {True}

    def like(self):
        video = self.random.choice(self.stage.videos)
        fact = ('like', self.viewer.id, video)
        liked = self.now(fact)
        act = self.viewer.unlike if liked else self.viewer.like
        self.ledger.write(fact, not liked, lambda: act(video))

    def follow(self):
        peer = self.random.choice(self.stage.peers)
        fact = ('follow', self.viewer.id, peer)
        followed = self.now(fact)
        act = self.viewer.unfollow if followed else self.viewer.follow
        self.ledger.write(fact, not followed, lambda: act(peer))

    def comment(self):
        if len(self.comments) >= COMMENTS_MAX:
            return
        video, text = self.random.choice(self.stage.videos), unique('comment')
        comment = self.ledger.write(('comment', video, text), True,
                                    lambda: self.viewer.comment(video, text))
        self.comments[text] = (video, comment['id'])

    def uncomment(self):
        if not self.comments:
            return
        text, (video, comment) = self.comments.popitem()
        self.ledger.write(('comment', video, text), False,
                          lambda: self.viewer.delete_comment(video, comment))

    def message(self):
        peer, text = self.random.choice(self.stage.peers), f'number {self.count:06}'
        self.ledger.write(('message', self.viewer.id, peer, text), True,
                          lambda: self.viewer.send(peer, text))

    def account(self):
        somebody, name = Client(self.viewer.http), unique('new')
        self.ledger.write(('account', name), True, lambda: somebody.register(name, PASSWORD))

    def upload(self):
        title = unique('title')
        self.ledger.write(('video', self.viewer.id, title), True,
                          lambda: self.viewer.publish(self.clip, title))


class Stage:
    """What a round's writers act on: a few people and their videos.

    `tolerant`: a request may also be refused; whether it was done is not known then.
    """

    tolerant = False
    writer = Writer

    def __init__(self, url, ledger, clip, seed):
        self.over, self.ledger = threading.Event(), ledger
        self.owner = Client(connect(url))
        self.owner.register(unique('owner'), PASSWORD)
        self.peers = [self.owner.id, *(self.somebody(url) for _ in range(PEERS - 1))]
        titles = [unique('title') for _ in range(VIDEOS)]
        for title in titles:
            ledger.write(('video', self.owner.id, title), True,
                         lambda title=title: self.owner.publish(clip, title))
        self.videos = [video['id'] for video in self.owner.publish_list()]
        self.writers = [self.writer(url, ledger, self, f'{seed}/{at}', clip) for at in range(WRITERS)]

    @staticmethod
    def somebody(url):
        peer = Client(connect(url))
        peer.register(unique('peer'), PASSWORD)
        peer.http.close()
        return peer.id

    def run_until_killed(self, server, writes):
        """After so many; it may end earlier by itself."""
        for writer in self.writers:
            writer.start()
        eventually(lambda: self.written() >= writes or not self.anybody_writes(), pause_s=0.001)
        server.kill()
        self.join()

    def anybody_writes(self):
        return any(writer.is_alive() for writer in self.writers)

    def written(self):
        return sum(writer.count for writer in self.writers)

    def join(self):
        self.over.set()
        for writer in self.writers:
            writer.join()
            assert writer.failure is None, writer.failure

    def people(self):
        return [self.owner, *(writer.viewer for writer in self.writers)]

    def check(self, url):
        """Everything acknowledged is there, nothing else is, and counters equal their sets."""
        with connect(url) as http:
            asking = Client(http)
            asking.token = self.owner.token
            for somebody in self.people():
                check_person(asking, self.ledger, somebody, self.peers)
            for video in self.videos:
                check_comments(asking, self.ledger, video)
            for peer in self.peers:
                check_followers(asking, self.ledger, peer, self.people())
            self.check_counts(asking)

    def check_counts(self, asking):
        for somebody in self.people():
            check_counts_of_person(asking, somebody)
        for video in self.videos:
            check_counts_of_video(asking, self.ledger, video, self.people())
        for peer in self.peers:
            assert asking.user(peer)['follower_count'] == len(asking.follower_list(peer))


def one_round(server, ledger, clip, seed):
    """A stage, a load on it, and a kill in the middle."""
    stage = Stage(server.url, ledger, clip, seed)
    stage.run_until_killed(server, random.Random(seed).randint(1, WRITES_MAX))
    return stage


def hold(server, stages):
    """The server that started again keeps its word for the last stages."""
    assert_nothing_left_over(server.data)
    for stage in stages[-2:]:
        stage.check(server.url)
    assert_sound(server.data)
    admin(server.data, 'doctor')


def survive(server, clip, name, rounds, after_kill=lambda at: None):
    """So many rounds on one data folder, each checked, and all of them at the end."""
    ledger, stages = Ledger(), []
    for at in range(rounds):
        stages.append(one_round(server, ledger, clip, f'{name} {at}'))
        after_kill(at)
        server.start()
        hold(server, stages)
    for stage in stages:
        stage.check(server.url)
        stage.owner.http.close()
    check_accounts(server.url, ledger)
    print(f'{rounds} rounds of {name}, {ledger.acknowledged} acknowledged writes')


def check_person(asking, ledger, somebody, peers):
    likes = asking.favorite_list(somebody.id)
    ledger.settle({(video['id'],) for video in likes}, 'like', somebody.id)
    followed = asking.follow_list(somebody.id)
    ledger.settle({(user['id'],) for user in followed}, 'follow', somebody.id)
    videos = asking.publish_list(somebody.id)
    ledger.settle({(video['title'],) for video in videos}, 'video', somebody.id)
    for video in videos:
        assert fetch(video['cover_url']).content
        if asking.video(video['id'])['playable']:
            assert fetch(video['play_url']).content
    check_messages(asking.http, ledger, somebody, peers)


def check_counts_of_person(asking, somebody):
    profile, videos = asking.user(somebody.id), asking.publish_list(somebody.id)
    assert profile['favorite_count'] == len(asking.favorite_list(somebody.id))
    assert profile['follow_count'] == len(asking.follow_list(somebody.id))
    assert profile['work_count'] == len(videos)
    assert profile['total_favorited'] == sum(video['favorite_count'] for video in videos)


def check_messages(http, ledger, somebody, peers):
    reader = Client(http)
    reader.token, reader.id = somebody.token, somebody.id
    for peer in peers:
        if peer == somebody.id:
            continue
        messages = reader.chat(peer)
        sent = [m['content'] for m in messages if m['from_user_id'] == somebody.id]
        if len(messages) < 500:
            ledger.settle({(text,) for text in sent}, 'message', somebody.id, peer)
        assert sent == sorted(sent)
        times = [m['create_time'] for m in messages]
        assert times == sorted(set(times))


def check_comments(asking, ledger, video):
    ledger.settle({(comment['content'],) for comment in asking.comment_list(video)}, 'comment', video)


def check_counts_of_video(asking, ledger, video, people):
    page = asking.video(video)
    assert page['comment_count'] == len(asking.comment_list(video))
    likers = [1 for somebody in people if ledger.possible.get(('like', somebody.id, video)) == {True}]
    assert page['favorite_count'] == len(likers)


def check_followers(asking, ledger, peer, people):
    known = {somebody.id for somebody in people
             if ledger.possible.get(('follow', somebody.id, peer)) == {True}}
    assert {user['id'] for user in asking.follower_list(peer)} == known


def check_accounts(url, ledger):
    """Every account is there with its password, or was never acknowledged."""
    with connect(url) as http:
        for (name,), values in ledger.of('account'):
            code = Client(http).login(name, PASSWORD, (OK, WRONG_PASSWORD))['status_code']
            assert (code == OK) in values, name
            ledger.possible[('account', name)] = {code == OK}
