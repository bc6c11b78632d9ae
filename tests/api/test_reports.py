# Reports: what somebody has reported he does not see again.
# SPDX-License-Identifier: Apache-2.0
import pytest

from checks import BAD_PARAMETER, BAD_TEXT, ID_MAX, NO_COMMENT, NO_SESSION, NO_USER, NO_VIDEO, OK
from client import ids
from pages import walk_ids
from waiting import eventually

MISSING = [('video', NO_VIDEO), ('comment', NO_COMMENT), ('user', NO_USER)]


@pytest.fixture
def bobs(bob, new_video):
    return new_video(bob)


def shows(viewer, video):
    """Which lists show a video to a viewer."""
    author = video['author']['id']
    return {
        'feed': video['id'] in ids(viewer.feed()[0]),
        'feed by time': video['id'] in ids(viewer.feed(latest_time=2 * 10**12)[0]),
        'of the author': video['id'] in ids(viewer.publish_list(author)),
        'pages of the author': video['id'] in walk_ids(viewer, 'videos', author),
    }


def test_a_reported_video_is_gone_for_the_reporter_alone(ann, bob, bobs, new_user):
    other = new_user()
    ann.like(bobs['id'])
    ann.feed()
    ann.report('video', bobs['id'], 'spam')
    assert not any(shows(ann, bobs).values())
    assert bobs['id'] not in ids(ann.favorite_list())
    ann.video(bobs['id'], NO_VIDEO)
    for somebody in (bob, other):
        assert all(shows(somebody, bobs).values())


def test_other_videos_of_its_author_stay(ann, bob, bobs, new_video):
    other = new_video(bob)
    ann.report('video', bobs['id'], 'spam')
    assert ids(ann.publish_list(bob.id)) == [other['id']]


def test_a_reported_comment_is_gone_for_the_reporter_alone(ann, bob, video):
    first, second = bob.comment(video['id'], 'first'), bob.comment(video['id'], 'second')
    ann.report('comment', first['id'], 'hate', text='look at that\n\u4f60\u597d')
    assert ids(ann.comment_list(video['id'])) == walk_ids(ann, 'comments', video['id']) == [second['id']]
    assert ids(bob.comment_list(video['id'])) == [second['id'], first['id']]


def test_a_reported_comment_is_not_read_in_notifications_either(ann, bob, video):
    comment = bob.comment(video['id'], 'first')
    told = lambda: [one for one in ann.request('GET', '/api/v1/notifications')['list'] if one['kind'] == 'comment']
    eventually(lambda: told() or pytest.fail('not yet'))
    assert told()[0]['comment']['id'] == comment['id']
    ann.report('comment', comment['id'], 'hate')
    assert 'comment' not in told()[0] and ids(told()[0]['actors']) == [bob.id]


def test_a_reported_person_stays_to_be_seen(ann, bob, bobs):
    ann.report('user', bob.id, 'harassment')
    assert all(shows(ann, bobs).values())


def test_reporting_twice_is_one_report(ann, bobs):
    ann.report('video', bobs['id'], 'spam')
    ann.report('video', bobs['id'], 'nudity')
    assert not any(shows(ann, bobs).values())


@pytest.mark.parametrize('reason', [
    'spam', 'nudity', 'violence', 'hate', 'harassment', 'self_harm', 'dangerous', 'fraud', 'copyright', 'minor', 'other'])
def test_each_reason_is_one(ann, bobs, reason):
    ann.report('video', bobs['id'], reason)


@pytest.mark.parametrize('kind, code', MISSING)
def test_what_is_not_there_cannot_be_reported(ann, kind, code):
    ann.report(kind, ID_MAX, 'spam', code)


def test_what_is_ones_own_cannot_be_reported(ann, video):
    comment = ann.comment(video['id'], 'mine')
    for kind, of in (('video', video['id']), ('comment', comment['id']), ('user', ann.id)):
        ann.report(kind, of, 'spam', BAD_PARAMETER)
    assert all(shows(ann, video).values())


@pytest.mark.parametrize('kind', [None, '', 'Video', 'videos', 'message', '1', '\x00'])
def test_there_are_three_kinds(ann, bobs, kind):
    ann.report(kind, bobs['id'], 'spam', BAD_PARAMETER)


@pytest.mark.parametrize('reason', [None, '', 'Spam', 'spam ', 'because', 'x' * 1000, 'sp\x00am', '\u2603'])
def test_another_reason_is_refused(ann, bobs, reason):
    ann.report('video', bobs['id'], reason, BAD_PARAMETER)


@pytest.mark.parametrize('of', [None, '', 0, 'x', '1.5', '9' * 30])
def test_an_id_to_report_is_a_number(ann, of):
    ann.report('video', of, 'spam', BAD_PARAMETER)


@pytest.mark.parametrize('text', ['x' * 501, ' ', 'a\x00b', 'a\x07b'])
def test_words_to_a_report_are_text_of_at_most_500_characters(ann, bobs, text):
    ann.report('video', bobs['id'], 'other', BAD_TEXT, text=text)
    assert all(shows(ann, bobs).values())


def test_500_characters_are_allowed(ann, bobs):
    ann.report('video', bobs['id'], 'other', text='\u5c0f' * 500)


def test_a_report_may_be_an_object_of_json(ann, bobs):
    body = {'kind': 'video', 'id': bobs['id'], 'reason': 'other', 'text': 'of a script'}
    response = ann.http.post('/api/v1/reports', json=body, headers={'Authorization': f'Bearer {ann.token}'})
    assert response.json()['status_code'] == OK
    assert not any(shows(ann, bobs).values())


def test_a_report_needs_a_session(anyone, bobs):
    anyone.report('video', bobs['id'], 'spam', NO_SESSION)
