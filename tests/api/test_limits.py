# Rate limits: who asks too often is told so and when to come back; who does not never notices.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from checks import NAME_TAKEN, NO_SESSION, TOO_OFTEN, WRONG_PASSWORD
from client import ENDPOINTS, unique
from waiting import eventually

FLOOD = 3000  # far more than any limit of a login should let through
ORDINARY = 10  # what one person does in a few seconds


@pytest.fixture
def limited(own_server, clients):
    """A viewer of a server with its limits on."""
    return clients(own_server({'limits.enabled': 'true'}).url)


def flood(viewer, endpoint, params):
    """Asks until it is too often; returns the refusal and how many came before it."""
    method, path = ENDPOINTS[endpoint]
    for before in range(FLOOD):
        response = viewer.http.request(method, path, params=params(before))
        if response.status_code == 429:
            return response, before
        checks.envelope(response, None)
    raise AssertionError(f'{FLOOD} times {endpoint} were not too many')


FLOODS = {
    'login': ('login', lambda at: {'username': 'ann', 'password': 'wrong horse'}),
    'login of many names': ('login', lambda at: {'username': f'a{at}', 'password': 'wrong horse'}),
    'register': ('register', lambda at: {'username': unique(), 'password': 'correct horse'}),
}


@pytest.mark.parametrize('endpoint, params', FLOODS.values(), ids=FLOODS.keys())
def test_asking_too_often_is_429_with_a_time_to_come_back(limited, endpoint, params):
    response, before = flood(limited, endpoint, params)
    assert before >= ORDINARY
    body = checks.envelope(response, TOO_OFTEN, 429)
    if endpoint in ('login', 'register'):
        assert (body['user_id'], body['token']) == (0, '')
    assert 1 <= int(response.headers['retry-after']) <= 24 * 3600


def test_health_is_never_too_often(limited):
    flood(limited, *FLOODS['login'])
    for path in ('/livez', '/readyz', '/metrics'):
        for _ in range(50):
            assert limited.http.get(path).status_code == 200


def test_one_kind_of_request_does_not_use_up_another(limited):
    flood(limited, *FLOODS['login'])
    limited.feed()


def test_who_waits_as_told_is_served_again(limited):
    response, _ = flood(limited, *FLOODS['login'])
    wait = int(response.headers['retry-after'])
    if wait > 20:
        pytest.skip(f'the limit asks to wait {wait} s')

    def served():
        limited.call('login', WRONG_PASSWORD, username='ann', password='wrong horse')

    eventually(served, pause_s=1)


def test_ordinary_use_is_never_too_often(limited, clips):
    name = unique()
    limited.register(name, 'correct horse')
    video = limited.publish_new(clips.data('tiny.mp4'))
    for at in range(ORDINARY):
        limited.feed()
        limited.like(video['id'])
        limited.unlike(video['id'])
        limited.comment(video['id'], f'number {at}')
        limited.user()
    limited.register(name, 'correct horse', NAME_TAKEN)
    limited.call('user', NO_SESSION, token='nonsense')


def test_polling_a_conversation_is_never_too_often(limited, clients):
    limited.register(unique(), 'correct horse')
    peer = clients(limited.http.base_url)
    peer.register(unique(), 'correct horse')
    limited.send(peer.id, 'hello')
    for _ in range(100):
        limited.chat(peer.id, 1)


def test_requests_of_one_address_are_limited_as_was_set(own_server, clients):
    settings = {'limits.enabled': 'true', 'limits.requests_burst': 50, 'limits.requests_per_second': 1}
    viewer = clients(own_server(settings).url)
    response, before = flood(viewer, 'feed', lambda at: {})
    assert 50 - 5 <= before < 2 * 50  # asking whether it was ready took some, and it refills
    checks.envelope(response, TOO_OFTEN, 429)


def test_without_limits_nothing_is_too_often(anyone):
    for _ in range(300):
        anyone.call('login', WRONG_PASSWORD, username='nobody', password='wrong horse')
