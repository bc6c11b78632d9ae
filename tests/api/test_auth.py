# Who may do what: anonymous viewers, tokens true and forged, and the end of a session.
# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import hmac
import json
import time

import pytest

import checks
from checks import BAD_PARAMETER, NO_SESSION, OK, WRONG_PASSWORD
from client import ENDPOINTS, ids

REQUIRED = ['user', 'publish', 'favorite', 'comment', 'relation', 'friend_list', 'chat', 'message']
OPTIONAL = ['publish_list', 'favorite_list', 'comment_list', 'follow_list', 'follower_list']

FORGED_HEADERS = {
    'none': {'alg': 'none', 'typ': 'JWT'}, 'None': {'alg': 'None'}, 'nOnE': {'alg': 'nOnE'},
    'empty': {'alg': ''}, 'missing': {'typ': 'JWT'}, 'HS512': {'alg': 'HS512', 'typ': 'JWT'},
    'HS384': {'alg': 'HS384'}, 'RS256': {'alg': 'RS256'}, 'HS256 with an own key': {'alg': 'HS256'},
    'HS256 with a key id': {'alg': 'HS256', 'kid': '../../../../dev/null'},
    'HS256 with a key of its own': {'alg': 'HS256', 'jwk': {'kty': 'oct', 'k': ''}},
}
HASHES = {'HS256': hashlib.sha256, 'HS384': hashlib.sha384, 'HS512': hashlib.sha512}
KEYS = [b'', b'\0', b'secret', b'duan']


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def forge(header, payload, key=None):
    """A token with this header and the given payload part, signed with the key or not at all."""
    signed = f'{encode(json.dumps(header).encode())}.{payload}'
    if key is None:
        return f'{signed}.'
    hashing = HASHES.get(header.get('alg'), hashlib.sha256)
    return f'{signed}.{encode(hmac.new(key, signed.encode(), hashing).digest())}'


def parts_of(token):
    parts = token.split('.')
    assert len(parts) == 3, 'the token is not header.payload.signature'
    return parts


def parameters(viewer, a_video_id):
    return {'user_id': viewer.id, 'video_id': a_video_id, 'to_user_id': viewer.id,
            'action_type': 1, 'comment_text': 'hello', 'content': 'hello', 'title': 'a clip'}


def refused(viewer, token):
    viewer.call('user', NO_SESSION, token=token)


# Which endpoints need a session.

@pytest.mark.parametrize('token', ['', None])
@pytest.mark.parametrize('endpoint', REQUIRED)
def test_a_session_is_needed(anyone, ann, a_video_id, endpoint, token):
    anyone.call(endpoint, NO_SESSION, token=token, **parameters(ann, a_video_id))


@pytest.mark.parametrize('token', ['', None])
@pytest.mark.parametrize('endpoint', ['feed', *OPTIONAL])
def test_no_session_is_needed(anyone, ann, a_video_id, endpoint, token):
    anyone.call(endpoint, OK, token=token, user_id=ann.id, video_id=a_video_id)


@pytest.mark.parametrize('endpoint', [*REQUIRED, *OPTIONAL])
def test_a_token_nobody_gave_out_is_refused(anyone, ann, a_video_id, endpoint):
    anyone.call(endpoint, NO_SESSION, token='nonsense', **parameters(ann, a_video_id))


def test_the_feed_takes_a_token_nobody_gave_out_for_none(anyone, a_video_id):
    videos, _ = anyone.feed(token='nonsense')
    assert videos and not any(video['is_favorite'] for video in videos)


@pytest.mark.parametrize('endpoint', REQUIRED)
def test_the_session_is_checked_before_the_parameters(anyone, endpoint):
    anyone.call(endpoint, NO_SESSION, token='nonsense', video_id='x', to_user_id='x', user_id='x',
                action_type='x')


@pytest.mark.parametrize('endpoint', ['publish_list', 'favorite_list', 'follow_list',
                                      'follower_list'])
def test_a_list_of_nobodys_is_refused(anyone, endpoint):
    for user_id in (None, '', 0):
        anyone.call(endpoint, BAD_PARAMETER, user_id=user_id)


# Where a token may be.

def test_a_token_may_come_as_bearer(anyone, ann):
    response = anyone.http.get(ENDPOINTS['user'][1],
                               headers={'Authorization': f'Bearer {ann.token}'})
    assert checks.envelope(response)['user']['id'] == ann.id


def test_bearer_is_spelled_in_any_case(anyone, ann):
    response = anyone.http.get(ENDPOINTS['user'][1],
                               headers={'authorization': f'bearer {ann.token}'})
    assert checks.envelope(response)['user']['id'] == ann.id


@pytest.mark.parametrize('header', ['Bearer', 'Bearer nonsense', 'Basic YTpi', '',
                                    'Bearer a b c'])
def test_another_authorization_is_no_session(anyone, header):
    response = anyone.http.get(ENDPOINTS['user'][1], headers={'Authorization': header})
    checks.envelope(response, NO_SESSION)


def test_a_token_fits_into_a_url_and_a_header(ann):
    assert len(ann.token) < 1000
    assert all(33 <= ord(letter) < 127 and letter not in '&+%#"' for letter in ann.token)


# Forged tokens.

