# Comments: writing, listing and deleting them.
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta, timezone

import pytest

from checks import BAD_PARAMETER, BAD_TEXT, ID_MAX, NO_COMMENT, NO_VIDEO, NOT_ALLOWED
from client import ids
from waiting import eventually

LIST_MAX = 500

GOOD_TEXTS = {
    'Chinese': '测试评论', 'one character': '短', '500 characters': 'x' * 500,
    '500 characters of 3 bytes': '短' * 500, '500 characters of 4 bytes': '😀' * 500,
    'newline and tab': 'a\n\tb', 'markup': '<script>alert("1")</script>&amp;',
    'quotes': '"\'\\/', 'joined emoji': '\U0001f469\u200d\U0001f467',
    'right to left': '\u05e9\u05dc\u05d5\u05dd', 'line separator': 'a\u2028b',
    'percent and plus': '100% + 1', 'looks like JSON': '{"a": [null]}',
}
BAD_TEXTS = {
    'missing': None, 'empty': '', 'blank': ' ', 'only blanks': ' \t\n ',
    'only wide blanks': '\u3000\u2028 \u00a0', 'nothing to see': '\u200b\ufeff',
    '501 characters': 'x' * 501, '501 characters of 3 bytes': '短' * 501, 'NUL': 'a\0b',
    'escape': 'a\x1b[31mb', 'carriage return alone': 'a\rb', 'bell': 'a\x07', 'delete': 'a\x7fb',
}


def by_name(table):
    return pytest.mark.parametrize('text', table.values(), ids=table.keys())


def count_becomes(viewer, video, expected):
    def counted():
        assert viewer.video(video['id'])['comment_count'] == expected

    eventually(counted)


# Writing.

def test_a_comment_comes_back_whole(bob, video):
    comment = bob.comment(video['id'], 'hello')
    assert (comment['content'], comment['user']['id']) == ('hello', bob.id)
    assert bob.comment_list(video['id']) == [comment]
    count_becomes(bob, video, 1)


@by_name(GOOD_TEXTS)
def test_a_text_is_kept_as_it_was_written(bob, video, text):
    assert bob.comment(video['id'], text)['content'] == text
    assert [comment['content'] for comment in bob.comment_list(video['id'])] == [text]


@by_name(BAD_TEXTS)
def test_a_bad_text_is_refused(bob, video, text):
    bob.comment(video['id'], text, BAD_TEXT)
    assert bob.comment_list(video['id']) == []


def test_blanks_around_a_text_are_dropped(bob, video):
    assert bob.comment(video['id'], ' \n hello  there\t')['content'] == 'hello  there'
    assert bob.comment(video['id'], ' ' * 300 + 'x' * 500 + ' ' * 300)['content'] == 'x' * 500


def test_an_unknown_video_cannot_be_commented_on(bob, anyone):
    bob.comment(ID_MAX, 'hello', NO_VIDEO)
    bob.comment_list(ID_MAX, NO_VIDEO)
    anyone.comment_list(ID_MAX, NO_VIDEO)


@pytest.mark.parametrize('action_type', [None, '', 0, 3, -1, 'post', 2**32 + 1])
def test_another_action_is_refused(bob, video, action_type):
    bob.call('comment', BAD_PARAMETER, video_id=video['id'], action_type=action_type,
             comment_text='hello', comment_id=1)
    assert bob.comment_list(video['id']) == []


# Listing.

def test_the_newest_comment_is_listed_first(ann, bob, video):
    written = [author.comment(video['id'], f'number {at}')['id']
               for at, author in enumerate([ann, bob, ann, bob, bob])]
    assert ids(ann.comment_list(video['id'])) == written[::-1]


def test_comments_belong_to_their_video(bob, new_video):
    one, other = new_video(), new_video()
    comment = bob.comment(one['id'], 'hello')
    assert ids(bob.comment_list(one['id'])) == [comment['id']]
    assert bob.comment_list(other['id']) == []


def test_whether_the_writer_is_followed_is_the_viewers(ann, bob, anyone, video):
    bob.comment(video['id'], 'hello')
    ann.follow(bob.id)
    for viewer, followed in ((ann, True), (bob, False), (anyone, False)):
        assert viewer.comment_list(video['id'])[0]['user']['is_follow'] is followed


def test_the_newest_500_comments_are_listed(bob, video):
    written = [bob.comment(video['id'], f'number {at}')['id'] for at in range(LIST_MAX + 3)]
    assert ids(bob.comment_list(video['id'])) == written[:2:-1]
    count_becomes(bob, video, LIST_MAX + 3)


def today(minutes):
    return (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime('%m-%d')


def test_the_date_is_that_of_the_default_zone(bob, video):
    before = today(480)
    comment = bob.comment(video['id'], 'hello')
    assert comment['create_date'] in (before, today(480))


# At any moment these two zones have different dates.
@pytest.mark.parametrize('minutes', [840, -720])
def test_the_date_is_that_of_the_zone_set(own_server, new_user, clips, minutes):
    server = own_server({'time.zone_offset': minutes})
    author = new_user(server.url)
    video = author.publish_new(clips.data('tiny.mp4'))
    before = today(minutes)
    comment = author.comment(video['id'], 'hello')
    assert comment['create_date'] in (before, today(minutes))
    assert author.comment_list(video['id']) == [comment]


# Deleting.

def test_its_writer_may_delete_a_comment(bob, video):
    comment = bob.comment(video['id'], 'hello')
    kept = bob.comment(video['id'], 'stays')
    bob.delete_comment(video['id'], comment['id'])
    assert ids(bob.comment_list(video['id'])) == [kept['id']]
    count_becomes(bob, video, 1)


def test_the_author_of_the_video_may_delete_a_comment(ann, bob, video):
    comment = bob.comment(video['id'], 'hello')
    ann.delete_comment(video['id'], comment['id'])
    assert bob.comment_list(video['id']) == []


def test_nobody_else_may_delete_a_comment(bob, new_user, video):
    comment = bob.comment(video['id'], 'hello')
    new_user().delete_comment(video['id'], comment['id'], NOT_ALLOWED)
    assert ids(bob.comment_list(video['id'])) == [comment['id']]
    count_becomes(bob, video, 1)


def test_a_comment_is_deleted_once(bob, video):
    comment = bob.comment(video['id'], 'hello')
    bob.delete_comment(video['id'], comment['id'])
    bob.delete_comment(video['id'], comment['id'], NO_COMMENT)
    count_becomes(bob, video, 0)


def test_a_comment_is_not_deleted_through_another_video(bob, new_video):
    one, other = new_video(), new_video()
    comment = bob.comment(one['id'], 'hello')
    bob.delete_comment(other['id'], comment['id'], NO_COMMENT)
    assert ids(bob.comment_list(one['id'])) == [comment['id']]


def test_the_author_of_another_video_may_not_delete_through_it(ann, bob, new_video, new_user):
    theirs = new_user()
    one, other = new_video(ann), new_video(theirs)
    comment = bob.comment(one['id'], 'hello')
    theirs.delete_comment(other['id'], comment['id'], NO_COMMENT)
    assert ids(bob.comment_list(one['id'])) == [comment['id']]


def test_what_is_not_there_cannot_be_deleted(bob, video):
    bob.delete_comment(video['id'], ID_MAX, NO_COMMENT)
    bob.delete_comment(ID_MAX, 1, (NO_VIDEO, NO_COMMENT))


@pytest.mark.parametrize('comment_id', [None, '', 'x', '1.5'])
def test_deleting_needs_an_id(bob, video, comment_id):
    bob.delete_comment(video['id'], comment_id, BAD_PARAMETER)
