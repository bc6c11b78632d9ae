# The sandbox holds: every way out is tried, also on kernels that lack one of its layers.
# SPDX-License-Identifier: Apache-2.0

import ctypes
import os
import select
import subprocess

import pytest

from media_jobs import (
    CLI,
    ESCAPE,
    NEITHER,
    NO_LANDLOCK,
    NO_NAMESPACES,
    WITHOUT,
    WORKER,
    command,
    corpus,
    run,
)

ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="needs root")

KERNELS = {
    "every_layer": [],
    "no_landlock": NO_LANDLOCK,
    "no_namespaces": NO_NAMESPACES,
    "only_chroot": [WITHOUT, "unshare", "landlock_create_ruleset"],
}

kernels = pytest.mark.parametrize(
    "kernel", [pytest.param(name, marks=needs_root if name == "only_chroot" else ()) for name in KERNELS]
)

# Refused with this error, and the worker lives on. HIDDEN: the file is not even there when the
# output directory is the root, and forbidden by Landlock alone.
HIDDEN = "hidden"
REFUSED = {
    "honest": "0",
    "open_passwd": "EACCES",
    "open_at_cwd": "EACCES",
    "open_absolute_by_output": HIDDEN,
    "open_dotdot": HIDDEN,
    "write_outside": "EACCES",
    "rename_outside": "EACCES",
    "write_input": "EBADF",
    "inherited": "EBADF",
    "raise_limit": "EPERM",
    "many_files": "EMFILE",
    "big_file": "EFBIG",
    "big_memory": "ENOMEM",
    "many_threads": "EAGAIN",
}

# Killed by the kernel for asking.
KILLED = [
    "symlink_out",
    "tcp",
    "udp",
    "unix_socket",
    "socket_pair",
    "fork_process",
    "clone_process",
    "exec_shell",
    "kill_parent",
    "signal_other",
    "trace_parent",
    "code_page",
    "code_later",
    "mount_proc",
    "new_namespace",
    "io_ring",
    "keyring",
    "sleep_on",
]

# Caught by the parent.
CAUGHT = {
    "babble": "violation",
    "escape_codes": "violation",
    "impossible_number": "violation",
    "unknown_key": "violation",
    "empty_success": "violation",
    "false_reason": "crashed",
    "overflow": "crashed",
    "spin": "cpu_limit",
}


def attempt(way, directory, kernel="every_layer", **options):
    limits = {"wall_ms": 120000, "cpu_seconds": 1, "memory_mb": 256, "file_mb": 4, **options}
    outcome = run(way, corpus("tiny.mp4"), directory / "job", KERNELS[kernel], ESCAPE, **limits)
    assert "escaped" not in outcome["failure"]
    assert [entry.name for entry in directory.iterdir()] == ["job"], "something got out"
    return outcome


@kernels
@pytest.mark.parametrize("way", REFUSED)
def test_is_refused(way, kernel, tmp_path):
    error = REFUSED[way]
    if error == HIDDEN:
        error = "EACCES" if kernel == "no_namespaces" else "ENOENT"
    outcome = attempt(way, tmp_path, kernel)
    assert (outcome["end"], outcome["failure"]) == ("internal", f"refused {way} {error}")


@kernels
@pytest.mark.parametrize("way", KILLED)
def test_is_a_violation(way, kernel, tmp_path):
    outcome = attempt(way, tmp_path, kernel)
    assert (outcome["end"], outcome["signal"]) == ("violation", "31")


@kernels
@pytest.mark.parametrize("way", CAUGHT)
def test_is_caught_by_the_parent(way, kernel, tmp_path):
    assert attempt(way, tmp_path, kernel)["end"] == CAUGHT[way]


def test_landlock_alone_also_hides_the_parent_folder(tmp_path):
    assert attempt("open_directory", tmp_path, "no_namespaces")["failure"] == "refused open_directory EACCES"


