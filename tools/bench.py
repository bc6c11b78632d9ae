#!/usr/bin/python3
# Compares the hot pages with nginx handing out the same bytes: requests per second, and CPU time for each request.
# SPDX-License-Identifier: Apache-2.0
"""Usage: bench.py [ROUNDS]   One core for the servers, the other for wrk; rounds alternate, medians are printed."""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

DUAN_PORT, NGINX_PORT, CONNECTIONS, SECONDS = 18480, 18481, 64, 1
TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = "0", str(min(1, (os.cpu_count() or 1) - 1))


def fetch(path, port=DUAN_PORT, method="GET", body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, method=method)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read()


def start(*command):
    return subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], stderr=subprocess.DEVNULL)


def wait_for(port, path):
    for _ in range(100):
        try:
            return fetch(path, port)
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing answers on port {port}")


def cpu_seconds(pid):
    """Of a process and its children (nginx works in one)."""
    pids = [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    fields = [pathlib.Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split() for p in pids]
    return sum(int(f[11]) + int(f[12]) for f in fields) / TICK


def measure(pid, port, path):
    """(requests per second, CPU microseconds per request)"""
    before = cpu_seconds(pid)
    out = subprocess.run(["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s",
                          f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", out)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), (cpu_seconds(pid) - before) * 1e6 / requests


def fill(folder):
    """A page of videos, a viewer who likes and follows; returns the paths to measure."""
    clip = folder / "clip.mp4"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1", "-c:v",
                    "libx264", "-pix_fmt", "yuv420p", str(clip)], check=True)
    accounts = [json.loads(fetch(f"/douyin/user/register/?username=user{i}&password=secret{i}", method="POST")) for i in range(4)]
    token = accounts[0]["token"]
    for i in range(30):
        form = (f'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nvideo {i}\r\n--b\r\nContent-Disposition: form-data; '
                'name="data"; filename="c"\r\n\r\n').encode() + clip.read_bytes() + b"\r\n--b--\r\n"
        request = urllib.request.Request(f"http://127.0.0.1:{DUAN_PORT}/douyin/publish/action/?token={accounts[i % 4]['token']}",
                                         data=form, headers={"Content-Type": "multipart/form-data; boundary=b"})
        urllib.request.urlopen(request, timeout=30).read()
    while b"ready" not in fetch("/api/v1/videos/30") or b'duan_jobs_waiting 0' not in fetch("/metrics"):
        time.sleep(0.5)
    for other in accounts[1:3]:
        fetch(f"/douyin/relation/action/?to_user_id={other['user_id']}&action_type=1&token={token}", method="POST")
    peer = accounts[1]["user_id"]
    fetch(f"/douyin/message/action/?to_user_id={peer}&action_type=1&content=hi&token={token}", method="POST")
    now = int(time.time() * 1000) + 1000
    return {"feed, anonymous": "/douyin/feed/", "feed, logged in": f"/douyin/feed/?token={token}",
            "own profile": f"/douyin/user/?token={token}",
            "idle chat poll": f"/douyin/message/chat/?to_user_id={peer}&pre_msg_time={now}&token={token}"}


def place(i, text):
    """nginx takes words of at most 4 KiB, so the page is put together from pieces."""
    pieces = [text[at:at + 1000] for at in range(0, len(text), 1000)]
    quoted = [piece.replace("\\", "\\\\").replace("'", "\\'").replace("$", " ") for piece in pieces]
    sets = "".join(f"set $p{i}x{k} '{piece}';\n" for k, piece in enumerate(quoted))
    whole = "".join(f"${{p{i}x{k}}}" for k in range(len(pieces)))
    return f"location = /page{i} {{ default_type 'application/json; charset=utf-8';\n{sets}return 200 '{whole}'; }}\n"


def nginx_conf(folder, pages):
    places = "".join(place(i, fetch(path).decode()) for i, path in enumerate(pages.values()))
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log stderr crit; events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; keepalive_requests 100000000; {temporary}\n"
        f"server {{ listen 127.0.0.1:{NGINX_PORT};\n{places} }} }}\n")


def report(pages, rounds):
    print(f"{'page':18} {'req/s':>8} {'of nginx':>9} {'CPU us':>8} {'nginx':>7} {'capacity':>9}   ({rounds} rounds of {SECONDS} s, {CONNECTIONS} connections)")
    for name, (ours, theirs) in pages.items():
        rate, cost = (statistics.median(column) for column in zip(*ours))
        nginx_rate, nginx_cost = (statistics.median(column) for column in zip(*theirs))
        print(f"{name:18} {rate:8.0f} {rate / nginx_rate:9.2f} {cost:8.1f} {nginx_cost:7.1f} {nginx_cost / cost:9.2f}")


def main(rounds=6):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        duan = start("build/release/duan", "serve", "--data", f"{name}/data", "--listen", f"127.0.0.1:{DUAN_PORT}", "--set",
                     "limits.enabled=false", "--set", "http.threads=1")
        nginx = None
        try:
            wait_for(DUAN_PORT, "/readyz")
            pages = fill(folder)
            nginx_conf(folder, pages)
            nginx = start("nginx", "-p", name, "-c", f"{name}/nginx.conf")
            wait_for(NGINX_PORT, "/page0")
            results = {page: ([], []) for page in pages}
            for _ in range(rounds):
                for i, (page, path) in enumerate(pages.items()):
                    results[page][0].append(measure(duan.pid, DUAN_PORT, path))
                    results[page][1].append(measure(nginx.pid, NGINX_PORT, f"/page{i}"))
            report(results, rounds)
        finally:
            for process in filter(None, (duan, nginx)):
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