@pytest.mark.parametrize('name', FORGED_HEADERS)
def test_a_token_of_another_algorithm_or_key_is_refused(ann, name):
    payload = parts_of(ann.token)[1]
    header = FORGED_HEADERS[name]
    refused(ann, forge(header, payload))
    for key in KEYS:
        refused(ann, forge(header, payload, key))


def test_the_signature_of_another_token_is_refused(ann, bob):
    mine, yours = parts_of(ann.token), parts_of(bob.token)
    refused(ann, '.'.join([mine[0], yours[1], mine[2]]))
    refused(ann, '.'.join([mine[0], mine[1], yours[2]]))


def test_a_token_with_any_part_touched_is_refused(ann):
    token = ann.token
    # The last character of a part may carry bits that decode to nothing, so others are changed.
    for at in range(0, len(token) - 2, 7):
        if '.' in (token[at], token[at + 1]):
            continue
        changed = 'B' if token[at] == 'A' else 'A'
        refused(ann, token[:at] + changed + token[at + 1:])


def test_a_token_that_claims_another_user_is_refused(ann, bob):
    header, payload, signature = parts_of(ann.token)
    claims = decode(payload).decode().replace(str(ann.id), str(bob.id))
    refused(ann, f'{header}.{encode(claims.encode())}.{signature}')


@pytest.mark.parametrize('change', [
    lambda t: t[:-1], lambda t: t + 'A', lambda t: t + '.', lambda t: '.' + t,
    lambda t: t.rsplit('.', 1)[0], lambda t: t.rsplit('.', 1)[0] + '.', lambda t: t + '\0',
    lambda t: t + ' ', lambda t: t + '=', lambda t: t * 2, lambda t: '..', lambda t: '.',
    lambda t: 'x' * 5000, lambda t: t.swapcase(), lambda t: t.split('.')[1], lambda t: '短',
], ids=['cut', 'longer', 'dot behind', 'dot before', 'two parts', 'no signature', 'NUL behind',
        'blank behind', 'padded', 'twice', 'two dots', 'dot', '5000 bytes', 'other case',
        'payload only', 'Chinese'])
def test_a_misshapen_token_is_refused(ann, change):
    refused(ann, change(ann.token))


def test_a_token_says_when_it_ends(ann):
    claims = json.loads(decode(parts_of(ann.token)[1]))
    assert claims['iat'] <= time.time() + 60 < claims['exp']


# Acting as oneself.

def test_a_user_id_sent_along_does_not_change_who_acts(ann, bob, new_user, a_video_id):
    other = new_user()
    ann.call('favorite', user_id=bob.id, video_id=a_video_id, action_type=1)
    ann.call('relation', user_id=bob.id, to_user_id=other.id, action_type=1)
    comment = ann.call('comment', user_id=bob.id, video_id=a_video_id, action_type=1,
                       comment_text='mine')['comment']
    ann.call('message', user_id=bob.id, from_user_id=bob.id, to_user_id=other.id, content='mine',
             action_type=1)
    assert bob.favorite_list() == [] and bob.follow_list() == [] and bob.chat(other.id) == []
    assert ids(ann.favorite_list()) == [a_video_id]
    assert comment['user']['id'] == ann.id


# The end of a session.

def test_a_changed_password_ends_every_older_session(ann, clients, server):
    phone = clients(server.url)
    phone.login(ann.name, ann.password)
    old_password, old_token = ann.password, ann.token
    ann.change_password(old_password, 'battery staple')
    for token in (old_token, phone.token):
        refused(ann, token)
        ann.call('publish_list', NO_SESSION, token=token)
        assert ann.feed(token=token)
    assert ann.user()['id'] == ann.id
    phone.login(ann.name, old_password, WRONG_PASSWORD)
    assert phone.login(ann.name, 'battery staple')['user_id'] == ann.id
    assert ann.user()['id'] == ann.id


def test_a_password_changed_twice_in_a_row_leaves_one_session(ann):
    tokens = [ann.token]
    for new in ('battery staple', 'correct horse', 'battery staple'):
        ann.change_password(ann.password, new)
        tokens.append(ann.token)
    for token in tokens[:-1]:
        refused(ann, token)
    assert ann.user()['id'] == ann.id


def test_a_wrong_old_password_changes_nothing(ann, anyone):
    for wrong in ('wrong horse', '', None):
        ann.change_password(wrong, 'battery staple', WRONG_PASSWORD)
    assert ann.user()['id'] == ann.id
    anyone.login(ann.name, 'battery staple', WRONG_PASSWORD)
    anyone.login(ann.name, ann.password)


@pytest.mark.parametrize('new', [None, '', 'abcde', 'x' * 33, '短' * 25, 'abc\0def'])
def test_a_bad_new_password_changes_nothing(ann, anyone, new):
    ann.change_password(ann.password, new, BAD_PARAMETER)
    assert ann.user()['id'] == ann.id
    anyone.login(ann.name, ann.password)


def test_changing_a_password_needs_a_session(anyone):
    anyone.change_password('correct horse', 'battery staple', NO_SESSION)
    anyone.request('POST', '/api/v1/me/password', NO_SESSION, token='nonsense')


def test_a_changed_password_leaves_others_signed_in(ann, bob):
    ann.change_password(ann.password, 'battery staple')
    assert bob.user()['id'] == bob.id
