# What an operator sees: health, metrics, traces and the log; and what he must not: secrets.
# SPDX-License-Identifier: Apache-2.0
import json
import re
import secrets
from urllib.parse import quote, quote_plus

import pytest

from checks import BAD_PARAMETER, NAME_TAKEN, NO_SESSION, NO_VIDEO, NOT_A_VIDEO, WRONG_PASSWORD
from client import ENDPOINTS, unique
from http_bytes import exchange, get
from prometheus_text import CONTENT_TYPE, Metrics
from waiting import eventually

FEED = '/douyin/feed/'
LIKE = '/douyin/favorite/action/'
TRACE_RESPONSE = r'00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}'


# Health.

@pytest.mark.parametrize('path', ['/livez', '/readyz'])
def test_health_is_ok(anyone, path):
    response = anyone.http.get(path)
    assert response.status_code == 200
    assert response.text.strip() == 'ok'
    assert response.headers['content-type'].startswith('text/plain')


# Metrics.

def scrape(viewer):
    response = viewer.http.get('/metrics')
    assert response.status_code == 200
    assert response.headers['content-type'].startswith(CONTENT_TYPE)
    return Metrics(response.text)


def growth(before, after):
    """By how much each counter rose."""
    for key, value in before.items():
        assert after.get(key, -1) >= value, f'{key} fell'
    rises = {key: value - before.get(key, 0) for key, value in after.items()}
    return {key: rise for key, rise in rises.items() if rise}


def test_metrics_are_prometheus_text(anyone, ann, a_video_id):
    anyone.feed()
    ann.like(a_video_id)
    assert scrape(anyone).samples


@pytest.mark.parametrize('name', ['process_cpu_seconds_total', 'process_resident_memory_bytes',
                                  'process_open_fds', 'process_start_time_seconds'])
def test_the_process_is_measured(anyone, name):
    metrics = scrape(anyone)
    assert metrics.samples[name, frozenset()] > 0


@pytest.fixture
def quiet(own_server, new_user):
    """Somebody on a server that nobody else uses, so that counts are exact."""
    return new_user(own_server().url)


def test_rate_and_duration_are_measured_by_route(quiet):
    quiet.feed()
    before = scrape(quiet).counters(FEED)
    for _ in range(7):
        quiet.feed()
    rises = growth(before, scrape(quiet).counters(FEED))
    assert 7 in rises.values(), 'no counter of the route rose by 7'
    assert any(name.endswith('_count') and rise == 7 for (name, _), rise in rises.items()), (
        'no histogram of the route')


def test_errors_are_measured_by_route(quiet):
    quiet.like(1, NO_VIDEO)
    before = scrape(quiet)
    for _ in range(5):
        quiet.like(1, NO_VIDEO)
    between = scrape(quiet)
    for _ in range(3):
        quiet.call('favorite', NO_SESSION, token='nonsense')
    after = scrape(quiet)
    first = growth(before.counters(LIKE), between.counters(LIKE))
    second = growth(between.counters(LIKE), after.counters(LIKE))
    assert any(rise == 5 and key not in second for key, rise in first.items()), (
        'no counter tells one failure from another')


def test_the_slashless_form_is_the_same_route(quiet):
    quiet.feed()
    before = scrape(quiet).counters(FEED)
    for _ in range(4):
        quiet.http.get(FEED.rstrip('/'))
    assert 4 in growth(before, scrape(quiet).counters(FEED)).values()


def test_unknown_routes_and_ids_do_not_grow_the_metrics(quiet):
    """Whoever guesses addresses must not fill the memory of whoever keeps the metrics."""
    def visit(at):
        quiet.http.get(f'/douyin/nothing{at}/')
        quiet.http.get(f'/api/v1/videos/{at + 1000}')
        quiet.http.request(f'METHOD{at}', FEED)
        quiet.http.get(f'/static/nothing{at}.mp4')

    visit(0)
    before = len(scrape(quiet).samples)
    for at in range(1, 40):
        visit(at)
    page = quiet.http.get('/metrics').text
    assert 'nothing' not in page and 'METHOD' not in page
    assert len(Metrics(page).samples) <= before + 20


