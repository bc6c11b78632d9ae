# Tests of apigen: what it refuses and what it writes. That the C works is for the tests of platform/rpc.
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2

HERE = pathlib.Path(__file__).parent


def protoc(folder, name, out, how=""):
    options = folder / "options.binpb"
    subprocess.run([sys.executable, HERE / "options_descriptor.py", options], check=True)
    return subprocess.run(["protoc", f"--descriptor_set_in={options}", f"--plugin=protoc-gen-api={HERE / 'apigen.py'}",
                           f"-I{folder}", f"--api_out={how}:{out}", f"{name}.proto"],
                          capture_output=True, text=True, check=False)


def run(folder, text, name="kit", how=""):
    """protoc's exit code, what it said, and the files that were written."""
    (folder / f"{name}.proto").write_text('syntax = "proto3";\npackage duan.kit.v1;\n' + text)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    done = protoc(folder, name, out, how)
    return done.returncode, done.stderr, {file.name: file.read_text() for file in out.iterdir()}


def generate(folder, text, name="kit", how=""):
    code, said, files = run(folder, text, name, how)
    assert code == 0, said
    return files


def embedded(text):
    """The descriptor in a generated file, as protobuf reads it."""
    octal = re.findall(r"\\(\d{3})", text)
    return descriptor_pb2.FileDescriptorProto.FromString(bytes(int(byte, 8) for byte in octal))


GOOGLE = 'import "google/protobuf/descriptor.proto"; '
SERVICE = "message M {} service %s { rpc %s(%s) returns (%s); }"


@pytest.mark.parametrize("text, why", [
    ("message A { A a = 1; }", "duan.kit.v1.A contains itself"),
    ("message A { B b = 1; } message B { repeated A a = 1; }", "duan.kit.v1.A contains itself"),
    ("message A { map<int32, int32> m = 1; }", "MEntry: maps are not supported"),
    ("message A { message B { A a = 1; } B b = 1; }", "duan.kit.v1.A contains itself"),
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
    rows = [line for line in files["event_api.c"].splitlines() if ".number = " in line]
    assert [".oneof = 1" in row for row in rows] == [False, True, True, False]


def test_a_type_in_a_message_loses_its_scope_and_an_enum_s_values_get_its_name(tmp_path):
    text = "message A { enum WorkState { IDLE = 0; } message B { int32 n = 1; } WorkState state = 1; repeated B bs = 2; }"
    header = generate(tmp_path, text, "event")["event_api.h"]
    assert "enum work_state {\n    WORK_STATE_IDLE = 0,\n};\n" in header
    assert "    enum work_state state;\n    struct b_list bs;\n" in header
    assert header.index("struct b_list {") < header.index("struct a {")


def test_messages_alone_may_stand_beside_any_service(tmp_path):
    files = generate(tmp_path, SERVICE % ("Other", "Watch", "M", "stream M"), how="messages")
    assert sorted(files) == ["kit_api.c", "kit_api.h"]
    assert "struct m {" in files["kit_api.h"]
    assert "_service" not in files["kit_api.c"]


def test_a_file_says_what_it_defines(tmp_path):
    text = ("message M { message In {} enum E { Z = 0; } oneof pick { int32 n = 1; } } enum Top { Y = 0; } "
            "service Kit { rpc Get(M) returns (M); }")
    code = generate(tmp_path, text)["kit_api.c"]
    assert "const struct proto_file kit_file = {" in code
    assert ".file = &kit_file," in code
    symbols = ["M", "M.n", "M.pick", "M.In", "M.E", "M.Z", "Top", "Y", "Kit", "Kit.Get"]
    assert "".join(f'    "duan.kit.v1.{name}",\n' for name in symbols) + "    NULL,\n" in code


def test_a_descriptor_comes_whole_but_without_comments(tmp_path):
    generate(tmp_path, "message Leaf {}", "leaf")
    text = 'import "leaf.proto";\n/* Says. */ message A { Leaf leaf = 1; string t = 2; }'
    code = generate(tmp_path, text, "event")["event_api.c"]
    file = embedded(code)
    assert (file.name, list(file.dependency), file.message_type[0].name) == ("event.proto", ["leaf.proto"], "A")
    assert [field.name for field in file.message_type[0].field] == ["leaf", "t"]
    assert not file.HasField("source_code_info")
    assert "    &leaf_file,\n    NULL,\n" in code


def test_a_descriptor_alone_may_be_of_any_file(tmp_path):
    (tmp_path / "old.proto").write_text('syntax = "proto2"; package p; import "google/protobuf/descriptor.proto"; '
                                        "extend google.protobuf.FileOptions { optional float f = 50002; }")
    assert protoc(tmp_path, "old", tmp_path, "descriptor").returncode == 0
    code = (tmp_path / "old_file.c").read_text()
    assert embedded(code).syntax == ""
    assert '    "p.f",\n' in code
    assert '    {"google.protobuf.FileOptions", 50002},\n    {NULL, 0},\n' in code
    assert "    &google_protobuf_descriptor_file,\n" in code


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
