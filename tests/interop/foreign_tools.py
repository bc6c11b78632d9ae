# Clients that were not written here, fetched by name and version into build/interop and kept there.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from server_process import ROOT

HERE = Path(__file__).parent
KEPT = ROOT / 'build/interop'
FETCH_S = 900  # a slow line and a busy machine; reaching it means "never"

# The newest that Debian's Go can build.
MODULES = {
    'grpcurl': 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.8.7',
    'grpc-health-probe': 'github.com/grpc-ecosystem/grpc-health-probe@v0.4.19',
}


@contextlib.contextmanager
def alone(name):
    """One worker fetches, the others wait for it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with open(KEPT / f'{name}.lock', 'w', encoding='ascii') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fetch(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FETCH_S, **more)
    if done.returncode:
        pytest.fail(f'{" ".join(map(str, command))}:\n{done.stderr[-2000:]}', False)


def needs(program, package):
    path = shutil.which(program)
    if not path:
        pytest.fail(f'{program} is not there: install {package}', False)
    return path


def go_tool(name):
    """The path of a Go program, built from its module."""
    module = MODULES[name]
    folder = KEPT / module.rsplit('@', 1)[1]
    with alone(name):
        if not (folder / name).exists():
            fetch([needs('go', 'golang-go'), 'install', module],
                  env={**os.environ, 'GOBIN': str(folder), 'GOFLAGS': '-mod=mod'})
    return folder / name


def node_modules():
    """The folder where node finds what js/package.json names."""
    wanted = (HERE / 'js/package.json').read_text('utf-8')
    folder = KEPT / 'js'
    with alone('js'):
        kept = folder / 'package.json'
        if not kept.exists() or kept.read_text('utf-8') != wanted or not (folder / 'complete').exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            kept.write_text(wanted, 'utf-8')
            fetch([needs('npm', 'npm'), 'install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'],
                  cwd=folder)
            (folder / 'complete').touch()
    return folder
