# Accounts: registering, signing in, and what a profile says.
# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor

import pytest

import checks
from checks import BAD_PARAMETER, NAME_TAKEN, NO_SESSION, NO_USER, OK, WRONG_PASSWORD
from client import unique
from playback import fetch
from waiting import eventually

GOOD_PASSWORDS = {
    'six characters': 'abcdef', '32 characters': 'x' * 32, '24 characters of 3 bytes': '短' * 24,
    'blanks inside and around': ' a b c ', 'signs': '%20+&=?#/', 'quotes': '"\'\\<>;--',
    'four-byte characters': '😀' * 18,
}
BAD_PASSWORDS = {
    'missing': None, 'empty': '', 'five characters': 'abcde', '33 characters': 'x' * 33,
    '25 characters of 3 bytes': '短' * 25, 'five characters of 3 bytes': '短' * 5,
    'a NUL inside': 'abc\0def',
}
BAD_NAMES = {
    'missing': None, 'empty': '', '33 characters': 'x' * 33, '33 characters of 3 bytes': '短' * 33,
    'blank before': ' ann', 'blank behind': 'ann ', 'only a blank': ' ', 'newline': 'a\nb',
    'tab': 'a\tb', 'NUL': 'a\0b', 'escape': 'a\x1bb', 'delete': 'a\x7fb', 'next line': 'a\x85b',
}


def by_name(table):
    return pytest.mark.parametrize('value', table.values(), ids=table.keys())


# Registering.

def test_registering_gives_an_id_and_a_token(anyone):
    body = anyone.register(unique(), 'correct horse')
    assert body['user_id'] == anyone.user()['id']


def test_a_new_user_may_sign_in_at_once(anyone, clients, server):
    name = unique()
    user_id = anyone.register(name, 'correct horse')['user_id']
    assert clients(server.url).login(name, 'correct horse')['user_id'] == user_id


def test_a_name_that_is_taken_is_refused(anyone, ann):
    anyone.register(ann.name, 'another horse', NAME_TAKEN)
    anyone.register(ann.name, ann.password, NAME_TAKEN)
    assert anyone.login(ann.name, ann.password)['user_id'] == ann.id


def test_only_one_of_many_gets_a_name(clients, server):
    name = unique()
    rivals = [clients(server.url) for _ in range(12)]
    with ThreadPoolExecutor(len(rivals)) as pool:
        replies = list(pool.map(lambda rival: rival.register(name, 'correct horse',
                                                             (OK, NAME_TAKEN)), rivals))
    assert [reply['status_code'] for reply in replies].count(OK) == 1


@pytest.mark.parametrize('make', [
    lambda tail: tail, lambda tail: f'名字 {tail}',
    lambda tail: (tail + 'x' * 32)[:32], lambda tail: (tail + '短' * 32)[:32],
    lambda tail: f'😀{tail}', lambda tail: f'a%+&=<b>"{tail}', lambda tail: f"'; DROP --{tail}",
], ids=['plain', 'Chinese with a blank', '32 characters', '32 characters of 3 bytes', 'emoji',
        'signs', 'SQL'])
def test_a_name_is_kept_as_it_was_given(anyone, make):
    name = make(unique('n'))[:32]
    anyone.register(name, 'correct horse')
    assert anyone.user()['name'] == name
    anyone.login(name, 'correct horse')


@by_name(BAD_NAMES)
def test_a_bad_name_is_refused(anyone, value):
    anyone.register(value, 'correct horse', BAD_PARAMETER)


@by_name(GOOD_PASSWORDS)
def test_a_good_password_works_exactly_as_given(anyone, value):
    name = unique()
    anyone.register(name, value)
    anyone.login(name, value)
    for near in (value[:-1], value + 'x', value.strip() + ' ', 'x' + value):
        anyone.login(name, near, WRONG_PASSWORD)


