# From upload to screen: processing, covers, HLS, how files are served and what never is.
# SPDX-License-Identifier: Apache-2.0
from urllib.parse import urlsplit

import pytest

import checks
from checks import NO_VIDEO
from clips import DEVICE, POSITION
from http_bytes import exchange, get
from playback import HTTP, JPEG, decode, fetch, picture, playlist_urls, probe
from waiting import eventually

# Name: the upright size, and whether it plays before its job is done.
KINDS = {
    'plain.mp4': ((640, 360), True),
    'phone.mov': ((180, 320), True),
    'clip.webm': ((320, 180), True),
    'portrait_hevc.mp4': ((180, 320), True),
    'clip.mkv': ((320, 180), False),
    'silent.mp4': ((640, 360), True),
}
PRIVATE = [POSITION, POSITION[:8], DEVICE]


def when_ready(viewer, video_id):
    """The video once its job is done, checking each step on the way."""
    def ready():
        video = viewer.video(video_id)
        assert video['state'] != 'failed', video
        assert video['state'] == 'ready' and video['hls_url'] and video['cover_webp_url'], video
        return video

    return eventually(ready)


@pytest.fixture(scope='module')
def published(new_user, clips):
    """Each kind of clip, published once: published(name) gives its author and its id."""
    made = {}

    def publish(name):
        if name not in made:
            author = new_user()
            made[name] = author, author.publish_new(clips.data(name))['id']
        return made[name]

    return publish


@pytest.fixture
def ready(published):
    """A clip's page, once its job is done."""
    return lambda name: when_ready(*published(name))


@pytest.fixture
def plain(ready):
    return ready('plain.mp4')


# Processing.

@pytest.mark.parametrize('name', KINDS)
def test_every_kind_becomes_ready_and_plays(published, name):
    author, video_id = published(name)
    video = when_ready(author, video_id)
    size, _ = KINDS[name]
    assert video['playable'] is True
    assert (video['width'], video['height']) == size
    found = probe(video['play_url'])
    assert found['size'] == size
    assert abs(found['seconds'] - video['duration_ms'] / 1000) < 0.3
    assert 1.7 < found['seconds'] < 2.3
    assert ('audio' in found['streams']) == (name != 'silent.mp4')
    decode(video['play_url'])


@pytest.mark.parametrize('name', [name for name, (_, at_once) in KINDS.items() if at_once])
def test_what_browsers_take_plays_at_once(new_user, clips, name):
    author = new_user()
    listed = author.publish_new(clips.data(name))
    response = fetch(listed['play_url'])
    assert response.headers['content-type'].startswith('video/')
    assert author.video(listed['id'])['playable'] is True
    decode(listed['play_url'])


def test_what_browsers_do_not_take_is_404_until_it_is_done(new_user, clips):
    author = new_user()
    video_id = author.publish_new(clips.data('clip.mkv'))['id']
    video = author.video(video_id)
    response = fetch(video['play_url'], expect=200 if video['playable'] else 404)
    assert response.content
    video = when_ready(author, video_id)
    assert fetch(video['play_url']).headers['content-type'] == 'video/mp4'


def test_a_finished_video_is_mp4_for_the_app(ready):
    for name in KINDS:
        streams = probe(ready(name)['play_url'])['streams']
        assert streams['video']['codec_name'] == 'h264'
        assert name == 'silent.mp4' or streams['audio']['codec_name'] == 'aac'


def test_progress_only_goes_forward(new_user, clips):
    author = new_user()
    video_id = author.publish_new(clips.data('plain.mp4'))['id']
    seen = []

    def ready():
        seen.append(author.video(video_id))
        checks.job(seen[-1]['job'])
        return seen[-1]['state'] == 'ready'

    eventually(ready)
    order = [checks.STATES.index(video['state']) for video in seen]
    assert order == sorted(order)
    playable = [video['playable'] for video in seen]
    assert playable == sorted(playable) and playable[-1]
    for before, after in zip(seen, seen[1:]):
        if before['job']['attempts'] == after['job']['attempts']:
            assert before['job']['progress'] <= after['job']['progress']
    assert seen[-1]['job']['reason'] in ('', 'ok')


def test_only_its_author_sees_the_job(published, anyone, bob):
    author, video_id = published('plain.mp4')
    assert checks.job(author.video(video_id)['job'])
    for viewer in (anyone, bob):
        assert 'job' not in viewer.video(video_id)


def test_the_page_of_a_video_agrees_with_the_lists(published, plain, bob):
    author, video_id = published('plain.mp4')
    when_ready(author, video_id)
    listed = author.publish_list()[0]
    page = author.video(video_id)
    assert {name: page[name] for name in listed} == listed
    bob.like(video_id)
    assert bob.video(video_id)['is_favorite'] is True
    assert author.video(video_id)['is_favorite'] is False


