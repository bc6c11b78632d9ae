# Messages between two people, and the polling that brings them: none is lost, none comes twice.
# SPDX-License-Identifier: Apache-2.0
import threading
import time

import pytest

import checks
from checks import BAD_PARAMETER, BAD_TEXT, ID_MAX, NO_USER, OK
from client import ENDPOINTS, ids

LIST_MAX = 500
POLL_S = 0.05
EACH_WRITES = 60
DEADLINE_S = 30

GOOD_TEXTS = {
    'one character': 'x', '2000 characters': 'x' * 2000, '2000 characters of 4 bytes': '😀' * 2000,
    'blanks around': '  hello \n', 'newlines': 'a\n\nb', 'markup': '<b>"&amp;', 'Chinese': '你好',
}
BAD_TEXTS = {
    'empty': '', 'blank': ' ', 'only blanks': ' \t\r\n ',
    'only wide blanks': '\u3000\u2028 \u00a0', 'nothing to see': '\u200b\ufeff',
    '2001 characters': 'x' * 2001, '2001 characters of 4 bytes': '😀' * 2001,
}


def by_name(table):
    return pytest.mark.parametrize('text', table.values(), ids=table.keys())


def send_in_body(viewer, peer, text, expect=OK):
    """Very long texts do not fit into a URL."""
    fields = {'token': viewer.token, 'to_user_id': peer.id, 'action_type': 1, 'content': text}
    response = viewer.http.post(ENDPOINTS['message'][1], data=fields)
    return checks.envelope(response, expect)


def texts(messages):
    return [message['content'] for message in messages]


def now_ms():
    return int(time.time() * 1000)


# Sending.

def test_both_sides_see_a_message(ann, bob):
    ann.send(bob.id, 'hello')
    message = ann.chat(bob.id)[0]
    assert (message['from_user_id'], message['to_user_id']) == (ann.id, bob.id)
    assert message['content'] == 'hello'
    assert bob.chat(ann.id) == [message]


@by_name(GOOD_TEXTS)
def test_a_text_is_kept_as_it_was_sent(ann, bob, text):
    send_in_body(ann, bob, text)
    assert texts(bob.chat(ann.id)) == [text]


def test_a_thousand_chinese_characters_fit_into_the_query(ann, bob):
    """Where the app puts them."""
    ann.send(bob.id, '短' * 1000)
    assert texts(bob.chat(ann.id)) == ['短' * 1000]


@by_name(BAD_TEXTS)
def test_a_bad_text_is_refused(ann, bob, text):
    send_in_body(ann, bob, text, BAD_TEXT)
    assert ann.chat(bob.id) == []


def test_sending_nothing_is_refused(ann, bob):
    ann.send(bob.id, None, BAD_TEXT)
    assert ann.chat(bob.id) == []


@pytest.mark.parametrize('action_type', [None, '', 1, '1e0'])
def test_sending_is_what_happens_unless_told_otherwise(ann, bob, action_type):
    ann.send(bob.id, 'hello', action_type=action_type)
    assert texts(bob.chat(ann.id)) == ['hello']


@pytest.mark.parametrize('action_type', [2, -1, 'send', 2**32 + 1])
def test_another_action_is_refused(ann, bob, action_type):
    ann.send(bob.id, 'hello', BAD_PARAMETER, action_type=action_type)
    assert ann.chat(bob.id) == []


def test_nobody_writes_to_himself(ann):
    ann.send(ann.id, 'hello', BAD_PARAMETER)


def test_an_unknown_user_cannot_be_written_to(ann):
    ann.send(ID_MAX, 'hello', NO_USER)
    ann.chat(ID_MAX, expect=NO_USER)


def test_strangers_may_write_to_each_other(ann, bob):
    """Friendship is not asked for."""
    ann.send(bob.id, 'hello')
    bob.send(ann.id, 'who is this?')
    assert texts(ann.chat(bob.id)) == ['hello', 'who is this?']


def test_a_third_person_sees_nothing(ann, bob, new_user):
    other = new_user()
    ann.send(bob.id, 'hello')
    assert other.chat(ann.id) == [] and other.chat(bob.id) == []
    other.send(ann.id, 'from other')
    assert texts(ann.chat(bob.id)) == ['hello']
    assert texts(ann.chat(other.id)) == ['from other']


# What a poll brings.

def test_without_a_time_the_whole_conversation_comes_oldest_first(ann, bob):
    sent = [f'number {at}' for at in range(7)]
    for at, text in enumerate(sent):
        (ann.send if at % 3 else bob.send)((bob if at % 3 else ann).id, text)
    for pre_msg_time in (None, '', 0, '0e0', -5):
        assert texts(ann.chat(bob.id, pre_msg_time)) == sent
        assert texts(bob.chat(ann.id, pre_msg_time)) == sent


