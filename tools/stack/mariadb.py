#!/usr/bin/python3
# A private MariaDB, set as Duan needs it: nothing acknowledged is lost, strict, utf8mb4, UTC.
# SPDX-License-Identifier: Apache-2.0
"""Usage: mariadb.py start|stop|status DIR

The user duan may do everything in the databases named duan and duan_*; its password is in DIR/duan.password.
"""
import fcntl
import getpass
import os
import shutil
import socket
import subprocess
import sys

from component import ROOT, Component, main, write_private
from daemon import Failed

READY = ROOT / 'build/stack/mariadb'  # an installed data folder, copied by whoever needs one: installing takes seconds
LOG_BYTES = '--innodb-log-file-size=16M'  # small enough to be copied in an instant

CONFIG = """\
[mariadbd]
datadir={folder}/data
socket=mysql.sock
pid-file=mariadbd.pid
port={port}
bind-address=127.0.0.1
tmpdir={folder}/tmp
init-file={folder}/accounts.sql
skip-name-resolve
max_connections=4000

character-set-server=utf8mb4
collation-server=utf8mb4_bin
default-time-zone=+00:00
sql_mode=STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION

# What was acknowledged survives a crash.
innodb_flush_log_at_trx_commit=1
# A write to a row that changed since the transaction's snapshot fails, instead of being silently lost.
innodb_snapshot_isolation=ON
# A client that waits longer than this for a row tries its whole transaction again.
innodb_lock_wait_timeout=5

innodb_buffer_pool_size=64M
innodb_log_file_size=16M
performance_schema=OFF
"""

ACCOUNTS = """\
CREATE DATABASE IF NOT EXISTS duan;
CREATE USER IF NOT EXISTS 'duan'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL ON `duan`.* TO 'duan'@'127.0.0.1';
GRANT ALL ON `duan\\_%`.* TO 'duan'@'127.0.0.1';
"""


class MariaDB(Component):
    NAME, PROGRAM, PACKAGE = 'mariadb', 'mariadbd', 'mariadb-server-core'

    def prepare(self):
        if not (self.folder / 'data/mysql').is_dir():
            copy_installed(self.folder / 'data')
        (self.folder / 'tmp').mkdir(exist_ok=True)
        (self.folder / 'my.cnf').write_text(CONFIG.format(folder=self.folder, port=self.port), encoding='utf-8')
        # Run by the server at each start, before it lets anybody in.
        write_private(self.folder / 'accounts.sql', ACCOUNTS.format(password=self.password('duan')))

    def command(self):
        return ['/usr/sbin/mariadbd', f'--defaults-file={self.folder}/my.cnf', f'--user={getpass.getuser()}']

    def ready(self):
        """It greets whoever connects, once its accounts are made."""
        try:
            with socket.create_connection(('127.0.0.1', self.port), 2) as connection:
                return b'MariaDB' in connection.recv(128)
        except OSError:
            return False

    def address(self):
        return f'127.0.0.1:{self.port}'

    def run(self, statements, database=''):
        """Runs them as the user duan; returns what they print, a line for a row."""
        done = subprocess.run(
            ['mariadb', '--no-defaults', '--protocol=tcp', '--host=127.0.0.1', f'--port={self.port}', '--user=duan', '--batch',
             '--skip-column-names', *([database] if database else [])],
            input=statements, capture_output=True, text=True, check=False, env={**os.environ, 'MYSQL_PWD': self.password('duan')})
        if done.returncode:
            raise Failed(f'mariadb: {done.stderr.strip()}')
        return done.stdout

    def make_databases(self, names):
        self.run(''.join(f'CREATE DATABASE IF NOT EXISTS `{name}`;\n' for name in names))

    def url(self, database=''):
        return f'mysql://duan:{self.password("duan")}@127.0.0.1:{self.port}' + (f'/{database}' if database else '')


def copy_installed(data):
    """Puts an installed data folder there, made once for all."""
    READY.parent.mkdir(parents=True, exist_ok=True)
    with open(READY.with_suffix('.lock'), 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not READY.is_dir():
            install(READY)
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(READY, data)


def install(folder):
    """Installs beside, and takes the name when all is there. Forced: a machine need not know its own name."""
    unfinished = folder.with_suffix('.unfinished')
    shutil.rmtree(unfinished, ignore_errors=True)
    user = getpass.getuser()
    done = subprocess.run(
        ['mariadb-install-db', '--no-defaults', f'--datadir={unfinished}', f'--user={user}', '--skip-test-db', '--skip-name-resolve', '--force',
         '--auth-root-authentication-method=socket', f'--auth-root-socket-user={user}', LOG_BYTES],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Failed(f'mariadb-install-db failed:\n{done.stdout[-2000:]}')
    os.rename(unfinished, folder)


if __name__ == '__main__':
    sys.exit(main(MariaDB))
