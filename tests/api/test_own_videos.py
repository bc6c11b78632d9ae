# What an author does with a video that is there: another title, a look at its job, its end.
# SPDX-License-Identifier: Apache-2.0
import fcntl
import json

import pytest

import checks
from checks import BAD_PARAMETER, NO_SESSION, NO_VIDEO, NOT_ALLOWED
from client import ids
from operator_shell import admin
from server_process import files_in
from waiting import eventually

BAD_TITLES = ['', ' ', '\n', 'x' * 201, 'a\x07b', 'a\x00b']
BAD_IDS = ['0', '-1', 'x', '1.5', '99999999999999999999', '1/2', '%2e%2e']


def path(video_id):
    return f'/api/v1/videos/{video_id}'


def retitle(viewer, video_id, title, expect=checks.OK, **params):
    return viewer.request('PATCH', path(video_id), expect, title=title, **params)


def remove(viewer, video_id, expect=checks.OK):
    return viewer.request('DELETE', path(video_id), expect)


def status(viewer, video_id, expect=checks.OK):
    return viewer.request('GET', f'{path(video_id)}/status', expect)


# Titles.

def test_another_title_is_shown_everywhere_at_once(ann, anyone, video):
    changed = retitle(ann, video['id'], '  短视频 "quoted" <b>  ')['video']
    assert checks.video(changed)['title'] == '短视频 "quoted" <b>'
    assert 'ext' not in changed
    assert anyone.video(video['id'])['title'] == changed['title']
    assert ann.publish_list()[0]['title'] == changed['title']
    shown = next(one for one in anyone.feed()[0] if one['id'] == video['id'])
    assert shown['title'] == changed['title']


def test_the_reply_has_ext_when_it_is_asked_for(ann, video):
    checks.ext(retitle(ann, video['id'], 'other', ext=1)['video']['ext'])


def test_a_title_may_come_as_json_or_as_a_form(ann, video):
    for body in ({'content': json.dumps({'title': 'json'}), 'headers': {'Content-Type': 'application/json'}},
                 {'data': {'title': 'form'}}):
        reply = ann.http.patch(path(video['id']), params={'token': ann.token}, **body)
        assert checks.envelope(reply)['video']['title'] in str(body)


@pytest.mark.parametrize('title', BAD_TITLES)
def test_a_bad_title_is_refused_and_changes_nothing(ann, video, title):
    retitle(ann, video['id'], title, BAD_PARAMETER)
    assert ann.video(video['id'])['title'] == video['title']


def test_titles_are_their_authors_business(bob, anyone, video):
    retitle(bob, video['id'], 'mine', NOT_ALLOWED)
    retitle(anyone, video['id'], 'mine', NO_SESSION)
    assert anyone.video(video['id'])['title'] == video['title']


# The end of a video.

def test_a_removed_video_is_in_no_list_and_has_no_page(ann, bob, anyone, new_video):
    gone, stays = new_video()['id'], new_video()['id']
    for video_id in (gone, stays):
        bob.like(video_id)
        bob.comment(video_id, 'nice')
    remove(ann, gone)
    assert ids(ann.publish_list()) == [stays]
    assert gone not in ids(anyone.feed()[0]) and stays in ids(anyone.feed()[0])
    assert ids(bob.favorite_list()) == [stays]
    anyone.video(gone, NO_VIDEO)
    anyone.comment_list(gone, NO_VIDEO)
    bob.like(gone, NO_VIDEO)
    status(ann, gone, NO_VIDEO)
    eventually(lambda: ann.user()['work_count'] == 1)


def test_its_files_are_gone_too(ann, anyone, clips):
    video = ann.publish_ready(clips.data('tiny.mp4'))
    page = ann.video(video['id'])
    urls = [page['play_url'], page['cover_url'], page['cover_webp_url'], page['hls_url']]
    assert [anyone.http.get(url).status_code for url in urls] == [200] * 4
    remove(ann, video['id'])
    eventually(lambda: [anyone.http.get(url).status_code for url in urls] == [404] * 4)


def test_files_of_a_video_removed_while_it_is_processed_are_gone_in_the_end(ann, anyone, clips):
    ann.publish(clips.data('heavy.mp4'))
    video = ann.publish_list()[0]
    remove(ann, video['id'])
    eventually(lambda: anyone.http.get(video['cover_url']).status_code == 404)


def test_a_video_is_removed_once(ann, video):
    remove(ann, video['id'])
    remove(ann, video['id'], NO_VIDEO)


def test_a_video_is_its_authors_to_remove(bob, anyone, video):
    remove(bob, video['id'], NOT_ALLOWED)
    remove(anyone, video['id'], NO_SESSION)
    assert anyone.video(video['id'])['title'] == video['title']


def test_its_room_is_free_again(own_server, new_user, clips):
    server = own_server({'upload.account_videos': '1'})
    author = new_user(server.url)
    first = author.publish_new(clips.data('tiny.mp4'))
    author.publish(clips.data('tiny.mp4'), expect=checks.QUOTA_USED_UP)
    remove(author, first['id'])
    author.publish(clips.data('tiny.mp4'))


def objects_of(server):
    return files_in(server.data / 'media/objects')


@pytest.mark.one_process('the files of a cluster are in a store, which no backup of ours copies')
def test_no_file_goes_while_a_backup_is_made_and_the_removal_outlives_the_server(own_server, new_user, clips):
    server = own_server()
    author = new_user(server.url)
    video = author.publish_ready(clips.data('tiny.mp4'))
    before = objects_of(server)
    with open(server.data / 'files.lock', 'a') as backup:
        fcntl.flock(backup, fcntl.LOCK_SH)
        remove(author, video['id'])
        eventually(lambda: 'a backup is being made' in admin(server.data, 'jobs').out)
        assert objects_of(server) == before
        server.kill()
    server.start()
    eventually(lambda: not objects_of(server))
    admin(server.data, 'doctor')  # which fails when it finds anything


# How its job stands.

def test_the_status_ends_at_ready_and_a_hundred(ann, clips):
    video = ann.publish_ready(clips.data('tiny.mp4'))
    body = status(ann, video['id'])
    assert (body['state'], body['percent'], body['stage']) == ('ready', 100, 'cover')
    assert 'reason' not in body


def test_on_the_way_it_is_processing_and_never_goes_back(ann, clips):
    ann.publish(clips.data('heavy.mp4'))
    video_id = ann.publish_list()[0]['id']
    seen = []

    def done():
        seen.append(status(ann, video_id))
        return seen[-1]['state'] == 'ready'

    eventually(done)
    assert all(one['state'] == 'processing' for one in seen[:-1])
    assert all(one['stage'] in ('probe', 'transcode') for one in seen[:-1])
    percents = [one['percent'] for one in seen]
    assert percents == sorted(percents) and all(0 <= percent <= 100 for percent in percents)


def test_the_status_is_for_the_author_alone(bob, anyone, video):
    status(bob, video['id'], NOT_ALLOWED)
    status(anyone, video['id'], NO_SESSION)


@pytest.mark.parametrize('bad', BAD_IDS)
def test_an_id_that_is_none_is_refused(ann, bad):
    retitle(ann, bad, 'title', BAD_PARAMETER)
    remove(ann, bad, BAD_PARAMETER)


def test_what_is_not_there_cannot_be_changed(ann):
    for act in (lambda: retitle(ann, 10**15, 'x', NO_VIDEO), lambda: remove(ann, 10**15, NO_VIDEO),
                lambda: status(ann, 10**15, NO_VIDEO)):
        act()
