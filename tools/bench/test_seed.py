# Tests of the worlds that are measured: the server takes them for its own, and what they count is right.
# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import sqlite3
import subprocess

import pytest

import loads
import reads
import seed
from machine import BUILD, cpu_ns, memory_bytes
from servers import Duan, fetch

VIDEOS = 200


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    return folder, seed.fill(folder, VIDEOS)


@pytest.fixture(scope="module")
def server(world):
    with Duan(world[0]) as running:
        yield running


def ask(server, target):
    body = json.loads(fetch(server, target))
    assert body["status_code"] == 0, body
    return body


def test_every_read_is_answered_and_counted(world, server, tmp_path):
    for kind, file in reads.files(tmp_path, world[1]).items():
        reads.warm(server, file)
        found = loads.measure(server, file, connections=2, seconds=10, requests=20, expect=loads.OK)
        assert found["requests"] == 20 and found["cpu_us"] > 0, kind


def test_lists_are_as_long_as_the_counters_say(world, server):
    for user in (1, 7, world[1].users):
        profile = ask(server, f"/douyin/user/?user_id={user}&token={seed.token(user)}")["user"]
        for count, path, key in (("work_count", "publish/list", "video_list"), ("favorite_count", "favorite/list", "video_list"),
                                 ("follow_count", "relation/follow/list", "user_list"), ("follower_count", "relation/follower/list", "user_list")):
            assert len(ask(server, f"/douyin/{path}/?user_id={user}")[key]) == profile[count], (user, path)


def test_older_pages_hold_thirty_videos(world, server):
    feed = ask(server, f"/douyin/feed/?latest_time={world[1].time_of(100)}")
    assert [video["id"] for video in feed["video_list"]] == list(range(99, 69, -1))
    assert feed["video_list"][0]["comment_count"] == 0
    assert ask(server, "/douyin/comment/list/?video_id=91")["comment_list"][9]["id"]


def test_new_things_get_new_ids(server):
    token = seed.token(3)
    fetch(server, f"/douyin/comment/action/?token={token}&video_id=1&action_type=1&comment_text=hi", "POST")
    newest = max(one["id"] for one in ask(server, "/douyin/comment/list/?video_id=1")["comment_list"])
    assert newest == VIDEOS + 1


def test_a_refused_request_is_no_measurement(server, tmp_path):
    file = loads.write_requests(tmp_path / "wrong", ["GET /douyin/user/?token=nonsense"])
    with pytest.raises(RuntimeError, match="errors"):
        loads.measure(server, file, requests=3, expect=loads.OK)


def numbers(database, *queries):
    opened = sqlite3.connect(database)
    found = [opened.execute(query).fetchone()[0] for query in queries]
    opened.close()
    return found


def test_likes_with_a_transaction_each_leave_the_counters_right(world, tmp_path):
    copy, marks = tmp_path / "copy.db", "SELECT count(*) FROM favorite_mark"
    shutil.copy(world[0] / "data/duan.db", copy)
    before = numbers(copy, marks)[0]
    done = subprocess.run([BUILD / "tools/bench/likes_alone", copy, "1", "0", "100", str(VIDEOS)], stdout=subprocess.PIPE, check=True)
    after, *counters = numbers(copy, marks, *(f"SELECT sum({column}) FROM {table}" for column, table in (
        ("favorite_count", "video_count"), ("favorite_count", "user_count"), ("total_favorited", "user_count"))))
    assert after - before == json.loads(done.stdout)["likes"] > 0
    assert counters == [after] * 3


def test_the_machine_is_asked_about_processes(server):
    assert cpu_ns(server.pid) > 0
    assert memory_bytes(server.pid, "VmHWM") >= memory_bytes(server.pid) > 1 << 20