def test_times_increase_strictly_within_a_conversation(ann, bob):
    before = now_ms()
    sides = [(ann, bob), (bob, ann)] * 4
    threads = [threading.Thread(target=send_many, args=(*side, 15)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    messages = bob.chat(ann.id)
    times = [message['create_time'] for message in messages]
    assert times == sorted(set(times)) and len(times) == 15 * len(sides)
    assert len(set(ids(messages))) == len(messages)
    assert before - 300_000 < times[0] < now_ms() + 300_000


def test_with_a_time_only_what_the_other_wrote_since_comes(ann, bob):
    ann.send(bob.id, 'old')
    bob.send(ann.id, 'old answer')
    newest = ann.chat(bob.id)[-1]['create_time']
    assert ann.chat(bob.id, newest) == []
    ann.send(bob.id, 'mine')
    bob.send(ann.id, 'yours')
    bob.send(ann.id, 'yours too')
    fresh = ann.chat(bob.id, newest)
    assert texts(fresh) == ['yours', 'yours too']
    assert ann.chat(bob.id, fresh[-1]['create_time']) == []


def test_a_time_before_the_conversation_leaves_out_ones_own_messages(ann, bob):
    ann.send(bob.id, 'mine')
    bob.send(ann.id, 'yours')
    assert texts(ann.chat(bob.id, now_ms() - 3_600_000)) == ['yours']


def test_a_time_may_be_in_seconds(ann, bob):
    bob.send(ann.id, 'hello')
    an_hour_ago = int(time.time()) - 3600
    assert texts(ann.chat(bob.id, an_hour_ago)) == ['hello']
    newest = ann.chat(bob.id)[-1]['create_time']
    assert ann.chat(bob.id, newest // 1000 + 3600) == []


@pytest.mark.parametrize('pre_msg_time', ['abc', '1.5', '9223372036854775808'])
def test_a_time_that_is_no_number_is_refused(ann, bob, pre_msg_time):
    ann.chat(bob.id, pre_msg_time, BAD_PARAMETER)


@pytest.mark.parametrize('ahead_ms', [1000, 3_600_000, 86_400_000 * 365])
def test_a_phone_whose_clock_is_ahead_still_gets_its_messages(ann, bob, ahead_ms):
    """After sending, the app polls with its own clock."""
    bob.send(ann.id, 'first')
    ann.chat(bob.id, 0)
    ann.send(bob.id, 'mine')
    phone_time = now_ms() + ahead_ms
    assert ann.chat(bob.id, phone_time) == []
    bob.send(ann.id, 'second')
    assert texts(ann.chat(bob.id, phone_time)) == ['second']
    assert ann.chat(bob.id, phone_time) == []


def test_opening_a_conversation_again_shows_all_of_it(ann, bob):
    bob.send(ann.id, 'one')
    newest = ann.chat(bob.id, 0)[-1]['create_time']
    bob.send(ann.id, 'two')
    assert texts(ann.chat(bob.id, newest)) == ['two']
    assert texts(ann.chat(bob.id, 0)) == ['one', 'two']


def test_the_newest_500_messages_come(ann, bob):
    for at in range(LIST_MAX + 3):
        ann.send(bob.id, f'number {at}')
    assert texts(bob.chat(ann.id)) == [f'number {at}' for at in range(3, LIST_MAX + 3)]


def test_a_poll_after_more_than_500_messages_loses_none(ann, bob):
    bob.send(ann.id, 'first')
    newest = ann.chat(bob.id, 0)[-1]['create_time']
    sent = [f'number {at}' for at in range(LIST_MAX + 3)]
    for text in sent:
        bob.send(ann.id, text)
    got = []
    while len(got) < len(sent):
        fresh = ann.chat(bob.id, newest)
        assert fresh, f'only {len(got)} came'
        got += texts(fresh)
        newest = fresh[-1]['create_time']
    assert got == sent


class Phone(threading.Thread):
    """One side of a conversation as the app holds it: writes, polls, and never removes doubles."""

    def __init__(self, viewer, peer, stamps_own):
        super().__init__()
        self.viewer, self.peer, self.stamps_own = viewer, peer, stamps_own
        self.newest, self.got, self.failure = 0, [], None

    def run(self):
        try:
            self.converse()
        except Exception as failure:  # shown by the test: a thread's own failure is lost
            self.failure = failure

    def converse(self):
        end = time.monotonic() + DEADLINE_S
        for at in range(EACH_WRITES):
            self.viewer.send(self.peer.id, f'{self.viewer.name} {at}')
            if self.stamps_own:
                self.newest = max(self.newest, now_ms())
            if at % 3 == 0:
                self.poll()
                time.sleep(POLL_S)
        while len(self.got) < EACH_WRITES and time.monotonic() < end:
            self.poll()
            time.sleep(POLL_S)
        # What comes after everything has come would be a double.
        for _ in range(5):
            self.poll()
            time.sleep(POLL_S)

    def poll(self):
        for message in self.viewer.chat(self.peer.id, self.newest):
            assert message['from_user_id'] == self.peer.id, 'the app would show it twice'
            self.got.append(message['content'])
            self.newest = max(self.newest, message['create_time'])


@pytest.mark.parametrize('stamps_own', [False, True], ids=['polls with what came',
                                                           'stamps what it sends'])
def test_polling_while_both_write_loses_and_repeats_nothing(ann, bob, stamps_own):
    for one, other in ((ann, bob), (bob, ann)):
        one.send(other.id, 'before')
    phones = [Phone(ann, bob, stamps_own), Phone(bob, ann, stamps_own)]
    for phone in phones:
        phone.newest = phone.viewer.chat(phone.peer.id, 0)[-1]['create_time']
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    for phone in phones:
        assert phone.failure is None
        assert phone.got == [f'{phone.peer.name} {at}' for at in range(EACH_WRITES)]
    whole = ann.chat(bob.id)
    assert whole == bob.chat(ann.id) and len(whole) == 2 + 2 * EACH_WRITES


def test_messages_of_many_arrive_once_each(ann, new_user):
    people = [new_user() for _ in range(6)]
    threads = [threading.Thread(target=send_many, args=(person, ann, 20)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in people:
        messages = ann.chat(person.id)
        assert texts(messages) == [f'number {at}' for at in range(20)]
        assert len(set(ids(messages))) == 20


def send_many(person, to, count):
    for at in range(count):
        person.send(to.id, f'number {at}')
