# Removing videos and looking after their jobs, while a server runs beside.
# SPDX-License-Identifier: Apache-2.0
import time

import checks
from client import ids
from database import change, value
from effort import rounds
from operator_shell import admin, table
from server_process import files_in
from waiting import eventually

NOT_THERE, NOT_NOW = 66, 75


def test_a_removed_video_is_in_no_list_at_once(server, ann, bob, new_video, anyone):
    gone, stays = new_video()['id'], new_video()['id']
    for person in (ann, bob):
        person.like(gone), person.comment(gone, 'nice'), person.like(stays)
    play = ann.video(gone)['play_url']
    assert anyone.http.get(play).status_code == 200
    said = admin(server.data, 'delete-video', gone)
    assert f'Video {gone} of user {ann.id} (a clip) is removed.' in said.out

    def nowhere():
        assert gone not in ids(ann.publish_list())
        assert gone not in ids(bob.favorite_list()) and stays in ids(bob.favorite_list())
        assert gone not in ids(anyone.feed()[0]) and gone not in ids(bob.feed()[0])
        assert anyone.video(gone, expect=checks.NO_VIDEO)
        assert anyone.comment_list(gone, expect=checks.NO_VIDEO)

    eventually(nowhere)
    assert anyone.http.get(play).status_code == 404


def test_counters_are_what_the_sets_are_afterwards(server, ann, bob, new_video):
    gone, stays = new_video()['id'], new_video()['id']
    for person in (ann, bob):
        person.like(gone)
    bob.like(stays)
    admin(server.data, 'delete-video', gone)

    def counted():
        author = ann.user()
        assert (author['work_count'], author['total_favorited']) == (1, 1)
        assert bob.user()['favorite_count'] == 2  # what he gave, whatever became of it

    eventually(counted)


def test_what_is_done_to_a_removed_video_is_refused(server, ann, bob, video):
    bob.like(video['id'])
    admin(server.data, 'delete-video', video['id'])
    for act in (bob.like, bob.unlike, lambda *_, **kw: bob.comment(video['id'], 'late', **kw)):
        eventually(lambda: act(video['id'], expect=checks.NO_VIDEO))


def test_its_files_are_gone(server, ann, video):
    ann.until_ready(video['id'])  # so nobody else removes them
    before = files_in(server.data / 'media')
    asset = value(server.data, 'SELECT asset FROM video_item WHERE id = ?', video['id'])
    assert any(asset in str(path) for path in before)
    admin(server.data, 'delete-video', video['id'])
    assert not list((server.data / 'media').rglob(f'*{asset}*'))


def test_a_video_may_go_while_its_job_runs(own_server, new_user, clips):
    server = own_server()
    ann = new_user(server.url)
    for _ in range(rounds(2, 10)):
        video = ann.publish_new(clips.data('plain.mp4'))['id']
        eventually(lambda: ann.video(video)['state'] != 'pending')
        admin(server.data, 'delete-video', video)
    eventually(lambda: 'no jobs' in admin(server.data, 'jobs').out)
    assert not files_in(server.data / 'media')
    server.stop()
    assert 'nothing is wrong' in admin(server.data, 'doctor').out


def test_a_video_is_removed_once(server, video):
    admin(server.data, 'delete-video', video['id'])
    assert 'there is no video' in admin(server.data, 'delete-video', video['id'],
                                        status=NOT_THERE).err
    for wrong in ('x', '0', '1.5'):
        assert 'is not the id of a video' in admin(server.data, 'delete-video', wrong,
                                                   status=65).err


# Jobs.


def broken(server, video, state):
    """The video's job as if it had failed for good (2), or waited for another try (0)."""
    later = int(time.time() * 1000) + 50 * 60 * 1000  # longer than an hour no job waits
    change(server.data, 'UPDATE video_item SET state = 0 WHERE id = ?', video)
    return change(
        server.data,
        'INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at, last_error)'
        " VALUES ('transcode', ?, ?, 3, ?, 1, 'no\nluck')", video, state, later)


def finished(ann, clips):
    return ann.publish_ready(clips.data('tiny.mp4'))['id']


def test_dead_jobs_are_told_with_what_went_wrong(server, ann, clips):
    job = broken(server, finished(ann, clips), 2)
    row, = [row for row in table(admin(server.data, 'jobs', '--dead').out) if row[0] == str(job)]
    assert row[1] == 'transcode' and row[3] == 'dead' and row[6:] == ['3', '-', 'no?luck'], row


def test_a_dead_job_that_is_retried_runs_at_once(server, ann, clips):
    video = finished(ann, clips)
    job = broken(server, video, 2)
    eventually(lambda: ann.video(video)['state'] == 'pending')
    assert f'Job {job} is due now' in admin(server.data, 'retry-job', job).out
    ann.until_ready(video)
    eventually(lambda: str(job) not in [row[0] for row in table(admin(server.data, 'jobs').out)])


def test_a_job_that_waits_need_not_wait(own_server, new_user, clips):
    server = own_server({'media.attempts': 100})  # so many that one may wait for an hour
    ann = new_user(server.url)
    video = finished(ann, clips)
    job = broken(server, video, 0)
    row, = [row for row in table(admin(server.data, 'jobs').out) if row[0] == str(job)]
    assert row[3] == 'waiting' and 'in' in row
    admin(server.data, 'retry-job', job)
    ann.until_ready(video)


def test_a_job_that_runs_or_is_not_there_is_not_retried(own_server, new_user, clips):
    server = own_server()
    ann = new_user(server.url)
    video = finished(ann, clips)
    server.stop()
    job = broken(server, video, 1)
    assert 'runs at this moment' in admin(server.data, 'retry-job', job, status=NOT_NOW).err
    assert 'no job' in admin(server.data, 'retry-job', job + 1, status=NOT_THERE).err
