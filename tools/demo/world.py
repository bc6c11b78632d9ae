#!/usr/bin/python3
# Fills a fresh Duan with a little world, through its public API: people, clips, likes, comments, follows, chats.
# SPDX-License-Identifier: Apache-2.0
"""Usage: world.py --url http://localhost:8080 --work DIR [--small]

May be run again: what is there already is not made twice. Clips are rendered into DIR and kept there.
"""
import argparse
import concurrent.futures
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import world_plan
from clip_render import render

EXISTS, WAIT_MAX_S = 10001, 60


class Api:
    """The endpoints that the world needs. A refusal for being too quick is waited out."""

    def __init__(self, url):
        self.url = url.rstrip("/") + "/douyin"

    def call(self, path, body=None, headers=None, **query):
        address = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        method = "GET" if path.endswith(("/list/", "/chat/")) or path in ("/feed/", "/user/") else "POST"
        while True:
            request = urllib.request.Request(address, data=body, headers=headers or {}, method=method)
            try:
                with urllib.request.urlopen(request, timeout=60) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as e:
                if e.code not in (429, 503):
                    raise
                time.sleep(min(int(e.headers.get("Retry-After", 1)), WAIT_MAX_S))

    def must(self, path, body=None, headers=None, **query):
        reply = self.call(path, body, headers, **query)
        if reply["status_code"] != 0:
            raise RuntimeError(f"{path}: {reply['status_code']} {reply['status_msg']}")
        return reply

    def session(self, name):
        """(id, token) of an account, which is made when it is not there."""
        asked = {"username": name, "password": world_plan.PASSWORD}
        reply = self.call("/user/register/", **asked)
        if reply["status_code"] == EXISTS:
            reply = self.must("/user/login/", **asked)
        if reply["status_code"] != 0:
            raise RuntimeError(f"{name}: {reply['status_msg']}")
        return reply["user_id"], reply["token"]

    def publish(self, token, title, path):
        boundary = uuid.uuid4().hex
        body = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (("token", token), ("title", title)))
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="clip.mp4"\r\n\r\n'.encode()
        body += path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        self.must("/publish/action/", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


def say(text, end="\r"):
    """One line that the next one replaces, or lines where nobody watches."""
    if sys.stderr.isatty():
        print(f"\x1b[2Kdemo world: {text}", end=end, file=sys.stderr, flush=True)
    else:
        print(f"demo world: {text}", file=sys.stderr, flush=True)


def sign_up(api):
    sessions = {}
    for i, name in enumerate(world_plan.PEOPLE, 1):
        sessions[name] = api.session(name)
        say(f"{i}/{len(world_plan.PEOPLE)} people")
    return sessions


def titles_of(api, session):
    user_id, token = session
    return {video["title"]: video["id"] for video in api.must("/publish/list/", user_id=user_id, token=token)["video_list"]}


def publish_all(api, sessions, clips, work):
    """Renders what is missing, two at a time, and publishes in the order of the plan. Returns title -> id."""
    there = {}
    for session in sessions.values():
        there.update(titles_of(api, session))
    wanted = [clip for clip in clips if clip.title not in there]
    with concurrent.futures.ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        paths = [pool.submit(render, clip, work) for clip in wanted]
        for i, (clip, path) in enumerate(zip(wanted, paths), len(clips) - len(wanted) + 1):
            api.publish(sessions[clip.author][1], clip.title, path.result())
            say(f"{i}/{len(clips)} clips")
    for session in sessions.values():
        there.update(titles_of(api, session))
    return {clip.title: there[clip.title] for clip in clips}


def follow_and_like(api, sessions, clips, ids, chance):
    for name, (_, token) in sessions.items():
        for other, (other_id, _) in sessions.items():
            if other != name and ("demo" in (name, other) and chance.random() < 0.7 or chance.random() < 0.35):
                api.must("/relation/action/", to_user_id=other_id, action_type=1, token=token)
        for clip in clips:
            if chance.random() < (0.25 if name == "demo" else 0.45):
                api.must("/favorite/action/", video_id=ids[clip.title], action_type=1, token=token)
        say(f"likes and follows of {name}")


def comment(api, sessions, clips, ids, chance):
    """Only where nobody has commented yet: comments are no toggles."""
    for clip in clips:
        video = ids[clip.title]
        if api.must("/comment/list/", video_id=video)["comment_list"]:
            continue
        authors = chance.sample(sorted(sessions), chance.randint(1, 6))
        for name, text in zip(authors, chance.sample(world_plan.COMMENTS, len(authors))):
            api.must("/comment/action/", video_id=video, action_type=1, comment_text=text, token=sessions[name][1])
    say("comments")


def chat(api, sessions):
    for first, second, lines in world_plan.CHATS:
        (first_id, first_token), (second_id, second_token) = sessions[first], sessions[second]
        for a, b in ((first_token, second_id), (second_token, first_id)):
            api.must("/relation/action/", to_user_id=b, action_type=1, token=a)
        if api.call("/message/chat/", to_user_id=second_id, token=first_token).get("message_list"):
            continue
        for i, line in enumerate(lines):
            token, to = ((first_token, second_id), (second_token, first_id))[i % 2]
            api.must("/message/action/", to_user_id=to, action_type=1, content=line, token=token)
    say("chats")


def main():
    options = argparse.ArgumentParser(description="Fills a fresh Duan with a little world.")
    options.add_argument("--url", required=True)
    options.add_argument("--work", required=True, help="where rendered clips are kept")
    options.add_argument("--small", action="store_true", help="three tiny clips: for tests")
    asked = options.parse_args()
    clips, chance = world_plan.SMALL if asked.small else world_plan.CLIPS, random.Random(20230501)
    os.makedirs(asked.work, exist_ok=True)
    api, began = Api(asked.url), time.monotonic()
    sessions = sign_up(api)
    ids = publish_all(api, sessions, clips, asked.work)
    follow_and_like(api, sessions, clips, ids, chance)
    comment(api, sessions, clips, ids, chance)
    chat(api, sessions)
    say(f"{len(sessions)} people, {len(ids)} clips, ready in {time.monotonic() - began:.0f} s", end="\n")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, KeyError) as e:
        print(f"\ndemo world: stopped: {e}", file=sys.stderr)
        sys.exit(1)
