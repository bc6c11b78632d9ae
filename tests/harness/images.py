# Small pictures, made without any tool.
# SPDX-License-Identifier: Apache-2.0
import struct
import zlib


def chunk(kind, data):
    """A piece of a PNG file."""
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(color=(200, 30, 60), width=120, height=80, more=b''):
    """A plain one; `more` is put behind its head."""
    rows = (b'\0' + bytes(color) * width) * height
    head = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
    return b'\x89PNG\r\n\x1a\n' + head + more + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')
