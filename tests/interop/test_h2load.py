# h2load, which knows HTTP/2 and nothing of gRPC: many streams on few connections.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess

import pytest


@pytest.mark.parametrize('connections, streams', [(1, 1), (1, 100), (8, 32)])
def test_every_call_of_a_crowd_is_answered(kit, tmp_path, connections, streams):
    message = b'\x6a\x02hi'  # KitAll.s
    body = tmp_path / 'body'
    body.write_bytes(b'\0' + len(message).to_bytes(4, 'big') + message)
    done = subprocess.run(['h2load', '-n', '4000', '-c', str(connections), '-m', str(streams), '-d', body,
                           '-H', 'content-type: application/grpc', '-H', 'te: trailers',
                           f'http://{kit.address}/duan.kit.v1.Kit/Echo'], capture_output=True, text=True, check=True, timeout=300)
    assert re.search(r'4000 done, 4000 succeeded, 0 failed, 0 errored, 0 timeout', done.stdout), done.stdout
    assert 'status codes: 4000 2xx' in done.stdout
