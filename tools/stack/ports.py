# Ports of this machine for what a test or a stack starts.
# SPDX-License-Identifier: Apache-2.0
import json
import random
import socket

FIRST, LAST = 20000, 31999  # below those that the kernel hands out to clients

claimed = []  # sockets that tell the other processes which ports this one is about to use


def free_port():
    """A port nobody listens on, and that no other caller on this machine gets while this process lives."""
    for port in random.sample(range(FIRST, LAST + 1), 200):
        if is_free(port) and claim(port):
            return port
    raise RuntimeError('no free port')


def kept_ports(folder, count):
    """So many ports that belong to a folder: chosen once, the same ever after."""
    file = folder / 'ports'
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([free_port() for _ in range(count)]), encoding='ascii')
    return json.loads(file.read_text('ascii'))


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True


def claim(port):
    """An abstract socket is a lock that no crash leaves behind (unix(7))."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f'\0duan-port-{port}')
    except OSError:
        mark.close()
        return False
    claimed.append(mark)
    return True


def connects(port):
    """Whether somebody listens there."""
    try:
        socket.create_connection(('127.0.0.1', port), 1).close()
    except OSError:
        return False
    return True
