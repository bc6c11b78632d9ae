# Crowds: idle, slow, broken off, too many. Others are served, and nothing of a crowd stays behind.
# SPDX-License-Identifier: Apache-2.0
import random
import resource
import select
import socket
import struct

import pytest

from client import ENDPOINTS
from effort import rounds
from http_bytes import Closed, Connection, exchange, get, multipart, post, request
from process_state import descriptors, resident_bytes
from waiting import eventually

IDLE = 5000
SLOW = 200
BROKEN = 200
# What allocators and the database's readers, opened as they are needed, may keep between two looks;
# some hundred bytes that every request leaves behind grow past it.
SLACK_BYTES = rounds(4, 12) << 20
PATIENT = {'http.header_timeout': '1h', 'http.idle_timeout': '1h', 'http.body_window': '1h'}


@pytest.fixture(autouse=True)
def room_for_descriptors():
    """Each side of a crowd needs a descriptor for every member; a server inherits our limit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def crowd(request):
    """Connections that are all closed in the end."""
    members = []
    yield members
    for member in members:
        member.socket.close()


def reset(connection):
    """Closes with RST, as a client that vanished does."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    connection.socket.close()


def served(server, address='127.0.0.1'):
    with Connection(server, address=address) as connection:
        connection.send(get('/douyin/feed/', 'Connection: close'))
        assert [answer.status_code for answer in connection.answers_until_closed()] == [200]


def is_closed(connection):
    """By the other end, which sent nothing."""
    readable, _, _ = select.select([connection.socket], [], [], 0)
    if not readable:
        return False
    with pytest.raises(Closed):
        connection.more()
    return True


def spread(at):
    """Many addresses of this machine: one alone may not have so many connections."""
    return f'127.0.{1 + at // 200}.{1 + at % 200}'


def test_idle_connections_do_not_keep_others_waiting(own_server, crowd):
    server = own_server(PATIENT)
    before = descriptors(server.process.pid)
    for at in range(IDLE):
        crowd.append(Connection(server, address=spread(at)))
    # One that asked before may have been counted, and have gone since.
    eventually(lambda: descriptors(server.process.pid) >= before + IDLE - 1)
    for _ in range(20):
        served(server)
    for connection in crowd[::50]:
        connection.send(get('/livez'))
        assert connection.answer().status_code == 200
    for connection in crowd:
        connection.socket.close()
    eventually(lambda: descriptors(server.process.pid) <= before)


HEAD = request('POST', ENDPOINTS['publish'][1],
               ('Content-Type: multipart/form-data; boundary=limit', 'Content-Length: 100000'))


def test_slow_connections_of_all_kinds_do_not_keep_others_waiting(own_server, crowd):
    server = own_server({**PATIENT, 'upload.parallel': SLOW})
    beginnings = [b'G', b'GET /livez HTTP/1.1\r\nHost: a\r\nX: ', HEAD, HEAD + b'--limit\r\nConte']
    for at in range(SLOW):
        crowd.append(Connection(server, address=spread(at)))
        crowd[-1].send(beginnings[at % len(beginnings)])
    for _ in range(20):
        for connection in crowd[::7]:
            connection.send(b'a')
        served(server)


def leftovers(server):
    """Files of uploads that are not there any more."""
    folders = [server.data / 'spool', server.data / 'media/scratch']
    return [path for folder in folders if folder.exists() for path in folder.iterdir()]


def test_uploads_that_break_off_leave_nothing(own_server, new_user, clips):
    server = own_server()
    ann = new_user(server.url)
    body = multipart([('token', ann.token), ('title', 'a clip'),
                      ('data', clips.data('tiny.mp4'), 'clip.mp4')])
    head = request('POST', ENDPOINTS['publish'][1],
                   ('Content-Type: multipart/form-data; boundary=limit',
                    f'Content-Length: {len(body)}'))
    whole, chance = head + body, random.Random(20261128)
    before = descriptors(server.process.pid)
    for _ in range(rounds(BROKEN, 20 * BROKEN)):
        connection = Connection(server)
        connection.send(whole[:chance.randrange(len(whole))])
        chance.choice([reset, Connection.__exit__])(connection)
    eventually(lambda: leftovers(server) == [])
    assert ann.publish_list() == []
    ann.publish(clips.data('tiny.mp4'))
    eventually(lambda: descriptors(server.process.pid) <= before + 1)


# Too many.

def test_connections_beyond_the_limit_are_closed_at_once_and_room_is_found_again(own_server, crowd):
    server = own_server({**PATIENT, 'http.connections': 40})
    for at in range(39):
        crowd.append(Connection(server, address=spread(at)))
        crowd[-1].send(get('/livez'))
        assert crowd[-1].answer().status_code == 200
    served(server, '127.0.3.1')
    eventually(lambda: fill_up(server, crowd, 40))
    for at in range(20):
        late = Connection(server, address=spread(1000 + at))
        crowd.append(late)
        assert late.answers_until_closed() == []
    crowd[0].send(get('/livez'))
    assert crowd[0].answer().status_code == 200
    crowd[1].socket.close()
    eventually(lambda: answers(server, '127.0.3.2'))


