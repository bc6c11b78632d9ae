# Runs a program with the system calls and privileges that a systemd unit leaves it.
# SPDX-License-Identifier: Apache-2.0
"""Usage: confined.py UNIT PROGRAM [ARGUMENT ...]   For tests: there is no systemd where they run."""
import ctypes
import functools
import os
import re
import subprocess
import sys

import seccomp

EPERM = 1
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, LAST_CAPABILITY = 24, 38, 40


@functools.cache
def group(name):
    """The calls of one of systemd's groups, as systemd itself tells them."""
    text = subprocess.run(['systemd-analyze', 'syscall-filter', name], capture_output=True, text=True, check=True).stdout
    words = {line.strip() for line in text.splitlines()[1:]}
    return expand(word for word in words if word and not word.startswith('#'))


def expand(words):
    return frozenset().union(*(group(word) if word.startswith('@') else {word} for word in words))


def allowed_calls(unit):
    """What the lines SystemCallFilter= of a unit add up to, read in their order."""
    allowed = frozenset()
    for line in re.findall(r'^SystemCallFilter=(.*)$', unit, re.M):
        words = expand(line.removeprefix('~').split())
        allowed = allowed - words if line.startswith('~') else allowed | words
    return allowed


def load(calls):
    filter_ = seccomp.SyscallFilter(seccomp.ERRNO(EPERM))
    for call in calls:
        try:
            filter_.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, ValueError):
            continue  # a call of another architecture
    filter_.load()


def drop_privileges():
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0


def main(unit, *command):
    with open(unit, encoding='utf-8') as file:
        calls = allowed_calls(file.read())
    drop_privileges()
    load(calls)
    os.execv(command[0], command)


if __name__ == '__main__':
    main(*sys.argv[1:])