def test_a_descriptor_left_open_by_the_server_is_closed(tmp_path):
    reader, writer = os.pipe()
    outcome = run("inherited", corpus("tiny.mp4"), tmp_path / "job", (), ESCAPE, (writer,), file_mb=1)
    os.close(writer)
    assert os.read(reader, 1) == b""
    os.close(reader)
    assert outcome["failure"] == "refused inherited EBADF"


@pytest.mark.parametrize("way", ["sleep_allowed", "silent_sleep"])
def test_sleeping_for_ever_is_a_timeout(way, tmp_path):
    outcome = attempt(way, tmp_path, wall_ms=300)
    assert (outcome["end"], outcome["signal"]) == ("timeout", "9")


def test_a_worker_that_ignores_cancelling_is_killed(tmp_path):
    outcome = attempt("ignore_cancel", tmp_path, cancel_at=1)
    assert (outcome["end"], outcome["signal"]) == ("cancelled", "9")


def test_without_any_layer_no_job_runs(tmp_path):
    outcome = run("probe", corpus("tiny.mp4"), tmp_path / "job", NEITHER)
    assert outcome["end"] == "no_sandbox"


def landlock_abi():
    """Of this kernel; 0 when it has none."""
    create_ruleset, version = 444, 1
    return max(ctypes.CDLL(None).syscall(create_ruleset, None, ctypes.c_size_t(0), version), 0)


def test_every_layer_the_kernel_has_takes_hold(tmp_path):
    layers = run("probe", corpus("tiny.mp4"), tmp_path / "job")["sandbox"].split()
    assert layers[0] == f"landlock{landlock_abi()}"
    if subprocess.run(["unshare", "--user", "--mount", "true"], stderr=subprocess.DEVNULL).returncode == 0:
        assert layers[1:] == ["user", "namespaces", "root"]


@pytest.mark.parametrize("launch", [NO_LANDLOCK, NO_NAMESPACES], ids=["no_landlock", "no_namespaces"])
def test_one_layer_is_enough_to_work(launch, tmp_path):
    assert run("inspect", corpus("tiny.mp4"), tmp_path / "job", launch)["end"] == "ok"


@needs_root
def test_root_in_a_plain_chroot_works_sandboxed(tmp_path):
    """A chroot forbids user namespaces; the layers that remain suffice."""
    new_root = tmp_path / "root"
    new_root.mkdir()
    job = command("inspect", corpus("tiny.mp4"), tmp_path / "job")
    inside = ["chroot", new_root, *job]
    script = f'mount --rbind / "{new_root}" || exit 99; exec "$@"'
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", *inside], stdout=subprocess.PIPE, text=True
    )
    if ended.returncode == 99 or not ended.stdout:
        pytest.skip("this root may not mount, or is a plain chroot itself: then every test is this one")
    lines = ended.stdout.splitlines()
    layers = next(line for line in lines if line.startswith("sandbox "))
    assert lines[-1] == "end ok"
    assert " user" not in layers and layers.endswith("root")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as list_of_pids:
        return [int(child) for child in list_of_pids.read().split()]


def test_the_worker_dies_with_its_parent(tmp_path):
    job = command("ignore_cancel", corpus("tiny.mp4"), tmp_path / "job", ESCAPE, wall_ms=60000)
    with subprocess.Popen(job, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "progress 1\n"
        (worker,) = children(parent.pid)
        watched = os.pidfd_open(worker)
        parent.kill()
    ready, _, _ = select.select([watched], [], [], 30)
    os.close(watched)
    assert ready, "the worker lives on without its parent"


def test_only_what_nobody_waits_for_has_a_low_priority(tmp_path):
    """An encode leaves the processor to others; what an upload waits for does not."""
    job = command("encode", corpus("hard_work.mp4"), tmp_path / "job")
    with subprocess.Popen(job, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline().startswith("progress ")
        (worker,) = children(parent.pid)
        priority = os.getpriority(os.PRIO_PROCESS, worker)
        parent.kill()
    assert priority == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)


def test_the_programs_that_are_tested_exist():
    assert all(program.exists() for program in (CLI, ESCAPE, WITHOUT, WORKER))