@pytest.mark.parametrize('video_id', [checks.ID_MAX, 999_999_999])
def test_an_unknown_video_has_no_page(anyone, video_id):
    anyone.video(video_id, NO_VIDEO)


# Covers.

@pytest.mark.parametrize('name', ['plain.mp4', 'phone.mov', 'portrait_hevc.mp4'])
def test_covers_are_upright_pictures(ready, tmp_path, name):
    video = ready(name)
    jpeg = fetch(video['cover_url'])
    assert jpeg.headers['content-type'] == 'image/jpeg' and jpeg.content.startswith(JPEG)
    webp = fetch(video['cover_webp_url'])
    assert webp.headers['content-type'] == 'image/webp' and webp.content[8:12] == b'WEBP'
    for data, codec in ((jpeg.content, 'mjpeg'), (webp.content, 'webp')):
        found, (width, height) = picture(data, tmp_path)
        assert found == codec
        assert (width < height) == (KINDS[name][0] < KINDS[name][0][::-1])


# HLS.

@pytest.mark.parametrize('name', ['plain.mp4', 'phone.mov', 'clip.webm', 'silent.mp4'])
def test_hls_plays_to_the_end(ready, name):
    video = ready(name)
    found = probe(video['hls_url'])
    assert found['streams']['video']['codec_name'] == 'h264'
    assert ('audio' in found['streams']) == (name != 'silent.mp4')
    assert found['size'] == KINDS[name][0]
    assert 1.7 < found['seconds'] < 2.5
    decode(video['hls_url'])


def test_everything_a_playlist_names_is_there(plain):
    master = fetch(plain['hls_url'])
    assert master.headers['content-type'] in ('application/vnd.apple.mpegurl',
                                              'application/x-mpegurl')
    names = playlist_urls(plain['hls_url'])
    assert names
    for url in names:
        assert fetch(url).content
        if '.m3u8' not in url:
            assert len(fetch(url, 206, Range='bytes=0-0').content) == 1


# How files are served.

def ranged(url, text):
    """The reply's code, its Content-Range and its body."""
    response = HTTP.get(url, headers={'Range': text})
    return response.status_code, response.headers.get('content-range'), response.content


@pytest.mark.parametrize('text, first, last', [
    ('bytes=0-0', 0, 0), ('bytes=0-99', 0, 99), ('bytes=100-199', 100, 199),
    ('bytes=100-', 100, -1),
    ('bytes=-50', -50, -1), ('bytes=-1', -1, -1), ('bytes=0-', 0, -1), ('bytes=0-99999999', 0, -1),
    ('bytes=-99999999', 0, -1), ('Bytes=0-9', 0, 9),
])
def test_a_range_gives_those_bytes(plain, text, first, last):
    whole = fetch(plain['play_url']).content
    size = len(whole)
    first, last = first % size, last % size
    if text == 'bytes=-99999999':
        first = 0
    code, content_range, content = ranged(plain['play_url'], text)
    assert (code, content_range) == (206, f'bytes {first}-{last}/{size}')
    assert content == whole[first:last + 1]


@pytest.mark.parametrize('text', ['bytes=99999999-', 'bytes=99999999-100000000', 'bytes=-0',
                                  'bytes=9223372036854775807-'])
def test_a_range_behind_the_end_is_416_with_the_size(plain, text):
    size = len(fetch(plain['play_url']).content)
    code, content_range, _ = ranged(plain['play_url'], text)
    assert (code, content_range) == (416, f'bytes */{size}')


@pytest.mark.parametrize('text', ['bytes=5-2', 'bytes=', 'bytes=-', 'bytes=a-b', 'lines=0-9', '0-9',
                                  'bytes 0-9', 'bytes=0x0-9', 'bytes=--5', 'bytes=1-2-3', ''])
def test_a_range_that_is_none_gives_everything(plain, text):
    whole = fetch(plain['play_url']).content
    code, content_range, content = ranged(plain['play_url'], text)
    assert (code, content_range, content) == (200, None, whole)


@pytest.mark.parametrize('text', ['bytes=18446744073709551616-', 'bytes=18446744073709551617-9',
                                  'bytes=0-18446744073709551616', 'bytes=-18446744073709551617'])
def test_a_range_of_absurd_numbers_does_not_wrap_around(plain, text):
    whole = fetch(plain['play_url']).content
    code, _, content = ranged(plain['play_url'], text)
    assert code == 416 or content == whole


