#!/usr/bin/python3
# protoc plugin: a service's messages and calls in C, the same in this process and behind gRPC.
# SPDX-License-Identifier: Apache-2.0
"""Writes <x>_api.[ch] for each file and <x>_api_stub.[ch] for each service; README.md says how to use it."""
import dataclasses
import re
import sys
import textwrap

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as F

import apigen_embed as embed
import apigen_templates as c

COLUMNS = 100
KEYWORDS = set("auto break case char const continue default do double else enum extern float for goto if "
               "inline int long register restrict return short signed sizeof static struct switch typedef "
               "union unsigned void volatile while bool true false".split())
# proto type: C type, kind in the codec's tables, list type
SCALARS = {
    F.TYPE_BOOL: ("bool", "BOOL", "bool"),
    F.TYPE_INT32: ("int32_t", "I32", "i32"), F.TYPE_UINT32: ("uint32_t", "U32", "u32"),
    F.TYPE_INT64: ("int64_t", "64", "i64"), F.TYPE_UINT64: ("uint64_t", "64", "u64"),
    F.TYPE_STRING: ("struct str", "STRING", "str"), F.TYPE_BYTES: ("struct str", "BYTES", "str"),
}
EMPTY = "    char nothing; /* C has no empty struct */\n"
# Field numbers of descriptor.proto: paths of comments.
MESSAGES, ENUMS, SERVICES, MEMBERS, INNER_MESSAGES, INNER_ENUMS = 4, 5, 6, 2, 3, 4


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z](?=[a-z]))", r"_\1\2", name).lower()


def word(name):
    return name + "_" if name in KEYWORDS else name


def stem(path):
    return path.rsplit("/", 1)[-1].removesuffix(".proto")


def ctype(type_name):
    """duan.user.v1.UserProfile is struct user_profile, whatever its package."""
    return snake(type_name.rsplit(".", 1)[-1])


def oneof(field):
    """Which oneof of its message a field belongs to, from 1, or 0. Descriptors have one for each `optional`, behind the others."""
    return field.oneof_index + 1 if field.HasField("oneof_index") and not field.proto3_optional else 0


def has_flag(field):
    """Whether has_x says that it is there; for a message its pointer does."""
    return field.type != F.TYPE_MESSAGE and (field.proto3_optional or oneof(field) > 0)


def fill(head, parts, tail):
    """head, then parts between commas, broken only between them, as clang-format would."""
    solid = ", ".join(part.replace(" ", "\0") for part in parts) + tail
    return textwrap.fill(solid, COLUMNS, initial_indent=head, subsequent_indent=" " * len(head),
                         break_long_words=False, break_on_hyphens=False).replace("\0", " ")


def call(head, args, tail=""):
    """A call or a prototype; broken after the return type, or the parenthesis, when an argument would not fit."""
    if len(head) + max(map(len, args)) + 2 <= COLUMNS:
        return fill(head + "(", args, ")" + tail)
    alone = re.match(r"(.* \*?)(\w+)$", head)
    if alone:
        return alone[1].rstrip() + "\n" + call(alone[2], args, tail)
    indent = len(head) - len(head.lstrip()) + 4
    return f"{head}(\n" + fill(" " * indent, args, ")" + tail)


def comment(text, indent):
    line = f"{indent}/* {text} */\n"
    if len(line) <= COLUMNS + 1:
        return line
    return f"{indent}/*\n" + textwrap.fill(text, COLUMNS, initial_indent=indent + " * ",
                                           subsequent_indent=indent + " * ") + f"\n{indent} */\n"


@dataclasses.dataclass
class Type:
    """A message or an enum, wherever in its file."""
    path: tuple  # of its comments
    name: str  # ".duan.user.v1.UserProfile"
    proto: object
    inner: bool  # in a message: C knows no such scopes


