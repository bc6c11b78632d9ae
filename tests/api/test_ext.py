# What ext=1 adds to each video, and that nothing changes for those who do not ask for it.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from waiting import eventually

# Where a video of ann's is shown: the request, without ext.
PLACES = {
    'feed': lambda ann, video: ('/douyin/feed/', {}),
    'feed with a token': lambda ann, video: ('/douyin/feed/', {'token': ann.token}),
    'publish list': lambda ann, video: ('/douyin/publish/list/', {'user_id': ann.id}),
    'likes': lambda ann, video: ('/douyin/favorite/list/', {'user_id': ann.id}),
    'pages of videos': lambda ann, video: (f'/api/v1/users/{ann.id}/videos', {}),
    'pages of likes': lambda ann, video: (f'/api/v1/users/{ann.id}/likes', {}),
    'one video': lambda ann, video: (f"/api/v1/videos/{video['id']}", {}),
}


@pytest.fixture(scope='module')
def author(new_user):
    return new_user()


@pytest.fixture(scope='module')
def shown(author, clips):
    """A finished video that its author likes."""
    video = author.publish_ready(clips.data('plain.mp4'))
    author.like(video['id'])
    return author.video(video['id'])


def ask(author, path, **params):
    """The raw reply, without a token of its own."""
    return author.http.get(path, params=params)


def videos_of(response):
    body = checks.envelope(response)
    return [body['video']] if 'video' in body else body['video_list']


def found(response, video):
    return next(one for one in videos_of(response) if one['id'] == video['id'])


@pytest.mark.parametrize('place', PLACES)
def test_every_video_has_its_ext_when_it_is_asked_for(author, shown, place):
    path, params = PLACES[place](author, shown)
    got = eventually(lambda: found(ask(author, path, **params, ext=1), shown))
    ext = checks.ext(got['ext'])
    assert (ext['width'], ext['height']) == (640, 360)
    assert ext['duration_ms'] == shown['duration_ms']
    assert ext['state'] == 'ready'
    assert ext['playable']
    assert ext['hls_url'] == shown['hls_url']
    assert ext['cover_webp'] == shown['cover_webp_url']


@pytest.mark.parametrize('value', [None, '', '0', '2', 'true', '1 ', '11'])
@pytest.mark.parametrize('place', PLACES)
def test_no_reply_has_it_otherwise(author, shown, place, value):
    path, params = PLACES[place](author, shown)
    response = ask(author, path, **params, **({} if value is None else {'ext': value}))
    assert b'"ext"' not in response.content
    assert shown['id'] in [video['id'] for video in videos_of(response)]


def test_but_for_ext_the_video_is_the_same(author, shown):
    bare = found(ask(author, '/douyin/publish/list/', user_id=author.id), shown)
    full = found(ask(author, '/douyin/publish/list/', user_id=author.id, ext=1), shown)
    del full['ext']
    assert full == bare


def test_the_time_in_it_is_the_one_the_feed_goes_by(author, shown):
    created_at = found(ask(author, '/douyin/publish/list/', user_id=author.id, ext=1), shown)['ext']['created_at']
    before = ask(author, '/douyin/feed/', latest_time=created_at)
    after = ask(author, '/douyin/feed/', latest_time=created_at + 1)
    assert shown['id'] not in [video['id'] for video in videos_of(before)]
    assert shown['id'] in [video['id'] for video in videos_of(after)]


def test_a_video_whose_job_is_not_done_is_processing_and_has_no_hls(author, clips):
    author.publish(clips.data('heavy.mp4'), 'heavy')
    video = author.publish_list()[0]
    ext = checks.ext(found(ask(author, '/douyin/publish/list/', user_id=author.id, ext=1), video)['ext'])
    if ext['state'] == 'ready':
        pytest.skip('its job was done at once')
    assert ext['state'] == 'processing'
    assert 'hls_url' not in ext


def test_what_it_calls_playable_can_be_fetched(author, clips):
    author.publish(clips.data('heavy.mp4'), 'heavy')
    video = author.publish_list()[0]
    ext = checks.ext(found(ask(author, '/douyin/publish/list/', user_id=author.id, ext=1), video)['ext'])
    if not ext['playable']:
        pytest.skip('nothing of it can be played before its job is done')
    assert author.http.get(video['play_url']).status_code == 200


def test_the_color_is_the_one_of_the_cover(author, clips):
    video = author.publish_new(clips.data('blue.mp4'))
    color = found(ask(author, '/douyin/publish/list/', user_id=author.id, ext=1), video)['ext']['color']
    red, green, blue = bytes.fromhex(color[1:])
    assert blue > 200 and red < 40 and green < 40
