# Publishing: what may be uploaded, how the form may look, and what the author sees at once.
# SPDX-License-Identifier: Apache-2.0
import struct

import pytest

import checks
from checks import BAD_PARAMETER, ID_MAX, NO_SESSION, NO_USER, NOT_A_VIDEO, TOO_LARGE
from client import ENDPOINTS, ids
from http_bytes import Connection, chunked, multipart, request
from playback import fetch
from waiting import eventually

PATH = ENDPOINTS['publish'][1]
NOT_VIDEOS = ['audio_only.mp4', 'sound.mp3', 'png.mp4', 'truncated.mp4', 'playlist.mp4',
              'concat.mp4', 'page.mp4', 'noise.mp4', 'impostor.mp4', 'one_byte.mp4']
GOOD_TITLES = {
    'one character': 'x', '200 characters': 'x' * 200, '200 characters of 4 bytes': '😀' * 200,
    'newline': 'first line\nsecond line', 'markup': '<b>"&amp;\\', 'Chinese': '短视频 #一',
    'percent and plus': '100% + 1%20',
}
BAD_TITLES = {
    'missing': None, 'empty': '', 'blank': ' ', 'only wide blanks': '\u3000\u2028 \u00a0',
    'nothing to see': '\u200b\ufeff', '201 characters': 'x' * 201,
    '201 characters of 3 bytes': '短' * 201, 'NUL': 'a\0b', 'tab': 'a\tb', 'escape': 'a\x1bb',
}
MAX_BYTES = 200_000  # of the server with a small limit


def by_name(table):
    return pytest.mark.parametrize('title', table.values(), ids=table.keys())


def send_form(viewer, fields, expect=0, http=200, boundary='limit', content_type=None, body=None):
    """Publishes with exactly these parts in this order."""
    body = multipart(fields, boundary) if body is None else body
    content_type = content_type or f'multipart/form-data; boundary={boundary}'
    response = viewer.http.post(PATH, content=body, headers={'Content-Type': content_type})
    return checks.envelope(response, expect, http)


@pytest.fixture
def tiny(clips):
    return clips.data('tiny.mp4')


# What the author sees.

def test_a_published_video_is_listed_at_once(ann, tiny):
    ann.publish(tiny, 'look at this')
    [video] = ann.publish_list()
    assert (video['title'], video['author']['id']) == ('look at this', ann.id)
    assert (video['favorite_count'], video['comment_count'], video['is_favorite']) == (0, 0, False)
    eventually(lambda: ann.user()['work_count'] == 1)


@pytest.mark.parametrize('name', ['plain.mp4', 'phone.mov', 'clip.webm', 'portrait_hevc.mp4',
                                  'clip.mkv', 'silent.mp4'])
def test_a_cover_is_there_at_once(ann, clips, name):
    video = ann.publish_new(clips.data(name))
    cover = fetch(video['cover_url'])
    assert cover.headers['content-type'].startswith('image/')
    assert cover.content


def test_the_newest_video_is_listed_first(ann, new_video):
    published = [new_video(title=f'clip {at}')['id'] for at in range(4)]
    assert ids(ann.publish_list()) == published[::-1]


def test_everybody_may_see_a_list(ann, bob, anyone, video):
    for viewer in (anyone, bob):
        assert ids(viewer.publish_list(ann.id)) == [video['id']]


def test_flags_in_a_list_are_the_viewers(ann, bob, anyone, video):
    bob.like(video['id'])
    bob.follow(ann.id)
    for viewer, flag in ((bob, True), (ann, False), (anyone, False)):
        listed = viewer.publish_list(ann.id)[0]
        assert (listed['is_favorite'], listed['author']['is_follow']) == (flag, flag)


@pytest.mark.parametrize('user_id', [None, '', 0])
def test_without_a_user_id_the_list_is_ones_own(ann, video, user_id):
    assert ids(ann.publish_list(user_id)) == [video['id']]


def test_the_list_of_an_unknown_user_is_refused(ann, anyone):
    ann.publish_list(ID_MAX, NO_USER)
    anyone.publish_list(ID_MAX, NO_USER)


# The form.

@pytest.mark.parametrize('order', ['token title data', 'data token title', 'title data token',
                                   'data title token'])
def test_the_parts_may_come_in_any_order(ann, tiny, order):
    parts = {'token': ('token', ann.token), 'title': ('title', 'a clip'),
             'data': ('data', tiny, 'clip.mp4')}
    send_form(ann, [parts[name] for name in order.split()])
    assert [video['title'] for video in ann.publish_list()] == ['a clip']