def fill_up(server, crowd, size):
    """The place of one that has just left may not be free yet."""
    last = Connection(server, address='127.0.3.3')
    last.send(get('/livez'))
    if [*map(type, first_answer(last))] == []:
        last.socket.close()
        return False
    crowd.append(last)
    assert len(crowd) == size
    return True


def first_answer(connection):
    try:
        return [connection.answer()]
    except Closed:
        return []


def answers(server, address):
    with Connection(server, address=address) as connection:
        connection.send(get('/livez'))
        return first_answer(connection) != []


def test_one_address_cannot_use_up_the_connections_of_others(own_server, crowd):
    server = own_server({**PATIENT, 'http.connections_per_address': 10})
    for _ in range(10):
        crowd.append(Connection(server, address='127.0.0.2'))
        crowd[-1].send(get('/livez'))
        assert crowd[-1].answer().status_code == 200
    for _ in range(50):
        late = Connection(server, address='127.0.0.2')
        crowd.append(late)
        assert late.answers_until_closed() == []
    for at in range(30):
        served(server, f'127.0.0.{3 + at}')
    crowd[0].socket.close()
    eventually(lambda: answers(server, '127.0.0.2'))


def test_refused_connections_are_counted(own_server, clients):
    server = own_server({**PATIENT, 'http.connections_per_address': 2})
    kept = [Connection(server, address='127.0.0.2') for _ in range(2)]
    for connection in kept:
        connection.send(get('/livez'))
        assert connection.answer().status_code == 200
    with Connection(server, address='127.0.0.2') as late:
        assert late.answers_until_closed() == []
    text = clients(server.url).http.get('/metrics').text
    assert 'duan_http_refused_connections_total 1\n' in text
    for connection in kept:
        connection.socket.close()


def test_uploads_beyond_the_limit_are_refused_and_reading_goes_on(own_server, crowd):
    server = own_server({**PATIENT, 'upload.parallel': 3})
    for at in range(3):
        crowd.append(Connection(server, address=spread(at)))
        crowd[-1].send(HEAD + b'--limit\r\n')
    eventually(lambda: upload_is_refused(server))
    served(server)
    for connection in crowd:
        reset(connection)
    eventually(lambda: not upload_is_refused(server))


def upload_is_refused(server):
    head = HEAD.replace(b'Content-Length: 100000', b'Content-Length: 0')
    with Connection(server) as connection:
        connection.send(head)
        answer = connection.answer()
    assert answer.status_code in (200, 503)
    assert answer.status_code == 200 or answer.headers['retry-after']
    return answer.status_code == 503


# What stays behind.

def one_round(server, chance, token):
    """A little of everything that goes wrong."""
    path = ENDPOINTS['publish'][1]
    odd = [b'GET / HTTP/1.1\r\nHost: a\r\nX', HEAD + bytes(30000), HEAD, chance.randbytes(200),
           get('/') * 20, get('/a' * 5000), post(ENDPOINTS['login'][1], b'username=a&password=b'),
           post(ENDPOINTS['login'][1], b'p=v&' * 2000), get(f'/douyin/user/?token={token}') * 5,
           post(f'{path}?token={token}', b'title=x'), request('TRACE', '/'),
           get('/', *[f'X-{at}: a' for at in range(150)]), get('/media/' + 'x' * 3000)]
    for raw in odd * 5:
        connection = Connection(server)
        connection.send(raw)
        chance.choice([reset, Connection.__exit__])(connection)
    exchange(server, get('/douyin/feed/', 'Connection: close'))


def test_memory_and_descriptors_are_the_same_after_many_rounds(own_server, new_user):
    server = own_server()
    token, chance = new_user(server.url).token, random.Random(5)
    pid = server.process.pid
    for _ in range(rounds(10, 200)):
        one_round(server, chance, token)
    eventually(lambda: is_quiet(server))
    resident, files = resident_bytes(pid), descriptors(pid)
    for _ in range(rounds(10, 400)):
        one_round(server, chance, token)
    eventually(lambda: is_quiet(server))
    eventually(lambda: descriptors(pid) <= files)
    assert resident_bytes(pid) <= resident + SLACK_BYTES


def is_quiet(server):
    """Nobody is connected but the one who asks, and the client of the one who registered."""
    with Connection(server) as connection:
        connection.send(get('/metrics', 'Connection: close'))
        text = connection.answers_until_closed()[0].text
    return any(f'duan_http_connections {count}\n' in text for count in (1, 2))
