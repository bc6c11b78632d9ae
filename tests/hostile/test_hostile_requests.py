# Odd but well-framed requests: targets, methods, expectations, lengths and ranges of every kind.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from checks import FAILED, TOO_LARGE
from client import ENDPOINTS
from http_bytes import Closed, Connection, chunked, exchange, get, request

OTHER = ['/api/v1/me/password/', '/livez', '/readyz', '/metrics', '/', '/assets/page.css',
         '/media/v/00/0000000000000000/1/video.mp4', '/api/v1/videos/1']
PATHS = [path for _, path in ENDPOINTS.values()] + OTHER
POST_PATHS = {path for method, path in ENDPOINTS.values() if method == 'POST'} | {
    '/api/v1/me/password/'}
ALLOWED = {'/api/v1/videos/1': {'GET', 'HEAD', 'PATCH', 'DELETE'}}
FORM = 'Content-Type: application/x-www-form-urlencoded'
CLOSE = 'Connection: close'


def one(server, raw, to_head=False):
    """The only answer to a request that is the last on its connection."""
    with Connection(server) as connection:
        connection.send(raw)
        answer = connection.answer(to_head)
        assert connection.answers_until_closed() == []
        return answer


def codes(server, raw):
    return [answer.status_code for answer in exchange(server, raw)]


# Methods.

@pytest.mark.parametrize('path', [path for path in PATHS if path not in POST_PATHS])
def test_head_is_answered_as_get_is_and_without_a_body(server, path):
    whole = one(server, get(path, CLOSE))
    head = one(server, request('HEAD', path, [CLOSE]), to_head=True)
    assert head.status_code == whole.status_code
    same = {'content-type', 'x-content-type-options', 'cache-control', 'etag', 'accept-ranges'}
    for name in same & whole.headers.keys():
        assert head.headers[name] == whole.headers[name]
    if path != '/metrics':  # it grows by being asked
        assert head.headers['content-length'] == whole.headers['content-length']


@pytest.mark.parametrize('method', ['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'get',
                                    'Get', 'M-SEARCH', 'A' * 1000, 'HEAD', 'POST', 'GET'])
@pytest.mark.parametrize('path', PATHS)
def test_a_method_that_is_not_for_a_path_is_405_with_those_that_are(server, path, method):
    allowed = ALLOWED.get(path, {'POST'} if path in POST_PATHS else {'GET', 'HEAD'})
    if method in allowed:
        return
    answer = one(server, request(method, path, [CLOSE]), method == 'HEAD')
    assert answer.status_code == 405
    assert {name.strip() for name in answer.headers['allow'].split(',')} == allowed


def test_trace_does_not_echo(server):
    answer = one(server, request('TRACE', '/', ['Cookie: secret-of-mine', CLOSE]))
    assert b'secret-of-mine' not in answer.content


@pytest.mark.parametrize('raw', [
    b'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n',
    b'CONNECT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET example.org:80 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET ?a=b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET ftp://a/livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET javascript:alert(1) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    b'GET #/livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
])
def test_a_target_of_another_form_is_refused(server, raw):
    with Connection(server) as connection:
        connection.send(raw)
        assert connection.answer().status_code in (400, 404, 405)


# Targets.

@pytest.mark.parametrize('target', ['http://duan.test/livez', 'http://other.example:81/livez',
                                    'https://duan.test/livez', 'http://a:b@c/livez'])
def test_a_target_in_absolute_form_is_its_path(server, target):
    answer = one(server, get(target, CLOSE))
    assert (answer.status_code, answer.content) == (200, b'ok\n')


@pytest.mark.parametrize('target, status', [
    ('http://duan.test', 200), ('http://', 200), ('http:///livez', 200), ('http://a?b', None),
])
def test_an_absolute_target_without_a_path_does_no_harm(server, target, status):
    assert one(server, get(target, CLOSE)).status_code in ((status,) if status else (200, 400, 404))


def test_the_host_of_an_absolute_target_is_not_believed_in_urls(server, ann):
    """As before it is the header that counts, and only when it is a plain name."""
    target = f'http://evil.example/douyin/user/?token={ann.token}'
    body = checks.envelope_text(one(server, get(target, CLOSE)).content)
    assert body['user']['avatar'].startswith('http://duan.test/')


@pytest.mark.parametrize('host', ['a"b', 'a<script>', 'a/b', 'a\\b', 'ü', 'a' * 300, 'a b', ''])
def test_a_host_that_cannot_stand_in_a_url_is_not_in_one(server, ann, host):
    raw = (f'GET /douyin/user/?token={ann.token} HTTP/1.1\r\nHost: {host}\r\n{CLOSE}\r\n\r\n')
    body = checks.envelope_text(one(server, raw.encode()).content)
    assert body['user']['avatar'].startswith('http://localhost/')


