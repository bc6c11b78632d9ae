# The Go health probe, as a container runs it.
# SPDX-License-Identifier: Apache-2.0
import subprocess

from waiting import eventually

WELL, UNREACHABLE, UNWELL = 0, 2, 4  # its exit codes


def probe(program, address, *arguments):
    return subprocess.run([program, f'-addr={address}', *arguments], capture_output=True, check=False, timeout=120).returncode


def test_it_follows_what_a_server_says(own_kit, health_probe):
    for service in ('', 'duan.kit.v1.Kit'):
        assert probe(health_probe, own_kit.address, f'-service={service}') == WELL
    assert probe(health_probe, own_kit.address, '-service=nothing') != WELL
    own_kit.serving(False)
    eventually(lambda: probe(health_probe, own_kit.address) == UNWELL)
    own_kit.serving(True)
    eventually(lambda: probe(health_probe, own_kit.address) == WELL)
    own_kit.stop()
    assert probe(health_probe, own_kit.address) == UNREACHABLE
