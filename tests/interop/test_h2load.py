# h2load, which knows HTTP/2 and nothing of gRPC: many streams on few connections.
# SPDX-License-Identifier: Apache-2.0
import subprocess

import pytest


def assert_all_answered(address, path, message, body, calls=4000, connections=8, streams=32):
    """Calls a method that often with the same message; `body` is a file to write it to."""
    body.write_bytes(b'\0' + len(message).to_bytes(4, 'big') + message)
    done = subprocess.run(['h2load', '-n', str(calls), '-c', str(connections), '-m', str(streams), '-d', body,
                           '-H', 'content-type: application/grpc', '-H', 'te: trailers', f'http://{address}{path}'],
                          capture_output=True, text=True, check=True, timeout=300)
    assert f'{calls} done, {calls} succeeded, 0 failed, 0 errored, 0 timeout' in done.stdout, done.stdout
    assert f'status codes: {calls} 2xx' in done.stdout


@pytest.mark.parametrize('connections, streams', [(1, 1), (1, 100), (8, 32)])
def test_every_call_of_a_crowd_is_answered(kit, tmp_path, connections, streams):
    text = b'\x6a\x02hi'  # KitAll.s
    assert_all_answered(kit.address, '/duan.kit.v1.Kit/Echo', text, tmp_path / 'body', 4000, connections, streams)
