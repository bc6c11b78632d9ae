# Server-sent events: what happens is told as it happens, and after a cut nothing is missing.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from browser import COOKIE
from checks import NO_SESSION, TOO_OFTEN
from client import ids
from event_stream import EventStream, told
from http_bytes import Closed, Connection, exchange, get
from operator_shell import admin
from prometheus_text import Metrics
from waiting import eventually

PATH = '/api/v1/events'
BATCH_MAX = 50  # of each kind at a time; after more than that a client begins anew
LONG = 'x' * 2000


@pytest.fixture
def listen(server):
    """Opens a stream of a viewer: listen(ann, on=another_server, last=id). It has heard how much is unread by then."""
    opened = []

    def open_stream(viewer, on=None, last=None, gateway=0, **more):
        on = on or server
        ports = getattr(on, 'ports', [on.port])
        if hasattr(viewer, 'cookie'):
            more['headers'] = (f'Cookie: {COOKIE}={viewer.cookie}', 'Sec-Fetch-Site: same-origin')
        stream = EventStream(ports[gateway % len(ports)], getattr(viewer, 'token', ''), last, **more)
        opened.append(stream)
        return stream

    yield open_stream
    for stream in opened:
        stream.close()


def begun(stream):
    """Has heard what it is told first."""
    stream.until_event('unread')
    return stream


def gauge(server, name='duan_event_streams'):
    answer, = exchange(server, get('/metrics', 'Connection: close'))
    return Metrics(answer.text).samples[name, frozenset()]


# What is told.

def test_a_message_arrives_as_the_chat_shows_it(ann, bob, listen):
    stream = listen(ann)
    bob.send(ann.id, 'hello\nыы\u2028"')
    message = stream.until_event('message')
    assert [message] == ann.chat(bob.id)
    assert message['content'] == 'hello\nыы\u2028"'


def test_what_one_writes_arrives_at_ones_other_devices(ann, bob, listen):
    phone, laptop = listen(ann), listen(ann, gateway=1)
    ann.send(bob.id, 'from the phone')
    assert [phone.until_event('message'), laptop.until_event('message')] == ann.chat(bob.id) * 2


def test_messages_come_in_the_order_in_which_they_were_sent(ann, bob, new_user, listen):
    eve = new_user()
    stream = listen(ann)
    for i in range(10):
        (bob, eve)[i % 2].send(ann.id, f'{i}')
    assert [stream.until_event('message')['content'] for _ in range(10)] == [f'{i}' for i in range(10)]
    times = [event['create_time'] for event in told(stream.heard, 'message')]
    assert times == sorted(set(times))


def test_what_is_unread_follows(ann, bob, listen):
    stream = listen(ann)
    assert stream.until_event('unread') == {'messages': 0, 'notifications': 0}
    bob.send(ann.id, 'hello')
    assert stream.until_event('unread') == {'messages': 1, 'notifications': 0}
    bob.follow(ann.id)
    stream.until_event('unread', lambda now: now == {'messages': 1, 'notifications': 1})
    ann.chat(bob.id)
    stream.until_event('unread', lambda now: now == {'messages': 0, 'notifications': 1})
    ann.request('POST', '/api/v1/notifications/read', up_to=2**62)
    stream.until_event('unread', lambda now: now == {'messages': 0, 'notifications': 0})


def test_likes_comments_and_follows_are_told_as_the_list_shows_them(ann, bob, listen, video):
    stream = begun(listen(ann))
    for kind, act in (('follow', lambda: bob.follow(ann.id)), ('like', lambda: bob.like(video['id'])),
                      ('comment', lambda: bob.comment(video['id'], 'nice'))):
        act()
        told_of = stream.until_event('notification', lambda notice, kind=kind: notice['kind'] == kind)
        listed, = [one for one in ann.request('GET', '/api/v1/notifications', ext=1)['list'] if one['kind'] == kind]
        assert told_of.keys() == listed.keys()
        assert all(told_of[field] == listed[field] for field in ('id', 'kind', 'count', 'at', 'read'))
        assert ids(checks.every(told_of['actors'], checks.user)) == [bob.id]
        assert kind == 'follow' or checks.video(told_of['video'])['id'] == video['id']


def test_nothing_is_told_of_who_is_blocked(ann, bob, new_user, listen, video):
    eve = new_user()
    ann.until_ready(video['id'])
    eventually(lambda: ann.request('GET', '/api/v1/notifications')['list'] or pytest.fail('not yet'))
    ann.block(bob.id)
    stream = begun(listen(ann))
    bob.like(video['id'])
    eve.follow(ann.id)
    stream.until_event('notification', lambda notice: notice['kind'] == 'follow')
    assert not [notice for notice in told(stream.heard, 'notification') if notice['kind'] == 'like']
    stream.until_event('unread', lambda now: now['notifications'] >= 2)
    assert [now['notifications'] for now in told(stream.heard, 'unread')] == [1, 2], 'the upload, then eve'


