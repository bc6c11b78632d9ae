# Tests of the checks themselves: each is shown a tree with one thing wrong.
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import check_imports  # noqa: E402
import check_sizes  # noqa: E402
import tally  # noqa: E402

HEAD = "/* What it is. */\n/* SPDX-License-Identifier: Apache-2.0 */\n"


@pytest.fixture
def tree(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        subprocess.run(["git", "-C", tmp_path, "add", "-A"], check=True)
        return str(tmp_path)

    return write


def function(lines):
    return "int f(void)\n{\n" + "    f();\n" * (lines - 3) + "}\n"


def test_a_long_function_is_found(tree):
    folder = tree(src__base__a_DOT_c=HEAD + function(61))
    assert any("f has 61 lines" in line for line in check_sizes.complaints(folder))


def test_a_function_of_sixty_lines_may_stand(tree):
    folder = tree(src__base__a_DOT_c=HEAD + function(60) + function(3).replace("f", "g") * 3)
    assert not any("has 60 lines" in line for line in check_sizes.complaints(folder))


def test_a_long_header_is_found(tree):
    folder = tree(src__base__a_DOT_h=HEAD + "/**/\n" * 150)
    assert list(check_sizes.complaints(folder)) == ["src/base/a.h: 152 lines, at most 150"]


@pytest.mark.parametrize("name, most", [("web__src__A_DOT_svelte", 250), ("web__src__a_DOT_ts", 500)])
def test_a_long_part_of_the_client_is_found(tree, name, most):
    folder = tree(src__base__a_DOT_c=HEAD + function(3), **{name: "\n" * (most + 1)})
    file = name.replace("__", "/").replace("_DOT_", ".")
    assert list(check_sizes.complaints(folder)) == [f"{file}: {most + 1} lines, at most {most}"]


@pytest.mark.parametrize("upper, lower", [("gateway", "base"), ("services/user", "platform/sql"), ("app", "media"),
                                          ("platform/http", "platform/sql"), ("services/video", "services/user"),
                                          ("platform/sql", "gateway")])
def test_an_include_that_runs_up_or_sideways_is_found(tree, upper, lower):
    path = f"src/{upper}/upper.h".replace("/", "__").replace(".", "_DOT_")
    other = f"src/{lower}/lower.c".replace("/", "__").replace(".", "_DOT_")
    folder = tree(**{path: HEAD, other: HEAD + '#include "upper.h"\n'})
    assert [line for line in check_imports.complaints(folder) if "must not include upper.h" in line]


def test_an_include_that_runs_down_may_stand(tree):
    folder = tree(src__base__low_DOT_h=HEAD, src__gateway__high_DOT_c=HEAD + '#include "low.h"\n')
    assert not list(check_imports.complaints(folder))


def test_a_circle_is_found(tree):
    folder = tree(src__base__a_DOT_h=HEAD + '#include "b.h"\n', src__base__b_DOT_h=HEAD + '#include "a.h"\n')
    assert any(line.startswith("circle: ") for line in check_imports.complaints(folder))


def test_only_its_home_includes_a_library(tree):
    folder = tree(src__gateway__a_DOT_c=HEAD + "#include <microhttpd.h>\n")
    assert any("only platform/http includes microhttpd.h" in line for line in check_imports.complaints(folder))


def test_a_file_without_a_head_is_found(tree):
    folder = tree(src__base__a_DOT_c="int a;\n")
    assert len(list(check_imports.complaints(folder))) == 2


def test_two_files_of_one_name_are_found(tree):
    folder = tree(src__base__a_DOT_h=HEAD, src__gateway__a_DOT_h=HEAD)
    assert "a.h: 2 files have this name" in list(check_imports.complaints(folder))


MESON = """ 1/2 duan / base    OK    0.01s   11 subtests passed
 2/2 duan / apigen  OK    0.50s
Ok:                 2
Expected Fail:      0
Fail:               0
"""


@pytest.mark.parametrize("text, want", [
    (MESON + "part ended: 0", (12, 0)),
    (MESON.replace("Fail:               0", "Fail:               1") + "part ended: 1", (12, 1)),
    ("==== 3 failed, 837 passed, 2 skipped in 1.2s ====\npart ended: 1", (837, 3)),
    ("837 passed in 127.51s (0:02:07)\npart ended: 0", (837, 0)),
    ("837 passed in 1.0s\npart ended: 139", (837, 1)),
    ("Segmentation fault", (0, 1)),
])
def test_results_are_added_up(text, want):
    counts = tally.of_part(text)
    assert (counts["passed"], counts["failed"]) == want
