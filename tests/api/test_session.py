# Sessions of browsers: the cookie, who may use it, and how it ends.
# SPDX-License-Identifier: Apache-2.0
import base64
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import checks
import database
from browser import COOKIE, OWN_PAGE
from checks import BAD_PARAMETER, NAME_TAKEN, NO_SESSION, NOT_ALLOWED, OK, TOO_LARGE, WRONG_PASSWORD
from client import ENDPOINTS, ids, unique
from http_bytes import Connection, request
from test_auth import OPTIONAL, REQUIRED

LOGINS_MAX = 20
FOREIGN = {
    'another site': {'Sec-Fetch-Site': 'cross-site'}, 'a neighbour': {'Sec-Fetch-Site': 'same-site'},
    'another origin': {'Origin': 'http://evil.example'}, 'no origin': {'Origin': 'null'},
    'our port elsewhere': {'Origin': 'http://127.0.0.1:1'}, 'nothing': {}, 'a lie beside': {
        'Sec-Fetch-Site': 'cross-site', 'Origin': 'HOST', 'Referer': 'HOST/'},
    'a name that begins alike': {'Origin': 'HOST.evil.example'}, 'user information': {'Origin': 'http://evil@HOST'},
    'a word': {'Sec-Fetch-Site': 'SAME-ORIGIN'}, 'another referer': {'Referer': 'http://evil.example/HOST'},
}


def headers_of(browser, headers):
    host = f'127.0.0.1:{browser.http.base_url.port}'
    return {name: value.replace('http://evil@HOST', f'http://evil@{host}').replace('HOST', f'http://{host}')
            for name, value in headers.items()}


@pytest.fixture
def page(new_browser):
    return new_browser()


# Beginning.

def test_signing_in_sets_a_cookie_that_script_cannot_read(page):
    response = page.http.post('/api/v1/session', data={'username': page.name, 'password': page.password})
    assert checks.user(checks.envelope(response)['user'])['name'] == page.name
    value, *attributes = response.headers['set-cookie'].split('; ')
    assert re.fullmatch(COOKIE + '=[A-Za-z0-9_-]{43}', value)
    assert sorted(attributes) == ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Lax']
    assert response.headers['cache-control'] == 'no-store'
    assert 'token' not in response.json()