@pytest.mark.parametrize('path', [
    '/media/../duan.db', '/media/v/../../../../etc/passwd', '/media/%2e%2e/%2e%2e/etc/passwd',
    '/media/v/..%2f..%2f..%2fduan.db', '/media//etc/passwd', '/media/v/00/x%00.mp4',
    '/media/v/00/0000000000000000/0/original.bin', '/assets/../../duan.yaml', '/assets/%2e%2e/dev',
    '/assets//etc/passwd', '/media/v/%ff.mp4', '/media/v\\..\\..\\duan.db', '/media/token.key',
    '/media/./v', '/media/objects/v', '/.git/config', '/token.key', '/..', '/%2e%2e/token.key',
    '/media/' + '../' * 500 + 'etc/passwd', '/media/v/' + 'a/' * 1000 + 'x.mp4',
    '/media/v/00/' + 'a' * 5000 + '.mp4', '/api/v1/videos/../users', '/api/v1/videos/%00',
])
def test_a_path_that_leads_elsewhere_leads_nowhere(server, path):
    answer = one(server, get(path, CLOSE))
    assert answer.status_code in (200, 400, 404)
    body = checks.envelope_text(answer.content, None)
    assert body['status_code'] != 0


@pytest.mark.parametrize('size, status', [(11000, 200), (12500, 414), (100000, None),
                                          (1 << 20, None)])
def test_a_long_target_is_refused(server, size, status):
    """Far beyond the limit the library may answer by itself, or just close."""
    answers = exchange(server, get('/livez?a=' + 'b' * size, CLOSE))
    if status:
        assert [answer.status_code for answer in answers] == [status]
    assert all(answer.status_code in (200, 400, 413, 414, 431) for answer in answers)


@pytest.mark.parametrize('headers', [
    [f'X-{at}: a' for at in range(101)],
    [f'X: {"a" * 15000}', f'Y: {"b" * 15000}'],
    [f'Cookie: {"a" * 60000}'],
    [f'{"N" * 20000}: a'],
], ids=['many', 'two large', 'cookies', 'a long name'])
def test_headers_beyond_their_limit_are_431(server, headers):
    answers = exchange(server, get('/livez', *headers))
    assert [answer.status_code for answer in answers] in ([431], [])


def test_refusals_of_large_heads_are_told(server):
    """With nothing unread behind it the answer is not lost."""
    assert codes(server, get('/livez', *[f'X-{at}: a' for at in range(101)])) == [431]


# Expectations, upgrades, versions.

@pytest.mark.parametrize('value', ['200-ok', '100-continue, x', 'x', '100-continued', ''])
def test_an_unknown_expectation_is_417(server, value):
    raw = request('POST', ENDPOINTS['login'][1], [FORM, f'Expect: {value}', 'Content-Length: 3'])
    with Connection(server) as connection:
        connection.send(raw)
        assert connection.answer().status_code == 417


def test_an_expectation_in_any_case_is_met(server):
    raw = request('POST', ENDPOINTS['login'][1], [FORM, 'expect: 100-Continue',
                                                  'Content-Length: 3'])
    with Connection(server) as connection:
        connection.send(raw)
        assert connection.answer().status_code == 100
        connection.send(b'a=b')
        assert connection.answer().status_code == 200


def test_a_refused_upload_is_not_asked_to_continue(server):
    raw = request('POST', ENDPOINTS['publish'][1],
                  ['Content-Type: multipart/form-data; boundary=a', 'Expect: 100-continue',
                   'Content-Length: 1099511627776'])
    with Connection(server) as connection:
        connection.send(raw)
        assert connection.answer().status_code == 413


@pytest.mark.parametrize('headers', [
    ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
    ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAMAAABkAAQ'],
    ['Upgrade: TLS/1.3', 'Connection: Upgrade'],
])
def test_an_upgrade_is_ignored(server, headers):
    with Connection(server) as connection:
        connection.send(get('/livez', *headers))
        assert connection.answer().status_code == 200
        connection.send(get('/livez', CLOSE))
        assert [answer.status_code for answer in connection.answers_until_closed()] == [200]