@pytest.mark.parametrize('boundary, written', [
    ('b' * 70, 'b' * 70), ("a'()+_,-./:=?", '"a\'()+_,-./:=?"'), ('--', '--'), ('a b', '"a b"'),
    ('----WebKitFormBoundary7MA4', '----WebKitFormBoundary7MA4'), ('limit', '"limit"'),
    ('limit', 'limit; charset=utf-8'),
])
def test_the_boundary_may_be_any_legal_one(ann, tiny, boundary, written):
    fields = [('token', ann.token), ('title', 'a clip'), ('data', tiny, 'clip.mp4')]
    send_form(ann, fields, boundary=boundary,
              content_type=f'multipart/form-data; boundary={written}')
    assert len(ann.publish_list()) == 1


@pytest.mark.parametrize('file_name', ['../../../etc/passwd', '/etc/passwd', 'a.exe', '..', '.',
                                       '短视频.mp4', 'x' * 300, 'a\\"b.mp4', 'con', ' '])
def test_the_name_of_the_file_does_not_matter(ann, tiny, file_name):
    send_form(ann, [('token', ann.token), ('title', 'a clip'), ('data', tiny, file_name)])
    [video] = ann.publish_list()
    assert fetch(video['play_url']).content


def test_other_parts_are_ignored(ann, tiny):
    others = [(f'other{at}', 'value') for at in range(20)]
    send_form(ann, [*others, ('token', ann.token), ('title', 'a clip'), ('data', tiny, 'clip.mp4'),
                    *others])
    assert len(ann.publish_list()) == 1


def test_text_around_the_parts_is_ignored(ann, tiny):
    body = multipart([('token', ann.token), ('title', 'a clip'), ('data', tiny, 'clip.mp4')])
    send_form(ann, None, body=b'preamble\r\n' + body + b'epilogue')
    assert len(ann.publish_list()) == 1


def test_what_looks_like_a_boundary_inside_the_file_is_part_of_it(ann, tiny):
    """Behind the last box of an MP4 there may be anything."""
    free = b'\r\n--limi\r\n--limi--\r\n\r\n--LIMIT--'
    data = tiny + struct.pack('>I', 8 + len(free)) + b'free' + free
    send_form(ann, [('token', ann.token), ('title', 'a clip'), ('data', data, 'clip.mp4')])
    assert len(ann.publish_list()) == 1


def test_token_and_title_may_be_in_the_query(ann, tiny):
    response = ann.http.post(PATH, params={'token': ann.token, 'title': 'from the query'},
                             files={'data': ('clip.mp4', tiny)})
    checks.envelope(response)
    assert [video['title'] for video in ann.publish_list()] == ['from the query']


def test_the_token_may_come_as_bearer(ann, tiny):
    response = ann.http.post(PATH, data={'title': 'a clip'}, files={'data': ('clip.mp4', tiny)},
                             headers={'Authorization': f'Bearer {ann.token}'})
    checks.envelope(response)
    assert len(ann.publish_list()) == 1


@by_name(GOOD_TITLES)
def test_a_title_is_kept_as_it_was_given(ann, tiny, title):
    send_form(ann, [('token', ann.token), ('title', title), ('data', tiny, 'clip.mp4')])
    assert [video['title'] for video in ann.publish_list()] == [title]


@by_name(BAD_TITLES)
def test_a_bad_title_is_refused(ann, tiny, title):
    fields = [] if title is None else [('title', title)]
    send_form(ann, [('token', ann.token), *fields, ('data', tiny, 'clip.mp4')], BAD_PARAMETER)
    assert ann.publish_list() == []


def test_blanks_around_a_title_are_dropped(ann, tiny):
    ann.publish(tiny, '  a  clip \n')
    assert [video['title'] for video in ann.publish_list()] == ['a  clip']


@pytest.mark.parametrize('fields', [[], [('data', b'', 'clip.mp4')]], ids=['missing', 'empty'])
def test_an_upload_without_data_is_refused(ann, fields):
    send_form(ann, [('token', ann.token), ('title', 'a clip'), *fields], BAD_PARAMETER)
    assert ann.publish_list() == []


@pytest.mark.parametrize('token', ['', 'nonsense', None])
@pytest.mark.parametrize('name', ['tiny.mp4', 'page.mp4'])
def test_an_upload_needs_a_session_before_anything_else(anyone, clips, token, name):
    fields = [] if token is None else [('token', token)]
    send_form(anyone, [('data', clips.data(name), 'clip.mp4'), *fields], NO_SESSION)


@pytest.mark.parametrize('content_type', [
    'multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=other',
    'multipart/form-data; boundary=' + 'x' * 5000, 'multipart/mixed; boundary=limit',
])
def test_a_form_whose_boundary_is_wrong_is_refused(ann, tiny, content_type):
    body = multipart([('token', ann.token), ('title', 'a clip'), ('data', tiny, 'clip.mp4')])
    response = ann.http.post(PATH, content=body, headers={'Content-Type': content_type})
    assert response.status_code in (200, 400)
    assert checks.envelope(response, None, response.status_code)['status_code'] != 0
    assert ann.publish_list() == []


