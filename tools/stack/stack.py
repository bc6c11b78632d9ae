#!/usr/bin/python3
# The cluster on this machine, for a person: what `./dev stack` runs.
# SPDX-License-Identifier: Apache-2.0
"""Usage: stack.py [--folder DIR] [--port N] start [--gateways N] | status | logs NAME [-f] | kill NAME | stop

NAME is a role (favorite), one instance of it (favorite-2), or mariadb, etcd, s3, haproxy.
"""
import argparse
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from cluster import Cluster, stop_all
from component import MIB, NOT_RUNNING, ROOT, USAGE_ERROR
from daemon import Failed
from instance import GATEWAY
from ports import connects

PORT = 8080
LINES = 40  # of each log


def say(text):
    print(f'stack: {text}', file=sys.stderr, flush=True)


# ---- the shape of the cluster is remembered: every command speaks of the same one ----

def shape(folder):
    with contextlib.suppress(FileNotFoundError):
        return json.loads((folder / 'shape.json').read_text('ascii'))
    return {'gateways': 1, 'port': PORT}


def cluster_of(asked):
    told = shape(asked.folder)
    return Cluster(asked.folder, told['port'], {GATEWAY: told['gateways']})


def reshape(asked):
    """Another number of gateways or another port: those that run, and the proxy before them, make room."""
    before = shape(asked.folder)
    after = {'gateways': asked.gateways or before['gateways'], 'port': asked.port or before['port']}
    if after != before:
        old = cluster_of(asked)
        stop_all([old.proxy] if old.proxy else [])
        stop_all(old.gateways)
    (asked.folder / 'shape.json').write_text(json.dumps(after), encoding='ascii')


# ---- the commands ----

def start(asked):
    reshape(asked)
    cluster, port = cluster_of(asked), shape(asked.folder)['port']
    if not cluster.front.daemon.alive() and connects(port):
        raise Failed(f'port {port} is in use: stop what listens there (./dev run?), or choose another with --port')
    cluster.start(say)
    fill(cluster, port, asked.small)
    print(f'\n  Duan is at  http://localhost:{port}   (./dev stack stop ends it)\n  log in as   demo, password demo123\n', file=sys.stderr)
    return 0


def fill(cluster, port, small):
    """The demo world, once."""
    done = cluster.folder / '.demo'
    if done.exists():
        return
    made = subprocess.run([sys.executable, ROOT / 'tools/demo/world.py', '--url', f'http://127.0.0.1:{port}', '--work', ROOT / 'var/demo',
                           *(['--small'] if small else [])], check=False)
    if made.returncode:
        raise Failed('the demo world is not complete: ./dev stack start goes on with it')
    done.touch()


def status(asked):
    """One line for each process; the exit status says whether all are ready."""
    cluster = cluster_of(asked)
    rows = [row(one) for one in cluster.everything()]
    print(f'{"NAME":<14}{"PID":>8}{"RSS MiB":>9}  {"ADDRESS":<26}HEALTH')
    for line, _ in rows:
        print(line)
    return 0 if all(health == 'ready' for _, health in rows) else NOT_RUNNING


def row(one):
    pid, health = one.daemon.pid, one.health()
    memory = f'{one.daemon.resident_bytes() / MIB:.1f}' if pid else '-'
    return f'{one.folder.name:<14}{pid or "-":>8}{memory:>9}  {one.address():<26}{health}', health


def logs(asked):
    files = [one.daemon.log_file for one in cluster_of(asked).find(asked.name)]
    there = [str(file) for file in files if file.exists()]
    if not there:
        raise Failed(f'{asked.name} has said nothing yet')
    os.execvp('tail', ['tail', '-n', str(LINES), *(['-F'] if asked.follow else []), *there])


def kill(asked):
    """kill -9."""
    for one in cluster_of(asked).find(asked.name):
        pid = one.daemon.pid
        one.kill()
        say(f'{one.folder.name} was not running' if pid is None else f'killed {one.folder.name} (pid {pid})')
    say('./dev stack start starts again what is missing')
    return 0


def stop(asked):
    rude = cluster_of(asked).stop(say)
    if rude:
        say(f'had to be killed: {", ".join(rude)}')
    return 1 if rude else 0


def parse(arguments):
    options = argparse.ArgumentParser(prog='./dev stack', description='The cluster form of Duan on this machine, in var/stack.')
    options.add_argument('--folder', type=Path, default=ROOT / 'var/stack', help='where all of it lives')
    options.add_argument('--port', type=int, help=f'where it is to be found: {PORT} unless told otherwise once')
    commands = options.add_subparsers(dest='command', required=True, metavar='start|status|logs|kill|stop')
    starting = commands.add_parser('start', help='start what is missing, all of it the first time')
    starting.add_argument('--gateways', type=int, choices=range(1, 9), metavar='N', help='so many, behind HAProxy when more than one')
    starting.add_argument('--small', action='store_true', help='a demo world of three tiny clips')
    commands.add_parser('status', help='what runs, where, and how it feels')
    reading = commands.add_parser('logs', help='the last lines of the logs of a role or one instance')
    reading.add_argument('name')
    reading.add_argument('-f', '--follow', action='store_true', help='go on with what is added')
    killing = commands.add_parser('kill', help='kill -9 of a role, or of one instance such as favorite-2')
    killing.add_argument('name')
    commands.add_parser('stop', help='stop all of it, politely')
    return options.parse_args(arguments)


COMMANDS = {'start': start, 'status': status, 'logs': logs, 'kill': kill, 'stop': stop}


def main(arguments):
    try:
        asked = parse(arguments)
    except SystemExit as wrong:
        return USAGE_ERROR if wrong.code else 0
    asked.folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open(asked.folder / 'lock', 'w', encoding='ascii') as lock:
            if asked.command in ('start', 'stop', 'kill'):
                fcntl.flock(lock, fcntl.LOCK_EX)
            return COMMANDS[asked.command](asked)
    except (Failed, OSError) as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say('interrupted; what this command had started was ended again')
        return 130


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
