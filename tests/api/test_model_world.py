# People do whatever comes to mind; after each step the world looks as the model says.
# SPDX-License-Identifier: Apache-2.0
import random

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

import agreement
from checks import BAD_TEXT, NOT_ALLOWED, OK, SELF_FOLLOW
from effort import LONG, rounds
from model import Model, tick
from pages import page

PEOPLE, VIDEOS = 4, 3
HOUR_MS = 3600 * 1000
# Hypothesis begins with ten that do next to nothing; in CI the long day below does most of the work.
SETTINGS = settings(max_examples=10 + rounds(2, 60), stateful_step_count=rounds(15, 50), derandomize=not LONG,
                    database=None, deadline=None, suppress_health_check=list(HealthCheck))

# Who and what is chosen from those there are, by their number; of fewer it wraps around.
NUMBER = st.integers(0, 11)
NOT_SEEN = '\u200b\ufeff'  # blanks that Python takes for characters
WORDS = st.text(st.characters(blacklist_categories=('Cs', 'Cc')), min_size=1, max_size=12).filter(
    lambda text: any(not one.isspace() and one not in NOT_SEEN for one in text))


class World(RuleBasedStateMachine):
    """`new_user` and `clip` come from the test."""

    def __init__(self, new_user, clip):
        super().__init__()
        self.new_user, self.clip = new_user, clip
        self.model, self.clients = Model(), {}

    def one(self, number):
        return self.clients[self.model.users[number % len(self.model.users)]]

    def some_video(self, number):
        return list(self.model.videos)[number % len(self.model.videos)]

    @initialize()
    def two_people_and_a_video(self):
        self.sign_up()
        self.sign_up()
        self.publish(0)

    @precondition(lambda self: len(self.clients) < PEOPLE)
    @rule()
    def sign_up(self):
        client = self.new_user()
        self.clients[client.id] = client
        self.model.users.append(client.id)

    @precondition(lambda self: len(self.model.videos) < VIDEOS)
    @rule(who=NUMBER)
    def publish(self, who):
        author = self.one(who)
        self.model.videos[author.publish_new(self.clip)['id']] = author.id
        agreement.person(self.model, self.one(who + 1), author.id)

    @rule(who=NUMBER, what=NUMBER, there=st.booleans())
    def like(self, who, what, there):
        liker, video = self.one(who), self.some_video(what)
        tick()
        (liker.like if there else liker.unlike)(video)
        self.model.put(self.model.likes, (liker.id, video), there)
        agreement.person(self.model, liker, liker.id)
        agreement.user(self.model, liker, liker.user(self.model.videos[video]))

    @rule(who=NUMBER, whom=NUMBER, there=st.booleans())
    def follow(self, who, whom, there):
        follower, target = self.one(who), self.one(whom)
        tick()
        (follower.follow if there else follower.unfollow)(target.id, SELF_FOLLOW if follower is target else OK)
        if follower is not target:
            self.model.put(self.model.follows, (follower.id, target.id), there)
        agreement.person(self.model, follower, follower.id)
        agreement.person(self.model, follower, target.id)

    @rule(who=NUMBER, what=NUMBER, text=WORDS)
    def comment(self, who, what, text):
        writer, video = self.one(who), self.some_video(what)
        tick()
        posted = writer.comment(video, text)
        self.model.comments.append((posted['id'], video, writer.id, text.strip(' \t\r\n')))
        agreement.comments(self.model, writer, video)

    @rule(who=NUMBER, what=NUMBER, text=st.sampled_from(['', ' \n ', 'x\0y', 'bell \a', 'x' * 501]))
    def comment_badly(self, who, what, text):
        self.one(who).comment(self.some_video(what), text, BAD_TEXT)

    @precondition(lambda self: self.model.comments)
    @rule(who=NUMBER, which=NUMBER)
    def delete_comment(self, who, which):
        comment = self.model.comments[which % len(self.model.comments)]
        comment_id, video, writer, _ = comment
        remover = self.one(who)
        may = remover.id in (writer, self.model.videos[video])
        remover.delete_comment(video, comment_id, OK if may else NOT_ALLOWED)
        if may:
            self.model.comments.remove(comment)
        agreement.comments(self.model, remover, video)

    @rule(who=NUMBER, step=st.integers(1, PEOPLE - 1), text=WORDS)
    def send(self, who, step, text):
        sender, reader = self.one(who), self.one(who + step)
        if sender is reader:
            return
        sender.send(reader.id, text)
        newest = page(sender, 'messages', reader.id, limit=1)[0][0]
        self.model.lines.append((sender.id, reader.id, text, newest['create_time']))
        agreement.lines([newest], self.model.lines[-1:])

    @rule(who=NUMBER, step=st.integers(1, PEOPLE - 1), behind=st.integers(0, 3),
          ahead=st.sampled_from([0, 1, HOUR_MS]))
    def poll(self, who, step, behind, ahead):
        """Asks for what is newer than one of the last messages, or than a clock that is ahead."""
        viewer, peer = self.one(who), self.one(who + step)
        if viewer is peer:
            return
        known = [line[3] for line in self.model.conversation(viewer.id, peer.id)]
        since = known[-1 - behind] + ahead if behind < len(known) else 0
        agreement.lines(viewer.chat(peer.id, since), self.model.poll(viewer.id, peer.id, since))

    def teardown(self):
        agreement.everything(self.model, list(self.clients.values())[:2])


def test_the_world_is_as_the_model_says(new_user, clips):
    run_state_machine_as_test(lambda: World(new_user, clips.data('tiny.mp4')), settings=SETTINGS)


# What happens in a long day, how often beside the others, and with what.
DAY = [
    (8, World.like, lambda d: (d.randrange(12), d.randrange(12), d.random() < 0.5)),
    (8, World.follow, lambda d: (d.randrange(12), d.randrange(12), d.random() < 0.5)),
    (4, World.comment, lambda d: (d.randrange(12), d.randrange(12), d.choice(['hello', '短视频', ' "so" <b> ']))),
    (3, World.delete_comment, lambda d: (d.randrange(12), d.randrange(12))),
    (5, World.send, lambda d: (d.randrange(12), d.randrange(1, PEOPLE), d.choice(['hi', 'line\nline', '😀']))),
    (7, World.poll, lambda d: (d.randrange(12), d.randrange(1, PEOPLE), d.randrange(4), d.choice([0, 1, HOUR_MS]))),
    (2, World.sign_up, lambda d: ()),
    (2, World.publish, lambda d: (d.randrange(12),)),
]


def may(world, action):
    """What hypothesis reads from @precondition."""
    return not ((action is World.sign_up and len(world.clients) >= PEOPLE)
                or (action is World.publish and len(world.model.videos) >= VIDEOS)
                or (action is World.delete_comment and not world.model.comments))


def test_a_long_day_ends_as_the_model_says(new_user, clips):
    world, seed = World(new_user, clips.data('tiny.mp4')), random.randrange(10**9) if LONG else 20261128
    world.two_people_and_a_video()
    dice = random.Random(seed)
    print('seed', seed)  # shown when it fails, with what was done
    for _ in range(rounds(300, 3000)):
        _, action, arguments = dice.choices(DAY, [weight for weight, _, _ in DAY])[0]
        given = arguments(dice)
        if may(world, action):
            print(action.__name__, *given)
            action(world, *given)
    world.teardown()