@by_name(BAD_PASSWORDS)
def test_a_bad_password_is_refused_on_registering(anyone, value):
    name = unique()
    anyone.register(name, value, BAD_PARAMETER)
    anyone.register(name, 'correct horse')


def test_names_are_compared_byte_for_byte(anyone):
    tail = unique('')
    variants = [f'n{tail}', f'N{tail}', f'\u00e9{tail}', f'e\u0301{tail}', f'ｎ{tail}', f'ß{tail}',
                f'ss{tail}']
    user_ids = [anyone.register(name, 'correct horse')['user_id'] for name in variants]
    assert len(set(user_ids)) == len(variants)
    assert [anyone.login(name, 'correct horse')['user_id'] for name in variants] == user_ids


# Signing in.

def test_every_refused_login_looks_the_same(anyone, ann):
    """Nobody learns which names exist."""
    refused = [
        anyone.login(ann.name, 'wrong horse', WRONG_PASSWORD),
        anyone.login(unique('nobody'), 'wrong horse', WRONG_PASSWORD),
        anyone.login(None, None, WRONG_PASSWORD),
        anyone.login('', '', WRONG_PASSWORD),
        anyone.login(ann.name, None, WRONG_PASSWORD),
        anyone.login(ann.name, 'x' * 5000, WRONG_PASSWORD),
        anyone.login('x' * 5000, 'x', WRONG_PASSWORD),
        anyone.login(ann.name, ann.password.upper(), WRONG_PASSWORD),
        anyone.login(ann.name.upper(), ann.password, WRONG_PASSWORD),
        anyone.login(ann.name, ann.password + '\0', WRONG_PASSWORD),
    ]
    assert len({reply['status_msg'] for reply in refused}) == 1


def test_an_earlier_session_outlives_a_new_login(ann, clients, server):
    clients(server.url).login(ann.name, ann.password)
    assert ann.user()['id'] == ann.id


# Profiles.

def test_a_new_profile_starts_with_defaults_and_zeros(ann):
    user = ann.user()
    assert (user['id'], user['name'], user['is_follow']) == (ann.id, ann.name, False)
    for field in ('follow_count', 'follower_count', 'total_favorited', 'work_count',
                  'favorite_count'):
        assert user[field] == 0


@pytest.mark.parametrize('field', ['avatar', 'background_image'])
def test_the_default_pictures_can_be_fetched(ann, field):
    response = fetch(ann.user()[field])
    assert response.headers['content-type'].startswith('image/')
    assert response.content


@pytest.mark.parametrize('user_id', [None, '', 0, '0'])
def test_without_a_user_id_a_profile_is_ones_own(ann, user_id):
    assert ann.user(user_id)['id'] == ann.id


def test_anothers_profile_says_whether_the_viewer_follows(ann, bob):
    assert ann.user(bob.id)['is_follow'] is False
    ann.follow(bob.id)
    assert ann.user(bob.id)['is_follow'] is True
    assert bob.user(ann.id)['is_follow'] is False
    assert bob.user()['is_follow'] is False


def test_an_unknown_user_is_an_empty_object(ann):
    assert ann.user(checks.ID_MAX, NO_USER) == {}


def test_a_profile_needs_a_session(anyone, ann):
    anyone.call('user', NO_SESSION)
    anyone.call('user', NO_SESSION, user_id=ann.id)


def test_a_profile_counts_what_its_owner_did(ann, bob, video):
    bob.follow(ann.id)
    bob.like(video['id'])

    def counted():
        owner, viewer = bob.user(ann.id), ann.user(bob.id)
        assert (owner['follower_count'], owner['work_count'], owner['total_favorited']) == (1, 1, 1)
        assert (viewer['follow_count'], viewer['favorite_count']) == (1, 1)

    eventually(counted)


def test_no_reply_carries_a_password(ann, bob):
    ann.follow(bob.id)
    bob.follow(ann.id)
    for endpoint in ('user', 'follow_list', 'follower_list', 'friend_list'):
        assert ann.password not in str(ann.call(endpoint))
