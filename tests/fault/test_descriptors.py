# Too few descriptors: said plainly at the start, never spun on, and over when connections close.
# SPDX-License-Identifier: Apache-2.0
import os
import resource
import socket

from checks import envelope
from client import ENDPOINTS, ids
from http_bytes import Closed, Connection, get
from server_process import Server
from waiting import eventually

OVERLOADED = 50300
FEW = 300  # enough to serve some
TICKS_MAX = 60  # hundredths of a second; who spins takes several times that


def nofile(soft, hard=None):
    return ['prlimit', f'--nofile={soft}:{hard or soft}']


def limit_of(server):
    return resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)


def cpu_ticks(server):
    fields = open(f'/proc/{server.process.pid}/stat').read().rsplit(')', 1)[1].split()
    return int(fields[11]) + int(fields[12])


def connect_all(server, count):
    """Sockets that reached the server or wait for it; nobody has said anything yet."""
    sockets = []
    for _ in range(count):
        one = socket.socket()
        one.settimeout(10)
        one.connect(('127.0.0.1', server.port))
        sockets.append(one)
    return sockets


def close_all(sockets):
    for one in sockets:
        one.close()


def open_files(server):
    return len(os.listdir(f'/proc/{server.process.pid}/fd'))


def settled(server):
    """Until nothing more is accepted: the number of open files stands."""
    seen = []

    def stands():
        seen.append(open_files(server))
        return len(seen) >= 10 and len(set(seen[-10:])) == 1
    eventually(stands)


def serves_somebody_new(server):
    """False while all places are taken: then it closes at once."""
    try:
        with Connection(server) as late:
            late.send(get('/livez'))
            return late.answer().status_code == 200
    except Closed:
        return False


def test_the_soft_limit_is_raised_as_far_as_connections_need(own_server):
    server = own_server({'http.connections': 1000}, under=nofile(256, 8192))
    soft, hard = limit_of(server)
    assert 2000 <= soft < hard == 8192
    assert 'too few files' not in server.log()


def test_fewer_connections_than_asked_for_are_told_at_the_start(own_server):
    server = own_server(under=nofile(FEW))
    warning, = [line for line in server.log().splitlines() if 'too few files may be open' in line]
    assert f'"files.allowed":{FEW}' in warning


def test_with_too_few_to_serve_anybody_it_does_not_start(tmp_path):
    server = Server(tmp_path, under=nofile(100))
    server.launch()
    assert server.process.wait() not in (0, -6, -11)
    assert 'only 100 files may be open' in server.log() and 'raise the limit' in server.log()


def test_more_clients_than_files_take_nothing_from_who_is_in(own_server, new_user, clips):
    server = own_server(under=nofile(FEW))
    ann = new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    crowd = connect_all(server, FEW)
    settled(server)
    assert open_files(server) < FEW, 'some are kept for files'
    before = cpu_ticks(server)
    ann.like(video['id'])  # who is in is served
    published = ann.publish_new(clips.data('tiny.mp4'), 'in a crowd')
    for url in (video['play_url'], video['cover_url']):
        assert ann.http.get(url).content
    for _ in range(5):
        settled(server)
    assert cpu_ticks(server) - before < TICKS_MAX, 'it spins'
    close_all(crowd)
    eventually(lambda: serves_somebody_new(server))
    assert ids(ann.publish_list()) == [published['id'], video['id']]
    assert ann.video(video['id'])['favorite_count'] == 1


def test_when_none_is_left_requests_fail_plainly_until_there_are_some(own_server, new_user, clips):
    server = own_server()
    ann, bob = new_user(server.url), new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    soft, hard = limit_of(server)
    assert bob.http.get('/livez').text == ann.http.get('/livez').text  # both have a connection
    settled(server)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_files(server), hard))
    waiting = connect_all(server, 20)
    envelope(ann.http.get(video['cover_url']), OVERLOADED, 503)
    envelope(ann.http.post(ENDPOINTS['publish'][1], data={'token': ann.token, 'title': 'no file'},
                           files={'data': clips.data('tiny.mp4')}), OVERLOADED, 503)
    bob.like(video['id'])
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
    assert ann.http.get(video['cover_url']).content
    # A thread that could not accept tries again when one of its connections has ended.
    assert ann.http.get('/livez', headers={'Connection': 'close'}).status_code == 200
    for one in waiting:
        one.sendall(get('/livez'))
        assert one.recv(12) == b'HTTP/1.1 200'
    close_all(waiting)
    ann.publish(clips.data('tiny.mp4'), 'files again')
    assert ann.video(video['id'])['favorite_count'] == 1
