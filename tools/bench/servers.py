# The servers that are measured: Duan as it ships, and nginx handing out the same bytes. Each has one core.
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
import time
import urllib.error
import urllib.request

from machine import ROOT, SERVER_CORE, on_core

sys.path += [str(ROOT / "tests/harness"), str(ROOT / "tools/stack")]
from daemon import dying_with_us  # noqa: E402
from ports import free_port  # noqa: E402
from server_process import Server  # noqa: E402
from waiting import eventually  # noqa: E402

# As shipped, but for the number of threads that the one core asks for, the rate that one client address may
# have (the limiter counts, and does not refuse), and a key with which the tokens of seeded users can be made.
SECRET = "a key of measurements, known to all"
SETTINGS = {"http.threads": 1, "limits.enabled": "true", "limits.requests_per_second": 1000000, "limits.requests_burst": 1000000,
            "auth.token_secret": SECRET, "auth.bcrypt_cost": 10}


class Duan(Server):
    """One server on one core. `folder` may hold the data of an earlier one."""

    def __init__(self, folder, settings=None):
        super().__init__(folder, {**SETTINGS, **(settings or {})})

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        with on_core(SERVER_CORE):
            return self.start()

    def time_start(self):
        """Milliseconds from starting the program to the first page it hands out; stops it again."""
        with on_core(SERVER_CORE):
            began = time.monotonic()
            self.launch()
        while not answers(self.port, "/douyin/feed/"):
            time.sleep(0.001)
        took = (time.monotonic() - began) * 1000
        self.stop()
        return took

    def __exit__(self, *_):
        self.stop()


class Nginx:
    """One worker that returns texts or files: pages is {path: bytes}, files is a folder below /files/."""

    def __init__(self, folder, pages=None, files=None):
        self.folder, self.port, self.process = folder, free_port(), None
        places = "".join(place(i, path, text.decode()) for i, (path, text) in enumerate((pages or {}).items()))
        served = f"location /files/ {{ alias {files}/; }}\n" if files else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in kinds)
        (folder / "nginx.conf").write_text(
            f"worker_processes 1; daemon off; user root; pid {folder}/pid; error_log stderr crit;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; {temporary}\n"
            f"server {{ listen 127.0.0.1:{self.port};\n{places}{served} }} }}\n")

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        command = ["/usr/sbin/nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"]
        with on_core(SERVER_CORE):
            self.process = subprocess.Popen(dying_with_us(command), stderr=subprocess.DEVNULL)
        eventually(self.ready)
        return self

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"nginx ended with {self.process.returncode}")
        return answers(self.port)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def answers(port, path="/"):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def place(i, path, text):
    """nginx takes words of at most 4 KiB, so a page is put together from pieces."""
    pieces = [text[at:at + 1000] for at in range(0, len(text), 1000)]
    quoted = [piece.replace("\\", "\\\\").replace("'", "\\'").replace("$", " ") for piece in pieces]
    sets = "".join(f"set $p{i}x{k} '{piece}';\n" for k, piece in enumerate(quoted))
    whole = "".join(f"${{p{i}x{k}}}" for k in range(len(pieces)))
    return f"location = {path} {{ default_type 'application/json; charset=utf-8';\n{sets}return 200 '{whole}'; }}\n"


def fetch(server, path, method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=60) as reply:
        return reply.read()