def test_the_preface_of_http_2_is_refused(server):
    answers = exchange(server, b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    assert all(answer.status_code >= 400 for answer in answers)


def test_http_1_0_stays_open_only_when_asked(server):
    raw = b'GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    with Connection(server) as connection:
        connection.send(raw)
        answer = connection.answer()
        assert answer.status_code == 200
        if answer.headers.get('connection', '').lower() == 'keep-alive':
            connection.send(raw)
            assert connection.answer().status_code == 200


# Lengths.

@pytest.mark.parametrize('length', ['-1', '-9223372036854775808', '9223372036854775808', '1e3',
                                    '0x10', '１', '99999999999999999999999999', '1 1', ',', '1,'])
def test_a_length_that_is_none_is_refused(server, length):
    raw = request('POST', ENDPOINTS['login'][1], [FORM, f'Content-Length: {length}'])
    assert all(400 <= code < 500 for code in codes(server, raw + b'a'))


@pytest.mark.parametrize('length', [65537, 1 << 31, 1 << 32, (1 << 63) - 1])
def test_a_length_beyond_a_form_is_413(server, length):
    raw = request('POST', ENDPOINTS['login'][1], [FORM, f'Content-Length: {length}'])
    with Connection(server) as connection:
        connection.send(raw)
        answer = connection.answer()
        assert answer.status_code == 413
        checks.envelope_text(answer.content, TOO_LARGE)


@pytest.mark.parametrize('headers, body', [
    (['Content-Length: 0'], b''), (['Content-Length: 00000000'], b''),
    (['Transfer-Encoding: chunked', CLOSE], b'0\r\n\r\n'),
    (['Transfer-Encoding: chunked', CLOSE], b'000000\r\n\r\n'),
    (['Content-Type: multipart/form-data; boundary=a', 'Content-Length: 0'], b''),
])
@pytest.mark.parametrize('path', sorted(POST_PATHS))
def test_an_empty_body_is_an_envelope(server, path, headers, body):
    with Connection(server) as connection:
        connection.send(request('POST', path, headers) + body)
        answer = connection.answer()
        assert answer.status_code in (200, 400)
        assert checks.envelope_text(answer.content, None)['status_code'] != 0


@pytest.mark.parametrize('body', [
    b'ffffffffffffffff\r\na', b'fffffffffffffffff\r\na', b'7fffffffffffffff\r\na', b'-1\r\na',
    b'+1\r\na\r\n0\r\n\r\n', b' 1\r\na\r\n0\r\n\r\n', b'g\r\na', b'\r\n\r\n', b'1\r\nab\r\n0\r\n\r\n',
    b'1;' + b'x' * 20000 + b'\r\na\r\n0\r\n\r\n', b'1\r\na\r\n0\r\n' + b'X: y\r\n' * 5000 + b'\r\n',
], ids=['2^64-1', '2^68-1', '2^63-1', 'negative', 'plus', 'blank', 'no digit', 'empty line',
        'longer than it says', 'long extension', 'many trailers'])
def test_a_chunk_that_lies_never_lets_a_second_request_in(server, body):
    raw = request('POST', ENDPOINTS['login'][1], [FORM, 'Transfer-Encoding: chunked'])
    with Connection(server) as connection:
        connection.send(raw + body + get('/livez'))
        connection.end()
        answers = connection.answers_until_closed()
    assert len(answers) <= 1 and all(answer.content != b'ok\n' for answer in answers)


def test_a_chunked_body_beyond_a_form_is_413(server):
    raw = request('POST', ENDPOINTS['login'][1], [FORM, 'Transfer-Encoding: chunked'])
    answers = exchange(server, raw + chunked(*[b'a' * 1000] * 100))
    assert [answer.status_code for answer in answers] == [413]


# Ranges.

@pytest.fixture(scope='module')
def cover(server, new_user, clips):
    """The path of a small file, and its bytes."""
    video = new_user().publish_new(clips.data('tiny.mp4'))
    path = '/' + video['cover_url'].split('/', 3)[3]
    return path, one(server, get(path, CLOSE)).content


@pytest.mark.parametrize('value', [
    'bytes=0-0,1-1', 'bytes=0-,0-,0-', 'bytes=' + ','.join(['0-'] * 3000), 'bytes=5-3', 'bytes=',
    'bytes=-', 'bytes=a-b', 'bytes=0-0-0', 'items=0-5', 'bytes 0-5', 'bytes=0x0-0x5', '0-5',
    'bytes=1-' + '0' * 5000 + 'x', 'bytes=--5', 'bytes=+1-5',
], ids=lambda value: value[:20])
def test_a_range_that_need_not_be_understood_is_the_whole(server, cover, value):
    path, whole = cover
    answer = one(server, get(path, f'Range: {value}', CLOSE))
    assert (answer.status_code, answer.content) == (200, whole)


@pytest.mark.parametrize('value', ['bytes=99999999-', 'bytes=9223372036854775807-',
                                   'bytes=99999999999999999999999-', 'bytes=-0'])
def test_a_range_behind_the_end_is_416(server, cover, value):
    path, whole = cover
    answer = one(server, get(path, f'Range: {value}', CLOSE))
    assert answer.status_code == 416
    assert answer.headers['content-range'] == f'bytes */{len(whole)}'


@pytest.mark.parametrize('value, first', [
    ('bytes=0-99999999999999999999999', 0), ('bytes=5-9223372036854775807', 5),
    ('bytes=-99999999999999999999999', 0), ('bytes=0000005-', 5),
])
def test_a_range_beyond_all_numbers_is_cut_to_the_file(server, cover, value, first):
    path, whole = cover
    answer = one(server, get(path, f'Range: {value}', CLOSE))
    assert (answer.status_code, answer.content) == (206, whole[first:])


def test_ranges_of_what_is_no_file_are_ignored(server):
    assert one(server, get('/livez', 'Range: bytes=0-0', CLOSE)).content == b'ok\n'


def test_an_unknown_route_with_everything_at_once_is_404(server):
    raw = request('POST', '/nothing', [FORM, 'Expect: 100-continue', 'Upgrade: x', 'Range: bytes=0-',
                                       'Content-Length: 10', CLOSE])
    with Connection(server) as connection:
        connection.send(raw)
        try:
            checks.envelope_text(connection.answer().content, FAILED)
        except Closed:
            pytest.fail('closed without an answer')
