# What one account may keep is bounded, by bytes, videos and jobs; others do not notice.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from checks import NO_SESSION, QUOTA_USED_UP
from client import ENDPOINTS
from http_bytes import Connection, chunked, multipart, request
from server_process import files_in
from waiting import eventually

NO_LIMITS = {'upload.account_bytes': 0, 'upload.account_videos': 0, 'upload.account_pending': 0}


@pytest.fixture
def limited(own_server, new_user):
    """A server with one of its quotas set, and somebody who lives there."""

    def start(name, value):
        server = own_server({**NO_LIMITS, name: value})
        return server, new_user(server.url)

    return start


def files(server):
    """What lies in the folders of uploads: objects, scratch and spool."""
    return [*files_in(server.data / 'media'), *files_in(server.data / 'spool')]


def settled(server, author, count):
    """Every job is over, so that no file comes or goes by itself."""
    states = [author.video(video['id'])['state'] for video in author.publish_list()]
    assert states == ['ready'] * count


def test_videos_beyond_the_quota_are_refused_and_leave_nothing(limited, new_user, clips):
    server, ann = limited('upload.account_videos', 2)
    clip = clips.data('tiny.mp4')
    for _ in range(2):
        ann.publish(clip)
    eventually(lambda: settled(server, ann, 2))
    before = files(server)
    ann.publish(clip, expect=QUOTA_USED_UP)
    eventually(lambda: files(server) == before)
    assert len(ann.publish_list()) == 2
    new_user(server.url).publish(clip)


def test_bytes_beyond_the_quota_are_refused(limited, clips):
    clip = clips.data('tiny.mp4')
    _, ann = limited('upload.account_bytes', len(clip) + len(clip) // 2)
    ann.publish(clip)
    ann.publish(clip, expect=QUOTA_USED_UP)
    assert len(ann.publish_list()) == 1


def test_bytes_up_to_the_quota_are_taken(limited, clips):
    clip = clips.data('tiny.mp4')
    _, ann = limited('upload.account_bytes', 2 * len(clip))
    ann.publish(clip)
    ann.publish(clip)
    ann.publish(clip, expect=QUOTA_USED_UP)


def test_a_video_that_is_done_makes_room_for_the_next(limited, clips):
    _, ann = limited('upload.account_pending', 1)
    clip = clips.data('tiny.mp4')
    ann.publish(clip)
    eventually(lambda: ann.publish(clip))
    assert len(ann.publish_list()) == 2


def head(target, length, *headers):
    return request('POST', target, ('Content-Type: multipart/form-data; boundary=limit',
                                    f'Content-Length: {length}', *headers))


def test_an_upload_beyond_the_quota_is_refused_before_it_is_sent(limited):
    server, ann = limited('upload.account_bytes', 1 << 20)
    path = ENDPOINTS['publish'][1]
    asked = {'query': head(f'{path}?token={ann.token}', 2 << 20),
             'header': head(path, 2 << 20, f'Authorization: Bearer {ann.token}')}
    for raw in asked.values():
        with Connection(server) as connection:
            connection.send(raw)
            checks.envelope_text(connection.answer().content, QUOTA_USED_UP)
            assert connection.answers_until_closed() == []


def test_an_upload_of_nobody_is_refused_before_it_is_sent(server):
    with Connection(server) as connection:
        connection.send(head(f'{ENDPOINTS["publish"][1]}?token=nonsense', 1 << 20))
        checks.envelope_text(connection.answer().content, NO_SESSION)
        assert connection.answers_until_closed() == []


FIELD = b'--limit\r\nContent-Disposition: form-data; name="token"\r\n\r\n%s\r\n'
FILE = b'--limit\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n'


BEYOND_BUFFERS = 24 << 20  # more than the kernel keeps: once it is sent, most of it was read


def spooled(server):
    return files_in(server.data / 'spool')


def begin(server, token, count=1 << 20):
    """An upload that stays in the middle of its file."""
    connection = Connection(server)
    connection.send(head(ENDPOINTS['publish'][1], 2 * count)
                    + FIELD % token.encode() + FILE + bytes(count))
    return connection


def test_a_file_behind_a_token_that_may_not_upload_is_never_kept(limited, clips, new_user):
    server, ann = limited('upload.account_videos', 1)
    ann.publish(clips.data('tiny.mp4'))
    eventually(lambda: spooled(server) == [])
    kept = begin(server, new_user(server.url).token)
    eventually(lambda: spooled(server) != [])
    kept.socket.close()
    eventually(lambda: spooled(server) == [])
    for token, code in ((ann.token, QUOTA_USED_UP), ('nonsense', NO_SESSION)):
        body = FIELD % token.encode() + FILE + bytes(BEYOND_BUFFERS)
        with Connection(server) as connection:
            connection.send(head(ENDPOINTS['publish'][1], len(body) + 13) + body)
            assert spooled(server) == []
            connection.send(b'\r\n--limit--\r\n')
            checks.envelope_text(connection.answer().content, code)


def test_a_file_of_nobody_is_kept_only_while_the_disk_has_its_reserve(own_server):
    """Whoever sends it: a token may stand behind the file."""
    for reserve, keeps in (('0', True), ('1024TiB', False)):
        server = own_server({'media.disk_reserve': reserve})
        body = FILE + bytes(BEYOND_BUFFERS)
        with Connection(server) as connection:
            connection.send(head(ENDPOINTS['publish'][1], len(body) + 13) + body)
            assert (spooled(server) != []) == keeps
            connection.send(b'\r\n--limit--\r\n')
            answer = connection.answer()
        assert answer.status_code == (200 if keeps else 503)


def test_a_file_is_dropped_in_the_middle_when_it_grows_beyond_the_quota(limited):
    """In chunks its length is told to nobody before."""
    server, ann = limited('upload.account_bytes', 8 << 20)
    path = f'{ENDPOINTS["publish"][1]}?token={ann.token}'
    form = 'Content-Type: multipart/form-data; boundary=limit'
    body = FILE + bytes(2 * BEYOND_BUFFERS)
    with Connection(server) as connection:
        connection.send(request('POST', path, (form, 'Transfer-Encoding: chunked')),
                        b'%x\r\n%s\r\n' % (len(body), body))
        assert spooled(server) == []
        connection.send(chunked(b'\r\n--limit--\r\n'))
        checks.envelope_text(connection.answer().content, QUOTA_USED_UP)


def test_a_quota_is_not_passed_by_uploading_side_by_side(limited, clips):
    """All of them are begun before the first has ended; the row decides, not the look before."""
    server, ann = limited('upload.account_videos', 3)
    body = multipart([('token', ann.token), ('title', 'a clip'),
                      ('data', clips.data('tiny.mp4'), 'clip.mp4')])
    crowd = [Connection(server) for _ in range(8)]
    for connection in crowd:
        connection.send(head(ENDPOINTS['publish'][1], len(body)) + body[:-1])
    for connection in crowd:
        connection.send(body[-1:])
    codes = [checks.envelope_text(connection.answer().content, None)['status_code']
             for connection in crowd]
    for connection in crowd:
        connection.socket.close()
    assert sorted(codes) == [0] * 3 + [QUOTA_USED_UP] * 5
    assert len(ann.publish_list()) == 3


def test_the_quota_is_asked_before_the_upload_is_looked_at(limited, clips):
    _, ann = limited('upload.account_videos', 1)
    ann.publish(clips.data('tiny.mp4'))
    ann.publish(b'this is no video', expect=QUOTA_USED_UP)
