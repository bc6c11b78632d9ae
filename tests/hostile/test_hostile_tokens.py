# Tokens that nobody gave out, on every route that takes one; some are signed with the right key.
# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import hmac
import json
import time

import pytest

import checks
from checks import NO_SESSION, OK
from client import ENDPOINTS, unique
from effort import rounds
from http_bytes import multipart
from server_process import Server

SECRET = 'a secret that the tests know, of 32 bytes or more'
ROUTES = {**ENDPOINTS, 'change_password': ('POST', '/api/v1/me/password/'),
          'video_page': ('GET', '/api/v1/videos/{video}')}
PUBLIC = ('register', 'login')  # they do not look at tokens
LENIENT = ('feed',)  # there a bad one counts as none
STRICT = [name for name in ROUTES if name not in PUBLIC + LENIENT]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def sign(head, body, key=SECRET.encode(), hashing=hashlib.sha256):
    """Of what was written already; the head of a good token is taken from one."""
    text = f'{head}.{body}'
    return f'{text}.{encode(hmac.new(key, text.encode(), hashing).digest())}'


def claims_of(token):
    return json.loads(decode(token.split('.')[1]))


def written(claims):
    return encode(json.dumps(claims, separators=(',', ':')).encode())


def header(**fields):
    return encode(json.dumps(fields, separators=(',', ':')).encode())


def forgeries(mine, yours):
    """By what is wrong with each."""
    head, body, mac = mine.split('.')
    claims = claims_of(mine)

    def claiming(**changed):
        return sign(head, written({**claims, **changed}))

    other = header(alg='HS256', typ='JWT', kid='../../dev/null')
    yield from {
        'alg none': f'{header(alg="none", typ="JWT")}.{body}.',
        'alg none, signed': sign(header(alg='none'), body),
        'alg NONE': f'{header(alg="NONE")}.{body}.{mac}',
        'HS512': sign(header(alg='HS512', typ='JWT'), body, hashing=hashlib.sha512),
        'HS512 under our head': sign(head, body, hashing=hashlib.sha512),
        'RS256 with our key': sign(header(alg='RS256', typ='JWT'), body),
        'ES256': sign(header(alg='ES256'), body), 'a key id': sign(other, body),
        'a key of its own': sign(header(alg='HS256', jwk={'kty': 'oct', 'k': 'AA'}), body, b'\0'),
        'a key by address': sign(header(alg='HS256', jku='http://127.0.0.1/x'), body),
        'a head spelled otherwise': sign(header(typ='JWT', alg='HS256', a=1), body),
        'no key': sign(head, body, b''), 'another key': sign(head, body, b'duan' * 8),
        'the key cut': sign(head, body, SECRET.encode()[:-1]),
        "another's body": f'{head}.{yours.split(".")[1]}.{mac}',
        "another's signature": f'{head}.{body}.{yours.split(".")[2]}',
        'expired': claiming(exp=int(time.time()) - 1), 'expired at 0': claiming(exp=0),
        'expired in 1970': claiming(iat=1, exp=2), 'negative end': claiming(exp=-1),
        'no end': sign(head, written({'uid': claims['uid'], 'ses': claims['ses']})),
        'older session': claiming(ses=claims['ses'] - 1),
        'later session': claiming(ses=claims['ses'] + 1),
        'no session': claiming(ses=0), 'nobody': claiming(uid=0), 'minus one': claiming(uid=-1),
        'unknown user': claiming(uid=2**53 - 5), 'user as text': claiming(uid='1 or 1=1'),
        'user beyond 64 bits': sign(head, encode(b'{"uid":99999999999999999999,"ses":1}')),
        'empty body': sign(head, ''), 'body of a list': sign(head, encode(b'[]')),
        'body that is no JSON': sign(head, encode(b'\xff\xfe')), 'padded': f'{head}.{body}=.{mac}',
        'body of a megabyte': sign(head, 'A' * 8000), 'cut': mine[:-1], 'cut to the head': head,
        'one more': mine + 'A', 'one more dot': mine + '.', 'two signatures': f'{mine}.{mac}',
        'twice': mine + mine, 'twice with a comma': f'{mine},{mine}', 'a blank before': ' ' + mine,
        'a blank behind': mine + ' ', 'a line end': mine + '\n', 'NUL': mine + '\0',
        'NUL before': '\0' + mine, 'quoted': f'"{mine}"', 'Bearer': f'Bearer {mine}',
        'JSON': json.dumps({'token': mine}), 'very long': 'x' * 8000, 'dots': '.' * 5000,
        'Chinese': '\u77ed\u89c6\u9891', 'wide letters': mine.replace('e', '\uff45'),
        'standard alphabet': sign(head, body).replace('-', '+').replace('_', '/') + '+',
        'other case': mine.swapcase(), 'backwards': mine[::-1], 'SQL': "' OR 1=1--",
        'path': '../token.key', 'the key itself': SECRET, 'null': 'null', 'zero': '0',
    }.items()


@pytest.fixture(scope='module')
def known(tmp_path_factory):
    """A server whose key is known."""
    running = Server(tmp_path_factory.mktemp('known'), {'auth.token_secret': SECRET}).start()
    yield running
    running.stop()