def test_several_ranges_give_everything_or_several_parts(plain):
    whole = fetch(plain['play_url']).content
    code, _, content = ranged(plain['play_url'], 'bytes=0-9,20-29')
    assert code in (200, 206)
    assert content == whole if code == 200 else whole[20:30] in content


def test_a_thousand_ranges_are_not_a_thousand_answers(plain):
    """Overlapping ranges must not multiply what is sent."""
    whole = fetch(plain['play_url']).content
    _, _, content = ranged(plain['play_url'], 'bytes=' + ','.join(['0-'] * 1000))
    assert len(content) <= 2 * len(whole)


def test_a_range_holds_only_for_the_version_the_client_has(plain):
    url = plain['play_url']
    whole = fetch(url)
    etag = whole.headers['etag']
    part = fetch(url, 206, Range='bytes=0-9', If_Range=etag)
    assert part.content == whole.content[:10]
    assert part.headers['etag'] == etag
    for other in ('"another"', 'W/' + etag, 'Thu, 01 Jan 1970 00:00:00 GMT', 'nonsense'):
        assert fetch(url, Range='bytes=0-9', If_Range=other).content == whole.content


def test_a_client_that_has_the_file_is_not_sent_it_again(plain):
    etag = fetch(plain['play_url']).headers['etag']
    for known in (etag, f'"other", {etag}', '*', f'W/{etag}'):
        response = fetch(plain['play_url'], 304, If_None_Match=known)
        assert response.content == b'' and response.headers['etag'] == etag
    assert fetch(plain['play_url'], If_None_Match='"other"').content


@pytest.mark.parametrize('field', ['play_url', 'cover_url', 'cover_webp_url'])
def test_files_are_served_so_that_they_may_be_kept_and_not_be_mistaken(plain, field):
    headers = fetch(plain[field]).headers
    assert headers['x-content-type-options'] == 'nosniff'
    kept = headers['cache-control'].replace(' ', '').split(',')
    assert 'immutable' in kept and 'public' in kept
    assert any(int(part[8:]) >= 86400 * 30 for part in kept if part.startswith('max-age='))
    assert headers['accept-ranges'] == 'bytes'


def test_head_of_a_file_says_what_get_would(plain):
    whole, head = fetch(plain['play_url']), HTTP.head(plain['play_url'])
    assert head.status_code == 200 and head.content == b''
    for name in ('content-length', 'content-type', 'etag', 'accept-ranges', 'cache-control'):
        assert head.headers[name] == whole.headers[name]


def test_a_video_has_one_address_for_as_long_as_it_is_the_same(published, ready):
    """What was cached as immutable stays true."""
    first = ready('plain.mp4')
    assert ready('plain.mp4')['play_url'] == first['play_url']
    assert fetch(first['play_url']).content == fetch(first['play_url']).content


ESCAPES = ['../' * 12 + 'etc/passwd', '..%2f' * 12 + 'etc%2fpasswd', '%2e%2e/' * 12 + 'etc/passwd',
           '/etc/passwd', '..\\..\\etc\\passwd',
           '%00', '.', '..', '', 'nothing.mp4', '%252e%252e%252fetc%252fpasswd', 'x' * 3000]


@pytest.mark.parametrize('escape', ESCAPES)
def test_nothing_else_is_served_from_beside_a_file(server, plain, escape):
    folder = urlsplit(plain['play_url']).path.rsplit('/', 1)[0]
    answers = exchange(server, get(f'{folder}/{escape}', 'Connection: close'))
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert all(b'root:' not in answer.content for answer in answers)


# What must not be served.

def everything(video):
    """Every byte a viewer can get of a video, by address."""
    urls = {video['play_url'], video['cover_url'], video['cover_webp_url'], video['hls_url']}
    return {url: fetch(url).content for url in urls | playlist_urls(video['hls_url'])}


def private_in(data):
    return [secret for secret in PRIVATE if secret.encode() in data]


@pytest.mark.parametrize('name', ['gps.mp4', 'phone.mov', 'gps.webm'])
def test_the_clip_itself_does_tell_the_place(clips, name):
    assert private_in(clips.data(name))


@pytest.mark.parametrize('name', ['gps.mp4', 'phone.mov', 'gps.webm'])
def test_place_and_device_are_gone_at_once(new_user, clips, name):
    video = new_user().publish_new(clips.data(name))
    for url in (video['play_url'], video['cover_url']):
        assert private_in(fetch(url).content) == []


@pytest.mark.parametrize('name', ['gps.mp4', 'phone.mov', 'gps.webm'])
def test_place_and_device_are_gone_when_it_is_done(ready, name):
    for url, data in everything(ready(name)).items():
        assert private_in(data) == [], url
