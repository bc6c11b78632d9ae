# How requests travel: routes, methods, where parameters are looked for and how they are written.
# SPDX-License-Identifier: Apache-2.0
import os
import signal
from urllib.parse import urlencode

import pytest

import checks
from checks import (BAD_PARAMETER, BAD_TEXT, FAILED, NO_SESSION, NO_USER, NO_VIDEO, SELF_FOLLOW, TOO_LARGE,
                    WRONG_PASSWORD)
from client import ENDPOINTS, FOLLOW, LIKE, ids, unique
from http_bytes import Connection, chunked, exchange, get, multipart, post, request
from playback import fetch

EACH_ENDPOINT = pytest.mark.parametrize('method, path', ENDPOINTS.values(), ids=ENDPOINTS.keys())
FORM = 'application/x-www-form-urlencoded'


# Routes and methods.

@EACH_ENDPOINT
def test_the_slash_at_the_end_may_be_left_out(anyone, method, path):
    with_slash = anyone.http.request(method, path)
    without = anyone.http.request(method, path.rstrip('/'))
    expected = checks.envelope(with_slash, None)
    got = checks.envelope(without, None)
    assert got['status_code'] == expected['status_code']
    assert got.keys() == expected.keys()


@EACH_ENDPOINT
def test_a_wrong_method_names_the_right_one(anyone, method, path):
    for wrong in {'GET', 'POST', 'PUT', 'DELETE', 'PATCH'} - {method}:
        response = anyone.http.request(wrong, path)
        checks.envelope(response, FAILED, 405)
        allowed = {name.strip() for name in response.headers['allow'].split(',')}
        assert method in allowed
        assert allowed <= {method, 'OPTIONS'} | ({'HEAD'} if method == 'GET' else set())


@pytest.mark.parametrize('path', [
    '/douyin/', '/douyin/nothing/', '/douyin/feed/more/', '/douyin/feedx/', '/douyin/fee/',
    '/douyin/feed//', '/DOUYIN/feed/', '/douyin/user/register/../login/', '/api/v1/nothing',
])
@pytest.mark.parametrize('method', ['GET', 'POST'])
def test_an_unknown_route_is_404_with_an_envelope(server, method, path):
    headers = ('Content-Length: 0', 'Connection: close')
    answers = exchange(server, request(method, path, headers))
    assert [answer.status_code for answer in answers] == [404]
    assert answers[0].headers['content-type'] == checks.JSON_TYPE
    checks.envelope_text(answers[0].content, FAILED)


@pytest.mark.parametrize('path', ['/douyin/feed/', '/douyin/feed', '/douyin/user/', '/livez',
                                  '/readyz', '/douyin/nothing/'])
def test_head_is_get_without_the_body(anyone, path):
    whole = anyone.http.get(path)
    head = anyone.http.head(path)
    assert head.status_code == whole.status_code
    assert head.headers['content-type'] == whole.headers['content-type']
    assert head.content == b''


def test_head_leaves_the_connection_in_step(server):
    with Connection(server) as connection:
        connection.send(request('HEAD', '/douyin/feed/'), get('/douyin/feed/'))
        assert connection.answer(to_head=True).status_code == 200
        assert checks.envelope_text(connection.answer().content)


def test_head_of_a_post_route_is_refused(anyone):
    response = anyone.http.head(ENDPOINTS['login'][1])
    assert response.status_code == 405
    assert response.headers['allow']


@EACH_ENDPOINT
def test_an_endpoint_without_parameters_answers_an_envelope(anyone, method, path):
    checks.envelope(anyone.http.request(method, path), None)


# Bodies.

def test_parameters_may_come_as_a_json_object(anyone):
    name = unique()
    registered = anyone.http.post(ENDPOINTS['register'][1], json={'username': name, 'password': 'correct horse', 'more': [{}]})
    body = checks.envelope(anyone.http.post(ENDPOINTS['login'][1], json={'username': name, 'password': 'correct horse'}))
    assert body['user_id'] == checks.envelope(registered)['user_id']
    follow = {'token': body['token'], 'to_user_id': body['user_id'], 'action_type': 1}
    checks.envelope(anyone.http.post(ENDPOINTS['relation'][1], json=follow), SELF_FOLLOW)


@pytest.mark.parametrize('body', ['{', '[]', '{"username":1,}', '"name"', '{"a":' + '[' * 99, '{"a":"\xff"}',
                                  '{' + ','.join(f'"{i}":0' for i in range(65)) + '}'])