@pytest.fixture
def world(known, new_user, clips):
    """Ann and bob on that server, and a video of hers."""
    ann, bob = new_user(known.url), new_user(known.url)
    return ann, bob, ann.publish_new(clips.data('tiny.mp4'))['id']


def test_a_token_of_the_right_key_is_what_we_think_it_is(world):
    """The forgeries below are wrong in one thing alone: made like this, one is good."""
    ann, _, _ = world
    head, body, _ = ann.token.split('.')
    assert sign(head, body) == ann.token
    longer = sign(head, written({**claims_of(ann.token), 'exp': 2**40}))
    assert ann.call('user', token=longer)['user']['id'] == ann.id


def ask(viewer, route, video, token, place):
    """The reply's status_code, with the token in the query, the form or the header."""
    method, path = ROUTES[route]
    path = path.format(video=video)
    fields = {'video_id': video, 'user_id': viewer.id, 'to_user_id': 1, 'action_type': 1,
              'comment_text': 'hello', 'content': 'hello', 'title': 'a clip',
              'old_password': 'x', 'new_password': 'battery staple'}
    sent = {'query': {'params': {**fields, 'token': token}},
            'form': {'params': fields, 'data': {'token': token}},
            'header': {'params': fields, 'headers': {'Authorization': f'Bearer {token}'.encode()}}}
    return checks.envelope(viewer.http.request(method, path, **sent[place]), None)['status_code']


def fits_a_header(token):
    """What could not be sent there at all, or is another token there than it was here."""
    return token.isascii() and token.isprintable() and token == token.strip() and len(token) < 9000


@pytest.mark.parametrize('route', STRICT)
def test_no_forgery_is_taken_where_a_session_counts(world, route):
    ann, bob, video = world
    for at, (name, token) in enumerate(forgeries(ann.token, bob.token)):
        places = ['query', 'form'] + ['header'] * fits_a_header(token)
        for place in rounds([places[at % len(places)]], places):
            assert ask(ann, route, video, token, place) == NO_SESSION, (name, place)
    assert bob.follower_list() == [] and bob.comment_list(video) == [] and bob.favorite_list() == []
    assert len(ann.publish_list()) == 1


@pytest.mark.parametrize('route', LENIENT)
def test_a_forgery_counts_as_none_where_nobody_is_needed(world, route):
    ann, bob, video = world
    ann.like(video)
    for name, token in forgeries(ann.token, bob.token):
        assert ask(ann, route, video, token, 'query') == OK, name
        assert not any(each['is_favorite'] for each in bob.feed(token=token)[0]), name


@pytest.mark.parametrize('route', PUBLIC)
def test_tokens_are_not_looked_at_where_they_mean_nothing(world, route):
    ann, bob, _ = world
    for name, token in list(forgeries(ann.token, bob.token))[::4]:
        fields = {'username': ann.name if route == 'login' else unique(), 'token': token,
                  'password': 'correct horse'}
        response = ann.http.post(ENDPOINTS[route][1], data=fields)
        body = checks.envelope(response)
        assert (body['user_id'] == ann.id) == (route == 'login'), name


def test_of_two_tokens_the_first_counts_alone(world):
    ann, bob, _ = world
    path = ENDPOINTS['user'][1]
    mine, yours = f'token={ann.token}', f'token={bob.token}'
    for query, owner in [(f'{mine}&{yours}', ann), (f'{yours}&{mine}', bob),
                         (f'{mine}&token=nonsense', ann), (f'token=nonsense&{mine}', None)]:
        body = checks.envelope(ann.http.get(f'{path}?{query}'), None)
        assert body['status_code'] == (OK if owner else NO_SESSION)
        assert not owner or body['user']['id'] == owner.id


def test_a_bad_parameter_is_not_mended_by_a_good_header(world):
    ann, _, _ = world
    response = ann.http.get(ENDPOINTS['user'][1], params={'token': 'nonsense'},
                            headers={'Authorization': f'Bearer {ann.token}'})
    checks.envelope(response, NO_SESSION)


def test_an_upload_with_a_forged_token_in_its_form_is_refused_and_leaves_nothing(world, clips):
    ann, bob, _ = world
    for name, token in forgeries(ann.token, bob.token):
        body = multipart([('token', token.encode()), ('title', 'x'),
                          ('data', clips.data('tiny.mp4'), 'a.mp4')])
        response = ann.http.post(ENDPOINTS['publish'][1], content=body,
                                 headers={'Content-Type': 'multipart/form-data; boundary=limit'})
        assert checks.envelope(response, None)['status_code'] == NO_SESSION, name
    assert len(ann.publish_list()) == 1 and bob.publish_list() == []


def test_a_token_of_another_server_is_nobody_here(world, own_server, new_user):
    ann, _, _ = world
    other = new_user(own_server().url)
    ann.call('user', NO_SESSION, token=other.token)


def test_an_old_token_is_dead_everywhere_after_a_new_password(world):
    ann, _, video = world
    old = ann.token
    ann.change_password(ann.password, 'battery staple')
    for route in STRICT:
        assert ask(ann, route, video, old, 'query') == NO_SESSION, route
