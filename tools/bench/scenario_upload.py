# An upload of 300 MiB: how much memory it takes, and how long the reply lets the phone wait.
# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import socket
import time

from film import make_large, media_job
from loads import column
from machine import CLIENT_CORE, median_of, memory_bytes, on_core, span
from report import goal, result, table
from seed import token, fill
from servers import Duan

SIZE, QUICK_SIZE = 300 << 20, 80 << 20  # both above media.copy_max, which would make the reply copy it too
GROWN_MAX, TIMES_MAX = 8, 3
FORM = ('--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'
        '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\na large one\r\n'
        '--b\r\nContent-Disposition: form-data; name="data"; filename="a.mp4"\r\n\r\n')
END = b"\r\n--b--\r\n"


def run(bench):
    made, kept = bench.folder("film"), bench.folder("kept")
    film = made / "large.mp4"
    make_large(film, QUICK_SIZE if bench.quick else SIZE)
    fill(kept, 10)
    found = [one_round(bench, film, kept, at) for at in range(bench.rounds)]
    return report(bench, found, film.stat().st_size)


def one_round(bench, film, kept, at):
    """A new data folder each time: the job of an earlier upload would go on beside this one."""
    folder = bench.folder(f"upload{at}")
    shutil.copytree(kept / "data", folder / "data")
    looked = media_job("inspect", film, folder / "inspect", threads=1, memory_mb=1024)
    with Duan(folder) as server:
        found = upload(server, film)
    shutil.rmtree(folder)
    return {**found, "inspect_ms": int(looked["wall_ms"])}


def upload(server, film):
    before = memory_bytes(server.pid)
    with open(f"/proc/{server.pid}/clear_refs", "w", encoding="ascii") as clear:
        clear.write("5")  # the peak begins anew (proc(5))
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port)) as to, on_core(CLIENT_CORE):
        send(to, film)
        sent = time.monotonic()
        reply = to.recv(65536)
    answered = time.monotonic()
    body = json.loads(reply.partition(b"\r\n\r\n")[2])
    if body["status_code"]:
        raise RuntimeError(f"the upload was refused: {body}")
    return {"sending_ms": (sent - began) * 1e3, "reply_ms": (answered - sent) * 1e3,
            "grown_mib": (memory_bytes(server.pid, "VmHWM") - before) / 2**20}


def send(to, film):
    form = FORM.format(token=token(1)).encode()
    length = len(form) + film.stat().st_size + len(END)
    to.sendall(f"POST /douyin/publish/action/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
               f"Content-Length: {length}\r\n\r\n".encode() + form)
    with film.open("rb") as data:
        to.sendfile(data)
    to.sendall(END)


def report(bench, found, size):
    times = [one["reply_ms"] / one["inspect_ms"] for one in found]
    rows = [["sending it, ms", span(column(found, "sending_ms"), 0)],
            ["from its last byte to the reply, ms", span(column(found, "reply_ms"), 0)],
            ["the worker alone: inspect with cover, ms", span(column(found, "inspect_ms"), 0)],
            ["reply, times the worker alone", span(times)],
            ["most memory while it came, above before, MiB", span(column(found, "grown_mib"), 1)]]
    return result(tables=[table(f"An upload of {size / 2**20:.0f} MiB ({bench.rounds} rounds, a new server each)", ["", "measured"], rows)],
                  goals=[goal("upload: memory grows by MiB", median_of(column(found, "grown_mib")), most=GROWN_MAX),
                         goal("upload: reply, times the worker's own inspect", median_of(times), most=TIMES_MAX)])
