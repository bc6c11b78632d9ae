# What a small world should look like: the contract, kept in plain Python beside a server.
# SPDX-License-Identifier: Apache-2.0
import time

TICK_S = 0.0015  # longer than a millisecond: what happens after it is later for the server, too


def tick():
    """Lets the millisecond pass: two things that happen in one have no order to speak of."""
    end = time.monotonic() + TICK_S
    while time.monotonic() < end:
        pass


class Model:
    """Ids and what they have to do with each other; lists are in the order of events."""

    def __init__(self):
        self.users, self.videos = [], {}   # videos: id to author
        self.likes, self.follows = [], []  # (user, video), (user, target)
        self.comments = []                 # (id, video, user, text)
        self.lines = []                    # (from, to, text, time)
        self.delivered = {}                # (viewer, peer) to the time of the newest that was given to him

    # What happens.

    def put(self, pairs, pair, there):
        """Once, however often; what is there already keeps its place."""
        if there and pair not in pairs:
            pairs.append(pair)
        if not there and pair in pairs:
            pairs.remove(pair)

    def poll(self, viewer, peer, since):
        """What a chat gives: all of it for 0, otherwise what the peer wrote that is newer, or was never given."""
        found = self.conversation(viewer, peer)
        mark = self.delivered.get((viewer, peer), 0)
        if since:
            found = [line for line in found if line[0] == peer and line[3] > min(since, mark)]
        self.delivered[viewer, peer] = max([mark] + [line[3] for line in found if line[0] == peer])
        return found

    # How it looks.

    def conversation(self, a, b):
        return [line for line in self.lines if {line[0], line[1]} == {a, b}]

    def liked_by(self, user):
        return [video for liker, video in self.likes if liker == user][::-1]

    def followed_by(self, user):
        return [target for follower, target in self.follows if follower == user][::-1]

    def followers_of(self, user):
        return [follower for follower, target in self.follows if target == user][::-1]

    def friends_of(self, user):
        return [target for target in self.followed_by(user) if (target, user) in self.follows]

    def videos_of(self, user):
        return [video for video, author in self.videos.items() if author == user][::-1]

    def comments_of(self, video):
        return [comment for comment in self.comments if comment[1] == video][::-1]

    def counts_of_user(self, user):
        received = sum(self.videos[video] == user for _, video in self.likes)
        return {'follow_count': len(self.followed_by(user)), 'follower_count': len(self.followers_of(user)),
                'total_favorited': received, 'work_count': len(self.videos_of(user)),
                'favorite_count': len(self.liked_by(user))}

    def counts_of_video(self, video):
        return {'favorite_count': sum(liked == video for _, liked in self.likes),
                'comment_count': len(self.comments_of(video))}