def types_of(proto):
    """All messages and all enums of a file, from the outside in."""
    scope = f".{proto.package}".rstrip(".")
    messages = [Type((MESSAGES, i), f"{scope}.{m.name}", m, False) for i, m in enumerate(proto.message_type)]
    enums = [Type((ENUMS, i), f"{scope}.{e.name}", e, False) for i, e in enumerate(proto.enum_type)]
    for outer in messages:  # grows as it goes
        messages += [Type((*outer.path, INNER_MESSAGES, i), f"{outer.name}.{m.name}", m, True)
                     for i, m in enumerate(outer.proto.nested_type)]
        enums += [Type((*outer.path, INNER_ENUMS, i), f"{outer.name}.{e.name}", e, True)
                  for i, e in enumerate(outer.proto.enum_type)]
    return messages, enums


class File:
    """One .proto: what its generated files are made from."""

    def __init__(self, proto, pool, messages_only):
        self.proto, self.stem = proto, stem(proto.name)
        self.messages, self.enums = types_of(proto)
        self.docs = {tuple(place.path): " ".join((place.leading_comments or place.trailing_comments).split())
                     for place in proto.source_code_info.location}
        self.where = pool.FindExtensionByName("duan.where") if "duan.proto" in proto.dependency else None
        if self.where:
            options = pool.FindMessageTypeByName("google.protobuf.MethodOptions")
            self.options = message_factory.MessageFactory(pool).GetPrototype(options)
        self.has_service = bool(proto.service) and not messages_only
        self.check()
        if not messages_only:
            self.check_service()

    def fail(self, what):
        sys.exit(f"{self.proto.name}: {what}")

    def check(self):
        proto = self.proto
        if proto.syntax != "proto3":
            self.fail("only proto3 is supported")
        for message in (m.proto for m in self.messages):
            if message.options.map_entry:
                self.fail(f"{message.name}: maps are not supported")
            for field in message.field:
                self.check_field(f"{message.name}.{field.name}", field)

    def check_service(self):
        proto = self.proto
        if [snake(s.name) for s in proto.service] not in ([], [self.stem]):
            self.fail(f"one service, named as the file, or none; not {', '.join(s.name for s in proto.service)}")
        for service in proto.service:
            for method in service.method:
                self.check_method(method)

    def check_field(self, name, field):
        if field.type not in SCALARS and field.type not in (F.TYPE_MESSAGE, F.TYPE_ENUM):
            self.fail(f"{name}: {F.Type.Name(field.type)[5:].lower()} is not supported")
        if field.type_name.startswith(".google."):
            self.fail(f"{name}: {field.type_name[1:]} is not supported")

    def check_method(self, method):
        if method.client_streaming or method.server_streaming:
            self.fail(f"{method.name}: streams are not supported")
        if snake(method.name) == "start":
            self.fail("a method cannot be called Start")
        for type_name in (method.input_type, method.output_type):
            if type_name.startswith(".google."):
                self.fail(f"{method.name}: {type_name[1:]} is not supported")

    def doc(self, *path, indent=""):
        text = self.docs.get(path, "").replace("*/", "* /")
        return comment(text, indent) if text else ""

    # Messages.

    def ordered(self):
        """The messages, each after those it is made of; a recursive one is refused."""
        mine = {m.name: m for m in self.messages}
        done, path = {}, []

        def visit(name):
            if name in path:
                self.fail(f"{name[1:]} contains itself")
            if name not in mine or name in done:
                return
            path.append(name)
            for field in mine[name].proto.field:
                visit(field.type_name)
            path.pop()
            done[name] = mine[name]
        for name in mine:
            visit(name)
        return list(done.values())

    def enum(self, enum):
        """The values of one in a message have its name before theirs."""
        prefix = f"{snake(enum.proto.name)}_".upper() if enum.inner else ""
        values = "".join(f"{self.doc(*enum.path, MEMBERS, i, indent='    ')}    {prefix}{v.name} = {v.number},\n"
                         for i, v in enumerate(enum.proto.value))
        return f"{self.doc(*enum.path)}enum {snake(enum.proto.name)} {{\n{values}}};\n"

    def member(self, field):
        name, many, sub = word(field.name), field.label == F.LABEL_REPEATED, ctype(field.type_name)
        if field.type == F.TYPE_MESSAGE:
            return f"    struct {sub}_list {name};\n" if many else f"    struct {sub} *{name};\n"
        scalar, _, listed = SCALARS.get(field.type, (f"enum {sub}", "", "i32"))
        if many:
            return f"    struct {listed}_list {name};\n"
        has = f"    bool has_{field.name};\n" if has_flag(field) else ""
        return f"    {scalar} {name};\n{has}"

    def is_listed(self, message):
        """False for what a call takes or returns, unless this file lists it: importers may list any other."""
        calls = {t for s in self.proto.service for m in s.method for t in (m.input_type, m.output_type)}
        lists = {f.type_name for m in self.messages for f in m.proto.field if f.label == F.LABEL_REPEATED}
        return message.name not in calls - lists

    def opening(self, message, i):
        """What is said before the first member of a oneof."""
        which = oneof(message.field[i])
        if not which or (i and oneof(message.field[i - 1]) == which):
            return ""
        last = max(j for j, f in enumerate(message.field) if oneof(f) == which)
        return comment(f"{message.oneof_decl[which - 1].name}: one at most, up to {message.field[last].name}", "    ")

    def message(self, message):
        name, proto = snake(message.proto.name), message.proto
        body = "".join(self.opening(proto, i) + self.doc(*message.path, MEMBERS, i, indent="    ") + self.member(f)
                       for i, f in enumerate(proto.field))
        return (f"{self.doc(*message.path)}struct {name} {{\n{body or EMPTY}}};\n"
                f"{c.LIST.substitute(name=name) if self.is_listed(message) else ''}"
                f"extern const struct codec_type {name}_type;\n")

    def field_row(self, owner, field):
        kind = {F.TYPE_MESSAGE: "MESSAGE", F.TYPE_ENUM: "I32"}.get(field.type) or SCALARS[field.type][1]
        parts = [f'.name = "{field.name}"', f".number = {field.number}", f".kind = CODEC_{kind}",
                 f".offset = offsetof(struct {owner}, {word(field.name)})"]
        if field.label == F.LABEL_REPEATED:
            parts.append(".repeated = true")
        if oneof(field):
            parts.append(f".oneof = {oneof(field)}")
        if has_flag(field):
            parts.append(f".has = offsetof(struct {owner}, has_{field.name})")
        if field.type == F.TYPE_MESSAGE:
            parts.append(f".type = &{ctype(field.type_name)}_type")
        return fill("    {", parts, "},") + "\n"

    def table(self, message):
        name = snake(message.name)
        if not message.field:
            return "\n" + c.TYPE.substitute(name=name, proto=message.name, fields="")
        rows = "".join(self.field_row(name, f) for f in sorted(message.field, key=lambda f: f.number))
        fields = f"    .fields = {name}_fields,\n    .count = {len(message.field)},\n"
        return (f"\nstatic const struct codec_field {name}_fields[] = {{\n{rows}}};\n"
                + c.TYPE.substitute(name=name, proto=message.name, fields=fields))

    # The service.

    def method(self, index, method):
        """All that the templates of a method may name."""
        x, f, req, resp = self.stem, snake(method.name), ctype(method.input_type), ctype(method.output_type)
        args = [f"struct {x}_api *self", "struct ctx *c", f"const struct {req} *req", f"struct {resp} *resp"]
        index = f"{x}_method_{f}".upper()
        untyped = ["void *api", "struct ctx *c", "const void *req", "void *resp"]
        return {
            "x": x, "f": f, "member": word(f), "req": req, "resp": resp,
            "index": index, "doc": self.doc(SERVICES, 0, MEMBERS, index),
            "path": f"/{self.service_name()}/{method.name}", "where": self.executor(method),
            "idempotent": "true" if method.options.idempotency_level else "false",
            "op": call(f"    struct err *(*{word(f)})", args, ";"),
            "call": call(f"MUST_USE static inline struct err *{x}_{f}", args),
            "start": call(f"static inline void {x}_{f}_start", [*args, "struct calls *all"]),
            "serve": call(f"static struct err *serve_{f}", untyped),
            "stub": call(f"static struct err *call_{f}", args),
            "pass": call("    return api_call", ["way(self)", f"&{x}_service.methods[{index}]", "c", "req", "resp"],
                         ";"),
        }

    def executor(self, method):
        if not self.where:
            return "WORKER"
        options = self.options.FromString(method.options.SerializeToString())
        return self.where.enum_type.values_by_number[options.Extensions[self.where]].name

    def service_name(self):
        return f"{self.proto.package}.{self.proto.service[0].name}".lstrip(".")

    def starter(self, head, tail=""):
        args = [f"struct {self.stem}_api *self", "struct ctx *c", "size_t method", "const void *req", "void *resp"]
        return call(head, [*args, "struct call *call"], tail)

    def each(self, template, separator=""):
        """The template once for each method."""
        return separator.join(template.substitute(self.method(i, m))
                              for i, m in enumerate(self.proto.service[0].method))

    def service_h(self):
        return "\n" + c.SERVICE_H.substitute(x=self.stem, doc=self.doc(SERVICES, 0), ops=self.each(c.OP),
                                             methods=self.each(c.INDEX), callers=self.each(c.CALLER),
                                             start=self.starter("    void (*start)", ";"))

    def service_c(self):
        return c.SERVICE_C.substitute(x=self.stem, file=embed.symbol(self.proto.name), name=self.service_name(), serve=self.each(c.SERVE, "\n"),
                                      rows=self.each(c.METHOD_ROW), count=len(self.proto.service[0].method))

    # The files.

    def api_h(self):
        imported = [stem(d) + "_api" for d in self.proto.dependency
                    if d != "duan.proto" and not d.startswith("google/")]
        includes = "".join(f'#include "{name}.h"\n'
                           for name in ["api" if self.has_service else "codec", *imported])
        parts = [self.enum(e) for e in self.enums] + [self.message(m) for m in self.ordered()]
        parts.append(f"extern const struct proto_file {embed.symbol(self.proto.name)};\n")
        service = self.service_h() if self.has_service else ""
        return c.API_H.substitute(source=self.proto.name, guard=f"{self.stem}_API_H".upper(), includes=includes,
                                  body="\n".join(parts) + service)

    def api_c(self):
        service = self.service_c() if self.has_service else ""
        tables = "".join(self.table(m.proto) for m in self.ordered())
        return c.API_C.substitute(source=self.proto.name, x=self.stem,
                                  body=tables + embed.embed(self.proto) + service)

    def stub_h(self):
        return c.STUB_H.substitute(source=self.proto.name, guard=f"{self.stem}_API_STUB_H".upper(), x=self.stem)

    def stub_c(self):
        return c.STUB_C.substitute(source=self.proto.name, x=self.stem, calls=self.each(c.STUB_CALL),
                                   ops=self.each(c.STUB_OP), start=self.starter("static void start"))

    def files(self):
        yield f"{self.stem}_api.h", self.api_h()
        yield f"{self.stem}_api.c", self.api_c()
        if self.has_service:
            yield f"{self.stem}_api_stub.h", self.stub_h()
            yield f"{self.stem}_api_stub.c", self.stub_c()


def written(proto, pool, how):
    """(name, text) of each file that is made of one .proto."""
    if how == "descriptor":
        return [(f"{stem(proto.name)}_file.c", c.FILE_C.substitute(source=proto.name, body=embed.embed(proto)))]
    return File(proto, pool, messages_only=how == "messages").files()


def main():
    request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    response = plugin_pb2.CodeGeneratorResponse(
        supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    for proto in request.proto_file:
        pool.Add(proto)
    for proto in request.proto_file:
        if proto.name in request.file_to_generate:
            for name, content in written(proto, pool, request.parameter):
                response.file.add(name=name, content=content)
    sys.stdout.buffer.write(response.SerializeToString())


if __name__ == "__main__":
    main()
