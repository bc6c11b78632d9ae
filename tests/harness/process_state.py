# What the kernel knows of a running server: memory, descriptors, processor time.
# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

KIB = 1024


def resident_bytes(pid):
    """Resident memory that is the process's own, without mapped files."""
    for line in Path(f'/proc/{pid}/status').read_text('ascii').splitlines():
        if line.startswith('RssAnon:'):
            return int(line.split()[1]) * KIB
    raise AssertionError('the process has no memory')


def descriptors(pid):
    """How many, but for the database's: it opens a reader more for each that asks at one time."""
    folder = Path(f'/proc/{pid}/fd')
    return sum('/duan.db' not in target(each) for each in folder.iterdir())


def target(link):
    """What it points to; one that was closed meanwhile points nowhere."""
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return ''


def processor_ns(pid, thread_name):
    """Time on a processor of all threads of that name: exact, however busy the machine is."""
    total = 0
    for task in Path(f'/proc/{pid}/task').iterdir():
        if (task / 'comm').read_text('utf-8').strip() == thread_name:
            total += int((task / 'schedstat').read_text('ascii').split()[0])
    return total
