# The feeds of one viewer: for you (unseen before seen, nothing unwanted), and those he follows.
# SPDX-License-Identifier: Apache-2.0
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

import checks
from checks import BAD_PARAMETER, NO_SESSION, NO_VIDEO
from client import ids
from operator_shell import admin
from waiting import eventually

PAGE = 30


@pytest.fixture(scope='module')
def world(tmp_path_factory, make_server, new_user, clips):
    """A server of these tests alone, with forty videos of two authors, newest first; more must not come."""
    server = make_server(tmp_path_factory.mktemp('for_you')).start()
    ann, bob = new_user(server.url), new_user(server.url)
    for i in range(40):
        (bob if i % 10 == 0 else ann).publish(clips.data('blue.mp4'), f'video {i}')
    server.authors = ann, bob
    first, next_time = ann.feed()
    second, _ = ann.feed(next_time)
    server.ids = ids(first) + ids(second)
    assert len(server.ids) == 40
    yield server
    server.stop()


@pytest.fixture
def eve(world, new_user):
    """Somebody who has seen nothing yet."""
    return new_user(world.url)


def see(viewer, video_ids, http=204, **body):
    items = [{'video_id': video_id, 'watched_ms': 1200} for video_id in video_ids]
    response = viewer.http.post('/api/v1/seen', params={'token': viewer.token}, content=json.dumps({'items': items, **body}),
                                headers={'Content-Type': 'application/json'})
    assert response.status_code == http, response.text
    assert http != 204 or response.content == b''


def see_raw(viewer, content, kind='application/json'):
    response = viewer.http.post('/api/v1/seen', params={'token': viewer.token}, content=content, headers={'Content-Type': kind})
    checks.envelope(response, BAD_PARAMETER)


def for_you(viewer, latest_time=None):
    body = viewer.call('feed', latest_time=latest_time, ext=1)
    for video in checks.every(body['video_list'], checks.video):
        checks.ext(video['ext'])
    return ids(body['video_list']), body['next_time']


def walk(viewer):
    """All of it, until a page brings nothing new, as the client goes on."""
    found, next_time = for_you(viewer)
    while True:
        more, next_time = for_you(viewer, next_time)
        fresh = [one for one in more if one not in found]
        if not fresh:
            return found
        found += fresh


def unwant(viewer, video_id, expect=checks.OK):
    return viewer.request('POST', f'/api/v1/videos/{video_id}/not_interested', expect)


# For you.

def test_who_has_seen_nothing_gets_the_newest_first(world, eve):
    assert walk(eve) == world.ids


def test_what_was_seen_comes_behind_what_was_not(world, eve):
    seen = world.ids[1:20:3]
    see(eve, seen)
    unseen = [one for one in world.ids if one not in seen]
    assert walk(eve) == unseen + seen
    assert for_you(eve)[0] == unseen[:PAGE]


def test_when_all_was_seen_it_begins_with_the_newest_again(world, eve):
    see(eve, world.ids)
    assert walk(eve) == world.ids


@pytest.mark.parametrize('count', [10, 29, 30, 31, 39])
def test_no_page_repeats_or_leaves_out_whatever_was_seen(world, eve, count):
    see(eve, world.ids[:count])
    assert walk(eve) == world.ids[count:] + world.ids[:count]


def test_a_walk_goes_on_where_it_was_while_more_is_seen(world, eve):
    first, next_time = for_you(eve)
    see(eve, first)
    second, _ = for_you(eve, next_time)
    assert second[:10] == world.ids[30:]


def test_others_see_what_they_have_not_seen(world, eve, new_user):
    see(eve, world.ids[:5])
    assert for_you(new_user(world.url))[0] == world.ids[:PAGE]


def test_the_android_feed_and_strangers_go_by_time(world, eve, clients):
    see(eve, world.ids[:5])
    unwant(eve, world.ids[5])
    assert ids(eve.feed()[0]) == world.ids[:PAGE]
    assert for_you(clients(world.url))[0] == world.ids[:PAGE]