# Traces.

def traced(viewer, traceparent):
    response = viewer.http.get(FEED, headers={'traceparent': traceparent})
    assert response.status_code == 200
    found = re.fullmatch(TRACE_RESPONSE, response.headers['traceresponse'])
    assert found, response.headers['traceresponse']
    assert int(found.group(1), 16) and int(found.group(2), 16)
    return found.groups()


def test_a_trace_goes_on(anyone):
    trace_id, span_id = secrets.token_hex(16), secrets.token_hex(8)
    trace, span = traced(anyone, f'00-{trace_id}-{span_id}-01')
    assert trace == trace_id and span != span_id


def test_a_request_without_a_trace_gets_none(anyone):
    assert 'traceresponse' not in anyone.http.get(FEED).headers


GOOD_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
BAD_PARENTS = {
    'zero trace': f'00-{"0" * 32}-00f067aa0ba902b7-01',
    'zero span': f'00-{GOOD_TRACE}-{"0" * 16}-01',
    'upper case': f'00-{GOOD_TRACE.upper()}-00f067aa0ba902b7-01',
    'version ff': f'ff-{GOOD_TRACE}-00f067aa0ba902b7-01',
    'short trace': f'00-{GOOD_TRACE[1:]}-00f067aa0ba902b7-01',
    'more behind': f'00-{GOOD_TRACE}-00f067aa0ba902b7-01-more',
    'no flags': f'00-{GOOD_TRACE}-00f067aa0ba902b7',
    'not hex': f'00-{"g" * 32}-00f067aa0ba902b7-01',
    'empty': '', 'long': '00-' + 'a' * 3000,
}


@pytest.mark.parametrize('name', BAD_PARENTS)
def test_a_malformed_trace_is_no_trace(anyone, name):
    response = anyone.http.get(FEED, headers={'traceparent': BAD_PARENTS[name]})
    assert response.status_code == 200 and 'traceresponse' not in response.headers


def test_a_later_version_of_the_header_is_understood(anyone):
    assert traced(anyone, f'cc-{GOOD_TRACE}-00f067aa0ba902b7-01-more')[0] == GOOD_TRACE


# Request ids.

def test_a_request_id_comes_back(anyone):
    sent = f'test-{secrets.token_hex(8)}'
    response = anyone.http.get(FEED, headers={'X-Request-Id': sent})
    assert response.headers['x-request-id'] == sent


@pytest.mark.parametrize('sent', ['x' * 2000, 'a"b', 'a b<script>', 'a\tb', '短', '{}'],
                         ids=['long', 'quote', 'markup', 'tab', 'Chinese', 'braces'])
def test_a_strange_request_id_is_replaced(server, sent):
    answers = exchange(server, get(FEED, f'X-Request-Id: {sent}', 'Connection: close'))
    assert re.fullmatch(r'[A-Za-z0-9._:-]{1,128}', answers[0].headers['x-request-id'])


def test_a_reply_that_failed_has_an_id_of_its_own(anyone):
    made = [anyone.http.get('/douyin/nothing/').headers['x-request-id'] for _ in range(2)]
    assert all(made) and made[0] != made[1]


# The log.

def lines(server):
    """The log as objects. Its last line may still be under way."""
    return [json.loads(line) for line in server.log().split('\n')[:-1] if line]


def flattened(value, prefix=''):
    """Nested or dotted keys, both of which ECS allows, as dotted ones."""
    flat = {}
    for key, inner in value.items():
        nested = flattened(inner, f'{prefix}{key}.') if isinstance(inner, dict) else {
            f'{prefix}{key}': inner}
        flat.update(nested)
    return flat


def logged(server, **wanted):
    """The lines that have these values, once there are any."""
    wanted = {key.replace('__', '.'): value for key, value in wanted.items()}

    def found():
        hits = [line for line in map(flattened, lines(server)) if wanted.items() <= line.items()]
        assert hits, f'nothing is logged with {wanted}'
        return hits

    return eventually(found, deadline_s=15)


