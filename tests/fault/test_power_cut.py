# Power cuts at random moments: what was acknowledged was synced, and so were the names it lies under.
# SPDX-License-Identifier: Apache-2.0
import random
import sqlite3
import subprocess

from data_folder import rows
from effort import rounds
from load import survive
from operator_shell import admin
from power_cut import Disk
from preloads import built
from waiting import eventually

APPENDS = 200


def test_what_was_acknowledged_survives_every_power_cut(own_server, clips, tmp_path):
    disk, chance = Disk(tmp_path / 'data', tmp_path / 'twin'), random.Random('power')
    server = own_server(folder=tmp_path, environment=disk.environment)
    survive(server, clips.data('tiny.mp4'), 'power cut', rounds(3, 26),
            lambda at: disk.cut(chance, torn=at % 2 == 1))


def test_what_a_finished_job_has_removed_stays_away(own_server, new_user, clips, tmp_path):
    disk = Disk(tmp_path / 'data', tmp_path / 'twin')
    server = own_server(folder=tmp_path, environment=disk.environment)
    ann = new_user(server.url)
    video = ann.publish_new(clips.data('tiny.mp4'))
    eventually(lambda: rows(server.data, 'SELECT id FROM bus_job') == [])
    server.kill()
    disk.cut(random.Random(), torn=False)
    server.start()
    assert ann.video(video['id'])['state'] == 'ready'
    admin(server.data, 'doctor')


def appended_and_kept(folder, twin, how):
    """The last row an appender printed before the lights went out, and the last one there is."""
    folder.mkdir()
    disk = Disk(folder, twin)
    with subprocess.Popen([built('sql_appender'), folder / 'x.db', how], env=disk.environment,
                          stdout=subprocess.PIPE, text=True) as appender:
        for line in appender.stdout:
            if int(line) == APPENDS:
                break
        appender.kill()
        printed = [APPENDS, *map(int, appender.stdout.read().split('\n')[:-1])][-1]
    disk.cut(random.Random(), torn=False)
    with sqlite3.connect(folder / 'x.db') as db:
        try:
            return printed, db.execute('SELECT coalesce(max(id), 0) FROM t').fetchone()[0]
        except sqlite3.OperationalError:  # not even the table
            return printed, 0


def test_a_durable_database_keeps_what_it_acknowledged(tmp_path):
    printed, kept = appended_and_kept(tmp_path / 'data', tmp_path / 'twin', 'durable')
    assert kept >= printed


def test_one_that_does_not_sync_loses_it(tmp_path):
    """The test of the test: these power cuts do take away what was not synced."""
    printed, kept = appended_and_kept(tmp_path / 'data', tmp_path / 'twin', 'fast')
    assert kept < printed