def test_reports_outlive_the_server(own_server, new_user, clips):
    server = own_server()
    author = new_user(server.url)
    for _ in range(2):
        author.publish(clips.data('blue.mp4'))
    newest, oldest = ids(author.publish_list())
    see(author, [newest])
    server.kill()
    server.start()
    assert for_you(author)[0] == [oldest, newest]


# What is reported.

def test_the_same_may_be_reported_again(world, eve):
    for _ in range(2):
        see(eve, [world.ids[0], world.ids[0]])
    assert walk(eve) == world.ids[1:] + world.ids[:1]


def test_what_is_not_there_is_left_out(world, eve):
    see(eve, [10**15, world.ids[0]])
    assert walk(eve) == world.ids[1:] + world.ids[:1]


def test_an_empty_report_is_one(eve):
    see(eve, [])


def test_a_hundred_at_a_time_are_enough(world, eve):
    see(eve, world.ids[:1] * 100)
    see_raw(eve, json.dumps({'items': [{'video_id': 1, 'watched_ms': 1}] * 101}))


@pytest.mark.parametrize('items', ['null', '{}', '7', '"x"', '[7]', '[[]]', '[{}]', '[{"video_id":0,"watched_ms":1}]',
                                   '[{"video_id":-1,"watched_ms":1}]', '[{"video_id":"x","watched_ms":1}]',
                                   '[{"video_id":1.5,"watched_ms":1}]', '[{"video_id":1,"watched_ms":-1}]',
                                   '[{"video_id":1,"watched_ms":86400001}]', '[{"video_id":99999999999999999999,"watched_ms":1}]',
                                   '[{"video_id":1,"watched_ms":1},]', '[' * 100])
def test_a_report_that_is_none_is_refused(eve, items):
    see_raw(eve, f'{{"items":{items}}}')


@pytest.mark.parametrize('content', ['', '[]', '{', 'items=1', '{"items"}'])
def test_a_body_that_is_none_is_refused(eve, content):
    see_raw(eve, content)


def test_reports_need_a_session(world, clients):
    stranger = clients(world.url)
    stranger.request('POST', '/api/v1/seen', NO_SESSION)
    stranger.request('POST', f'/api/v1/videos/{world.ids[0]}/not_interested', NO_SESSION)
    stranger.request('GET', '/api/v1/feed/following', NO_SESSION)


# Not interested.

def test_what_is_not_wanted_never_comes_again(world, eve):
    see(eve, world.ids[:4])
    for gone in (world.ids[2], world.ids[10]):
        unwant(eve, gone)
        unwant(eve, gone)
    assert walk(eve) == [one for one in world.ids[4:] + world.ids[:4] if one not in (world.ids[2], world.ids[10])]


def test_it_is_there_for_others_and_on_its_page(world, eve, new_user):
    unwant(eve, world.ids[0])
    assert for_you(new_user(world.url))[0][0] == world.ids[0]
    assert eve.video(world.ids[0])['id'] == world.ids[0]


def test_only_what_is_there_can_be_unwanted(eve):
    unwant(eve, 10**15, NO_VIDEO)
    for bad in ('0', '-1', 'x'):
        unwant(eve, bad, BAD_PARAMETER)


# Following.

def following(viewer, cursor=None, expect=checks.OK, **params):
    body = viewer.request('GET', '/api/v1/feed/following', expect, cursor=cursor, **params)
    if expect != checks.OK:
        return body
    checks.every(body['video_list'], checks.video)
    checks.integer(body['next_time'])
    return ids(body['video_list']), body['next_time']


def test_who_follows_nobody_has_an_empty_feed(eve):
    assert following(eve) == ([], 0)


def test_it_holds_the_videos_of_those_one_follows(world, eve):
    _, bob = world.authors
    eve.follow(bob.id)
    own = [one for one in world.ids if one in ids(bob.publish_list())]
    assert len(own) == 4
    assert following(eve) == (own, 0)


def test_it_comes_in_pages(world, eve):
    for author in world.authors:
        eve.follow(author.id)
    first, next_time = following(eve)
    second, end = following(eve, next_time)
    assert first + second == world.ids and len(first) == PAGE
    assert end == 0