def test_how_an_upload_is_processed_is_told_until_it_is_ready(ann, listen, clips):
    stream = begun(listen(ann))
    video = ann.publish_new(clips.data('tiny.mp4'))
    stream.until_event('processing', lambda now: now['state'] == 'ready')
    heard = told(stream.heard, 'processing')
    assert {now['video_id'] for now in heard} == {video['id']}
    assert heard[-1] == {'video_id': video['id'], 'state': 'ready', 'percent': 100}
    assert all(now['state'] == 'processing' and 0 <= now['percent'] <= 100 for now in heard[:-1])


def test_others_hear_nothing_of_it(ann, bob, new_user, listen):
    eve = new_user()
    stream = begun(listen(eve))
    bob.send(ann.id, 'not for eve')
    bob.send(eve.id, 'for eve')
    assert stream.until_event('message')['content'] == 'for eve'
    assert [event['content'] for event in told(stream.heard, 'message')] == ['for eve']


# Going on.

def test_after_a_cut_nothing_is_missing_and_nothing_comes_twice(ann, bob, listen, video):
    stream = listen(ann)
    bob.send(ann.id, 'one')
    stream.until_event('message')
    stream.close()
    bob.send(ann.id, 'two'), bob.like(video['id']), bob.send(ann.id, 'three')
    again = listen(ann, last=stream.id, gateway=1)
    again.until_event('notification', lambda notice: notice['kind'] == 'like')
    eventually(lambda: [one['content'] for one in told(again.heard, 'message')] == ['two', 'three'] or not again.next())
    bob.send(ann.id, 'four')
    again.until_event('message', lambda message: message['content'] == 'four')
    assert [one['content'] for one in told(again.heard, 'message')] == ['two', 'three', 'four']
    assert not told(again.heard, 'reset')


def test_each_event_is_a_place_to_go_on_from(ann, bob, listen):
    stream = listen(ann)
    for i in range(5):
        bob.send(ann.id, f'{i}')
    while len(told(stream.heard, 'message')) < 5:
        stream.next()
    places = {event.data['content']: event.id for event in stream.heard if event.name == 'message'}
    for i in range(5):
        again = listen(ann, last=places[f'{i}'])
        again.until_event('unread')
        assert [one['content'] for one in told(again.heard, 'message')] == [f'{k}' for k in range(i + 1, 5)]
        again.close()


def test_the_end_of_processing_is_told_to_who_was_away(ann, listen, clips):
    stream = begun(listen(ann))
    stream.close()
    video = ann.publish_ready(clips.data('tiny.mp4'))
    again = listen(ann, last=stream.id)
    assert again.until_event('processing') == {'video_id': video['id'], 'state': 'ready', 'percent': 100}


def test_a_killed_server_goes_on_where_it_was(own_server, new_user, listen):
    server = own_server()
    ann, bob = new_user(server.url), new_user(server.url)
    stream = listen(ann, server)
    bob.send(ann.id, 'before')
    stream.until_event('message')
    bob.send(ann.id, 'perhaps heard, perhaps not')
    server.kill()
    with pytest.raises(Closed):
        while True:
            stream.next()
    server.start()
    bob.send(ann.id, 'after')
    again = listen(ann, server, last=stream.id)
    again.until_event('message', lambda message: message['content'] == 'after')
    heard = [one['content'] for one in told(stream.heard + again.heard, 'message')]
    assert heard == ['before', 'perhaps heard, perhaps not', 'after']


@pytest.mark.parametrize('last', ['', 'x', '1', '1.2', '0.0.0', 'ID.-1.0', 'ID.0.0.0', 'ID. 0.0', '+ID.0.0', 'ID.00.0',
                                  'ID.9999999999999.0', 'ID.0.9999999999999', 'ID.' + '9' * 30 + '.0', 'OTHER.0.0'])
def test_a_place_that_is_none_is_a_new_beginning(ann, bob, listen, last):
    bob.send(ann.id, 'before')
    stream = listen(ann, last=last.replace('ID', f'{ann.id}').replace('OTHER', f'{bob.id}'))
    begun(stream)
    assert [event.name for event in stream.heard] == (['reset', 'unread'] if last else ['unread'])
    assert told(stream.heard, 'reset') == [None] * bool(last)
    bob.send(ann.id, 'behind')
    assert stream.until_event('message')['content'] == 'behind'


def test_who_has_missed_too_much_begins_anew(ann, bob, listen):
    stream = begun(listen(ann))
    stream.close()
    for i in range(BATCH_MAX):
        bob.send(ann.id, f'{i}')
    again = begun(listen(ann, last=stream.id))
    assert [event.name for event in again.heard][0] == 'reset'
    bob.send(ann.id, 'now')
    again.until_event('message', lambda message: message['content'] == 'now')


# Who may, and how many.

def test_only_who_is_signed_in_is_told_anything(server, anyone, new_browser):
    anyone.request('GET', PATH, NO_SESSION)
    anyone.request('GET', PATH, NO_SESSION, token='x.y.z')
    page = new_browser()
    page.call('GET', PATH, NO_SESSION, headers={'Sec-Fetch-Site': 'cross-site'})