def test_what_calls_itself_json_and_is_no_object_is_refused(ann, body):
    reply = ann.http.post(f'/api/v1/me/password?token={ann.token}', content=body.encode('latin-1'), headers={'Content-Type': 'application/json; charset=utf-8'})
    checks.envelope(reply, BAD_PARAMETER)


def test_a_json_body_over_its_limit_is_refused(anyone):
    reply = anyone.http.post(ENDPOINTS['login'][1], json={'username': 'x' * (64 * 1024)})
    checks.envelope(reply, TOO_LARGE, 413)


DRAINED = ['follow_list', 'follower_list', 'favorite_list', 'comment_list', 'chat', 'feed', 'user']


@pytest.mark.parametrize('endpoint', DRAINED)
def test_a_get_may_carry_a_body_and_the_connection_stays_in_step(server, ann, bob, a_video_id,
                                                                 endpoint):
    """The official tests send the same parameters twice, in the query and as a form."""
    fields = urlencode({'token': ann.token, 'user_id': ann.id, 'to_user_id': bob.id,
                        'video_id': a_video_id})
    path = ENDPOINTS[endpoint][1]
    form = (f'Content-Type: {FORM}', f'Content-Length: {len(fields)}')
    both = request('GET', f'{path}?{fields}', form) + fields.encode()
    with Connection(server) as connection:
        for _ in range(3):
            connection.send(both)
            checks.envelope_text(connection.answer().content)
        connection.send(get(f'/douyin/user/?token={ann.token}'))
        assert checks.envelope_text(connection.answer().content)['user']['id'] == ann.id


@pytest.mark.parametrize('endpoint', ['user', 'follow_list', 'chat'])
def test_a_get_finds_its_parameters_in_the_body_too(ann, bob, endpoint):
    response = ann.http.request('GET', ENDPOINTS[endpoint][1],
                                data={'token': ann.token, 'to_user_id': bob.id})
    checks.envelope(response)


def test_an_answer_is_right_after_a_body_nobody_reads(server):
    """A route that takes no body must still read past it."""
    with Connection(server) as connection:
        connection.send(post('/douyin/nothing/', b'z' * 30000))
        assert connection.answer().status_code == 404
        connection.send(get('/douyin/feed/', 'Connection: close'))
        answers = connection.answers_until_closed()
        assert [answer.status_code for answer in answers] in ([200], [])


@pytest.mark.parametrize('cut', ['one chunk', 'a chunk a byte'])
def test_a_form_may_come_in_chunks(anyone, ann, cut):
    form = urlencode({'username': ann.name, 'password': ann.password}).encode()
    parts = [form] if cut == 'one chunk' else [bytes([byte]) for byte in form]
    response = anyone.http.post(ENDPOINTS['login'][1], content=iter(parts),
                                headers={'Content-Type': FORM})
    assert checks.envelope(response)['user_id'] == ann.id


def test_chunks_may_have_extensions_and_trailers(server, ann):
    form = urlencode({'username': ann.name, 'password': ann.password}).encode()
    body = b'%x;name=value\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n' % (len(form), form)
    head = request('POST', ENDPOINTS['login'][1], (f'Content-Type: {FORM}', 'Connection: close',
                                                   'Transfer-Encoding: chunked'))
    answers = exchange(server, head + body)
    assert checks.envelope_text(answers[0].content)['user_id'] == ann.id


def upload_parts(token, data, title='a clip'):
    return multipart([('token', token), ('title', title), ('data', data, 'clip.mp4')])


def test_an_upload_may_come_in_chunks(server, ann, clips):
    body = upload_parts(ann.token, clips.data('tiny.mp4'))
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit', 'Connection: close',
                    'Transfer-Encoding: chunked'))
    answers = exchange(server, head, chunked(*[body[at:at + 1000]
                                               for at in range(0, len(body), 1000)]))
    checks.envelope_text(answers[0].content)
    assert len(ann.publish_list()) == 1


@pytest.mark.parametrize('framing', ['length', 'chunked'])
def test_an_upload_may_ask_whether_to_continue(server, ann, clips, framing):
    body = upload_parts(ann.token, clips.data('tiny.mp4'))
    if framing == 'length':
        framed, header = body, f'Content-Length: {len(body)}'
    else:
        framed, header = chunked(body), 'Transfer-Encoding: chunked'
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit', header,
                    'Expect: 100-continue'))
    with Connection(server) as connection:
        connection.send(head)
        assert connection.answer().status_code == 100
        connection.send(framed)
        checks.envelope_text(connection.answer().content)
    assert len(ann.publish_list()) == 1


