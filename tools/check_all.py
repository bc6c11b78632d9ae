#!/usr/bin/python3
# Every check that CI makes before the tests: each prints one line, or what it found.
# SPDX-License-Identifier: Apache-2.0
"""Usage: check_all.py [STEP ...]   Runs from the top of the tree; results of the slow lints are kept in build/lint."""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys
import time

PYTHON, MESON = "/usr/bin/python3", "/usr/bin/meson"
ENVIRONMENT = {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
               "TSAN_OPTIONS": f"suppressions={os.getcwd()}/tools/tsan.supp:halt_on_error=1:second_deadlock_stack=1"}


def run(*command, **more):
    """The output of a command that must succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **ENVIRONMENT, **more}, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise AssertionError(done.stdout[-6000:] or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def tracked(*patterns):
    return run("git", "ls-files", *patterns).split()


def build(name, *options, **environment):
    if not os.path.exists(f"build/{name}/build.ninja"):
        run(MESON, "setup", f"build/{name}", *options, **environment)
    run("ninja", "-C", f"build/{name}", **environment)


def format_():
    run("clang-format-14", "--dry-run", "-Werror", *tracked("*.c", "*.h"))


def sizes():
    run(PYTHON, "tools/check_sizes.py")


def imports():
    run(PYTHON, "tools/check_imports.py")


def gcc():
    build("debug")


def clang():
    build("clang", "--buildtype=debugoptimized", CC="clang-14")


def headers_sum():
    """What a lint's result depends on besides its file: all headers, the rules, the build."""
    total = hashlib.sha256()
    for file in [*tracked("*.h", "*.proto", "*.build"), ".clang-tidy"]:
        total.update(pathlib.Path(file).read_bytes())
    return total.hexdigest()


def lint_once(file, base):
    key = hashlib.sha256(base.encode() + pathlib.Path(file).read_bytes()).hexdigest()
    seen = pathlib.Path("build/lint", key)
    if not seen.exists():
        # The asserts of tests are branches to the linter, and its threads carry numbers in a pointer's place.
        less = ["--checks=-readability-function-cognitive-complexity,-performance-no-int-to-ptr"] if file.endswith(("_test.c", "_fuzz.c")) else []
        run("clang-tidy-14", "-p", "build/debug", "--quiet", *less, file)
        seen.touch()


def tidy():
    """One file per process: several at once give false reports."""
    pathlib.Path("build/lint").mkdir(exist_ok=True)
    base, wrong = headers_sum(), []
    files = [file for file in tracked("src/*.c", "tools/*.c") if "/tests/" not in file]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in [pool.submit(lint_once, file, base) for file in files]:
            try:
                future.result()
            except AssertionError as e:
                wrong += [line for line in str(e).splitlines() if "error:" in line or "warning:" in line]
    if wrong:
        raise AssertionError("\n".join(wrong))


def cppcheck():
    run("cppcheck", "--enable=warning,performance,portability", "--suppress=returnDanglingLifetime", "--inline-suppr",
        "--suppress=missingIncludeSystem", "--error-exitcode=1", "--quiet", "-j2", "--std=c11", "-D__GNUC__=12", "-DPRINTF(fmt,first)=",
        *[file for file in tracked("src/*.c", "tools/*.c") if not file.endswith(("_test.c", "_fuzz.c"))])


def web():
    """Types, lints, format and rules of the web client."""
    run(PYTHON, "tools/web_client.py", "check")


def openapi():
    """schemathesis holds the server to the document of its API."""
    build("debug")
    run(PYTHON, "-m", "pytest", "-q", "tests/openapi", "-k", "schemathesis", DUAN_BUILD="build/debug")


def sanitized(name, which):
    build(name, "--buildtype=debugoptimized", "-Db_lundef=false", f"-Db_sanitize={which}", CC="clang-14")
    components = (PYTHON, "tools/stack/with_components.py", "mariadb", "etcd", "s3", "--")
    run(*components, MESON, "test", "-C", f"build/{name}", "--no-rebuild", "--print-errorlogs", "-t", "5")
    run(PYTHON, "-m", "pytest", "-q", "-n", "2", "tests/api", DUAN_BUILD=f"build/{name}")


def asan():
    sanitized("asan", "address,undefined")


def tsan():
    sanitized("tsan", "thread")


STEPS = {"format": format_, "sizes": sizes, "imports": imports, "gcc": gcc, "clang": clang, "tidy": tidy, "cppcheck": cppcheck,
         "web": web, "openapi": openapi,
         "asan": asan, "tsan": tsan}


def main(names):
    failed = 0
    for name in names or STEPS:
        began = time.monotonic()
        try:
            STEPS[name]()
            verdict = "ok"
        except AssertionError as e:
            failed += 1
            verdict = f"FAILED\n{e}"
        print(f"check {name}: {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"checks: {len(names or STEPS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
