# Runs `duan admin` as an operator does, and returns what it said.
# SPDX-License-Identifier: Apache-2.0
import subprocess
from types import SimpleNamespace

from daemon import dying_with_us
from server_process import DEFAULTS, program

NEVER_S = 300  # a command that has not ended by then never will


def admin(data, *words, status=0, stdin='', settings=None):
    """`duan admin WORDS --data DATA`: its answer, after checking how it ended."""
    command = [program(), 'admin', *words, '--data', data]
    for name, value in {**DEFAULTS, **(settings or {})}.items():
        command += ['--set', f'{name}={value}']
    return run(command, status, stdin)


def run(command, status=0, stdin=''):
    """Any command line: out, err, and the exit status it must have (None: whichever)."""
    done = subprocess.run([str(word) for word in dying_with_us(command)], input=stdin, capture_output=True,
                          encoding='utf-8', timeout=NEVER_S, check=False)
    said = f'{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}'
    assert status is None or done.returncode == status, said
    return SimpleNamespace(out=done.stdout, err=done.stderr, status=done.returncode)


def table(text):
    """The rows of a table: a list of words for each line below its head."""
    return [line.split() for line in text.splitlines()[1:]]
