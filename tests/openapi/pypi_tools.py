# Tools from the Python package index, fetched by name and version into build/openapi and kept there.
# SPDX-License-Identifier: Apache-2.0
import fcntl
import subprocess

import pytest

from server_process import ROOT

KEPT = ROOT / 'build/openapi'
WANTED = 'openapi-spec-validator==0.9.0 schemathesis==4.32.5'
FETCH_S = 900  # a slow line and a busy machine; reaching it means "never"


def fetch(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=FETCH_S)
    if done.returncode:
        pytest.fail(f'{" ".join(map(str, command))}:\n{done.stdout[-1000:]}{done.stderr[-2000:]}', False)


def programs():
    """The folder of the programs. One worker fetches, the others wait for it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    complete = KEPT / 'complete'
    with open(KEPT / 'lock', 'w', encoding='ascii') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not complete.exists() or complete.read_text('utf-8') != WANTED:
            fetch('/usr/bin/python3', '-m', 'venv', '--clear', KEPT / 'python')
            fetch(KEPT / 'python/bin/pip', 'install', '-q', '--disable-pip-version-check', '--only-binary', ':all:', *WANTED.split())
            complete.write_text(WANTED, 'utf-8')
    return KEPT / 'python/bin'
