# Texts that mean something to somebody else: kept as they are, or refused; never more than text.
# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

import checks
from checks import BAD_PARAMETER, BAD_TEXT, OK
from client import ENDPOINTS, unique
from http_bytes import chunked, exchange, get, post, request
from prometheus_text import Metrics
from waiting import eventually

ROOT = Path(__file__).resolve().parents[2]

# Harmless to whoever takes text for text; a name has 32 characters, so they are short.
STRINGS = [
    "' OR '1'='1", "'; DROP TABLE user_account;--", '" OR ""="', "1; SELECT 1", "admin'--",
    "') UNION SELECT 1,2,3--", '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)", '{{7*7}}', '${7*7}', '<%= 7*7 %>', '#{7*7}', '__proto__', 'constructor',
    '","status_code":0,"x":"', '\\', '\\"', '\\u0000', '\\u003cscript\\u003e', '"}],"a":[{"',
    '../../../etc/passwd', '..\\..\\windows', '%2e%2e%2f', '/etc/passwd\u2028', '%s%s%s%n', '%n%x%p',
    '%99999999d', '$(reboot)', '`reboot`', '; reboot', '| id', '&& id', '${IFS}', '\u202egnp.exe',
    'a\u0301\u0302\u0303\u0304\u0305', 'Z\u0351\u0352\u0353\u0354', '\ufeffbom', '\u200bnothing\u200b',
    '\U0001f468\u200d\U0001f469\u200d\U0001f467', '\uffff', '\ufffe', '\U0010ffff', 'null', 'NULL',
    'None', 'undefined', 'NaN', 'true', '0', '-1', '1e309', '\u0661\u0662', 'user_id=1&token=x',
    'a=b;c=d', '<!--', ']]>', '<![CDATA[x]]>', '&lt;b&gt;', "<svg/onload=alert(1)>", 'a\u2028b\u2029',
]
CONTROLS = ['a\0b', 'a\x01b', 'a\x08b', 'a\x1b[31mb', 'a\x7fb', 'a\x85b', 'a\rb', 'a\x9b31mb']
INVALID = ['%ff', 'a%c0%af', '%ed%a0%80', '%f5%80%80%80', '%e2%80', 'a%80', '%fe%fe%ff%ff']

each_string = pytest.mark.parametrize('text', STRINGS, ids=[ascii(text)[:30] for text in STRINGS])


# Kept as they are.

@each_string
def test_a_string_is_a_comment_and_nothing_else(bob, video, text):
    assert bob.comment(video['id'], text)['content'] == text
    assert bob.comment_list(video['id'])[0]['content'] == text


@each_string
def test_a_string_is_a_message_and_nothing_else(ann, bob, text):
    ann.send(bob.id, text)
    assert [message['content'] for message in bob.chat(ann.id)] == [text]


@each_string
def test_a_string_is_a_title_and_nothing_else(ann, clips, text):
    assert ann.publish_new(clips.data('tiny.mp4'), text)['title'] == text


@each_string
def test_a_string_is_a_name_and_nothing_else(anyone, clients, server, text):
    """With something beside it, so that nobody has it yet."""
    name = f'{text[:23]}{unique()[-8:]}'
    first = anyone.register(name, 'correct horse')
    assert anyone.user()['name'] == name
    assert clients(server.url).login(name, 'correct horse')['user_id'] == first['user_id']


@each_string
def test_a_string_is_a_password_and_nothing_else(anyone, clients, server, text):
    password = (text + 'abcdef')[:32]
    name = unique()
    anyone.register(name, password)
    clients(server.url).login(name, password)
    clients(server.url).login(name, password + ' ', checks.WRONG_PASSWORD)


# In every parameter of every endpoint.

PARAMETERS = ['token', 'username', 'password', 'user_id', 'to_user_id', 'video_id', 'comment_id',
              'action_type', 'comment_text', 'content', 'latest_time', 'pre_msg_time', 'title',
              'old_password', 'new_password', 'nothing', '']
ALL = {**ENDPOINTS, 'password': ('POST', '/api/v1/me/password/')}


def usual(viewer, video_id):
    return {'token': viewer.token, 'video_id': video_id, 'user_id': viewer.id, 'action_type': 2,
            'to_user_id': 1, 'comment_id': 1, 'content': 'a', 'comment_text': 'a', 'title': 'a'}


@pytest.mark.parametrize('endpoint', ALL)
def test_a_string_in_any_parameter_does_no_harm(ann, bob, a_video_id, endpoint):
    method, path = ALL[endpoint]
    before = bob.user(), bob.feed()[0]
    for name in PARAMETERS:
        for text in STRINGS[::3] + CONTROLS:
            fields = {**usual(ann, a_video_id), name: text}
            response = ann.http.request(method, path, params=fields)
            assert response.status_code == 200, (name, text)
            assert checks.envelope(response, None)['status_code'] < 50000
    assert bob.user() == before[0]
    assert [video['id'] for video in bob.feed()[0]] == [video['id'] for video in before[1]]