def test_whom_one_no_longer_follows_is_gone_from_it(world, eve):
    ann, bob = world.authors
    eve.follow(bob.id)
    eve.follow(ann.id)
    eve.unfollow(ann.id)
    assert len(following(eve)[0]) == 4


def test_nothing_unwanted_is_in_it_and_what_was_seen_is(world, eve):
    _, bob = world.authors
    eve.follow(bob.id)
    own = following(eve)[0]
    see(eve, own)
    unwant(eve, own[1])
    assert following(eve)[0] == own[:1] + own[2:]


def test_a_video_of_it_has_ext_when_it_is_asked_for(world, eve):
    eve.follow(world.authors[1].id)
    for params, has in (({}, False), ({'ext': 1}, True)):
        body = eve.request('GET', '/api/v1/feed/following', **params)
        assert ['ext' in video for video in body['video_list']] == [has] * 4
        assert [video['author']['is_follow'] for video in body['video_list']] == [True] * 4


def test_a_cursor_that_is_none_is_refused(eve):
    for cursor in ('-1', 'x', '1.5'):
        following(eve, cursor, BAD_PARAMETER)


@pytest.mark.one_process('removes with an operator\'s command beside the folder')
def test_removed_videos_leave_the_feeds_at_once(own_server, new_user, clips):
    server = own_server()
    author, fan = new_user(server.url), new_user(server.url)
    for _ in range(2):
        author.publish(clips.data('blue.mp4'))
    gone, stays = ids(author.publish_list())
    fan.follow(author.id)
    see(fan, [gone, stays])
    admin(server.data, 'delete-video', gone)
    eventually(lambda: (for_you(fan)[0], following(fan)[0]) == ([stays], [stays]))


# Authors of many videos who are not to be seen.

LOOKS = 4  # pages that are read for one


def crowd_out(author, clips, videos):
    """As the newest of all, so many that a page holds no other."""
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(author.publish, clips.data('blue.mp4'), 'one of many') for _ in range(videos)]:
            done.result()


def close(viewer):
    viewer.request('DELETE', '/api/v1/me', password='correct horse')


def by_time(viewer, latest_time=None):
    """As the contract has it."""
    videos, next_time = viewer.feed(latest_time)
    return ids(videos), next_time


def all_first_pages(server, eve, clients):
    """What a list begins with, for a stranger and for eve."""
    return [by_time(clients(server.url))[0], for_you(clients(server.url))[0], by_time(eve)[0], for_you(eve)[0], following(eve)[0]]


def following_all(server, new_user, *authors):
    eve = new_user(server.url)
    for author in authors:
        eve.follow(author.id)
    return eve


def test_who_closed_his_account_leaves_no_page_empty(own_server, new_user, clients, clips):
    server = own_server()
    ann, gone = new_user(server.url), new_user(server.url)
    ann.publish(clips.data('blue.mp4'))
    crowd_out(gone, clips, PAGE + 1)
    eve = following_all(server, new_user, ann, gone)
    close(gone)
    assert all_first_pages(server, eve, clients) == [ids(ann.publish_list())] * 5


def test_who_is_blocked_leaves_no_page_empty(own_server, new_user, clients, clips):
    server = own_server()
    ann, loud = new_user(server.url), new_user(server.url)
    ann.publish(clips.data('blue.mp4'))
    crowd_out(loud, clips, PAGE)
    eve = following_all(server, new_user, ann)
    eve.block(loud.id)
    assert all_first_pages(server, eve, clients)[2:] == [ids(ann.publish_list())] * 3


def test_behind_more_of_them_than_are_looked_at_the_list_goes_on(own_server, new_user, clients, clips):
    server = own_server()
    ann, gone = new_user(server.url), new_user(server.url)
    ann.publish(clips.data('blue.mp4'))
    crowd_out(gone, clips, LOOKS * PAGE)
    eve = following_all(server, new_user, ann, gone)
    close(gone)
    for page in (partial(by_time, clients(server.url)), partial(by_time, eve), partial(for_you, eve), partial(following, eve)):
        nothing, place = page()
        assert nothing == []
        assert page(place)[0] == ids(ann.publish_list())
