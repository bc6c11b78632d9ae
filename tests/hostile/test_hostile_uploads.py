# Files that are two things at once: taken as a video or not at all, and served as nothing else.
# SPDX-License-Identifier: Apache-2.0
import io
import struct
import zipfile

import pytest

import checks
from checks import NOT_A_VIDEO, OK
from client import ENDPOINTS
from http_bytes import multipart
from playback import decode, fetch
from waiting import eventually

PAGE = b'<!doctype html><html><body><script>alert(document.domain)</script></body></html>'
SCRIPT = b'/*\xf0*/alert(1);//'
PDF = b'%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n'
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PLAYLIST = b'#EXTM3U\n#EXTINF:10,\n%s\n#EXT-X-ENDLIST\n'
MARK = b'told-by-the-uploader'

# What is no video, whatever its name, its type and its first bytes say.
NOT_VIDEOS = {
    'page': PAGE, 'svg': SVG, 'pdf': PDF, 'script': SCRIPT, 'text': b'hello ' * 1000,
    'gif with a script': b'GIF89a/*\0\0\0\0*/=1;alert(1)//' + bytes(100),
    'playlist of a file': PLAYLIST % b'file:///etc/passwd',
    'playlist of the metadata service': PLAYLIST % b'http://169.254.169.254/latest/meta-data/',
    'playlist of concat': PLAYLIST % b'concat:/etc/passwd|/etc/group',
    'ffconcat': b'ffconcat version 1.0\nfile /etc/passwd\n',
    'dash': b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>',
    'sdp': b'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nm=video 5004 RTP/AVP 96\n',
    'subtitles': b'1\n00:00:00,000 --> 00:00:01,000\n<img src=x onerror=alert(1)>\n',
    'zip': b'PK\x03\x04' + bytes(200), 'gzip': b'\x1f\x8b\x08' + bytes(200),
    'elf': b'\x7fELF' + bytes(200), 'shell': b'#!/bin/sh\nreboot\n', 'php': b'<?php system("id");',
    'empty box': struct.pack('>I4s', 8, b'ftyp'), 'endless box': struct.pack('>I4s', 0, b'ftyp'),
    'page in a box': struct.pack('>I4s', 8 + len(PAGE), b'ftyp') + PAGE,
    'huge box': struct.pack('>I4sQ', 1, b'ftyp', 2**63 - 1), 'noughts': bytes(5000),
}


@pytest.mark.parametrize('data', NOT_VIDEOS.values(), ids=NOT_VIDEOS.keys())
@pytest.mark.parametrize('name', ['clip.mp4', 'clip.html'])
def test_what_is_no_video_is_refused(ann, data, name):
    ann.publish(data, expect=NOT_A_VIDEO, filename=name)
    assert ann.publish_list() == []


def archive():
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, 'w') as zipped:
        zipped.writestr('index.html', PAGE + MARK)
    return whole.getvalue()


def box(kind, content):
    return struct.pack('>I4s', 8 + len(content), kind) + content


def after_first_box(clip, more):
    end, = struct.unpack('>I', clip[:4])
    return clip[:end] + more + clip[end:]


# An MP4 with something else in it that a reader of another kind would find.
POLYGLOTS = {
    'page behind': lambda clip: clip + PAGE + MARK,
    'zip behind': lambda clip: clip + archive(),
    'pdf behind': lambda clip: clip + PDF + MARK,
    'page in free space': lambda clip: after_first_box(clip, box(b'free', PAGE + MARK)),
    'page in user data': lambda clip: after_first_box(clip, box(b'uuid', bytes(16) + PAGE + MARK)),
    'page in an unknown box': lambda clip: clip + box(b'\xa9<scr', PAGE + MARK),
    'script in the brand': lambda clip: clip[:8] + b'/*a*' + clip[12:] + b'*/alert(1)//' + MARK,
}


def served(video):
    """Everything that is served of a video, with its headers."""
    urls = [video['play_url'], video['cover_url']]
    return [fetch(url) for url in urls]


@pytest.mark.parametrize('change', POLYGLOTS.values(), ids=POLYGLOTS.keys())
def test_of_a_file_that_is_two_things_only_the_video_is_served(ann, clips, tmp_path, change):
    ann.publish(change(clips.data('tiny.mp4')), expect=(OK, NOT_A_VIDEO), filename='page.html')
    for video in ann.publish_list():
        for reply in served(video):
            only_to_be_shown(reply)
            assert MARK not in reply.content and b'<script' not in reply.content
        (tmp_path / 'play.mp4').write_bytes(fetch(video['play_url']).content)
        decode(tmp_path / 'play.mp4')


def test_a_webm_that_is_two_things_is_served_as_the_video_alone(ann, clips):
    video = ann.publish_new(clips.data('clip.webm') + archive())
    for reply in served(video):
        only_to_be_shown(reply)
        assert MARK not in reply.content


def only_to_be_shown(reply):
    assert reply.headers['content-type'] in ('video/mp4', 'video/webm', 'image/jpeg')
    assert reply.headers['x-content-type-options'] == 'nosniff'
    assert "default-src 'none'" in reply.headers['content-security-policy']
    assert 'script-src' not in reply.headers['content-security-policy']


def test_the_upload_itself_is_nowhere_served(own_server, new_user, clips):
    """Not under its name, nor in any other file of the object store that has an address."""
    server = own_server()
    ann = new_user(server.url)
    for name in ('gps.mp4', 'gps.webm', 'phone.mov'):
        original = clips.data(name)
        video = ann.publish_ready(original, name)
        objects = server.data / 'media/objects'
        whole = [path for path in objects.rglob('*')
                 if path.is_file() and path.read_bytes() == original]
        assert len(whole) == 1, 'kept once, for the transcoder'
        http = ann.http.get(f'/media/{whole[0].relative_to(objects)}')
        checks.envelope(http, None, 404)


