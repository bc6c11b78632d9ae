#!/usr/bin/python3
# Runs a command beside real components of its own, which are gone when it ends.
# SPDX-License-Identifier: Apache-2.0
"""Usage: with_components.py [mariadb] [etcd] [s3] -- COMMAND [ARGUMENT ...]

The command finds them by its environment:
  DUAN_TEST_MARIADB  mysql://USER:PASSWORD@127.0.0.1:PORT   (with the database duan; the user may make and drop duan_*)
  DUAN_TEST_ETCD     127.0.0.1:PORT
  DUAN_TEST_S3       http://KEY:SECRET@127.0.0.1:PORT
The exit status is the command's.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from component import USAGE_ERROR
from components import KINDS, Components
from daemon import Failed, dying_with_us
from etcd import Etcd
from mariadb import MariaDB
from object_store import ObjectStore

VARIABLES = {MariaDB: ('DUAN_TEST_MARIADB', MariaDB.url), Etcd: ('DUAN_TEST_ETCD', Etcd.address),
             ObjectStore: ('DUAN_TEST_S3', ObjectStore.url)}


def variables(components):
    told = [(VARIABLES[type(component)], component) for component in components]
    return {name: value(component) for (name, value), component in told}


def run(names, command):
    folder = Path(tempfile.mkdtemp(prefix='duan-components-'))
    components = Components(folder, names, dies_with_us=True)
    try:
        components.start()
        with subprocess.Popen(dying_with_us(command), env={**os.environ, **variables(components)}) as child:
            return wait_for(child)
    finally:
        components.kill()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(child):
    """Its exit status. Who ends us ends it first; a Ctrl-C has reached it already."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    return code if code >= 0 else 128 - code


def asked(arguments):
    """The names before the two dashes and the command behind them; no command when that makes no sense."""
    if '--' not in arguments:
        return [], []
    dashes = arguments.index('--')
    names, command = arguments[:dashes], arguments[dashes + 1:]
    return (names, command) if set(names) <= set(KINDS) else ([], [])


def main(arguments):
    names, command = asked(arguments)
    if not command:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return USAGE_ERROR
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return run(names, command)
    except Failed as failure:
        print(f'with_components: {failure}', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