def test_a_browser_listens_by_its_cookie(new_browser, bob, listen):
    page = new_browser()
    stream = listen(page)
    bob.send(page.id, 'hello')
    assert stream.until_event('message')['content'] == 'hello'


def test_a_look_at_the_head_opens_nothing(own_server, new_user):
    server = own_server()
    ann = new_user(server.url)
    with Connection(server) as connection:
        connection.send(get(f'{PATH}?token={ann.token}').replace(b'GET', b'HEAD', 1))
        assert connection.answer(to_head=True).headers['content-type'] == 'text/event-stream'
    assert gauge(server) == 0


def test_an_account_has_so_many_streams_and_who_leaves_makes_room(own_server, new_user, listen):
    server = own_server({'events.per_account': 2, 'events.ping': '1h'})
    ann, bob = new_user(server.url), new_user(server.url)
    first, _ = begun(listen(ann, server)), begun(listen(ann, server))
    refused = ann.http.get(PATH, params={'token': ann.token})
    checks.envelope(refused, TOO_OFTEN, 429)
    assert int(refused.headers['retry-after']) > 0
    begun(listen(bob, server))
    assert gauge(server) == 3
    first.close()
    eventually(lambda: gauge(server) == 2)
    begun(listen(ann, server))


def test_so_many_streams_in_all(own_server, new_user, listen):
    server = own_server({'events.streams': 2})
    ann, bob = new_user(server.url), new_user(server.url)
    begun(listen(ann, server)), begun(listen(ann, server))
    refused = bob.http.get(PATH, params={'token': bob.token})
    checks.envelope(refused, checks.BUSY, 503)
    assert int(refused.headers['retry-after']) > 0


# How it ends.

@pytest.fixture
def quick(own_server):
    """A server that says often that it is there, and asks as often whether sessions hold."""
    return own_server({'events.ping': '200ms', 'events.interval': '100ms'})


def test_silence_is_broken_now_and_then(quick, new_user, listen):
    stream = begun(listen(new_user(quick.url), quick))
    stream.until_ping(), stream.until_ping()
    assert 1000 <= stream.retry <= 3000


def test_a_session_that_ends_takes_its_stream_along(quick, new_browser, listen):
    page = new_browser(quick.url)
    other = new_browser(quick.url, signed_in=False)
    other.login(page.name)
    stream, stays = begun(listen(page, quick)), begun(listen(other, quick))
    page.leave()
    stream.until_end()
    stays.until_ping()


def test_another_password_ends_streams_of_before(quick, new_user, listen):
    ann = new_user(quick.url)
    stream = begun(listen(ann, quick))
    ann.change_password(ann.password, 'another horse')
    stream.until_end()
    begun(listen(ann, quick, last=stream.id))


@pytest.mark.one_process('an operator of a cluster is told where its services are; the check is the one of the test above')
def test_a_ban_ends_streams(quick, new_user, listen):
    ann = new_user(quick.url)
    stream = begun(listen(ann, quick))
    admin(quick.data, 'ban', ann.id)
    stream.until_end()
    ann.request('GET', PATH, NO_SESSION)


def test_a_stream_has_an_age(own_server, new_user, listen):
    server = own_server({'events.age': '1s', 'events.interval': '100ms'})
    ann, bob = new_user(server.url), new_user(server.url)
    stream = begun(listen(ann, server))
    stream.until_end()
    bob.send(ann.id, 'meanwhile')
    again = listen(ann, server, last=stream.id)
    assert again.until_event('message')['content'] == 'meanwhile'


def test_who_does_not_take_what_he_is_told_is_cut_off_and_misses_nothing(own_server, new_user, listen):
    server = own_server({'http.reply_window': '500ms', 'http.reply_min_rate': '1MiB'})
    ann, bob = new_user(server.url), new_user(server.url)
    stream = begun(listen(ann, server, receive_buffer=4096))

    def is_cut():
        bob.send(ann.id, LONG)
        return gauge(server) == 0

    eventually(is_cut)
    begun(listen(ann, server, last=stream.id))


def test_a_server_that_ends_ends_its_streams_first(own_server, new_user, listen):
    server = own_server({'http.drain_timeout': '60s'})
    ann, bob = new_user(server.url), new_user(server.url)
    streams = [begun(listen(ann, server)) for _ in range(3)]
    bob.send(ann.id, 'the last')
    streams[0].until_event('message')
    server.stop()
    for stream in streams:
        stream.until_end()
    assert 'requests were cut off' not in server.log()
    server.start()
    begun(listen(ann, server, last=streams[0].id))


def test_streams_are_no_slow_requests(quick, new_user, listen):
    stream = begun(listen(new_user(quick.url), quick))
    stream.until_ping()
    stream.close()
    eventually(lambda: gauge(quick) == 0)
    answer, = exchange(quick, get('/metrics', 'Connection: close'))
    samples = Metrics(answer.text).samples
    labels = {'route': '/api/v1/events/', 'method': 'GET'}
    assert samples['duan_http_requests_total', frozenset({**labels, 'status': '2xx'}.items())] == 1
    assert samples['duan_http_request_seconds_count', frozenset(labels.items())] == 0
