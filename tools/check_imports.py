#!/usr/bin/python3
# Holds includes to the layers of docs/architecture.md, and files to what every file must have.
# SPDX-License-Identifier: Apache-2.0
"""Usage: check_imports.py [FOLDER]   Prints every include that runs up or sideways, every circle, every file without a head."""
import collections
import os
import re
import subprocess
import sys

# A room may include itself and what stands here. The build refuses most of it already; this also sees circles and neighbours.
PLATFORM = ("archive", "blob", "bus", "changes", "config", "etcd", "http", "lock", "log", "metrics", "pool", "registry", "rpc", "sql", "trace")
SERVICES = ("user", "video", "favorite", "comment", "relation", "message")
ROOMS = {"base": set(), "media": {"base"}, "assets": set(), "services": {"base"}}
ROOMS.update({f"platform/{name}": {"base"} for name in PLATFORM})
ROOMS["platform/changes"] |= {"api", "platform/lock", "platform/log", "platform/rpc", "platform/sql"}
ROOMS["platform/bus"] |= {"platform/sql"}
ROOMS["platform/rpc"] |= {"platform/log", "platform/trace"}
ROOMS["platform/etcd"] |= {"api", "platform/rpc"}
ROOMS["platform/registry"] |= {"platform/etcd", "platform/log"}
ROOMS["platform/lock"] |= {"platform/etcd"}
ROOMS["services/text"] = {"base", "services"}
ROOMS["services/lookup"] = {"base", "api"}
ROOMS["services/search"] = {"base", "services", "platform/sql"}
for name in SERVICES:
    ROOMS[f"services/{name}"] = {"base", "api", "services", "services/text", "services/lookup", "services/search", "platform/sql", "platform/changes"}
ROOMS["services/video"] |= {"platform/bus"}
ROOMS["gateway"] = {"base", "api", "assets", "media", "services", "services/text"} | {
    f"platform/{name}" for name in ("blob", "changes", "http", "log", "metrics", "trace")}
ROOMS["transcoder"] = {"base", "api", "media"} | {f"platform/{name}" for name in ("blob", "bus", "lock", "log", "metrics")}
ROOMS["account"] = {"base", "api", "media", "transcoder"} | {f"platform/{name}" for name in ("archive", "blob", "bus", "log")}
ROOMS["admin"] = {"base", "api", "media", "services", "services/text", "gateway"} | {
    f"platform/{name}" for name in ("archive", "blob", "bus", "lock", "sql")}
EVERYTHING = {"app"}

# Messages of protocols that are no service's.
PROTOCOLS = {"health_api.h": "platform/rpc", "reflection_api.h": "platform/rpc", "etcd_wire_api.h": "platform/etcd",
             "changes_api.h": "platform/changes"}

INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.M)
FOREIGN = re.compile(
    r"^\s*#include <(microhttpd|sqlite3|mysql|mysqld_error|errmsg|archive|archive_entry|curl/curl|nghttp2/nghttp2|libav\w+/.*)\.h>", re.M)
FOREIGN_HOME = {"microhttpd": "platform/http", "sqlite3": "platform/sql", "mysql": "platform/sql", "mysqld_error": "platform/sql",
                "errmsg": "platform/sql", "archive": "platform/archive", "archive_entry": "platform/archive", "curl/curl": "platform/blob",
                "nghttp2/nghttp2": "platform/rpc"}


def tracked(folder):
    out = subprocess.run(["git", "-C", folder, "ls-files"], capture_output=True, text=True, check=True)
    return [file for file in out.stdout.split() if os.path.isfile(f"{folder}/{file}")]


def room_of(file):
    """The room of a file below src, "assets", or None: tests and tools may include anything."""
    if file.startswith("assets/"):
        return "assets"
    parts = file.split("/")
    if parts[0] != "src" or file.endswith(("_test.c", "_fuzz.c", "_oracle.c", "_fixture.c", "_fixture.h")) or "tests" in parts:
        return None
    if parts[1] in ("platform", "services") and len(parts) > 3:
        return "/".join(parts[1:3])
    return parts[1]


def head_of(text, file):
    """What is missing at the top: a sentence that says what this is, and the licence."""
    lines = text.splitlines()
    start = 1 if lines and lines[0].startswith("#!") else 0
    opening = lines[start] if len(lines) > start else ""
    if not re.match(r"(/\* .+|// .+|# .+|<!-- .+)", opening):
        yield f"{file}: does not open by saying what it is"
    if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:6]):
        yield f"{file}: has no SPDX line"


def circles(graph):
    state = {}

    def visit(node, path):
        state[node] = "open"
        for to in sorted(graph.get(node, ())):
            if state.get(to) == "open":
                yield " -> ".join([*path[path.index(to):], to] if to in path else [node, to])
            elif to not in state:
                yield from visit(to, [*path, to])
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            yield from visit(node, [node])


def wrong_includes(file, text, homes):
    room = room_of(file)
    if room is None or room in EVERYTHING:
        return
    if room not in ROOMS:
        yield f"{file}: tools/check_imports.py does not know the room {room}"
        return
    for name in INCLUDE.findall(text):
        target = PROTOCOLS.get(name) or ("api" if name.endswith("_api.h") else room_of(homes.get(name, "")))
        if target not in (None, room) and target not in ROOMS[room]:
            yield f"{file}: {room} must not include {name} of {target}"
    for library in FOREIGN.findall(text):
        home = FOREIGN_HOME.get(library, "media")
        if room != home:
            yield f"{file}: only {home} includes {library}.h"


def complaints(folder):
    files = tracked(folder)
    code = [file for file in files if file.endswith((".c", ".h"))]
    names = collections.Counter(os.path.basename(file) for file in code)
    yield from (f"{name}: {count} files have this name" for name, count in names.items() if count > 1)
    homes = {os.path.basename(file): file for file in code}
    graph = collections.defaultdict(set)
    for file in files:
        if not file.endswith((".c", ".h", ".py", ".js", ".css", ".sh")) and file not in ("dev", ".ci/run"):
            continue
        with open(f"{folder}/{file}", encoding="utf-8") as opened:
            text = opened.read()
        yield from head_of(text, file)
        if file in code:
            yield from wrong_includes(file, text, homes)
            graph[file] |= {homes[name] for name in INCLUDE.findall(text) if name in homes and homes[name] != file}
    yield from (f"circle: {circle}" for circle in circles(graph))


def main(folder="."):
    wrong = list(complaints(folder))
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"imports: {len(wrong)} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
