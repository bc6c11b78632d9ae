# Searching: people by their names, videos by their titles.
# SPDX-License-Identifier: Apache-2.0
import uuid

import pytest

import checks
from checks import BAD_PARAMETER, NO_SESSION, OK
from client import ids
from database import change
from waiting import eventually


def word():
    """A word that nobody else's tests use."""
    return 'w' + uuid.uuid4().hex[:12]


def search(viewer, q, expect=OK, **params):
    body = viewer.request('GET', '/api/v1/search', expect, q=q, **params)
    if expect != OK:
        return body
    return checks.every(body['users'], checks.user), checks.every(body['videos'], checks.video), body.get('cursor')


def found(viewer, q, **params):
    users, videos, _ = search(viewer, q, **params)
    return ids(users), ids(videos)


def test_people_and_videos_are_found_by_a_word(anyone, new_user, new_video):
    key = word()
    ann = new_user(name=f'{key} ann')
    video = new_video(ann, f'my {key.upper()} clip')
    assert found(anyone, key) == ([ann.id], [video['id']])
    assert found(anyone, f'clip {key}') == ([], [video['id']])
    assert found(anyone, key[1:-1]) == ([ann.id], [video['id']]), 'a piece of it will do'


def test_chinese_is_found_by_two_characters(anyone, ann, new_video):
    key = word()
    video = new_video(ann, f'{key}\u6211\u7684\u5c0f\u732b\u5728\u7761\u89c9')
    assert found(anyone, f'{key} \u5c0f\u732b')[1] == [video['id']]
    assert found(anyone, f'{key} \u732b')[1] == [video['id']]
    assert found(anyone, f'{key} \u5c0f\u72d7')[1] == []


def test_one_kind_alone_may_be_asked_for(anyone, new_user, new_video):
    key = word()
    ann = new_user(name=key)
    video = new_video(ann, key)
    assert found(anyone, key, kind='user') == ([ann.id], [])
    assert found(anyone, key, kind='video') == ([], [video['id']])
    search(anyone, key, BAD_PARAMETER, kind='comment')


@pytest.mark.parametrize('limit', [1, 2, 5])
def test_pages_hold_everything_once(anyone, new_user, new_video, limit):
    key = word()
    people = [new_user(name=f'{key} {i}') for i in range(5)]
    videos = [new_video(people[0], key)['id'] for _ in range(3)]
    seen, cursor = ([], []), None
    while True:
        users, clips, cursor = search(anyone, key, limit=limit, cursor=cursor)
        seen[0].extend(ids(users))
        seen[1].extend(ids(clips))
        if cursor is None:
            break
    assert sorted(seen[0]) == sorted(person.id for person in people) and sorted(seen[1]) == sorted(videos)


def test_who_is_blocked_and_what_was_reported_is_not_found(ann, bob, anyone, new_user, new_video):
    key = word()
    eve = new_user(name=key)
    of_eve, of_bob = new_video(eve, key), new_video(bob, key)
    ann.block(eve.id)
    ann.report('video', of_bob['id'], 'spam')
    assert found(ann, key) == ([], [])
    assert found(anyone, key)[0] == [eve.id] and set(found(anyone, key)[1]) == {of_eve['id'], of_bob['id']}


def test_what_is_found_has_the_viewers_flags(ann, bob, new_video):
    key = word()
    video = new_video(bob, key)
    ann.like(video['id'])
    ann.follow(bob.id)
    shown = search(ann, key)[1][0]
    assert shown['is_favorite'] and shown['author']['is_follow']
    assert search(ann, bob.name)[0][0]['is_follow']
    assert 'ext' in search(ann, key, ext=1)[1][0]


@pytest.mark.parametrize('q', [None, '', ' ', '\u3000', 'x' * 65, '\u5c0f' * 65, 'a\x00b'])
def test_a_question_has_1_to_64_characters(anyone, q):
    search(anyone, q, BAD_PARAMETER)


@pytest.mark.parametrize('q', [
    '%', '_', "'", '"', '\\', "' OR 1=1 --", '*', '(', 'NEAR', 'a AND b', '\U0001f600', 'x' * 64, '\u202e', '-1', '\ufffd'])
def test_whatever_is_asked_is_text(anyone, q):
    search(anyone, q)


@pytest.mark.parametrize('wrong', [{'limit': 0}, {'limit': 101}, {'limit': 'x'}, {'cursor': 'x'}, {'cursor': 'A' * 22}])
def test_a_page_is_asked_for_as_other_pages_are(anyone, wrong):
    search(anyone, 'x', BAD_PARAMETER, **wrong)


def test_a_bad_session_is_refused(anyone):
    search(anyone, 'x', NO_SESSION, token='x')


@pytest.mark.one_process('changes the database in the folder')
def test_what_was_there_before_the_index_is_found_when_the_server_has_started(own_server, new_user, clips):
    server, key = own_server(), word()
    ann = new_user(server.url, f'{key} ann')
    video = ann.publish_new(clips.data('tiny.mp4'), f'{key} clip')['id']
    server.stop()
    for table in 'search_pair', 'search_text', 'search_fill':
        change(server.data, f'DELETE FROM {table}')
    server.start()
    eventually(lambda: found(ann, key) == ([ann.id], [video]))