def test_a_form_may_ask_whether_to_continue(server, ann):
    form = urlencode({'username': ann.name, 'password': ann.password}).encode()
    head, body = post(ENDPOINTS['login'][1], form, 'Expect: 100-continue').split(b'\r\n\r\n')
    with Connection(server) as connection:
        connection.send(head + b'\r\n\r\n')
        assert connection.answer().status_code == 100
        connection.send(body)
        assert checks.envelope_text(connection.answer().content)['user_id'] == ann.id


def test_an_announced_body_of_a_terabyte_is_413_before_it_is_sent(server):
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit',
                    'Content-Length: 1099511627776'))
    with Connection(server) as connection:
        connection.send(head)
        answer = connection.answer()
        assert answer.status_code == 413
        checks.envelope_text(answer.content, TOO_LARGE)
        assert connection.answers_until_closed() == []


def test_a_form_far_too_large_is_413(server):
    head = request('POST', ENDPOINTS['login'][1], (f'Content-Type: {FORM}',
                                                   'Content-Length: 1099511627776'))
    with Connection(server) as connection:
        connection.send(head)
        answer = connection.answer()
        assert answer.status_code == 413
        checks.envelope_text(answer.content, TOO_LARGE)


def test_ten_thousand_parameters_do_no_harm(server, anyone):
    form = '&'.join(f'p{i}=v' for i in range(10000)).encode()
    answers = exchange(server, post(ENDPOINTS['login'][1], form, 'Connection: close'))
    assert [answer.status_code for answer in answers] in ([200], [400], [413])
    anyone.feed()


def test_a_target_of_60_kib_is_refused_and_the_next_one_served(server, anyone):
    answers = exchange(server, get('/douyin/feed/?a=' + 'b' * 61440, 'Connection: close'))
    assert all(400 <= answer.status_code < 500 for answer in answers)
    anyone.feed()


# Pipelining.

def test_pipelined_requests_are_answered_in_order(server, new_user):
    people = [new_user() for _ in range(8)]
    asked = [get(f'/douyin/user/?token={person.token}') for person in people]
    with Connection(server) as connection:
        connection.send(b''.join(asked))
        got = [checks.envelope_text(connection.answer().content) for _ in people]
    assert [body['user']['id'] for body in got] == [person.id for person in people]


def test_pipelined_writes_happen_in_order(server, ann, bob):
    """Each is followed by a read that must see it; passwords take a thread of their own."""
    follow = f'/douyin/relation/action/?token={ann.token}&to_user_id={bob.id}&action_type='
    listed = get(f'/douyin/relation/follow/list/?token={ann.token}')
    login = post(ENDPOINTS['login'][1],
                 urlencode({'username': ann.name, 'password': ann.password}).encode())
    with Connection(server) as connection:
        connection.send(login + post(follow + '1', b'') + listed + login + post(follow + '2', b'')
                        + listed)
        got = [checks.envelope_text(connection.answer().content) for _ in range(6)]
    assert [ids(body['user_list']) for body in (got[2], got[5])] == [[bob.id], []]
    assert got[0]['user_id'] == got[3]['user_id'] == ann.id


# Where parameters are looked for.

@pytest.mark.parametrize('place', ['query', 'form', 'multipart'])
def test_a_post_finds_its_parameters_wherever_they_are(ann, bob, place):
    fields = {'token': ann.token, 'to_user_id': str(bob.id), 'action_type': str(FOLLOW)}
    sent = {
        'query': {'params': fields},
        'form': {'data': fields},
        'multipart': {'files': {name: (None, value) for name, value in fields.items()}},
    }
    checks.envelope(ann.http.post(ENDPOINTS['relation'][1], **sent[place]))
    assert ids(ann.follow_list()) == [bob.id]


@pytest.mark.parametrize('place', ['form', 'multipart'])
def test_the_query_goes_before_the_body(ann, bob, new_user, place):
    other = new_user()
    query = {'token': ann.token, 'to_user_id': bob.id}
    body = {'token': 'nonsense', 'to_user_id': str(other.id), 'action_type': str(FOLLOW)}
    sent = {
        'form': {'data': body},
        'multipart': {'files': {name: (None, value) for name, value in body.items()}},
    }
    checks.envelope(ann.http.post(ENDPOINTS['relation'][1], params=query, **sent[place]))
    assert ids(ann.follow_list()) == [bob.id]


def test_an_empty_parameter_in_the_query_counts_as_missing(ann, bob):
    response = ann.http.post(ENDPOINTS['relation'][1], params={'token': '', 'to_user_id': ''},
                             data={'token': ann.token, 'to_user_id': bob.id, 'action_type': 1})
    checks.envelope(response)
    assert ids(ann.follow_list()) == [bob.id]


