# Writes an assembler file that holds other files: embed_assets.py OUTPUT.S NAME=FILE ...
# SPDX-License-Identifier: Apache-2.0
"""The output defines `assets` and `assets_count` of assets.h, in the order of the names."""
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
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
ETAG_DIGITS = 16

HEAD = """\
/* Made by embed_assets.py: the files of the assets folder and their table. */
/* SPDX-License-Identifier: Apache-2.0 */
    .section .note.GNU-stack, "", %progbits
    .section .rodata, "a", %progbits
"""
FILE = """\
name_{i}: .asciz "{name}"
type_{i}: .asciz "{type}"
etag_{i}: .asciz "{etag}"
    .balign 16
bytes_{i}: .incbin "{path}"
"""
TABLE = """\
    .globl assets_count
    .type assets_count, %object
    .balign 8
assets_count: .quad {count}
    .size assets_count, 8
    .section .data.rel.ro, "aw", %progbits
    .globl assets
    .type assets, %object
    .balign 8
assets:
"""
ROW = "    .quad name_{i}, bytes_{i}, {size}, type_{i}, etag_{i}\n"
FOOT = "    .size assets, . - assets\n"


def quoted(text):
    if any(c in text for c in '"\\\n'):
        raise SystemExit(f"embed_assets: cannot embed a file called {text!r}")
    return text


def entry(i, name, path):
    content = path.read_bytes()
    return {
        "i": i, "name": quoted(name), "path": quoted(str(path.resolve())), "size": len(content),
        "type": TYPES[pathlib.PurePath(name).suffix], "etag": hashlib.sha256(content).hexdigest()[:ETAG_DIGITS],
    }


def assembler(pairs):
    entries = [entry(i, name, pathlib.Path(path)) for i, (name, path) in enumerate(sorted(pairs))]
    table = TABLE.format(count=len(entries)) + "".join(ROW.format(**e) for e in entries)
    return HEAD + "".join(FILE.format(**e) for e in entries) + table + FOOT


def main(output, *arguments):
    pairs = [argument.split("=", 1) for argument in arguments]
    pathlib.Path(output).write_text(assembler(pairs))


if __name__ == "__main__":
    main(*sys.argv[1:])
