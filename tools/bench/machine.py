# What is asked of the machine: its cores, the CPU time and memory of processes, and what it is.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import platform
import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("DUAN_BUILD", "build/release")
SERVER_CORE = 0
CLIENT_CORE = min(1, (os.cpu_count() or 1) - 1)


@contextlib.contextmanager
def on_core(core):
    """What is started meanwhile stays on this core for good."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid):
    """A process and its children: nginx works in one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [pid, *map(int, children.split())]


def cpu_ns(pid):
    """Time on a core of all threads, from the scheduler: nanoseconds, where /proc/PID/stat has ticks of 10 ms."""
    return sum(thread_ns(task) for one in family(pid) for task in Path(f"/proc/{one}/task").iterdir())


def thread_ns(task):
    try:
        return int((task / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended while we looked


def memory_bytes(pid, field="VmRSS"):
    """What is resident: VmRSS now, VmHWM at most so far, RssAnon without the pages of files."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no {field} of {pid}")


def median_of(values):
    return statistics.median(values)


def span(values, digits=2):
    """A median with its smallest and largest neighbour: "0.97 [0.91..1.05]"."""
    return f"{median_of(values):.{digits}f} [{min(values):.{digits}f}..{max(values):.{digits}f}]"


def first_field(file, name):
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return line.split(":", 1)[1].strip()
    return "unknown"


def disk_of(folder):
    """The device and the file system behind a folder."""
    best = ("", "unknown", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        device, at, kind = line.split()[:3]
        if str(folder).startswith(at) and len(at) > len(best[0]):
            best = (at, device, kind)
    return f"{best[2]} on {best[1]}"


def describe(folder):
    memory = int(first_field("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    return {"CPU": first_field("/proc/cpuinfo", "model name"), "cores": os.cpu_count(), "memory": f"{memory:.0f} GiB",
            "kernel": platform.release(), "disk": disk_of(folder), "libc": " ".join(platform.libc_ver())}


def load_average():
    return os.getloadavg()[0]
