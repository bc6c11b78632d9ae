# A client of server-sent events, as a browser's EventSource is one (WHATWG HTML, section 9.2).
# SPDX-License-Identifier: Apache-2.0
import json
from types import SimpleNamespace

from http_bytes import Closed, Connection, get
from waiting import DEADLINE_S

NAMES = {'message', 'processing', 'notification', 'unread', 'reset'}


class EventStream(Connection):
    """One stream, opened with a viewer's token or with the headers of a browser; `last` is Last-Event-ID."""

    def __init__(self, port, token='', last=None, headers=(), **more):
        super().__init__(SimpleNamespace(port=port), **more)
        self.socket.settimeout(DEADLINE_S)
        self.id = last
        self.heard, self.pings, self.retry = [], 0, None
        self.text = b''
        resumed = [f'Last-Event-ID: {last}'] if last is not None else []
        self.send(get(f'/api/v1/events?token={token}' if token else '/api/v1/events', *resumed, *headers))
        head = self.until(b'\r\n\r\n').decode('latin-1').lower()
        assert head.startswith('http/1.1 200 ') and 'content-type: text/event-stream' in head, head
        assert 'cache-control: no-store' in head and 'transfer-encoding: chunked' in head

    def next(self):
        """The next event; raises Closed when there is none any more."""
        while True:
            block = self.block()
            if block.startswith(':'):
                self.pings += 1
                continue
            fields = dict(line.split(': ', 1) for line in block.split('\n'))
            if 'retry' in fields:
                self.retry = int(fields['retry'])
                continue
            assert set(fields) == {'id', 'event', 'data'} and fields['event'] in NAMES, block
            self.id = fields['id']
            self.heard.append(SimpleNamespace(name=fields['event'], id=self.id, data=json.loads(fields['data'])))
            return self.heard[-1]

    def block(self):
        """The next lines up to an empty one."""
        while b'\n\n' not in self.text:
            self.text += self.chunk()
        block, self.text = self.text.split(b'\n\n', 1)
        return block.decode()

    def chunk(self):
        size = int(self.until(b'\r\n'), 16)
        data = self.take(size)
        assert self.take(2) == b'\r\n'
        if not size:
            raise Closed
        return data

    def until_event(self, name, fits=lambda data: True):
        """Listens until it hears one of that name which fits; returns what it told."""
        while True:
            event = self.next()
            if event.name == name and fits(event.data):
                return event.data

    def until_ping(self):
        before = self.pings
        while self.pings == before:
            if self.block().startswith(':'):
                self.pings += 1

    def until_end(self):
        """Listens until the stream ends, which must be where it says so itself; what it heard meanwhile."""
        before = len(self.heard)
        try:
            while True:
                self.next()
        except Closed:
            assert not self.text and not self.buffer
            return self.heard[before:]

    def close(self):
        self.socket.close()


def told(events, name):
    return [event.data for event in events if event.name == name]
