# One process in the background with a folder of its own: who it is outlives the program that started it.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import signal
import subprocess
import time

PAUSE_S = 0.05
KIB = 1024


class Failed(Exception):
    """What could not be started or stopped, in words for whoever typed the command."""


class Daemon:
    """FOLDER/pid holds its process id and when that was born (ids are used again), FOLDER/server.log what it says."""

    def __init__(self, folder, name):
        self.folder = folder
        self.name = name
        self.log_file = folder / 'server.log'
        self.pid_file = folder / 'pid'
        self.child = None  # when this program started it: the one who must reap it

    def launch(self, command, environment=None, dies_with_us=False):
        """Starts it in a session of its own: a Ctrl-C in this terminal does not reach it."""
        with open(self.log_file, 'ab') as log:
            command = dying_with_us(command) if dies_with_us else command
            self.child = subprocess.Popen(
                [str(word) for word in command], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env={**plain_environment(), **(environment or {})})
        self.pid_file.write_text(f'{self.child.pid} {born(self.child.pid)}\n', encoding='ascii')

    @property
    def pid(self):
        """Of the living process; None when there is none."""
        if self.child:
            self.child.poll()  # a dead child would stay a zombie
        try:
            pid, when = self.pid_file.read_text('ascii').split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if born(pid) == when else None

    def alive(self):
        return self.pid is not None

    def wait_until(self, ready, patience_s):
        """Waits until ready() holds. What ends meanwhile, or is never ready, is an error and is not left running."""
        end = time.monotonic() + patience_s
        while not ready():
            if not self.alive():
                raise Failed(f'{self.name} ended while it started:\n{self.last_words()}')
            if time.monotonic() > end:
                self.kill()
                raise Failed(f'{self.name} was not ready within {patience_s} s:\n{self.last_words()}')
            time.sleep(PAUSE_S)

    def last_words(self, lines=12):
        if not self.log_file.exists():
            return '(it said nothing)'
        return '\n'.join(self.log_file.read_text('utf-8', 'replace').splitlines()[-lines:]) or '(it said nothing)'

    def signal(self, number):
        """To its process alone; nothing when there is none."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, number)

    def stop(self, patience_s=30):
        """The polite way, and the other one when that takes too long. Returns whether politeness was enough."""
        self.signal(signal.SIGCONT)  # a frozen one hears nothing
        self.signal(signal.SIGTERM)
        polite = self.gone_within(patience_s)
        self.kill()
        return polite

    def kill(self):
        """As a power cut would. It and all of its session are gone when this returns."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            while self.alive():
                time.sleep(PAUSE_S)
        self.pid_file.unlink(missing_ok=True)

    def gone_within(self, patience_s):
        end = time.monotonic() + patience_s
        while self.alive():
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE_S)
        return True

    def resident_bytes(self):
        """Memory it holds, shared libraries included; 0 when it is not running."""
        pid = self.pid
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, TypeError):
            with open(f'/proc/{int(pid)}/status', encoding='ascii', errors='replace') as status:
                return next(int(line.split()[1]) * KIB for line in status if line.startswith('VmRSS:'))
        return 0


def born(pid):
    """When a living process started, in the kernel's ticks; '' for a dead one. A zombie is dead: where nobody reaps
    orphans it would look alive for ever. Not one whose other threads are still ending: they hold its sockets."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as stat:
            fields = stat.read().rpartition(') ')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ''
    state, threads, started = fields[0], int(fields[17]), fields[19]
    return '' if state == 'X' or (state == 'Z' and threads <= 1) else started


def plain_environment():
    """Ours without what is meant for tests and for people: a server takes every DUAN_ for a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith('DUAN_')}


def dying_with_us(command):
    """The command as a test starts it: it does not outlive the thread that does, however that ends (PR_SET_PDEATHSIG).

    setpriv becomes the command, so the process is the same. Python's preexec_fn would do without it, and now and then wait
    for ever, between fork and exec, for a lock that another thread held.
    """
    return ['/usr/bin/setpriv', '--pdeathsig', 'KILL', *command]