@pytest.mark.parametrize('settings, headers', [
    ({'http.public_url': 'https://duan.example'}, {}),
    ({'http.trusted_proxies': '127.0.0.1'}, {'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '10.0.0.1'}),
])
def test_behind_tls_the_cookie_is_for_tls_alone(own_server, new_browser, settings, headers):
    browser = new_browser(own_server(settings).url, signed_in=False)
    response = browser.http.post('/api/v1/session/register', headers=headers,
                                 data={'username': unique(), 'password': 'correct horse'})
    assert response.headers['set-cookie'].endswith('; Secure')


def test_a_wrong_password_sets_no_cookie(page, new_browser):
    other = new_browser(signed_in=False)
    other.login(page.name, 'wrong horse', expect=WRONG_PASSWORD)
    other.login(unique(), expect=WRONG_PASSWORD)
    assert not other.cookie and not other.is_in()


def test_registering_has_the_rules_of_the_contract(page, new_browser):
    other = new_browser(signed_in=False)
    other.register(page.name, expect=NAME_TAKEN)
    other.register(password='short', expect=BAD_PARAMETER)
    other.register(' blank', expect=BAD_PARAMETER)
    assert not other.cookie


def test_a_phone_and_a_browser_are_one_account(page, clients, server):
    phone = clients(server.url)
    phone.login(page.name, page.password)
    assert page.who() == phone.id == page.id


def test_every_session_is_another(page):
    first = page.cookie
    page.http.cookies.clear()
    page.login(page.name)
    assert page.cookie != first and len(page.sessions()) == 2


def test_a_browser_that_signs_in_again_has_one_session(page, new_browser):
    first = page.cookie
    page.login(page.name)
    assert len(page.sessions()) == 1
    other = new_browser(signed_in=False)
    other.cookie = first
    assert not other.is_in()


@pytest.mark.parametrize('path', ['/api/v1/session', '/api/v1/session/register'])
def test_another_site_cannot_sign_a_browser_in(page, new_browser, path):
    other = new_browser(signed_in=False)
    name = page.name if path.endswith('session') else unique()
    for headers in ({'Sec-Fetch-Site': 'cross-site'}, {'Origin': 'http://evil.example'}, {'Origin': 'null'}):
        other.call('POST', path, NOT_ALLOWED, headers=headers, data={'username': name, 'password': page.password})
    assert not other.cookie


# In place of a token.

@pytest.mark.parametrize('endpoint', [*REQUIRED, *OPTIONAL, 'feed'])
def test_the_cookie_is_taken_by_every_route(page, a_video_id, new_user, endpoint):
    method, path = ENDPOINTS[endpoint]
    fields = {'video_id': a_video_id, 'to_user_id': new_user().id, 'action_type': 1, 'comment_text': 'hello', 'content': 'hello'}
    body = page.call(method, path, None, params=fields)
    assert body['status_code'] == (BAD_PARAMETER if endpoint == 'publish' else OK), body


def test_what_is_shown_is_for_the_one_who_is_signed_in(page, video):
    page.call('POST', ENDPOINTS['favorite'][1], params={'video_id': video['id'], 'action_type': 1})
    feed = page.call('GET', ENDPOINTS['feed'][1])['video_list']
    assert [each['id'] for each in feed if each['is_favorite']] == [video['id']]
    assert ids(page.call('GET', ENDPOINTS['favorite_list'][1])['video_list']) == [video['id']]


def test_a_video_is_uploaded_with_the_cookie(page, clips):
    files = {'data': ('clip.mp4', clips.data('tiny.mp4'), 'video/mp4')}
    page.call('POST', ENDPOINTS['publish'][1], data={'title': 'mine'}, files=files)
    assert [each['title'] for each in page.call('GET', ENDPOINTS['publish_list'][1])['video_list']] == ['mine']


def test_an_upload_from_another_site_is_refused_before_it_is_received(page, server):
    head = request('POST', ENDPOINTS['publish'][1], (f'Cookie: {COOKIE}={page.cookie}', 'Origin: http://evil.example',
                                                     'Content-Type: multipart/form-data; boundary=x', 'Content-Length: 1000000'))
    with Connection(server) as connection:
        connection.send(head)
        checks.envelope_text(connection.answer().content, NOT_ALLOWED)


def test_a_token_comes_before_the_cookie(page, ann):
    assert page.call('GET', ENDPOINTS['user'][1], params={'token': ann.token})['user']['id'] == ann.id
    page.call('GET', ENDPOINTS['user'][1], NO_SESSION, params={'token': 'nonsense'})


def test_a_page_without_fetch_metadata_is_known_by_its_origin_or_referer(page):
    """Browsers send Sec-Fetch-Site over TLS and to localhost alone."""
    origin = headers_of(page, {'Origin': 'HOST'})
    referer = headers_of(page, {'Referer': 'HOST/u/7'})
    assert page.call('GET', '/douyin/user/', headers=referer)['user']['id'] == page.id
    page.call('POST', '/api/v1/session/end', NOT_ALLOWED, headers=referer)
    page.call('POST', '/api/v1/session/end', headers=origin)


def test_an_address_typed_in_is_read_with_the_cookie_and_nothing_is_written_by_it(page):
    typed = {'Sec-Fetch-Site': 'none'}
    assert page.call('GET', '/douyin/user/', headers=typed)['user']['id'] == page.id
    page.call('POST', '/api/v1/session/end', NOT_ALLOWED, headers=typed)


@pytest.mark.parametrize('whence', FOREIGN)
def test_another_site_writes_nothing_and_reads_as_nobody(page, video, ann, whence):
    headers = headers_of(page, FOREIGN[whence])
    for endpoint in REQUIRED[1:]:
        method, path = ENDPOINTS[endpoint]
        fields = {'video_id': video['id'], 'to_user_id': ann.id, 'action_type': 1, 'comment_text': 'hello', 'content': 'hello'}
        page.call(method, path, NOT_ALLOWED if method == 'POST' else NO_SESSION, headers=headers, params=fields)
    page.call('POST', '/api/v1/session/end', NOT_ALLOWED, headers=headers)
    page.call('POST', '/api/v1/me/password', NOT_ALLOWED, headers=headers, data={'old': page.password, 'new': 'battery staple'})
    page.call('GET', '/douyin/user/', NO_SESSION, headers=headers)
    page.call('GET', '/api/v1/sessions', NO_SESSION, headers=headers)
    assert page.call('GET', ENDPOINTS['feed'][1], headers=headers)
    assert not ann.follower_list() and not ann.comment_list(video['id']) and page.who() == page.id


@pytest.mark.parametrize('token', [None, 'x'])
@pytest.mark.parametrize('site', ['cross-site', 'same-site'])
def test_another_site_signs_nobody_out(page, site, token):
    """The browser sends its cookie along, or keeps it back; what comes with the answer it takes either way."""
    headers, params = {'Sec-Fetch-Site': site, 'Origin': 'https://evil.example'}, {'token': token} if token else {}
    cookie = page.cookie
    for kept in (cookie, None):
        page.http.cookies.clear()
        if kept:
            page.cookie = kept
        response = page.http.post('/api/v1/session/end', headers=headers, params=params)
        checks.envelope(response, NOT_ALLOWED)
        assert 'set-cookie' not in response.headers
    page.cookie = cookie
    assert page.is_in()


# Cookies that nobody gave out.

def forgeries(mine, other):
    raw, theirs = (base64.urlsafe_b64decode(value + '=') for value in (mine, other))

    def text(data):
        return base64.urlsafe_b64encode(data).decode().rstrip('=')
    yield from ('x', '=', mine[:-1], mine + 'A', mine.swapcase(), 'A' * 43, '_' * 43, 'x' * 5000, mine + '=', f'"{mine}"')
    yield text(theirs[:8] + raw[8:])  # another account's, with this secret
    yield text(raw[:8] + theirs[8:])
    yield text(raw[:-1] + bytes([raw[-1] ^ 1]))
    yield text((2**63).to_bytes(8, 'big') + raw[8:])
    yield text(bytes(8) + raw[8:])


def test_a_cookie_that_nobody_gave_out_is_nobodys(page, new_browser, video):
    other = new_browser()
    mine, theirs = page.cookie, other.cookie
    for forged in forgeries(mine, theirs):
        page.cookie = forged
        page.who(expect=NO_SESSION)
        page.call('POST', ENDPOINTS['favorite'][1], NO_SESSION, params={'video_id': video['id'], 'action_type': 1})
        assert not any(each['is_favorite'] for each in page.call('GET', ENDPOINTS['feed'][1])['video_list'])
        page.call('GET', ENDPOINTS['publish_list'][1], params={'user_id': page.id})  # where nobody is needed
        page.leave()  # ends nobody's session
    page.cookie = mine
    assert page.who() == page.id and other.who() == other.id


@pytest.mark.parametrize('header, found', [
    ('a=b; {}', True), ('{}; a=b', True), ('a="x;y"; {}', True), (';;; {} ;', True), ('other_{}', False),
    ('duan_session=; {}', False), ('duan_session=x; {}', False), ('{};{}', True), ('Duan_Session={}', False), ('=; {}', True),
])
def test_the_cookie_is_found_among_others(page, header, found):
    mine = f'{COOKIE}={page.cookie}'
    headers = {**OWN_PAGE, 'Cookie': header.replace('{}', mine)}
    page.http.cookies.clear()
    page.call('GET', '/douyin/user/', OK if found else NO_SESSION, headers=headers)


def test_a_cookie_over_the_limit_of_headers_is_refused(page):
    response = page.http.get('/douyin/user/', headers={'Cookie': 'a=' + 'x' * 20000})
    assert response.status_code == 431


# The list, and the end.

def test_the_list_tells_which_is_this_one(page, new_browser):
    other = new_browser(signed_in=False)
    other.login(page.name, headers={**OWN_PAGE, 'User-Agent': 'Netscape <4> "短"'.encode()})
    mine, theirs = page.sessions(), other.sessions()
    assert len(mine) == 2 and {each['id'] for each in mine} == {each['id'] for each in theirs}
    assert [each['current'] for each in mine].count(True) == 1
    assert next(each for each in mine if each['current'])['id'] != next(each for each in theirs if each['current'])['id']
    assert next(each for each in theirs if each['current'])['agent'] == 'Netscape <4> "短"'


def test_a_phone_sees_the_browsers_and_is_none_of_them(page, clients, server):
    phone = clients(server.url)
    phone.login(page.name, page.password)
    listed = phone.request('GET', '/api/v1/sessions')['sessions']
    assert [each['current'] for each in listed] == [False]
    phone.request('DELETE', f'/api/v1/sessions/{listed[0]["id"]}')
    assert not page.is_in() and phone.user()['id'] == page.id


def test_what_a_browser_calls_itself_is_cut_and_may_be_nothing(page, new_browser):
    for agent, kept in (('a' * 500, 'a' * 200), ('短' * 300, '短' * 200), (b'\xff\xfe', ''), ('', '')):
        browser = new_browser(signed_in=False)
        browser.login(page.name, headers={**OWN_PAGE, 'User-Agent': agent if isinstance(agent, bytes) else agent.encode()})
        assert next(each for each in browser.sessions() if each['current'])['agent'] == kept


def test_leaving_ends_this_session_alone(page, new_browser):
    other = new_browser(signed_in=False)
    other.login(page.name)
    mine = page.cookie
    response = page.http.post('/api/v1/session/end', headers=OWN_PAGE)
    checks.envelope(response)
    assert response.headers['set-cookie'].startswith(f'{COOKIE}=; ') and 'Max-Age=0' in response.headers['set-cookie']
    assert not page.cookie and not page.is_in()
    page.cookie = mine
    assert not page.is_in() and other.who() == other.id
    page.leave()  # what has ended may end again


def test_a_session_is_ended_from_another_browser(page, new_browser):
    other = new_browser(signed_in=False)
    other.login(page.name)
    theirs = next(each['id'] for each in page.sessions() if not each['current'])
    page.call('DELETE', f'/api/v1/sessions/{theirs}')
    assert not other.is_in() and page.who() == page.id and len(page.sessions()) == 1
    page.call('DELETE', f'/api/v1/sessions/{theirs}')  # it has ended: nothing more to do


def test_all_other_sessions_end_at_once(page, new_browser, clients, server):
    others = [new_browser(signed_in=False) for _ in range(3)]
    for browser in others:
        browser.login(page.name)
    stranger = new_browser()
    page.call('DELETE', '/api/v1/sessions')
    assert page.who() == page.id and len(page.sessions()) == 1
    assert not any(browser.is_in() for browser in others) and stranger.is_in()
    phone = clients(server.url)
    phone.login(page.name, page.password)
    phone.request('DELETE', '/api/v1/sessions')
    assert not page.is_in() and phone.user()['id'] == page.id


def test_nobody_ends_the_session_of_another_account(page, new_browser):
    mine = page.sessions()[0]['id']
    new_browser().call('DELETE', f'/api/v1/sessions/{mine}')
    new_browser(signed_in=False).call('DELETE', f'/api/v1/sessions/{mine}', NO_SESSION)
    page.call('DELETE', f'/api/v1/sessions/{mine}', NOT_ALLOWED, headers={'Origin': 'http://evil.example'})
    assert page.who() == page.id


@pytest.mark.parametrize('wanted', ['0', '-1', '1.5', 'x', '7/8', '%20', '1e400', '99999999999999999999'])
def test_what_is_no_id_ends_nothing(page, wanted):
    page.call('DELETE', f'/api/v1/sessions/{wanted}', BAD_PARAMETER)
    assert page.who() == page.id


def test_an_account_is_signed_in_in_a_bounded_number_of_browsers(page, new_browser):
    others = [new_browser(signed_in=False) for _ in range(LOGINS_MAX + 3)]
    for browser in others:
        browser.login(page.name)
    assert len(others[-1].sessions()) == LOGINS_MAX
    assert not page.is_in() and sum(browser.is_in() for browser in others) == LOGINS_MAX


def test_many_at_once_stay_within_the_bound(page, new_browser):
    others = [new_browser(signed_in=False) for _ in range(LOGINS_MAX + 5)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda browser: browser.login(page.name), others))
    inside = [browser for browser in others if browser.is_in()]
    assert len(inside) == LOGINS_MAX == len(inside[0].sessions())


def test_a_new_password_ends_all_sessions_but_this_one(page, new_browser, clients, server):
    other, phone = new_browser(signed_in=False), clients(server.url)
    other.login(page.name)
    phone.login(page.name, page.password)
    page.call('POST', '/api/v1/me/password', WRONG_PASSWORD, json={'old': 'wrong horse', 'new': 'battery staple'})
    page.call('POST', '/api/v1/me/password', BAD_PARAMETER, json={'old': page.password, 'new': 'short'})
    assert other.is_in()
    body = page.call('POST', '/api/v1/me/password', json={'old': page.password, 'new': 'battery staple'})
    assert 'token' not in body
    assert page.who() == page.id and len(page.sessions()) == 1
    assert not other.is_in()
    phone.call('user', NO_SESSION)
    other.login(page.name, expect=WRONG_PASSWORD)
    other.login(page.name, 'battery staple')


def test_a_new_password_from_a_phone_ends_every_browser(page, clients, server):
    phone = clients(server.url)
    phone.login(page.name, page.password)
    phone.change_password(page.password, 'battery staple')
    assert not page.is_in()


def test_a_session_outlives_a_restart(own_server, new_browser):
    server = own_server()
    page = new_browser(server.url)
    server.stop()
    server.start()
    assert page.who() == page.id


# What is kept.

@pytest.mark.one_process('looks into the database file')
def test_what_is_kept_and_logged_opens_no_session(own_server, new_browser):
    server = own_server({'log.level': 'debug'})
    page = new_browser(server.url)
    cookie = page.cookie
    assert page.who() == page.id
    page.call('POST', '/api/v1/session', WRONG_PASSWORD, json={'username': page.name, 'password': 'wrong horse'})
    assert database.value(server.data, 'SELECT count(*) FROM user_login') == 1
    database.into_the_file(server.data)
    kept = (server.data / 'duan.db').read_bytes()
    assert cookie.encode() not in kept and base64.urlsafe_b64decode(cookie + '=') not in kept
    log = server.whole_log()
    assert cookie not in log and page.password not in log and 'wrong horse' not in log


def test_a_body_over_its_limit_is_refused(page):
    page.call('POST', '/api/v1/session', TOO_LARGE, 413, json={'username': 'x' * 70000})
