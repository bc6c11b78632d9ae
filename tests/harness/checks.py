# The shapes the contract promises: the envelope of every reply and the objects inside it.
# SPDX-License-Identifier: Apache-2.0
import json
import re

JSON_TYPE = 'application/json; charset=utf-8'
ID_MAX = 2**53 - 1  # JSON clients parse doubles

OK = 0
FAILED = 1
NAME_TAKEN = 10001
NO_USER = 10002
WRONG_PASSWORD = 10003
NO_SESSION = 10004
BAD_PARAMETER = 10005
TOO_OFTEN = 10006
NOT_A_VIDEO = 10007
TOO_LARGE = 10008
NO_VIDEO = 10009
NO_COMMENT = 10010
NOT_ALLOWED = 10011
SELF_FOLLOW = 10012
BAD_TEXT = 10013
QUOTA_USED_UP = 10014
BLOCKED = 10015
CLOSED = 10017
BUSY = 50300
AWAY = 50301  # a part of a cluster

STATES = ('pending', 'processing', 'ready', 'failed')


def envelope(response, expect=OK, http=200):
    """The reply's JSON object, after checking everything every reply has in common.

    `expect` is the status_code, several to choose from, or None when the caller checks it.
    """
    assert response.status_code == http, (response.status_code, response.text)
    assert response.headers.get_list('content-type') == [JSON_TYPE]
    return envelope_text(response.content, expect)


def envelope_text(text, expect=OK):
    """As envelope(), for the bytes of a body alone."""
    body = json.loads(text.decode('utf-8', 'strict'), object_pairs_hook=unique_keys)
    assert isinstance(body, dict)
    integer(body['status_code'])
    assert isinstance(body['status_msg'], str)
    assert body['status_code'] == 0 or body['status_msg'], 'a failure says nothing'
    wanted = expect if isinstance(expect, tuple) else (expect,)
    assert expect is None or body['status_code'] in wanted, body
    without_nulls(body)
    return body


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f'a key twice: {keys}'
    return dict(pairs)


def without_nulls(value, where='reply'):
    assert value is not None, f'{where} is null'
    if isinstance(value, dict):
        for key, inner in value.items():
            without_nulls(inner, f'{where}.{key}')
    if isinstance(value, list):
        for index, inner in enumerate(value):
            without_nulls(inner, f'{where}[{index}]')


def integer(value):
    assert isinstance(value, int) and not isinstance(value, bool), repr(value)


def number_id(value):
    integer(value)
    assert 0 < value <= ID_MAX, value


def count(value):
    integer(value)
    assert 0 <= value <= ID_MAX, value


def flag(value):
    assert isinstance(value, bool), repr(value)


def text(value):
    assert isinstance(value, str), repr(value)


def filled(value):
    text(value)
    assert value.strip(), repr(value)


def url(value):
    text(value)
    assert re.fullmatch(r'https?://[^/\s]+/\S+', value), repr(value)


def url_or_empty(value):
    assert value == '' or url(value) is None


def month_day(value):
    text(value)
    assert re.fullmatch(r'(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])', value), repr(value)


def milliseconds(value):
    integer(value)
    assert 10**12 < value < 10**14, f'{value} is not a time of this century in milliseconds'


def direction(value):
    integer(value)
    assert value in (0, 1), value


def state(value):
    assert value in STATES, repr(value)


def ext_state(value):
    assert value in ('processing', 'ready', 'failed'), repr(value)


def color(value):
    text(value)
    assert re.fullmatch('#[0-9a-f]{6}', value), repr(value)


def permille(value):
    integer(value)
    assert 0 <= value <= 1000, value


USER = {
    'id': number_id, 'name': filled, 'follow_count': count, 'follower_count': count,
    'is_follow': flag, 'avatar': url, 'background_image': url, 'signature': text,
    'total_favorited': count, 'work_count': count, 'favorite_count': count,
}
FRIEND = {**USER, 'message': text, 'msgType': direction}
MESSAGE = {
    'id': number_id, 'to_user_id': number_id, 'from_user_id': number_id, 'content': filled,
    'create_time': milliseconds,
}


def shape(value, fields):
    """Every field is there and of its kind. More fields than these are allowed."""
    assert isinstance(value, dict), repr(value)
    for name, check in fields.items():
        assert name in value, f'{name} is missing from {value}'
        try:
            check(value[name])
        except AssertionError as failure:
            raise AssertionError(f'{name}: {failure}') from failure
    return value


def user(value):
    return shape(value, USER)


def friend(value):
    return shape(value, FRIEND)


def message(value):
    return shape(value, MESSAGE)


VIDEO = {
    'id': number_id, 'author': user, 'play_url': url, 'cover_url': url, 'favorite_count': count,
    'comment_count': count, 'is_favorite': flag, 'title': filled,
}
VIDEO_PAGE = {
    **VIDEO, 'state': state, 'playable': flag, 'width': count, 'height': count,
    'duration_ms': count, 'hls_url': url_or_empty, 'cover_webp_url': url_or_empty,
}
EXT = {
    'width': count, 'height': count, 'duration_ms': count, 'created_at': milliseconds, 'color': color, 'state': ext_state, 'playable': flag,
}
EXT_SOMETIMES = {'hls_url': url, 'cover_webp': url}
SESSION = {'id': number_id, 'created_at': milliseconds, 'last_seen': milliseconds, 'agent': text, 'current': flag}
JOB = {'progress': permille, 'attempts': count, 'reason': text, 'message': text}
COMMENT = {'id': number_id, 'user': user, 'content': filled, 'create_date': month_day}


def video(value):
    return shape(value, VIDEO)


def ext(value):
    """The part of a video that ext=1 asks for, and nothing that is not named there."""
    assert set(value) <= {*EXT, *EXT_SOMETIMES}, value
    return shape(value, {**EXT, **{name: EXT_SOMETIMES[name] for name in value if name in EXT_SOMETIMES}})


def video_page(value):
    return shape(value, VIDEO_PAGE)


def session(value):
    return shape(value, SESSION)


def job(value):
    return shape(value, JOB)


def comment(value):
    return shape(value, COMMENT)


def every(values, check):
    """The list, after checking each element and that no id is in it twice."""
    assert isinstance(values, list), repr(values)
    for value in values:
        check(value)
    ids = [value['id'] for value in values]
    assert len(ids) == len(set(ids)), f'an id twice: {ids}'
    return values
