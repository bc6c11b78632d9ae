# The unit for systemd: well-formed, tight, and not so tight that Duan cannot work.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys
from pathlib import Path

import pytest

from playback import decode
from server_process import ROOT, Server
from waiting import eventually

UNIT = ROOT / 'deploy/systemd/duan.service'
UNIT_OF_A_ROLE = ROOT / 'deploy/systemd/duan@.service'
EXPOSURE_MAX = 2.5  # systemd's own scale: 10 is naked


def confined_by(text, folder):
    unit = folder / 'duan.service'
    unit.write_text(text, encoding='utf-8')
    return Server(folder, under=[sys.executable, Path(__file__).with_name('confined.py'), unit])


@pytest.fixture
def confined(tmp_path):
    server = confined_by(UNIT.read_text(encoding='utf-8'), tmp_path).start()
    yield server
    server.stop()


@pytest.mark.parametrize('name', ['duan.service', 'duan@favorite.service'])
def test_systemd_reads_the_unit_without_complaint(name, tmp_path):
    said = subprocess.run(['systemd-analyze', 'verify', installed(name, tmp_path)], capture_output=True, text=True).stderr
    # A bare system may lack kill(1), and Duan is not installed.
    complaints = [line for line in said.splitlines() if 'is not executable: No such file' not in line]
    assert complaints == []


@pytest.mark.parametrize('name', ['duan.service', 'duan@favorite.service'])
def test_the_unit_exposes_little(name, tmp_path):
    said = subprocess.run(['systemd-analyze', 'security', '--offline=true', installed(name, tmp_path)], capture_output=True, text=True).stdout
    assert float(re.search(rf'exposure level for {name}: ([\d.]+)', said)[1]) <= EXPOSURE_MAX


def installed(name, folder):
    """The unit of that name, as it would lie in /etc/systemd/system."""
    template = UNIT_OF_A_ROLE if '@' in name else UNIT
    unit = folder / name
    unit.write_text(template.read_text(encoding='utf-8'), encoding='utf-8')
    return unit


def test_a_role_is_confined_as_the_whole_is():
    assert confinement(UNIT_OF_A_ROLE) == confinement(UNIT)


def confinement(unit):
    return unit.read_text(encoding='utf-8').partition('NoNewPrivileges=')[2]


def test_an_upload_becomes_a_video_within_what_the_unit_allows(confined, new_user, clips):
    ann = new_user(confined.url)
    video = ann.publish_new(clips.data('plain.mp4'))
    eventually(lambda: ann.video(video['id'])['state'] in ('ready', 'failed'))
    assert ann.video(video['id'])['state'] == 'ready', ann.video(video['id'])['job']
    decode(ann.video(video['id'])['play_url'])


def test_a_call_that_is_not_allowed_is_missed(tmp_path):
    text = UNIT.read_text(encoding='utf-8').replace('SystemCallFilter=@system-service', 'SystemCallFilter=@default @file-system')
    with pytest.raises(RuntimeError):
        confined_by(text, tmp_path).start()
