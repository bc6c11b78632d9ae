# The database in a server's data folder, past the server: read, changed, damaged.
# SPDX-License-Identifier: Apache-2.0
import random
import sqlite3
from contextlib import closing

PAGE = 4096
PATIENCE_S = 30  # how long a lock of the server is waited for


def rows(data, text, *values):
    """What a statement finds, read beside a running server."""
    address = f'file:{data}/duan.db?mode=ro'
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE_S)) as db:
        return db.execute(text, values).fetchall()


def value(data, text, *values):
    """The one value that a statement finds."""
    (found,), = rows(data, text, *values)
    return found


def change(data, text, *values):
    """Changes at least one row; returns the id of the one it added last."""
    with closing(sqlite3.connect(data / 'duan.db', timeout=PATIENCE_S)) as db, db:
        done = db.execute(text, values)
        assert done.rowcount != 0, 'nothing was changed'
        return done.lastrowid


def into_the_file(data):
    """All of the log lies in the database file afterwards."""
    with closing(sqlite3.connect(data / 'duan.db', timeout=PATIENCE_S)) as db:
        assert db.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone()[0] == 0


def root_page(data, name):
    """The number of the first page of a table or an index."""
    return value(data, 'SELECT rootpage FROM sqlite_master WHERE name = ?', name)


def damage(data, page):
    """A page of noise, as a dying disk returns it."""
    with open(data / 'duan.db', 'r+b') as file:
        file.seek((page - 1) * PAGE)
        file.write(random.Random(page).randbytes(PAGE))
