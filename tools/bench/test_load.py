# Tests of the load client, against a tiny server that counts, stalls and lies as it is told.
# SPDX-License-Identifier: Apache-2.0
import collections
import contextlib
import http.server
import subprocess
import threading
import time

import pytest

from loads import CLIENT, run_client, write_requests

STALL_S = 0.6


class Tiny(http.server.ThreadingHTTPServer):
    """Answers every path with 200 and `body`, unless `behave` does something else."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behave=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.lock, self.seen, self.peers = behave, threading.Lock(), [], collections.Counter()
        self.body = b"x" * 10000
        self.port = self.server_address[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body come one after the other, and at once

    def do_GET(self):
        with self.server.lock:
            self.server.seen.append((self.command, self.path, self.headers.get("Range")))
            self.server.peers[self.client_address[0]] += 1
            number = len(self.server.seen)
        if not (self.server.behave and self.server.behave(self, number)):
            self.answer(200)

    do_POST = do_GET

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_):
        pass


@pytest.fixture
def load(tmp_path):
    """Runs the client against a new server: load(lines, behave, connections=4, ...) gives both."""
    with contextlib.ExitStack() as stack:
        def run(lines, behave=None, **options):
            server = Tiny(behave)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            return run_client(server.port, write_requests(tmp_path / "lines", lines), **options), server

        yield run


def test_every_answer_is_counted_once(load):
    found, server = load(["GET /a"], requests=500, seconds=60, connections=8)
    assert (found["requests"], found["errors"], found["lost"]) == (500, 0, 0)
    assert len(server.seen) == 500
    assert found["bytes"] > 500 * len(server.body)
    for latency in (found["latency"], found["from_sending"]):
        assert 0 < latency["p50_us"] <= latency["p99_us"] <= latency["p999_us"] <= latency["max_us"] <= found["seconds"] * 1e6


def test_requests_go_out_in_turn_with_their_headers(load):
    found, server = load(["GET /a", "POST /b?c=d", "GET /e\tRange: bytes=1-2\tX-Other: y"], requests=30, seconds=60)
    assert found["errors"] == 0
    assert server.seen == [("GET", "/a", None), ("POST", "/b?c=d", None), ("GET", "/e", "bytes=1-2")] * 10


def test_in_turn_can_begin_anywhere(load):
    _, server = load(["GET /0", "GET /1", "GET /2"], requests=4, seconds=60, **{"from": 2})
    assert [path for _, path, _ in server.seen] == ["/2", "/0", "/1", "/2"]


def test_at_random_every_line_is_sent_and_not_in_turn(load):
    _, server = load([f"GET /{n}" for n in range(5)], requests=400, seconds=60, random=7)
    paths = [path for _, path, _ in server.seen]
    assert min(collections.Counter(paths).values()) > 40
    assert len(set(paths)) == 5 and paths[5:] != paths[:-5]


def test_a_bad_status_is_an_error(load):
    found, _ = load(["GET /a"], lambda handler, number: handler.answer(503) or True if number % 4 == 0 else False,
                    requests=100, seconds=60, connections=1)
    assert (found["requests"], found["errors"]) == (100, 25)


def test_an_answer_without_the_expected_text_is_an_error(load):
    found, _ = load(["GET /a"], requests=20, seconds=60, expect="xxxx")
    assert (found["requests"], found["errors"]) == (20, 0)
    found, _ = load(["GET /a"], requests=20, seconds=60, expect="HTTP/1.1 200")
    assert (found["requests"], found["errors"]) == (20, 0)
    found, _ = load(["GET /a"], requests=20, seconds=60, expect="status_code")
    assert (found["requests"], found["errors"]) == (20, 20)


def hang_up(handler, number):
    handler.close_connection = number % 5 == 0
    return handler.close_connection


def test_a_connection_that_breaks_is_an_error_and_replaced(load):
    found, server = load(["GET /a"], hang_up, requests=100, seconds=60, connections=2)
    assert found["errors"] == 20
    assert found["requests"] == 80
    assert len(server.seen) == 100


def test_what_is_never_answered_is_lost_and_counts_as_slow(load):
    release = threading.Event()

    def never(_, number):
        return number > 3 and release.wait(60)

    found, _ = load(["GET /a"], never, seconds=0.2, rate=50, grace=0.3)
    release.set()
    assert (found["requests"], found["lost"]) == (3, 7)
    assert found["latency"]["max_us"] >= 0.3e6


def test_a_constant_rate_is_kept_whatever_the_server_does(load):
    found, server = load(["GET /a"], lambda handler, number: time.sleep(0.05) if number == 3 else None, seconds=0.5, rate=200, connections=4)
    assert found["requests"] == len(server.seen) == 100


def test_latency_at_a_constant_rate_counts_from_when_the_request_was_due(load):
    """One stall of many requests' length: it is one slow answer when counted from sending, and most of them in truth."""
    found, _ = load(["GET /a"], lambda handler, number: time.sleep(STALL_S) if number == 5 else None, seconds=1, rate=200)
    assert found["requests"] == 200
    assert found["latency"]["p99_us"] >= STALL_S * 1e6 * 0.9
    assert found["latency"]["p50_us"] > found["from_sending"]["p50_us"] * 10
    assert found["from_sending"]["max_us"] >= STALL_S * 1e6


def test_connections_come_from_as_many_addresses_as_were_asked_for(load):
    _, server = load(["GET /a"], requests=300, seconds=60, connections=300, sources=260)
    assert len(server.peers) == 260
    assert "127.1.0.1" in server.peers and "127.1.1.1" in server.peers


@pytest.mark.parametrize("words", [[], ["80"], ["0", "x"], ["--rate=-1", "80", "x"], ["--connections=0", "80", "x"],
                                   ["--random=0", "80", "x"], ["--nonsense=1", "80", "x"], ["80", "/no/such/file"]])
def test_a_command_line_that_makes_no_sense_is_refused(words):
    done = subprocess.run([CLIENT, *words], capture_output=True, text=True)
    assert done.returncode == 64
    assert done.stderr and not done.stdout


@pytest.mark.parametrize("text", ["", "PUT /a\n", "GET /a\nnonsense\n"])
def test_a_file_of_anything_but_requests_is_refused(tmp_path, text):
    (tmp_path / "lines").write_text(text)
    done = subprocess.run([CLIENT, "80", tmp_path / "lines"], capture_output=True, text=True)
    assert done.returncode == 64
    assert "METHOD TARGET" in done.stderr
