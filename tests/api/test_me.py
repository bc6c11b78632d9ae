# What a client asks first, and what people change about themselves.
# SPDX-License-Identifier: Apache-2.0
import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import checks
import database
from browser import COOKIE, OWN_PAGE
from checks import BAD_PARAMETER, NAME_TAKEN, NO_SESSION, NOT_ALLOWED, WRONG_PASSWORD
from client import ENDPOINTS, unique
from waiting import eventually

HOUR_MS = 3600 * 1000


@pytest.fixture
def page(new_browser):
    return new_browser()


def me(browser, headers=OWN_PAGE, **sent):
    """Checked here: of all replies this one alone says null, for nobody."""
    response = browser.http.get('/api/v1/me', headers=headers, **sent)
    assert response.status_code == 200 and response.headers.get_list('content-type') == [checks.JSON_TYPE]
    body = json.loads(response.content, object_pairs_hook=checks.unique_keys)
    assert body['status_code'] == 0, body
    assert body.keys() >= {'user', 'unread', 'limits', 'settings'}
    if body['user'] is not None:
        checks.user(body['user'])
    checks.shape(body['unread'], {'messages': checks.count, 'notifications': checks.count})
    checks.shape(body['limits'], dict.fromkeys(('upload_bytes', 'upload_seconds', 'caption', 'comment'), checks.count))
    return body


def edit(browser, expect=checks.OK, **change):
    return browser.call('PATCH', '/api/v1/me', expect, json=change)


# Who one is.

def test_nobody_is_told_the_limits(new_browser):
    body = me(new_browser(signed_in=False))
    assert body['user'] is None and body['settings'] == {} and body['unread'] == {'messages': 0, 'notifications': 0}
    assert body['limits']['caption'] == 200 and body['limits']['comment'] == 500


def test_a_made_up_cookie_hears_nothing_of_whom_it_names(page, ann, new_browser):
    ann.send(page.id, 'hello')
    assert me(page)['unread']['messages'] == 1
    stranger = new_browser(signed_in=False)
    stranger.cookie = base64.urlsafe_b64encode(base64.urlsafe_b64decode(page.cookie + '=')[:8] + bytes(24)).decode().rstrip('=')
    body = me(stranger)
    assert (body['user'], body['unread'], body['settings']) == (None, {'messages': 0, 'notifications': 0}, {})


def test_somebody_is_shown_as_others_see_him(page, ann):
    assert me(page)['user'] == {**ann.user(page.id), 'is_follow': False}


def test_a_phone_asks_with_its_token(ann, new_browser):
    assert me(new_browser(signed_in=False), params={'token': ann.token})['user']['id'] == ann.id


def test_the_limits_are_those_that_hold(own_server, new_browser):
    browser = new_browser(own_server({'upload.max_bytes': '3MiB'}).url)
    assert me(browser)['limits']['upload_bytes'] == 3 << 20


def test_who_was_signed_in_is_nobody_now(page):
    mine = page.cookie
    page.leave()
    page.cookie = mine
    assert me(page)['user'] is None
    page.cookie = 'A' * 43
    assert me(page)['user'] is None


def test_another_site_learns_nothing(page):
    for headers in ({}, {'Sec-Fetch-Site': 'cross-site'}, {'Origin': 'http://evil.example'}):
        assert me(page, headers)['user'] is None


def test_a_token_nobody_gave_out_is_refused(page):
    page.call('GET', '/api/v1/me', NO_SESSION, params={'token': 'nonsense'})


@pytest.mark.one_process('turns back what the database says')
def test_a_browser_is_seen_once_an_hour(own_server, new_browser):
    server = own_server()
    page = new_browser(server.url)
    assert 'set-cookie' not in page.http.get('/api/v1/me', headers=OWN_PAGE).headers
    before = int(time.time() * 1000)
    database.change(server.data, 'UPDATE user_login SET seen_at = ?', before - HOUR_MS - 1000)

    def renewed():
        response = page.http.get('/api/v1/me', headers=OWN_PAGE)
        assert response.json()['user']['id'] == page.id
        return response.headers.get('set-cookie', '').startswith(f'{COOKIE}={page.cookie}; ')
    eventually(renewed)  # the server notices what others write a moment later
    assert page.sessions()[0]['last_seen'] >= before
    assert not renewed() and page.who() == page.id


@pytest.mark.one_process('turns back what the database says')
def test_a_browser_that_was_away_for_too_long_is_signed_out(own_server, new_browser):
    server = own_server({'auth.token_ttl': '2h'})
    page = new_browser(server.url)
    assert page.who() == page.id
    database.change(server.data, 'UPDATE user_login SET seen_at = seen_at - ?', 3 * HOUR_MS)
    eventually(lambda: page.who(expect=NO_SESSION) is None)
    assert me(page)['user'] is None


# Changing oneself.

def test_what_is_named_is_changed_and_shown_at_once(page, ann):
    name = unique('短')
    assert edit(page, name=name)['user']['name'] == name
    assert edit(page, signature='  one line\nand another 😀 ')['user']['signature'] == 'one line\nand another 😀'
    shown = ann.user(page.id)
    assert (shown['name'], shown['signature']) == (name, 'one line\nand another 😀')
    assert me(page)['user']['name'] == name
    assert edit(page, signature='')['user']['signature'] == ''
    assert ann.user(page.id)['name'] == name