# The last delimiter is 11 bytes and a line end.
@pytest.mark.parametrize('cut', [8, 20, 400])
def test_a_form_that_breaks_off_is_refused(ann, tiny, cut):
    body = multipart([('token', ann.token), ('title', 'a clip'), ('data', tiny, 'clip.mp4')])[:-cut]
    headers = {'Content-Type': 'multipart/form-data; boundary=limit'}
    response = ann.http.post(PATH, content=body, headers=headers)
    assert response.status_code in (200, 400)
    assert checks.envelope(response, None, response.status_code)['status_code'] != 0
    assert ann.publish_list() == []


def test_an_upload_whose_sender_vanishes_leaves_nothing(server, ann, tiny):
    body = multipart([('token', ann.token), ('title', 'a clip'), ('data', tiny, 'clip.mp4')])
    head = request('POST', PATH, ('Content-Type: multipart/form-data; boundary=limit',
                                  f'Content-Length: {len(body)}'))
    with Connection(server) as connection:
        connection.send(head + body[:len(body) // 2])
    ann.publish(tiny, 'whole')
    assert [video['title'] for video in ann.publish_list()] == ['whole']


# What is not a video.

@pytest.mark.parametrize('name', NOT_VIDEOS)
def test_what_is_not_a_video_is_refused(ann, clips, name):
    ann.publish(clips.data(name), expect=NOT_A_VIDEO, filename='clip.mp4')
    assert ann.publish_list() == []
    assert ann.user()['work_count'] == 0


def test_refused_uploads_leave_nothing_behind(own_server, new_user, clips):
    server = own_server()
    viewer = new_user(server.url)
    noise, impostor = clips.data('noise.mp4'), clips.data('impostor.mp4')
    before = server.stored_bytes()
    for _ in range(4):
        viewer.publish(noise, expect=NOT_A_VIDEO)
        viewer.publish(impostor, expect=NOT_A_VIDEO)
        viewer.publish(noise, title='', expect=BAD_PARAMETER)
        send_form(viewer, [('title', 'a clip'), ('data', noise, 'clip.mp4')], NO_SESSION)
    eventually(lambda: server.stored_bytes() < before + len(noise))
    videos, _ = viewer.feed()
    assert videos == []


# What is too large.

@pytest.fixture
def strict(own_server, new_user):
    """A server that takes small uploads only, and somebody on it."""
    server = own_server({'upload.max_bytes': MAX_BYTES})
    return server, new_user(server.url)


def large_form(viewer):
    return multipart([('token', viewer.token), ('title', 'a clip'),
                      ('data', bytes(MAX_BYTES * 4), 'clip.mp4')])


@pytest.mark.parametrize('framing', ['length', 'chunked'])
def test_an_upload_over_the_limit_is_413(strict, framing):
    server, viewer = strict
    body = large_form(viewer)
    if framing == 'length':
        framed, header = body, f'Content-Length: {len(body)}'
    else:
        framed = chunked(*[body[at:at + 8192] for at in range(0, len(body), 8192)])
        header = 'Transfer-Encoding: chunked'
    head = request('POST', f'{PATH}?token={viewer.token}',
                   ('Content-Type: multipart/form-data; boundary=limit', header,
                    'Expect: 100-continue'))
    with Connection(server) as connection:
        connection.send(head)
        answer = connection.answer()
        if answer.status_code == 100:
            assert framing == 'chunked', 'the length was known'
            connection.send(framed)
            answer = connection.answer()
        assert answer.status_code == 413
        assert answer.headers['content-type'] == checks.JSON_TYPE
        checks.envelope_text(answer.content, TOO_LARGE)
    assert viewer.publish_list() == []
    eventually(lambda: server.stored_bytes() < MAX_BYTES * 4)


def test_an_upload_over_the_limit_is_refused_before_it_was_sent(strict):
    """The client is told at once instead of after minutes of sending."""
    server, viewer = strict
    head = request('POST', f'{PATH}?token={viewer.token}',
                   ('Content-Type: multipart/form-data; boundary=limit',
                    f'Content-Length: {MAX_BYTES * 1000}'))
    with Connection(server) as connection:
        connection.send(head)
        answer = connection.answer()
        assert answer.status_code == 413
        checks.envelope_text(answer.content, TOO_LARGE)
        assert connection.answers_until_closed() == []


def test_an_upload_below_the_limit_still_works(strict, tiny):
    _, viewer = strict
    assert len(tiny) < MAX_BYTES
    viewer.publish(tiny)
    assert len(viewer.publish_list()) == 1
