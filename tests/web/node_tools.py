# The programs of web/: run with the Node.js that has built the client.
# SPDX-License-Identifier: Apache-2.0
import functools
import os
import subprocess

from server_process import ROOT

WEB = ROOT / 'web'
RUN_S = 1500  # a busy machine; reaching it means "never"


@functools.cache
def node_folder():
    return subprocess.check_output(['/usr/bin/python3', ROOT / 'tools/web_client.py', 'node'], text=True).strip()


def node(*arguments, **environment):
    """What a program of web/ printed, and whether it ended well."""
    path = f'{node_folder()}{os.pathsep}{os.environ.get("PATH", "")}'
    done = subprocess.run(['node', *arguments], cwd=WEB, env={**os.environ, **environment, 'PATH': path}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=RUN_S)
    return done.stdout, done.returncode == 0
