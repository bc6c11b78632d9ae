# Power cuts: runs a program whose disk keeps only what was synced, and builds that disk's content.
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import shutil
import struct

from preloads import preload

SECTOR = 512
AT_FDCWD, NOFOLLOW, FIELDS = -100, 0x100, 0xfff


def identity(path):
    """What power_cut.c calls a file: inode and time of birth (statx(2))."""
    found = ctypes.create_string_buffer(256)
    failed = ctypes.CDLL(None, use_errno=True).statx(AT_FDCWD, os.fsencode(path), NOFOLLOW, FIELDS,
                                                     found)
    if failed:
        raise OSError(ctypes.get_errno(), f'statx {path}')
    inode, = struct.unpack_from('=Q', found, 32)
    seconds, nanoseconds = struct.unpack_from('=qI', found, 80)
    return f'{inode}-{seconds}.{nanoseconds}'


class Disk:
    """The disk below a folder. `environment` makes a program write to it.

    With `torn` parts of what was not synced survive a cut too: any sectors, any folder's entries.
    """

    def __init__(self, folder, twin):
        self.folder, self.twin = folder, twin
        self.environment = {'LD_PRELOAD': preload('power_cut'), 'TWIN': str(twin),
                            'TWIN_OF': str(folder)}
        self.begin()

    def begin(self):
        """What is in the folder now is on the disk."""
        shutil.rmtree(self.twin, ignore_errors=True)
        for kind in ('files', 'folders'):
            (self.twin / kind).mkdir(parents=True)

    def cut(self, random, torn):
        """After the program was killed: the folder is what the disk has kept."""
        self.written = {identity(self.folder): self.folder}
        for top, folders, files in os.walk(self.folder):
            for name in (*folders, *files):
                path = os.path.join(top, name)
                self.written[identity(path)] = path
        kept = self.folder.with_name('kept')
        self.build(identity(self.folder), kept, random if torn else None)
        shutil.rmtree(self.folder)
        kept.rename(self.folder)
        self.begin()

    def build(self, folder_id, out, random):
        out.mkdir(0o700)
        for kind, entry_id, name in self.entries(folder_id, random):
            if kind == 'd':
                self.build(entry_id, out / name, random)
            elif not name.endswith('-shm'):  # shared memory: of a process, not of the disk
                (out / name).touch(0o600)
                (out / name).write_bytes(self.content(entry_id, random))

    def entries(self, folder_id, random):
        """As they were synced; torn: for some folders as they were at the end."""
        path = self.written.get(folder_id)
        if random and path and random.random() < 0.5:
            return [('d' if entry.is_dir() else 'f', identity(entry.path), entry.name)
                    for entry in os.scandir(path)]
        synced = self.twin / 'folders' / folder_id
        lines = synced.read_text().splitlines() if synced.exists() else []
        return [line.split(' ', 2) for line in lines]

    def content(self, file_id, random):
        synced = self.twin / 'files' / file_id
        kept = synced.read_bytes() if synced.exists() else b''
        path = self.written.get(file_id)
        if not random or not path:
            return kept
        with open(path, 'rb') as file:
            return file.read() if self.worker_synced(path) else tear(kept, file.read(), random)

    def worker_synced(self, path):
        """The syncs of media workers are not seen; one that gives a file its final name has synced it."""
        return 'work' in os.path.relpath(path, self.folder).split(os.sep) and not path.endswith('.tmp')


def tear(kept, written, random):
    """Each sector that was written and not synced is there or not."""
    out = bytearray(kept)
    for at in range(0, len(written), SECTOR):
        new = written[at:at + SECTOR]
        if kept[at:at + SECTOR] != new and random.random() < 0.5:
            out.extend(b'\0' * (at + len(new) - len(out)))
            out[at:at + len(new)] = new
    return bytes(out)
