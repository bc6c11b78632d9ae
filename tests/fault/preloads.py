# Where the build put the programs and libraries of these tests.
# SPDX-License-Identifier: Apache-2.0
import pytest

from server_process import program


def built(name):
    path = program().parent / 'tests' / 'fault' / name
    if not path.exists():
        pytest.fail(f'{path} is not there: build it', False)
    return str(path)


def preload(name):
    """A library that LD_PRELOAD puts between a program and the C library."""
    return built(f'{name}.so')