def test_the_first_of_two_equal_names_counts(ann, bob, new_user):
    other = new_user()
    response = ann.http.post(ENDPOINTS['relation'][1] + f'?token={ann.token}&to_user_id={bob.id}'
                             f'&to_user_id={other.id}&action_type=1&action_type=2')
    checks.envelope(response)
    assert ids(ann.follow_list()) == [bob.id]


def test_the_same_parameters_in_query_and_form_are_one_value(anyone):
    """As the official tests send every POST."""
    fields = {'username': unique(), 'password': 'correct horse'}
    response = anyone.http.post(ENDPOINTS['register'][1], params=fields, data=fields)
    assert checks.envelope(response)['user_id'] > 0


@pytest.mark.parametrize('content_type', [
    FORM, f'{FORM}; charset=utf-8', FORM.upper(), f'{FORM};charset=UTF-8',
])
def test_a_form_is_known_by_its_type_however_it_is_written(anyone, ann, content_type):
    form = urlencode({'username': ann.name, 'password': ann.password})
    response = anyone.http.post(ENDPOINTS['login'][1], content=form,
                                headers={'Content-Type': content_type})
    assert checks.envelope(response)['user_id'] == ann.id


@pytest.mark.parametrize('content_type', ['application/json', 'text/plain', None])
def test_a_body_of_another_type_is_read_past_and_ignored(anyone, ann, content_type):
    form = urlencode({'username': ann.name, 'password': ann.password})
    headers = {'Content-Type': content_type} if content_type else {}
    response = anyone.http.post(ENDPOINTS['login'][1], content=form, headers=headers)
    checks.envelope(response, WRONG_PASSWORD)


# How parameters are written.

@pytest.mark.parametrize('written, meant', [
    ('a+b', 'a b'), ('a%20b', 'a b'), ('a%2Bb', 'a+b'), ('%e7%9f%ad', '短'), ('%E7%9F%AD', '短'),
    ('100%25', '100%'), ('a%26b%3Dc', 'a&b=c'), ('a=b', 'a=b'), ('%F0%9F%98%80', '😀'),
    ('%3Cb%3E%22%5C', '<b>"\\'), ('a%0Ab', 'a\nb'),
])
@pytest.mark.parametrize('place', ['query', 'form'])
def test_text_is_percent_decoded_with_plus_for_blank(server, ann, bob, written, meant, place):
    fields = (f'token={ann.token}&to_user_id={bob.id}&action_type=1&content={written}').encode()
    path = ENDPOINTS['message'][1]
    raw = {
        'query': b'POST %s?%s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
                 % (path.encode(), fields),
        'form': post(path, fields, 'Connection: close'),
    }
    checks.envelope_text(exchange(server, raw[place])[0].content)
    assert [message['content'] for message in ann.chat(bob.id)] == [meant]


@pytest.mark.parametrize('written', ['%', '%4', '%zz', 'a%', '%%41'])
def test_a_broken_percent_escape_does_no_harm(server, ann, bob, written):
    target = f'{ENDPOINTS["message"][1]}?token={ann.token}&to_user_id={bob.id}&content={written}'
    answers = exchange(server, post(target, b'', 'Connection: close'))
    assert [answer.status_code for answer in answers] in ([200], [400])
    checks.envelope_text(answers[0].content, None)


@pytest.mark.parametrize('written', ['%FF', '%C0%AF', '%ED%A0%80', '%F4%90%80%80', '%E7%9F', '%00'])
def test_text_that_is_not_utf_8_is_refused(server, ann, bob, written):
    target = f'{ENDPOINTS["message"][1]}?token={ann.token}&to_user_id={bob.id}&content=a{written}'
    answers = exchange(server, post(target, b'', 'Connection: close'))
    checks.envelope_text(answers[0].content, BAD_TEXT)
    assert ann.chat(bob.id) == []


def exponents(number):
    """Ways to write a number; the official tests send ids from a million on in the first."""
    digits = str(number)
    exact = f'{digits[0]}.{digits[1:] or 0}e+{len(digits) - 1:02d}'
    return [exact, exact.upper(), f'{number}e0']


def test_ids_may_be_written_with_an_exponent(ann, bob, video):
    for written in exponents(bob.id):
        assert ann.user(written)['id'] == bob.id
    ann.call('favorite', video_id=exponents(video['id'])[0], action_type=LIKE)
    assert ids(ann.favorite_list(exponents(ann.id)[0])) == [video['id']]
    comment = ann.comment(exponents(video['id'])[1], 'hello')
    ann.delete_comment(exponents(video['id'])[0], exponents(comment['id'])[0])
    ann.follow(exponents(bob.id)[0])
    ann.send(exponents(bob.id)[0], 'hello', action_type='1e0')
    assert len(ann.chat(exponents(bob.id)[0], pre_msg_time='0e0')) == 1


