# A file system of a few megabytes, for filling up.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest

MEBI = 1 << 20


class SmallDisk:
    """Mounted at `folder`: here as root, else where only the server sees it (`under` does it).

    The tests look at it through the server's eyes then.
    """

    def __init__(self, folder, mebibytes):
        self.folder, self.under = folder, []
        folder.mkdir()
        mount = ['mount', '-t', 'tmpfs', '-o', f'size={mebibytes}m', 'tmpfs', str(folder)]
        self.mounted = subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0
        if not self.mounted:
            self.under = ['unshare', '--map-root-user', '--mount', 'sh', '-c',
                           f'{" ".join(mount)} && exec "$@"', 'sh']
            self.need_namespaces()

    def need_namespaces(self):
        if subprocess.run([*self.under, 'true'], stderr=subprocess.DEVNULL).returncode:
            pytest.skip('neither root nor a user namespace may mount a file system here')

    def unmount(self):
        if self.mounted:
            subprocess.run(['umount', '--lazy', self.folder], check=True)

    def seen(self, server):
        """Where the tests find it."""
        return self.folder if self.mounted else type(self.folder)(
            f'/proc/{server.process.pid}/root{self.folder}')

    def fill(self, server, leave=0):
        """Somebody else takes all room but `leave` bytes."""
        with open(self.seen(server) / 'filler', 'ab', buffering=0) as filler:
            room = os.statvfs(self.seen(server))
            os.posix_fallocate(filler.fileno(), 0,
                               max(room.f_bavail * room.f_frsize - leave, room.f_frsize))

    def make_room(self, server):
        (self.seen(server) / 'filler').unlink()
