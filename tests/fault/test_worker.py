# Media workers that die, hang, lie or want too much: their author is told, and nobody else notices.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from checks import NOT_A_VIDEO, envelope
from client import ENDPOINTS
from data_folder import assert_nothing_left_over
from fake_worker import WORDS, by_content, failing_jobs
from waiting import eventually

OVERLOADED = 50300
LATER = ['kill', 'hang', 'deaf', 'code', 'kids']  # not the upload's fault: try again
REFUSED = ['quit', 'lies', 'roar']  # a worker that lies has been taken over by its input


def children(server):
    """Processes that the server has started and that are not gone: zombies too."""
    found = []
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = stat.read_text().rsplit(')', 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == server.process.pid:
            found.append(stat.parent.name)
    return found


def nothing_remains(server):
    assert children(server) == []
    assert_nothing_left_over(server.data)
    assert list((server.data / 'media' / 'work').iterdir()) == []


def publish(viewer, data, title):
    return viewer.http.post(ENDPOINTS['publish'][1], data={'token': viewer.token, 'title': title},
                            files={'data': ('clip.mp4', data, 'video/mp4')})


@pytest.fixture
def start(own_server, new_user):
    def run(settings):
        server = own_server(settings)
        return server, new_user(server.url)
    return run


def test_a_worker_that_fails_on_an_upload_fails_that_upload_alone(start, tmp_path, clips):
    server, ann = start({'media.worker': by_content(tmp_path), 'media.inspect_timeout': '3s', 'upload.parallel': 64})
    with ThreadPoolExecutor(len(WORDS)) as pool:
        refused = {word: pool.submit(publish, ann, word.encode() * 1000, word) for word in WORDS}
        good = ann.publish_new(clips.data('tiny.mp4'), 'meanwhile')
    for word, reply in refused.items():
        if word in LATER:
            envelope(reply.result(), OVERLOADED, 503)
        else:
            envelope(reply.result(), NOT_A_VIDEO)
    assert sorted(WORDS) == sorted(LATER + REFUSED)
    assert [video['title'] for video in ann.publish_list()] == ['meanwhile']
    ann.until_ready(good['id'])
    eventually(lambda: nothing_remains(server))
    os.kill(int((tmp_path / 'kids').read_text()), signal.SIGKILL)


def test_stopping_ends_what_a_worker_does_not(start, tmp_path):
    """The server does not wait for a worker that hangs, and does not leave it behind."""
    server, ann = start({'media.worker': by_content(tmp_path), 'media.inspect_timeout': '60s',
                         'http.drain_timeout': '0s'})
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(publish, ann, b'deaf' * 1000, 'hangs')
        eventually(lambda: children(server) != [])
        server.stop()
        assert reply.exception() or reply.result().status_code == 503
    server.start()
    assert_nothing_left_over(server.data)


def test_a_job_whose_worker_was_killed_is_done_again(start, tmp_path, clips):
    server, ann = start({'media.worker': failing_jobs(tmp_path, 1)})
    video = ann.publish_ready(clips.data('tiny.mp4'))
    assert ann.video(video['id'])['job']['attempts'] == 2
    assert len((tmp_path / 'runs').read_text().split()) == 2
    eventually(lambda: nothing_remains(server))


FINAL = [('kill -9 $$', 'crashed'), ('exec sleep 600', 'timeout'), ('exec yes', 'violation'),
         ('exit 0', 'violation')]


@pytest.mark.parametrize('action, reason', FINAL, ids=['killed', 'hung', 'lying', 'silent'])
def test_a_job_that_never_succeeds_ends_with_its_reason(start, tmp_path, clips, action, reason):
    server, ann = start({'media.worker': failing_jobs(tmp_path, 100, action),
                         'media.encode_timeout': '5s', 'media.attempts': 1})
    video = ann.publish_new(clips.data('tiny.mp4'))
    eventually(lambda: ann.video(video['id'])['state'] == 'failed')
    job = ann.video(video['id'])['job']
    assert (job['reason'], job['attempts']) == (reason, 1)
    assert job['message'] and 'will try again' not in job['message']
    assert [v['id'] for v in ann.feed()[0]] == [video['id']], 'its copy plays'
    eventually(lambda: nothing_remains(server))


WANTS = [({'media.memory_mb': 256}, ('memory_limit',)),
         ({'media.file_max': '1MiB'}, ('output_limit',)),
         ({'media.encode_timeout': '1s'}, ('timeout', 'cpu_limit'))]


@pytest.mark.parametrize('settings, reasons', WANTS, ids=['memory', 'file', 'time'])
def test_a_job_that_wants_too_much_ends_with_its_reason(start, clips, settings, reasons):
    """By the real worker, at its real limits."""
    server, ann = start({**settings, 'media.attempts': 1})
    video = ann.publish_new(clips.data('heavy.mp4'))
    eventually(lambda: ann.video(video['id'])['state'] == 'failed')
    assert ann.video(video['id'])['job']['reason'] in reasons
    ann.publish_new(clips.data('tiny.mp4'), 'others go on')
    eventually(lambda: nothing_remains(server))
