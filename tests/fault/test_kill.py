# kill -9 at random moments under a mixed load: what was acknowledged is there, the rest is whole.
# SPDX-License-Identifier: Apache-2.0
from database import change, rows, value
from effort import rounds
from load import survive
from operator_shell import admin
from waiting import eventually


def test_what_was_acknowledged_survives_every_kill(own_server, clips):
    survive(own_server(), clips.data('tiny.mp4'), 'kill', rounds(4, 60))


def test_what_a_crash_left_of_a_finished_job_is_removed(own_server, new_user, clips):
    """The crash came after the video was ready and before its workspace was gone."""
    server = own_server()
    ann = new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    server.stop()
    workspace = server.data / 'media' / 'work' / value(server.data, 'SELECT asset FROM video_item')
    workspace.mkdir()
    (workspace / 'master.m3u8').write_text('half')
    change(server.data, 'INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at)'
           " VALUES ('transcode', ?, 1, 1, 0, 0)", video['id'])
    server.start()
    eventually(lambda: not workspace.exists())
    eventually(lambda: rows(server.data, 'SELECT id FROM bus_job') == [])
    assert ann.video(video['id'])['state'] == 'ready'


def test_a_workspace_that_no_job_comes_back_for_is_removed(own_server, new_user, clips):
    """Its removal had failed when the job was done."""
    server = own_server()
    ann = new_user(server.url)
    ann.publish_ready(clips.data('tiny.mp4'))
    server.stop()
    (asset,), = rows(server.data, 'SELECT asset FROM video_item')
    left = [server.data / 'media' / 'work' / name for name in (asset, '0123456789abcdef')]
    for workspace in left:
        workspace.mkdir()
        (workspace / 'video.mp4').write_text('half')
    server.start()
    eventually(lambda: not any(workspace.exists() for workspace in left))
    admin(server.data, 'doctor')
