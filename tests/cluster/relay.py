# Lets another host in to what listens on 127.0.0.1 only.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import shutil
import socket
import socketserver
import threading


class Relay:
    """Connections to `address`:port go to 127.0.0.1:port, for each of the ports."""

    def __init__(self, address, ports):
        self.servers = [Server((address, port), Handler) for port in ports]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', self.server.server_address[1])) as inner:
            back = threading.Thread(target=copy, args=(inner, self.request), daemon=True)
            back.start()
            copy(self.request, inner)
            back.join()


def copy(source, sink):
    """Until the source ends."""
    with contextlib.suppress(OSError), source.makefile('rb', 0) as reader, sink.makefile('wb', 0) as writer:
        shutil.copyfileobj(reader, writer)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
