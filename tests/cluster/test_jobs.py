# A transcoding job survives any death on its way, and is finished by one.
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import pytest

from cluster_process import ClusterServer
from fake_worker import real, script
from playback import fetch
from waiting import eventually

LEASE = '2s'


class Encoders:
    """Workers that wait with encoding until they may; each notes whose it is."""

    def __init__(self, folder):
        self.runs, self.gate = folder / 'runs', folder / 'go'
        self.worker = script(folder, f'''[ "$1" = encode ] || exec {real()} "$@"
echo "$PPID" >>{self.runs}
until [ -e {self.gate} ]; do sleep 0.05; done
exec {real()} "$@"''')

    def begun(self):
        """Process ids of the transcoders that began a run."""
        return [int(pid) for pid in self.runs.read_text('ascii').split()] if self.runs.exists() else []

    def open(self):
        self.gate.touch()


@pytest.fixture
def encoders(tmp_path):
    return Encoders(tmp_path)


@pytest.fixture
def cluster(tmp_path, components, encoders, request):
    settings = {'media.worker': encoders.worker, 'media.lease': LEASE, 'media.attempts': 50}
    request.node.own_servers = [ClusterServer(tmp_path, components, settings, {'transcoder': 2, 'video': 2})]
    running, = request.node.own_servers
    yield running.start()
    encoders.open()
    running.stop()
    running.discard()


@pytest.fixture
def held(cluster, encoders, new_user, clips):
    """A viewer and a video of his whose job has begun, and does not end before encoders.open()."""
    viewer = new_user(cluster.url)
    video = viewer.publish_new(clips.data('tiny.mp4'))
    eventually(lambda: encoders.begun() != [])
    return viewer, video['id']


def running(cluster, pid):
    return next(one for one in cluster.cluster.of('transcoder') if one.daemon.pid == pid)


def finished(viewer, video_id):
    viewer.until_ready(video_id)
    video = viewer.video(video_id)
    assert fetch(video['play_url']).content and fetch(video['hls_url']).content
    return video


def test_a_transcoder_that_is_killed_leaves_its_job_to_another(cluster, encoders, held):
    first = running(cluster, encoders.begun()[0])
    first.kill()
    eventually(lambda: len(encoders.begun()) > 1)
    assert encoders.begun()[-1] != encoders.begun()[0]
    encoders.open()
    finished(*held)
    first.start()


@pytest.mark.parametrize('role', ['transcoder', 'video'])
def test_all_of_a_role_may_die_while_a_job_runs(role, cluster, encoders, held):
    for one in cluster.cluster.of(role):
        one.kill()
    encoders.open()
    for one in cluster.cluster.of(role):
        one.start()
    finished(*held)


def test_a_transcoder_that_thaws_changes_nothing(cluster, encoders, held):
    frozen = running(cluster, encoders.begun()[0])
    os.kill(frozen.daemon.pid, signal.SIGSTOP)
    try:
        eventually(lambda: encoders.begun()[-1] != frozen.daemon.pid)
        encoders.open()
        video = finished(*held)
        shown = fetch(video['play_url']).content
    finally:
        os.kill(frozen.daemon.pid, signal.SIGCONT)
    eventually(lambda: 'lease_lost' in frozen.daemon.log_file.read_text('utf-8'))
    viewer, video_id = held
    assert viewer.video(video_id)['play_url'] == video['play_url']
    assert viewer.video(video_id)['state'] == 'ready'
    assert fetch(video['play_url']).content == shown


def test_whatever_dies_in_turn_the_job_is_done(cluster, encoders, held):
    for role in ('video', 'transcoder', 'video', 'transcoder'):
        for one in cluster.cluster.of(role):
            one.kill()
            one.start()
    encoders.open()
    finished(*held)
