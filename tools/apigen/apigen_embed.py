# A .proto inside the program: its descriptor and what it defines, for reflection.
# SPDX-License-Identifier: Apache-2.0
"""embed() is the C of one file's struct proto_file; apigen.py puts it where the rest of the file is."""
import re

import apigen_templates as c

BYTES_A_LINE = 22


def symbol(path):
    """user.proto is user_file; google/protobuf/descriptor.proto is google_protobuf_descriptor_file."""
    return re.sub(r"\W", "_", path.removesuffix(".proto")) + "_file"


def names_in_enum(enum, scope):
    """Values live beside their enum, not in it."""
    yield f"{scope}{enum.name}"
    for value in enum.value:
        yield f"{scope}{value.name}"


def names_in(message, scope):
    inside = f"{scope}{message.name}."
    yield inside[:-1]
    for named in (*message.field, *message.oneof_decl, *message.extension):
        yield f"{inside}{named.name}"
    for inner in message.nested_type:
        yield from names_in(inner, inside)
    for enum in message.enum_type:
        yield from names_in_enum(enum, inside)


def names(proto):
    """Full names of all that a file defines: tools ask for any of them."""
    scope = f"{proto.package}.".lstrip(".")
    for message in proto.message_type:
        yield from names_in(message, scope)
    for enum in proto.enum_type:
        yield from names_in_enum(enum, scope)
    for service in proto.service:
        yield f"{scope}{service.name}"
        for method in service.method:
            yield f"{scope}{service.name}.{method.name}"
    for extension in proto.extension:
        yield f"{scope}{extension.name}"


def literal(data):
    """Octal, because a hexadecimal escape in C has no end."""
    return "\n".join('        "' + "".join(f"\\{byte:03o}" for byte in data[at:at + BYTES_A_LINE]) + '"'
                     for at in range(0, len(data), BYTES_A_LINE))


def bare(proto):
    """Without comments and places: half of it, and of no use to a caller."""
    copy = type(proto)()
    copy.CopyFrom(proto)
    copy.ClearField("source_code_info")
    return copy.SerializeToString(deterministic=True)


def embed(proto):
    imports = [symbol(name) for name in proto.dependency]
    extensions = "".join(f'    {{"{e.extendee[1:]}", {e.number}}},\n' for e in proto.extension)
    return c.FILE.substitute(
        name=proto.name, symbol=symbol(proto.name), bytes=literal(bare(proto)),
        symbols="".join(f'    "{name}",\n' for name in names(proto)),
        imports="".join(f"    &{name},\n" for name in imports),
        declared="".join(f"extern const struct proto_file {name};\n" for name in imports),
        extensions=c.EXTENSIONS.substitute(rows=extensions) if extensions else "",
        extends="    .extensions = file_extensions,\n" if extensions else "")
