# Writes an assembler file that holds other files: embed_assets.py OUTPUT.S TABLE NAME=FILE ...
# SPDX-License-Identifier: Apache-2.0
"""The output defines an array TABLE of struct asset (assets.h) and TABLE_count, in the order of the names.

NAME=FOLDER/ takes every file below a folder, with NAME in front of its path; a folder that is not there has no files. A later
file takes the place of an earlier one of the same name. What lies beside a file as FILE.br and FILE.gz is the same compressed.
The output is left alone when it would not change, so that nothing is built anew.
"""
import hashlib
import pathlib
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
FORMS = (".br", ".gz")
ETAG_DIGITS = 16

HEAD = """\
/* Made by embed_assets.py: files and their table. */
/* SPDX-License-Identifier: Apache-2.0 */
    .section .note.GNU-stack, "", %progbits
    .section .rodata, "a", %progbits
"""
FILE = """\
name_{i}: .asciz "{name}"
type_{i}: .asciz "{type}"
etag_{i}: .asciz "{etag}"
"""
BYTES = """\
    .balign 16
{label}: .incbin "{path}"
"""
TABLE = """\
    .globl {table}_count
    .type {table}_count, %object
    .balign 8
{table}_count: .quad {count}
    .size {table}_count, 8
    .section .data.rel.ro, "aw", %progbits
    .globl {table}
    .type {table}, %object
    .balign 8
{table}:
"""
ROW = "    .quad name_{i}, type_{i}, etag_{i}, {forms}\n"
FOOT = "    .size {table}, . - {table}\n"


def quoted(text):
    if any(c in text for c in '"\\\n'):
        raise SystemExit(f"embed_assets: cannot embed a file called {text!r}")
    return text


def form(label, path):
    """What holds one form's bytes, and its place in the row."""
    if not path.is_file():
        return "", "0, 0"
    return BYTES.format(label=label, path=quoted(str(path.resolve()))), f"{label}, {path.stat().st_size}"


def entry(i, name, path):
    """The text of a file's bytes, and its row."""
    content = path.read_bytes()
    ending = pathlib.PurePath(name).suffix
    if ending not in TYPES:
        raise SystemExit(f"embed_assets: {name}: what type is a {ending or 'file without an ending'}?")
    text = FILE.format(i=i, name=quoted(name), type=TYPES[ending], etag=hashlib.sha256(content).hexdigest()[:ETAG_DIGITS])
    places = [form(f"plain_{i}", path)] + [form(f"{kind[1:]}_{i}", path.with_name(path.name + kind)) for kind in FORMS]
    return text + "".join(held for held, _ in places), ROW.format(i=i, forms=", ".join(place for _, place in places))


def below(prefix, folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in FORMS and not path.name.startswith("."):
            yield prefix + path.relative_to(folder).as_posix(), path


def named(arguments):
    """Every file by its name."""
    files = {}
    for argument in arguments:
        name, _, path = argument.partition("=")
        files.update(below(name, pathlib.Path(path)) if path.endswith("/") else [(name, pathlib.Path(path))])
    return files


def assembler(table, files):
    entries = [entry(i, name, files[name]) for i, name in enumerate(sorted(files))]
    return (HEAD + "".join(held for held, _ in entries) + TABLE.format(table=table, count=len(entries)) +
            "".join(row for _, row in entries) + FOOT.format(table=table))


def main(output, table, *arguments):
    text = assembler(table, named(arguments))
    path = pathlib.Path(output)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
