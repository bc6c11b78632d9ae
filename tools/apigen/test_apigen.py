# Tests of apigen: what it refuses and what it writes. That the C works is for the tests of platform/rpc.
# SPDX-License-Identifier: Apache-2.0
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def protoc(folder, name, out):
    options = folder / "options.binpb"
    subprocess.run([sys.executable, HERE / "options_descriptor.py", options], check=True)
    return subprocess.run(["protoc", f"--descriptor_set_in={options}", f"--plugin=protoc-gen-api={HERE / 'apigen.py'}",
                           f"-I{folder}", f"--api_out={out}", f"{name}.proto"],
                          capture_output=True, text=True, check=False)


def run(folder, text, name="kit"):
    """protoc's exit code, what it said, and the files that were written."""
    (folder / f"{name}.proto").write_text('syntax = "proto3";\npackage duan.kit.v1;\n' + text)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    done = protoc(folder, name, out)
    return done.returncode, done.stderr, {file.name: file.read_text() for file in out.iterdir()}


def generate(folder, text, name="kit"):
    code, said, files = run(folder, text, name)
    assert code == 0, said
    return files


GOOGLE = 'import "google/protobuf/descriptor.proto"; '
SERVICE = "message M {} service %s { rpc %s(%s) returns (%s); }"


@pytest.mark.parametrize("text, why", [
    ("message A { A a = 1; }", "duan.kit.v1.A contains itself"),
    ("message A { B b = 1; } message B { repeated A a = 1; }", "duan.kit.v1.A contains itself"),
    ("message A { map<int32, int32> m = 1; }", "A: nested types and maps are not supported"),
    ("message A { message B {} B b = 1; }", "A: nested types and maps are not supported"),
    ("message A { enum B { C = 0; } B b = 1; }", "A: nested types and maps are not supported"),
    ("message A { sint32 a = 1; }", "A.a: sint32 is not supported"),
    ("message A { sint64 a = 1; }", "A.a: sint64 is not supported"),
    ("message A { fixed32 a = 1; }", "A.a: fixed32 is not supported"),
    ("message A { sfixed64 a = 1; }", "A.a: sfixed64 is not supported"),
    ("message A { float a = 1; }", "A.a: float is not supported"),
    ("message A { repeated double a = 1; }", "A.a: double is not supported"),
    (GOOGLE + "message A { google.protobuf.FileOptions o = 1; }", "A.o: google.protobuf.FileOptions is not supported"),
    (GOOGLE + SERVICE % ("Kit", "Get", "google.protobuf.FileOptions", "M"),
     "Get: google.protobuf.FileOptions is not supported"),
    (SERVICE % ("Kit", "Get", "stream M", "M"), "Get: streams are not supported"),
    (SERVICE % ("Kit", "Get", "M", "stream M"), "Get: streams are not supported"),
    (SERVICE % ("Kit", "Start", "M", "M"), "a method cannot be called Start"),
    (SERVICE % ("Other", "Get", "M", "M"), "one service, named as the file, or none; not Other"),
    ("service Kit {} service Other {}", "one service, named as the file, or none; not Kit, Other"),
])
def test_refuses(tmp_path, text, why):
    code, said, files = run(tmp_path, text)
    assert code != 0
    assert f"kit.proto: {why}" in said
    assert files == {}


def test_refuses_proto2(tmp_path):
    (tmp_path / "old.proto").write_text('syntax = "proto2"; message A { optional int32 a = 1; }')
    done = protoc(tmp_path, "old", tmp_path)
    assert done.returncode != 0
    assert "old.proto: only proto3 is supported" in done.stderr


def test_a_file_without_a_service_has_no_stub(tmp_path):
    files = generate(tmp_path, "message Event { int64 id = 1; } enum Kind { NONE = 0; }", "event")
    assert sorted(files) == ["event_api.c", "event_api.h"]
    assert '#include "codec.h"' in files["event_api.h"]
    assert "struct event {\n    int64_t id;\n};\n" in files["event_api.h"]
    assert "enum kind {\n    NONE = 0,\n};\n" in files["event_api.h"]
    assert "_service" not in files["event_api.c"]


def test_a_service_has_four_files(tmp_path):
    files = generate(tmp_path, SERVICE % ("Kit", "GetAll", "M", "M"))
    assert sorted(files) == ["kit_api.c", "kit_api.h", "kit_api_stub.c", "kit_api_stub.h"]
    assert '.path = "/duan.kit.v1.Kit/GetAll"' in files["kit_api.c"]
    assert "struct err *kit_get_all(" in files["kit_api.h"]


def test_keywords_get_an_underscore(tmp_path):
    text = "message M { int64 default = 1; } service Kit { rpc Register(M) returns (M); }"
    files = generate(tmp_path, text)
    assert "    int64_t default_;\n" in files["kit_api.h"]
    assert '.name = "default"' in files["kit_api.c"]
    assert "struct err *kit_register(" in files["kit_api.h"]
    assert "(*register_)(" in files["kit_api.h"]


def test_a_call_s_own_messages_have_no_list(tmp_path):
    text = "message Req {} message Item {} service Kit { rpc Get(Req) returns (Req); }"
    header = generate(tmp_path, text)["kit_api.h"]
    assert "struct item_list {" in header
    assert "struct req_list {" not in header


def test_a_listed_message_has_its_list_before_it_is_used(tmp_path):
    header = generate(tmp_path, "message A { repeated B bs = 1; } message B {}", "event")["event_api.h"]
    assert header.index("struct b_list {") < header.index("struct b_list bs;")


def test_members_of_a_oneof_say_whether_they_are_there(tmp_path):
    text = "message B {} message A { int32 n = 1; oneof pick { int32 a = 2; B b = 3; } optional int32 o = 4; }"
    files = generate(tmp_path, text, "event")
    assert ("    int32_t n;\n    /* pick: one at most, up to b */\n    int32_t a;\n    bool has_a;\n    struct b *b;\n"
            "    int32_t o;\n    bool has_o;\n") in files["event_api.h"]
    assert [line.count(".oneof = 1") for line in files["event_api.c"].splitlines() if '.name = "' in line][-5:-1] == [0, 1, 1, 0]


def test_imports_are_included_bare(tmp_path):
    generate(tmp_path, "message Leaf {}", "leaf")
    header = generate(tmp_path, 'import "leaf.proto"; message A { repeated Leaf leaves = 1; }')["kit_api.h"]
    assert '#include "leaf_api.h"\n' in header
    assert "    struct leaf_list leaves;\n" in header


def test_comments_come_along_and_cannot_end_early(tmp_path):
    header = generate(tmp_path, "// Says */ int broken;\nmessage A {\n    int64 at = 1; // seconds\n}")["kit_api.h"]
    assert "/* Says * / int broken; */\nstruct a {\n" in header
    assert "    /* seconds */\n    int64_t at;\n" in header


def test_lines_end_before_column_100(tmp_path):
    name = "AVeryLongNameForAMessage"
    text = (f"/* {'A comment. ' * 30}*/ message {name} {{ {name}Too a_long_field_name = 1; }}"
            f"message {name}Too {{}} service Kit {{ rpc GetAllOfTheManyThings({name}) returns ({name}Too); }}")
    for file in generate(tmp_path, text).values():
        assert max(map(len, file.splitlines())) <= 100