def test_a_string_in_the_path_of_a_video_does_no_harm(server):
    for text in ["1'", '1;drop', '1 or 1=1', '<b>', '%00', '1/..', '-1', '1e400', '%ff', '\\', '"']:
        for answer in exchange(server, get(f'/api/v1/videos/{text.replace(" ", "%20")}',
                                           'Connection: close')):
            assert answer.status_code in (200, 400, 404)
            assert checks.envelope_text(answer.content, None)['status_code'] in (1, 10005, 10009)


@pytest.mark.parametrize('header', ['User-Agent', 'X-Request-Id', 'traceparent', 'Authorization',
                                    'If-None-Match', 'If-Range', 'Range', 'Cookie', 'Referer'])
def test_a_string_in_a_header_does_no_harm(server, a_video_id, header):
    for text in STRINGS:
        value = text.encode()
        raw = get('/douyin/feed/', 'Connection: close')[:-2] + header.encode() + b': ' + value
        answer, = exchange(server, raw + b'\r\n\r\n')
        # The library itself refuses a cookie whose quotes do not end.
        assert answer.status_code == 200 or (header, answer.status_code) == ('Cookie', 431)


@pytest.mark.parametrize('name', ['X-Request-Id: a%0d%0aX-Injected: 1', 'X-Request-Id: a b',
                                  'X-Request-Id: <script>', 'X-Request-Id: ' + 'a' * 65])
def test_an_id_that_is_not_plain_is_replaced(server, name):
    answer, = exchange(server, get('/livez', name, 'Connection: close'))
    assert answer.headers['x-request-id'] != name.split(': ')[1]
    assert 'x-injected' not in answer.headers


def test_line_ends_in_parameters_add_no_header(server, ann):
    for place in ('user_id', 'token', 'x'):
        target = f'/douyin/user/?{place}=1%0d%0aX-Injected:%201%0d%0a%0d%0a<b>&token={ann.token}'
        answer, = exchange(server, get(target, 'Connection: close'))
        assert 'x-injected' not in answer.headers


# What is no text.

def texts(ann, bob, video_id, written):
    """The parameters that hold text, with how each refuses."""
    yield 'message', f'to_user_id={bob.id}&action_type=1&content={written}', BAD_TEXT
    yield 'comment', f'video_id={video_id}&action_type=1&comment_text={written}', BAD_TEXT
    yield 'register', f'username=u{written}&password=correct', BAD_PARAMETER
    yield 'register', f'username={unique()}&password=correct{written}', BAD_PARAMETER
    yield 'login', f'username={written}&password=correct', checks.WRONG_PASSWORD
    yield 'login', f'username={ann.name}&password={written}', checks.WRONG_PASSWORD
    yield 'publish', f'title={written}', BAD_PARAMETER


@pytest.mark.parametrize('written', INVALID + ['a%00b'])
def test_what_is_not_utf_8_is_refused_everywhere(server, ann, bob, a_video_id, written):
    for endpoint, fields, code in texts(ann, bob, a_video_id, written):
        raw = post(ENDPOINTS[endpoint][1], f'token={ann.token}&{fields}'.encode(),
                   'Connection: close')
        answer, = exchange(server, raw)
        checks.envelope_text(answer.content, code)


@pytest.mark.parametrize('text', CONTROLS, ids=ascii)
def test_control_characters_are_refused_where_people_read(ann, bob, video, clips, text):
    bob.comment(video['id'], text, BAD_TEXT)
    ann.publish(clips.data('tiny.mp4'), text, BAD_PARAMETER)
    ann.call('register', BAD_PARAMETER, username=text, password='correct horse')
    if '\0' in text:
        ann.send(bob.id, text, BAD_TEXT)
        ann.call('register', BAD_PARAMETER, username=unique(), password=text + 'abcdef')


@pytest.mark.parametrize('field, most', [('comment', 500), ('title', 200), ('message', 2000)])
def test_a_flood_of_combining_characters_is_counted_one_by_one(ann, bob, video, clips, field, most):
    flood = 'e' + '\u0301' * (most - 1)
    if field == 'comment':
        assert ann.comment(video['id'], flood)['content'] == flood
        ann.comment(video['id'], flood + '\u0301', BAD_TEXT)
    elif field == 'title':
        ann.publish(clips.data('tiny.mp4'), flood)
        ann.publish(clips.data('tiny.mp4'), flood + '\u0301', BAD_PARAMETER)
    else:
        ann.send(bob.id, flood)
        ann.send(bob.id, flood + '\u0301', BAD_TEXT)


# Sizes.