@pytest.mark.parametrize('written', ['1e+15', '9.007199254740991e+15', '7.097084071494288e+18',
                                     '9e18', '9007199254740991', '9223372036854775807'])
def test_large_ids_are_understood_and_unknown(ann, written):
    ann.call('favorite', NO_VIDEO, video_id=written, action_type=LIKE)
    ann.follow(written, NO_USER)


NOT_INTEGERS = ['abc', '1.5', '1.5e+00', '0x10', '1 2', '١', '１', 'NaN', 'inf', '1e', 'e1', '1e+',
                '--1', '1,000', '9223372036854775808', '1e19', '1e400', '1e999999999999', '1e-1',
                '1' * 400, '.', '-', '1_000', 'true', '1\0']


@pytest.mark.parametrize('written', NOT_INTEGERS, ids=[repr(text)[:24] for text in NOT_INTEGERS])
def test_what_is_not_an_integer_is_refused(ann, a_video_id, written):
    ann.call('favorite', BAD_PARAMETER, video_id=written, action_type=LIKE)
    ann.call('favorite', BAD_PARAMETER, video_id=a_video_id, action_type=written)
    ann.call('user', BAD_PARAMETER, user_id=written)
    ann.call('feed', BAD_PARAMETER, latest_time=written)
    ann.call('comment_list', BAD_PARAMETER, video_id=written)


@pytest.mark.parametrize('written', ['', '0', None, '0e0'])
def test_a_required_id_of_zero_is_a_missing_one(ann, a_video_id, written):
    ann.call('favorite', BAD_PARAMETER, video_id=written, action_type=LIKE)
    ann.call('comment', BAD_PARAMETER, video_id=written, action_type=1, comment_text='hello')
    ann.call('comment_list', BAD_PARAMETER, video_id=written)
    ann.delete_comment(a_video_id, written, BAD_PARAMETER)
    ann.follow(written, BAD_PARAMETER)
    ann.send(written, 'hello', BAD_PARAMETER)
    ann.chat(written, expect=BAD_PARAMETER)


@pytest.mark.parametrize('written', ['-1', '-9223372036854775808'])
def test_a_negative_id_belongs_to_nobody(ann, written):
    ann.call('favorite', (BAD_PARAMETER, NO_VIDEO), video_id=written, action_type=LIKE)
    ann.follow(written, (BAD_PARAMETER, NO_USER))


# What replies look like.

def test_an_endpoint_that_needs_a_session_says_so_with_http_200(anyone):
    anyone.call('favorite', NO_SESSION, http=200, video_id=1, action_type=LIKE)


def test_replies_say_their_length_or_come_in_chunks(server):
    with Connection(server) as connection:
        connection.send(get('/douyin/feed/'))
        answer = connection.answer()
        assert ('content-length' in answer.headers) != ('transfer-encoding' in answer.headers)


def test_many_requests_share_one_connection(server, ann):
    with Connection(server) as connection:
        for _ in range(200):
            connection.send(get(f'/douyin/user/?token={ann.token}'))
            assert checks.envelope_text(connection.answer().content)['user']['id'] == ann.id


def test_a_hundred_connections_are_served_at_once(server):
    connections = [Connection(server) for _ in range(100)]
    for connection in connections:
        connection.send(get('/douyin/feed/'))
    for connection in connections:
        checks.envelope_text(connection.answer().content)
        connection.socket.close()


@pytest.mark.parametrize('crowd', [127, 128, 129, 256])
def test_all_who_ask_in_one_moment_are_answered(own_server, crowd):
    """However many: an event loop that takes events by the hundred must not wait for more of them."""
    running = own_server({'http.threads': 1})
    asking = [Connection(running) for _ in range(crowd)]
    for connection in asking:
        connection.send(get('/douyin/feed/'))
        connection.answer()
    os.kill(running.process.pid, signal.SIGSTOP)
    for connection in asking:
        connection.send(get('/douyin/feed/'))
    os.kill(running.process.pid, signal.SIGCONT)
    for connection in asking:
        assert connection.answer().status_code == 200
        connection.socket.close()


def test_urls_in_replies_can_be_fetched_by_whoever_got_them(anyone, a_video_id):
    video = anyone.video(a_video_id)
    for url in (video['cover_url'], video['author']['avatar'],
                video['author']['background_image']):
        fetch(url)
