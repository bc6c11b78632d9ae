# A socket that speaks HTTP byte for byte, for tests where a library would tidy the bytes up.
# SPDX-License-Identifier: Apache-2.0
import socket
from dataclasses import dataclass

WAIT_S = 30  # for one answer, or for the other end to close


@dataclass
class Answer:
    status_code: int
    headers: dict  # by lower-case name; values of repeated ones joined by ', '
    content: bytes

    @property
    def text(self):
        return self.content.decode('utf-8', 'replace')


class Closed(Exception):
    """The other end has closed, or reset, the connection."""


class Connection:
    """One connection to a server. Answers are read by their own framing, never by waiting."""

    def __init__(self, server, receive_buffer=None, address='127.0.0.1'):
        """`receive_buffer`: its size in bytes; `address`: where the client is, on this machine."""
        self.socket = socket.socket()
        self.socket.settimeout(WAIT_S)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.bind((address, 0))
        self.socket.connect(('127.0.0.1', server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        """Sends each part on its own. What the other end no longer takes is dropped."""
        try:
            for part in parts:
                self.socket.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def end(self):
        """No more is to come; the other end may have gone before."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def answer(self, to_head=False):
        """The next answer, interim ones included. Raises Closed when there is none."""
        head = self.until(b'\r\n\r\n')
        first, *lines = head[:-4].decode('latin-1').split('\r\n')
        version, status = first.split(' ', 2)[:2]
        assert version in ('HTTP/1.0', 'HTTP/1.1'), first
        headers = {}
        for line in lines:
            name, _, value = line.partition(':')
            key, value = name.lower(), value.strip()
            headers[key] = f'{headers[key]}, {value}' if key in headers else value
        bodiless = to_head or status.startswith('1') or status in ('204', '304')
        return Answer(int(status), headers, b'' if bodiless else self.body(headers))

    def body(self, headers):
        if headers.get('transfer-encoding', '').lower() == 'chunked':
            return self.chunks()
        if 'content-length' in headers:
            # The first value: an answer may name its length twice, but it means it.
            return self.take(int(headers['content-length'].split(',')[0]))
        return self.rest()

    def chunks(self):
        whole = b''
        while True:
            size = int(self.until(b'\r\n').split(b';')[0], 16)
            if size == 0:
                break
            whole += self.take(size)
            assert self.take(2) == b'\r\n'
        while self.until(b'\r\n') != b'\r\n':
            continue
        return whole

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        end = self.buffer.index(mark) + len(mark)
        return self.take(end)

    def take(self, size):
        while len(self.buffer) < size:
            self.more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def rest(self):
        try:
            while True:
                self.more()
        except Closed:
            taken, self.buffer = self.buffer, b''
            return taken

    def more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            raise Closed from None
        if not data:
            raise Closed
        self.buffer += data

    def answers_until_closed(self):
        """Every answer up to the end of the connection, which must come."""
        answers = []
        try:
            while True:
                answers.append(self.answer())
        except Closed:
            return answers


def exchange(server, *parts):
    """What one connection answers to the parts until the server closes it."""
    with Connection(server) as connection:
        connection.send(*parts)
        return connection.answers_until_closed()


def get(target, *headers):
    return request('GET', target, headers)


def post(target, body, *headers):
    """A POST of a form, its length stated."""
    form = ('Content-Type: application/x-www-form-urlencoded', f'Content-Length: {len(body)}')
    return request('POST', target, (*form, *headers)) + body


def request(method, target, headers=()):
    lines = [f'{method} {target} HTTP/1.1', 'Host: duan.test', *headers]
    return ''.join(f'{line}\r\n' for line in lines).encode() + b'\r\n'


def chunked(*parts):
    """The parts as one chunked body."""
    return b''.join(b'%x\r\n%s\r\n' % (len(part), part) for part in parts) + b'0\r\n\r\n'


def multipart(fields, boundary='limit'):
    """A form of (name, value) pairs in this order; (name, value, file name) makes a file part."""
    body = b''
    for name, value, *file_name in fields:
        extra = f'; filename="{file_name[0]}"\r\nContent-Type: video/mp4' if file_name else ''
        value = value if isinstance(value, bytes) else str(value).encode()
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
                 .encode() + value + b'\r\n')
    return body + f'--{boundary}--\r\n'.encode()