@pytest.mark.parametrize('target', ['file:///etc/passwd', 'http://127.0.0.1:9/x', '/etc/passwd',
                                    'concat:/etc/passwd', 'subfile,,start,0,end,9,,:/etc/passwd'])
def test_an_mp4_that_points_elsewhere_is_not_followed(ann, clips, target):
    """A data reference (dref) that names a file: the sandbox has none, and nobody looks."""
    clip = clips.data('tiny.mp4')
    at = clip.find(b'url \0\0\0\1')
    assert at > 4
    entry = box(b'url ', bytes(4) + target.encode() + b'\0')
    pointed = clip[:at - 4] + entry + clip[at + 8:]
    ann.publish(pointed, expect=(OK, NOT_A_VIDEO))
    for video in ann.publish_list():
        reply = ann.http.get(video['play_url'])
        assert reply.status_code in (200, 404)
        assert b'root:' not in reply.content


# Forms that are hostile themselves.

def send(viewer, body, boundary='limit'):
    """The status_code, whatever it is; the server must have said it in an envelope."""
    response = viewer.http.post(ENDPOINTS['publish'][1], content=body,
                                params={'token': viewer.token},
                                headers={'Content-Type': f'multipart/form-data; boundary={boundary}'})
    assert response.status_code in (200, 400, 413)
    return checks.envelope_text(response.content, None)['status_code']


def part(header, content=b'x'):
    return b'--limit\r\n' + header + b'\r\n\r\n' + content + b'\r\n'


DISPOSITION = b'Content-Disposition: form-data; name="%s"'
NESTED = part(DISPOSITION % b'a' + b'\r\nContent-Type: multipart/mixed; boundary=inner',
              b'--inner\r\nContent-Disposition: file; filename="a"\r\n\r\nx\r\n--inner--')
FORMS = {
    'a hundred fields': b''.join(part(DISPOSITION % b'f%d' % at) for at in range(100)),
    'ten thousand parts': part(DISPOSITION % b'a') * 10000,
    'nested': NESTED * 50, 'no headers': part(b''), 'no name': part(b'Content-Disposition: form-data'),
    'long name': part(DISPOSITION % (b'n' * 3000)), 'longer name': part(DISPOSITION % (b'n' * 5000)),
    'long file name': part(DISPOSITION % b'data' + b'; filename="' + b'f' * 3000 + b'"'),
    'longer file name': part(DISPOSITION % b'data' + b'; filename="' + b'f' * 50000 + b'"'),
    'many headers': part(DISPOSITION % b'a' + b'\r\nX: y' * 1000),
    'unclosed quote': part(b'Content-Disposition: form-data; name="data'),
    'file name of NUL': part(DISPOSITION % b'data' + b'; filename="a\0b"'),
    'name of NUL': part(DISPOSITION % b'ti\0tle'), 'bare LF': NESTED.replace(b'\r\n', b'\n'),
    'field of a megabyte': part(DISPOSITION % b'title', b'x' * (1 << 20)),
    'transfer encoding': part(DISPOSITION % b'title' + b'\r\nContent-Transfer-Encoding: base64'),
    'charset': part(DISPOSITION % b'_charset_', b'utf-7') + part(DISPOSITION % b'title', b'+ADw-'),
}


@pytest.mark.parametrize('parts', FORMS.values(), ids=FORMS.keys())
def test_a_hostile_form_is_refused_and_does_no_harm(ann, clips, parts):
    assert send(ann, parts + b'--limit--\r\n') != OK
    assert send(ann, parts) != OK
    assert ann.publish_list() == []
    ann.publish(clips.data('tiny.mp4'))


def test_of_two_files_the_first_counts(ann, clips):
    clip = clips.data('tiny.mp4')
    for first, second, code in [(clip, PAGE, OK), (PAGE, clip, NOT_A_VIDEO)]:
        body = multipart([('title', 'x'), ('data', first, 'a.mp4'), ('data', second, 'b.mp4')])
        assert send(ann, body) == code
    assert len(ann.publish_list()) == 1


def test_files_in_other_fields_are_dropped(own_server, new_user, clips):
    server = own_server()
    ann = new_user(server.url)
    others = [(f'other{at}', b'z' * 100000, '../../evil.sh') for at in range(20)]
    body = multipart([('title', 'x'), *others, ('data', clips.data('tiny.mp4'), 'a.mp4')])
    assert send(ann, body) == OK
    eventually(lambda: list((server.data / 'spool').iterdir()) == [])


@pytest.mark.parametrize('hint', ['-loglevel debug', 'clip.mp4; reboot', '$(reboot).mp4', '-i',
                                  '`id`.mp4', 'a\r\nX-Injected: 1.mp4', '%s%n%s.mp4', '.htaccess'])
def test_the_name_of_a_file_is_never_used(ann, clips, hint):
    body = multipart([('title', 'x'), ('data', clips.data('tiny.mp4'), hint.replace('\r\n', ' '))])
    assert send(ann, body) == OK
    video, = ann.publish_list()
    assert hint not in str(video)


def test_a_video_of_a_playlist_names_no_address_outside(ann, clips):
    video = ann.publish_new(clips.data('tiny.mp4'))
    eventually(lambda: ann.video(video['id'])['hls_url'] != '')
    for line in fetch(ann.video(video['id'])['hls_url']).text.splitlines():
        assert '://' not in line and not line.startswith('/')