def test_the_author_of_a_video_is_shown_by_his_new_name(page, clips, anyone):
    page.call('POST', ENDPOINTS['publish'][1], data={'title': 'mine'}, files={'data': ('a.mp4', clips.data('tiny.mp4'), 'video/mp4')})
    name = unique()
    edit(page, name=name)
    assert next(video for video in anyone.feed()[0] if video['author']['id'] == page.id)['author']['name'] == name


def test_one_signs_in_by_the_new_name(page, new_browser):
    old, name = page.name, unique()
    edit(page, name=name)
    other = new_browser(signed_in=False)
    other.login(old, expect=WRONG_PASSWORD)
    other.login(name)
    other.register(old)  # it is free
    assert page.who() != other.who()


def test_a_name_has_the_rules_of_registering(page, ann):
    for name in ('', ' ', ' a', 'a ', 'a\n', 'x' * 33, 'a\0b', '\u200b'):
        edit(page, BAD_PARAMETER, name=name)
    edit(page, NAME_TAKEN, name=ann.name)
    assert me(page)['user']['name'] == page.name
    edit(page, name=page.name)
    edit(page, name='短' * 31 + unique()[-1])


@pytest.mark.parametrize('signature', ['x' * 201, 'a\tb', 'a\0', '\x7f', '短' * 201])
def test_a_signature_that_may_not_be_changes_nothing(page, signature):
    before = me(page)['user']
    edit(page, BAD_PARAMETER, signature=signature, name=unique())
    assert me(page)['user'] == before


def test_all_of_a_change_happens_or_nothing(page, ann):
    edit(page, settings={'theme': 'dark'}, signature='before')
    edit(page, NAME_TAKEN, name=ann.name, signature='after', settings={'theme': 'light'})
    edit(page, BAD_PARAMETER, signature='after', settings={'theme': 'pink'})
    body = me(page)
    assert body['user']['signature'] == 'before' and body['settings'] == {'theme': 'dark'}


@pytest.mark.parametrize('change', [{}, {'nothing': 1}, {'name': None}, {'settings': None}, {'settings': ''}])
def test_a_change_names_something(page, change):
    edit(page, BAD_PARAMETER, **change)


def test_what_is_no_text_is_no_name(page):
    page.call('PATCH', '/api/v1/me', BAD_PARAMETER, content=b'name=%FF%FE', headers={**OWN_PAGE, 'Content-Type': 'application/x-www-form-urlencoded'})
    page.call('PATCH', '/api/v1/me', BAD_PARAMETER, content=b'signature=a%00b', headers={**OWN_PAGE, 'Content-Type': 'application/x-www-form-urlencoded'})


def test_only_oneself_and_only_from_a_page_of_ours(page, new_browser):
    new_browser(signed_in=False).call('PATCH', '/api/v1/me', NO_SESSION, json={'signature': 'hacked'})
    page.call('PATCH', '/api/v1/me', NOT_ALLOWED, headers={'Origin': 'http://evil.example'}, json={'signature': 'hacked'})
    assert me(page)['user']['signature'] != 'hacked'


def test_markup_in_a_signature_is_text(page):
    text = '</script><script>alert(1)</script>&amp;"\\'
    raw = page.http.patch('/api/v1/me', headers=OWN_PAGE, json={'signature': text})
    assert b'<' not in raw.content and checks.envelope(raw)['user']['signature'] == text


def test_of_many_who_want_a_name_at_once_one_gets_it(new_browser):
    name, browsers = unique(), [new_browser() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda browser: edit(browser, None, name=name)['status_code'], browsers))
    assert sorted(codes) == [0] + [NAME_TAKEN] * 5


# Settings.

def test_settings_are_kept_with_the_account(page, new_browser):
    edit(page, settings={'language': 'zh-CN', 'theme': 'dark', 'captions': False})
    edit(page, settings={'theme': 'light', 'autoscroll': True})
    other = new_browser(signed_in=False)
    other.login(page.name)
    assert me(other)['settings'] == {'language': 'zh-CN', 'theme': 'light', 'captions': False, 'autoscroll': True}
    edit(page, settings={'language': None, 'captions': None})
    assert me(page)['settings'] == {'theme': 'light', 'autoscroll': True}


def test_settings_may_come_in_a_form(page):
    page.call('PATCH', '/api/v1/me', data={'settings': json.dumps({'theme': 'auto'})})
    assert me(page)['settings'] == {'theme': 'auto'}


@pytest.mark.parametrize('settings', [
    {'theme': 'pink'}, {'theme': True}, {'captions': 'true'}, {'captions': 1}, {'language': ''}, {'language': 'x' * 36}, {'language': 'a b'},
    {'language': 'en"<'}, {'unheard': 1}, [], 'theme', 7, True, {'theme': {'a': 1}}, {'theme': 'dark', 'other': 'x' * 5000}, '{"theme":"dark"',
], ids=str)
def test_a_setting_that_there_is_not_is_refused(page, settings):
    edit(page, BAD_PARAMETER, settings=settings)
    assert me(page)['settings'] == {}


def test_settings_are_nobody_elses(page, new_browser):
    edit(page, settings={'theme': 'dark'})
    assert me(new_browser())['settings'] == {}
    assert 'settings' not in new_browser().call('GET', '/douyin/user/', params={'user_id': page.id})['user']
