# Peers made of raw HTTP/2 frames: servers that answer by a script, clients that misbehave.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import socket
import struct
import threading

import h2.config
import h2.connection
import h2.events

PREFACE = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK, PADDED = 0x1, 0x4, 0x1, 0x8
NO_ERROR, PROTOCOL_ERROR, ENHANCE_YOUR_CALM = 0, 1, 11
TIMEOUT_S = 120  # far more than any machine needs


def frame(kind, flags=0, stream=0, payload=b''):
    return struct.pack('>I', len(payload))[1:] + struct.pack('>BBI', kind, flags, stream) + payload


class ScriptedServer:
    """Answers every request alike, or every connection with raw bytes."""

    def __init__(self, headers=(), body=b'', trailers=None, raw=None, end=True):
        self.headers, self.body, self.trailers, self.raw, self.end = headers, body, trailers, raw, end
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.address = '127.0.0.1:%d' % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, contextlib.suppress(OSError):
                    self.converse(connection)

    def converse(self, connection):
        if self.raw is not None:
            connection.sendall(self.raw)
            connection.shutdown(socket.SHUT_WR)
        session = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding='utf-8'))
        session.initiate_connection()
        if self.raw is None:
            connection.sendall(session.data_to_send())
        while data := connection.recv(65536):
            if self.raw is None:
                for event in session.receive_data(data):
                    if isinstance(event, h2.events.StreamEnded):
                        self.answer(session, event.stream_id)
                connection.sendall(session.data_to_send())

    def answer(self, session, stream):
        session.send_headers(stream, self.headers)
        session.send_data(stream, self.body, end_stream=self.end and self.trailers is None)
        if self.trailers is not None:
            session.send_headers(stream, self.trailers, end_stream=True)


class RawClient:
    """A connection to a server, on which anything may be sent; what comes is kept as frames."""

    def __init__(self, address, greet=True):
        host, port = address.rsplit(':', 1)
        self.socket = socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
        self.session = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding='utf-8'))
        self.buffer = b''
        if greet:
            self.send(PREFACE + frame(SETTINGS))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """False when the server has already closed."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def frames(self):
        """What the server sends, as (kind, flags, stream, payload), until it closes."""
        while True:
            while len(self.buffer) >= 9:
                length = int.from_bytes(self.buffer[:3], 'big')
                if len(self.buffer) < 9 + length:
                    break
                kind, flags, stream = struct.unpack('>BBI', self.buffer[3:9])
                payload, self.buffer = self.buffer[9:9 + length], self.buffer[9 + length:]
                yield kind, flags, stream & 0x7fffffff, payload
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return
            if not data:
                return
            self.buffer += data

    def until(self, kind, stream=None):
        """The next frame of this kind; None: the connection ended before."""
        for got in self.frames():
            if got[0] == kind and stream in (None, got[2]):
                return got
        return None

    def until_end_of_a_stream(self):
        """Which one is answered next."""
        for kind, flags, stream, payload in self.frames():
            if kind == HEADERS:
                self.session.decoder.decode(payload)
                if flags & END_STREAM:
                    return stream
        return None

    def block(self, headers):
        """Headers, encoded."""
        return self.session.encoder.encode(headers)

    def request(self, stream, body=b'\0\0\0\0\1x', end=True, headers=None):
        """A whole request: two frames."""
        head = frame(HEADERS, END_HEADERS, stream, self.block(headers or request_headers()))
        return head + frame(DATA, END_STREAM if end else 0, stream, body)

    def answer(self, stream):
        """Headers and trailers of one stream together; None: there is no answer."""
        found = {}
        for kind, flags, on, payload in self.frames():
            if kind == HEADERS:
                found_now = self.session.decoder.decode(payload)
                if on == stream:
                    found.update(found_now)
                    if flags & END_STREAM:
                        return found
            if kind == RST_STREAM and on == stream or kind == GOAWAY and payload[4:8] != bytes(4):
                return found or None
        return found or None


def request_headers(path='/duan.kit.v1.Kit/Echo', **changes):
    headers = {':method': 'POST', ':scheme': 'http', ':path': path, ':authority': 'kit', 'te': 'trailers', 'content-type': 'application/grpc'}
    headers.update({name.replace('_', '-') if not name.startswith(':') else name: value for name, value in changes.items()})
    return [(name, value) for name, value in headers.items() if value is not None]
