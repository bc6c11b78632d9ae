# How a server is told to stop and to read its settings again, and how it starts after being killed.
# SPDX-License-Identifier: Apache-2.0
import json
import signal
import socket
import threading

import pytest

from checks import NOT_A_VIDEO, OK
from client import ENDPOINTS
from http_bytes import Closed, Connection, multipart, request
from server_process import Server
from waiting import eventually


@pytest.fixture
def server_of_file(tmp_path_factory):
    """A server whose settings come from duan.yaml, where a reload finds others."""
    server = Server(tmp_path_factory.mktemp('reload'))
    del server.settings['limits.enabled']
    write(server, 'limits: {enabled: false}')
    yield server.start()
    server.stop()


def write(server, text):
    (server.data / 'duan.yaml').write_text(text, encoding='utf-8')


def events(server, message):
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith('{')]
    return [line for line in lines if line['message'] == message]


def reload(server, text):
    """Writes other settings and waits until the server has said something of them."""
    said = len(server.log())
    write(server, text)
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: 'setting' in server.log()[said:])



# SIGTERM

def half_an_upload(viewer, clip):
    """(what to send now, what to send later) of an upload."""
    body = multipart([('token', viewer.token), ('title', 'late'), ('data', clip, 'clip.mp4')])
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit',
                    f'Content-Length: {len(body)}'))
    return head + body[:-100], body[-100:]


def is_refused(server):
    try:
        socket.create_connection(('127.0.0.1', server.port), 5).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        pass  # it waited in the queue that was just closed
    return False


def test_a_request_under_way_is_answered_before_the_server_stops(own_server, new_user, clips):
    server = own_server()
    now, later = half_an_upload(new_user(server.url), clips.data('tiny.mp4'))
    with Connection(server) as connection:
        connection.send(now)
        eventually(lambda: 'uploads_under_way 1' in metrics(server))
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: is_refused(server))
        connection.send(later)
        answer = connection.answer()
        assert json.loads(answer.content)['status_code'] == OK
        assert answer.headers['connection'].lower() == 'close'
        with pytest.raises(Closed):
            connection.answer()
    server.stop()
    assert events(server, 'stopped')


def test_a_client_that_never_ends_is_cut_off_and_the_server_stops_well(own_server, new_user, clips):
    server = own_server({'http.drain_timeout': '100ms'})
    now, _ = half_an_upload(new_user(server.url), clips.data('tiny.mp4'))
    with Connection(server) as connection:
        connection.send(now)
        eventually(lambda: 'uploads_under_way 1' in metrics(server))
        server.stop()
    assert events(server, 'stopped; requests were cut off')


def test_a_hung_worker_does_not_keep_the_server_from_stopping(own_server, new_user, clips, tmp_path):
    hung = tmp_path / 'hung'
    hung.write_text('#!/bin/sh\nexec sleep 600\n', encoding='ascii')
    hung.chmod(0o755)
    server = own_server({'http.drain_timeout': '100ms', 'media.inspect_timeout': '1h', 'media.worker': hung})
    viewer = new_user(server.url)
    now, later = half_an_upload(viewer, clips.data('tiny.mp4'))
    with Connection(server) as connection:
        connection.send(now + later)
        eventually(lambda: 'duan_pool_busy{pool="worker"} 1' in metrics(server))
        server.stop()


def metrics(server):
    with Connection(server) as connection:
        connection.send(request('GET', '/metrics'))
        return connection.answer().text


def test_a_keep_alive_client_that_goes_on_asking_does_not_hold_the_server(own_server):
    server = own_server()
    stop = threading.Event()
    asked = threading.Event()

    def ask():
        while not stop.is_set():
            try:
                with Connection(server) as connection:
                    while not stop.is_set():
                        connection.send(request('GET', '/douyin/feed/'))
                        connection.answer()
                        asked.set()
            except (OSError, Closed):
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    asked.wait()
    server.stop()
    stop.set()
    for thread in threads:
        thread.join()
    assert not events(server, 'stopped; requests were cut off')


# SIGHUP. A role reads its settings as the whole does.

RELOADS = pytest.mark.one_process('a role reads its settings again by the same code')


@RELOADS
def test_the_log_level_changes_while_the_server_runs(server_of_file, clients):
    viewer = clients(server_of_file.url)
    viewer.feed()
    assert not events(server_of_file, 'request')
    reload(server_of_file, 'log: {level: debug}\nlimits: {enabled: false}')
    viewer.feed()
    eventually(lambda: len(events(server_of_file, 'request')) > 0)
    reload(server_of_file, 'log: {level: info}\nlimits: {enabled: false}')
    told = len(events(server_of_file, 'request'))
    viewer.feed()
    assert len(events(server_of_file, 'request')) == told


@RELOADS
def test_limits_change_while_the_server_runs(server_of_file):
    assert not is_limited(server_of_file)
    reload(server_of_file, 'limits: {enabled: true, requests_burst: 3, requests_per_second: 1}')
    assert is_limited(server_of_file)
    reload(server_of_file, 'limits: {enabled: false}')
    assert not is_limited(server_of_file)


def is_limited(server):
    with Connection(server) as connection:
        for _ in range(10):
            connection.send(request('GET', '/douyin/feed/'))
            if connection.answer().status_code == 429:
                return True
    return False


@RELOADS
def test_the_largest_upload_changes_while_the_server_runs(server_of_file, new_user, clips):
    ann, clip = new_user(server_of_file.url), clips.data('noise.mp4')
    assert len(clip) > 65536
    reload(server_of_file, 'upload: {max_bytes: 64KiB}\nlimits: {enabled: false}')
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit', f'Content-Length: {len(clip)}'))
    with Connection(server_of_file) as connection:
        connection.send(head)
        assert connection.answer().status_code == 413
    reload(server_of_file, 'limits: {enabled: false}')
    ann.publish(clip, 'fits again, but is noise', NOT_A_VIDEO)


@RELOADS
def test_a_setting_that_needs_a_start_says_so(server_of_file):
    reload(server_of_file, 'http: {workers: 3}\nlimits: {enabled: false}')
    told, = events(server_of_file, 'setting changes at the next start')
    assert told['setting.name'] == 'http.workers'


@RELOADS
def test_bad_settings_change_nothing_and_are_told(server_of_file, clients):
    reload(server_of_file, 'limits: {enabled: perhaps}')
    told, = events(server_of_file, 'settings were not read again')
    assert 'duan.yaml:1' in told['error.message'] and 'limits.enabled' in told['error.message']
    assert not is_limited(server_of_file)
    clients(server_of_file.url).feed()


# One at a time, and after a kill.

def test_a_second_server_on_the_same_data_is_refused(own_server, tmp_path):
    server = own_server()
    second = Server(tmp_path)
    second.data.rmdir()
    second.data.symlink_to(server.data)
    with pytest.raises(RuntimeError) as refused:
        second.start()
    assert f'in use by process {server.process.pid}' in str(refused.value)


def test_a_start_after_a_kill_says_what_it_found(own_server):
    server = own_server()
    server.stop()
    server.start()
    assert not events(server, 'the last server was killed')
    server.kill()
    server.start()
    assert len(events(server, 'the last server was killed')) == 1