LIMITS = {  # endpoint, parameter, characters, the code beyond, the code at the limit
    'name': ('register', 'username', 32, BAD_PARAMETER, OK),
    'password': ('register', 'password', 32, BAD_PARAMETER, OK),
    'comment': ('comment', 'comment_text', 500, BAD_TEXT, OK),
    'message': ('message', 'content', 2000, BAD_TEXT, OK),
    'title': ('publish', 'title', 200, BAD_PARAMETER, BAD_PARAMETER),  # there is no file
}


WIDTHS = [(which, character) for which in LIMITS for character in ('x', '\u77ed', '\U0001f600')
          if which != 'password' or character == 'x']  # there bytes count, too


@pytest.mark.parametrize('which, character', WIDTHS)
def test_a_text_may_have_its_limit_and_not_one_more(server, ann, bob, a_video_id, which, character):
    endpoint, name, most, beyond, at_limit = LIMITS[which]
    for size, code in ((most - 8, at_limit), (most, at_limit), (most + 1, beyond),
                       (2 * most, beyond)):
        fields = {'token': ann.token, 'to_user_id': bob.id, 'video_id': a_video_id,
                  'action_type': 1, 'username': unique(), 'password': 'correct horse'}
        text = unique()[-8:] + character * (size - 8) if which == 'name' else character * size
        response = ann.http.post(ENDPOINTS[endpoint][1], data={**fields, name: text})
        checks.envelope(response, code)


@pytest.mark.parametrize('endpoint', ALL)
def test_a_megabyte_in_any_parameter_is_413(server, ann, a_video_id, endpoint):
    """In chunks, so that it has to be read before it is too large."""
    method, path = ALL[endpoint]
    for name in PARAMETERS:
        form = urlencode({**usual(ann, a_video_id), name: 'x' * (1 << 20)}).encode()
        head = request(method, path, ['Content-Type: application/x-www-form-urlencoded',
                                      'Transfer-Encoding: chunked'])
        answer, = exchange(server, head, chunked(form))
        assert answer.status_code == 413
        checks.envelope_text(answer.content, checks.TOO_LARGE)


@pytest.mark.parametrize('endpoint', ALL)
def test_sixty_kilobytes_in_any_parameter_do_no_harm(ann, a_video_id, endpoint):
    method, path = ALL[endpoint]
    for name in PARAMETERS:
        response = ann.http.request(method, path,
                                    data={**usual(ann, a_video_id), name: '9' * 60000})
        assert checks.envelope(response, None)['status_code'] < 50000


@pytest.mark.parametrize('count, code', [(60, OK), (61, BAD_PARAMETER), (5000, BAD_PARAMETER)])
def test_parameters_beyond_their_number_are_refused(ann, bob, count, code):
    """With these four 64 may come."""
    fields = {'token': ann.token, 'to_user_id': bob.id, 'action_type': 1, 'content': 'hello'}
    more = {f'p{at}': 'v' for at in range(count)}
    response = ann.http.post(ENDPOINTS['message'][1], data={**more, **fields})
    checks.envelope(response, code)
    assert len(bob.chat(ann.id)) == (code == OK)


# Where texts go besides.

def test_strings_leave_logs_and_metrics_whole(own_server, clients):
    server = own_server({'log.level': 'debug', 'log.format': 'json'})
    viewer = clients(server.url)
    for text in STRINGS + CONTROLS + ['a\n{"log.level":"error"}']:
        viewer.http.get('/nothing', params={'x': text})
        viewer.http.get(f'/{"".join(f"%{byte:02x}" for byte in text.encode())}')
        viewer.http.post(ENDPOINTS['login'][1], data={'username': text, 'password': text})
    raw = get('/livez', 'Connection: close')[:-2] + b'User-Agent: \xff\xfe"}\x1b[31m\r\n\r\n'
    exchange(server, raw)
    Metrics(viewer.http.get('/metrics').text)
    eventually(lambda: server.log().count('/livez') >= 1)
    for line in filter(None, server.log().split('\n')):
        assert json.loads(line)['log.level'] in ('debug', 'info', 'warn')
        assert '\x1b' not in line


def test_passwords_and_tokens_are_in_no_log(own_server, clients, new_user):
    server = own_server({'log.level': 'debug'})
    viewer = clients(server.url)
    name, secret = unique(), 'Sesame-open-7251'
    viewer.register(name, secret)
    viewer.login(name, secret)
    viewer.login(name, secret + 'x', checks.WRONG_PASSWORD)
    viewer.user()
    viewer.http.get('/douyin/user/', headers={'Authorization': f'Bearer {viewer.token}'})
    viewer.send(new_user(server.url).id, 'private-words-7251')
    text = server.log() + viewer.http.get('/metrics').text
    for private in (secret, viewer.token, viewer.token.split('.')[2], 'private-words-7251'):
        assert private not in text


def test_the_page_allows_no_script_but_its_own(server):
    answer, = exchange(server, get('/', 'Connection: close'))
    policy = answer.headers['content-security-policy']
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and 'unsafe' not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert b'<script>' not in answer.content and b' onclick' not in answer.content
