# The answer to "publish this" is lost after the video has been written: its files must stay.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import socket
import socketserver
import threading

import pytest

from cluster_process import ClusterServer
from playback import fetch
from waiting import eventually


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


class Censor:
    """Stands before the video service. The first answer after `written()` has become true is not passed on: the line is cut,
    and stays so for all others unless it `comes_back`."""

    def __init__(self, written):
        self.written, self.cut, self.closed, self.comes_back = written, threading.Event(), False, True
        self.target = None
        self.listener = Listener(('127.0.0.1', 0), self.handle)
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f'127.0.0.1:{self.listener.server_address[1]}'

    def handle(self, client, *_):
        if self.closed:
            return
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', self.target)) as service:
            there = threading.Thread(target=self.pass_on, args=(client, service, lambda: True), daemon=True)
            there.start()
            self.pass_on(service, client, self.may_answer)
            there.join()

    def may_answer(self):
        if self.cut.is_set() or not self.written():
            return not self.closed
        self.closed = not self.comes_back
        self.cut.set()
        return False

    @staticmethod
    def pass_on(source, sink, may):
        with contextlib.suppress(OSError):
            while (data := source.recv(65536)) and may():
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def censored(tmp_path, components, request):
    """A cluster whose video service is behind a censor, who waits for its first video."""
    made = ClusterServer(tmp_path, components, {'http.request_timeout': '20s'}, {'transcoder': 0})
    database = made.cluster.database('video')
    made.censor = Censor(lambda: components.mariadb.run('SELECT count(*) FROM video_item', database) != '0\n')
    video, = made.cluster.of('video')
    video.environment = {'DUAN_RPC_ADVERTISE': made.censor.address}
    made.censor.target = video.port
    request.node.own_servers = [made]
    yield made.start()
    made.censor.closed = False
    made.stop()
    made.discard()
    made.censor.listener.shutdown()


def test_who_can_be_asked_says_that_it_was_published(censored, new_user, clips):
    viewer = new_user(censored.url)
    video = viewer.publish_new(clips.data('tiny.mp4'))
    assert censored.censor.cut.is_set()
    assert fetch(video['cover_url']).content and fetch(video['play_url']).content


def test_what_nobody_can_say_keeps_its_files(censored, new_user, clips):
    viewer = new_user(censored.url)
    censored.censor.comes_back = False
    refused = viewer.http.post('/douyin/publish/action/', data={'token': viewer.token, 'title': 'a clip'},
                               files={'data': ('clip.mp4', clips.data('tiny.mp4'), 'video/mp4')})
    assert refused.status_code == 503 and censored.censor.cut.is_set()
    censored.censor.closed = False
    video, = eventually(lambda: viewer.publish_list() or False)
    assert fetch(video['cover_url']).content and fetch(video['play_url']).content
    # What an upload leaves is asked about at the start: it belongs to a video by now.
    gateway, = censored.cluster.gateways
    scratch = gateway.folder / 'data/media/scratch'
    assert len(list(scratch.iterdir())) == 1
    gateway.stop()
    gateway.start()
    assert not list(scratch.iterdir())
    assert fetch(video['cover_url']).content