@pytest.fixture
def watched(own_server, new_user):
    """A server whose log is this test's alone, and somebody on it."""
    server = own_server({'log.level': 'debug'})
    return server, new_user(server.url)


def test_the_log_is_ecs_json(watched):
    server, viewer = watched
    trace_id = secrets.token_hex(16)
    viewer.http.get(FEED, headers={'traceparent': f'00-{trace_id}-{secrets.token_hex(8)}-01',
                                   'X-Request-Id': 'find-me'})
    logged(server, trace__id=trace_id)
    for line in map(flattened, lines(server)):
        assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)',
                            line['@timestamp'])
        assert line['log.level'] in ('debug', 'info', 'warn', 'error', 'fatal')
        assert isinstance(line['message'], str) and line['ecs.version'].startswith('8.')


def test_a_request_is_logged_with_its_ids_and_without_its_query(watched):
    server, viewer = watched
    trace_id = secrets.token_hex(16)
    viewer.http.get(f'{FEED}?latest_time=1&token={viewer.token}', headers={
        'traceparent': f'00-{trace_id}-{secrets.token_hex(8)}-01', 'X-Request-Id': 'find-me'})
    line = logged(server, trace__id=trace_id)[0]
    assert line['http.request.id'] == 'find-me'
    assert line['http.request.method'] == 'GET'
    assert line['http.response.status_code'] == 200
    assert line['url.path'] == FEED
    assert 'latest_time' not in json.dumps(line)


def test_what_a_client_sends_cannot_forge_a_line(watched):
    server, viewer = watched
    viewer.http.get('/douyin/nothing%0A%7B%22message%22%3A%22forged%22%7D/"')
    viewer.call('comment', NO_VIDEO, video_id=9, action_type=1, comment_text='x\n{"message":"y"}')
    viewer.http.get(FEED, headers={'User-Agent': 'a"b\\', 'X-Request-Id': 'the-last'})
    logged(server, http__request__id='the-last')
    assert all(line.get('message') not in ('forged', 'y') for line in lines(server))


def test_secrets_are_never_logged(watched, clients, clips):
    server, viewer = watched
    password, wrong = f'p&% {secrets.token_hex(8)}', f'w+"{secrets.token_hex(8)}'
    changed, forged = f'c= {secrets.token_hex(8)}', f'forged.{secrets.token_hex(8)}.token'
    guest = clients(server.url)
    guest.register(unique(), password)
    tokens = [viewer.token, guest.token, forged]
    guest.login(guest.name, wrong, WRONG_PASSWORD)
    guest.register(guest.name, wrong, NAME_TAKEN)
    guest.register('', wrong, BAD_PARAMETER)
    guest.http.post(ENDPOINTS['login'][1], data={'username': guest.name, 'password': wrong})
    guest.http.get(ENDPOINTS['login'][1], params={'password': wrong, 'token': forged})
    guest.http.get('/douyin/nothing/', params={'password': wrong, 'token': forged})
    guest.http.get(FEED, params={'token': forged, 'latest_time': forged})
    guest.http.get(FEED, headers={'Authorization': f'Bearer {forged}'})
    guest.call('user', NO_SESSION, token=forged)
    guest.call('favorite', BAD_PARAMETER, video_id='x', action_type=wrong)
    guest.publish(clips.data('tiny.mp4'))
    guest.publish(clips.data('page.mp4'), expect=NOT_A_VIDEO)
    exchange(server, f'GET /{FEED}?token={forged} HTTP/1.1\r\n\r\n'.encode())
    guest.change_password(password, changed)
    tokens.append(guest.token)
    guest.http.get(FEED, headers={'X-Request-Id': 'the-last'})
    logged(server, http__request__id='the-last')
    text = server.whole_log()
    for secret in (password, wrong, changed, *tokens):
        for written in (secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]):
            assert written not in text
