# Compares the codec with Python's protobuf: honest messages, then damaged ones.
# SPDX-License-Identifier: Apache-2.0
"""codec_oracle.py PROGRAM DESCRIPTORS [MESSAGES [SEED]]: exits with 1 when the two do not agree."""
import collections
import pathlib
import random
import struct
import subprocess
import sys
import warnings

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor as F
from google.protobuf.message import DecodeError

NAMES = ["KitAll", "KitBranch", "KitLeaf"]  # in the order of codec_oracle.c
DAMAGED_EACH = 4
ALPHABET = "abc é短\U0001f600\x00"
EDGES = [0, 1, -1, 127, 128, 2**31 - 1, -2**31, 2**32 - 1, 2**53, 2**63 - 1, -2**63, 2**64 - 1]
RANGE = {F.CPPTYPE_INT32: (-2**31, 2**31 - 1), F.CPPTYPE_UINT32: (0, 2**32 - 1),
         F.CPPTYPE_INT64: (-2**63, 2**63 - 1), F.CPPTYPE_UINT64: (0, 2**64 - 1)}
SAME = "both read the same"
# The codec is stricter on purpose: groups inside a message, and tags of more than 32 bits.
STRICTER = (": bad unknown field", ": bad tag")


def load(path):
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(path).read_bytes()).file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(f"duan.kit.v1.{name}")) for name in NAMES]


class Program:
    """The codec behind its pipe."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def rewrite(self, kind, data):
        """What the codec writes after reading data, or None, and why it refuses."""
        self.process.stdin.write(struct.pack("=BI", kind, len(data)) + data)
        self.process.stdin.flush()
        failed, size = struct.unpack("=BI", self.process.stdout.read(5))
        out = self.process.stdout.read(size)
        return (None, out.decode()) if failed else (out, "")

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


class Maker:
    """Messages, honest and damaged, the same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self, kind):
        low, high = RANGE[kind]
        value = self.random.choice(EDGES) if self.random.random() < .5 else self.random.randint(low, high)
        return value if low <= value <= high else 0

    def value(self, field):
        rnd = self.random
        if field.cpp_type == F.CPPTYPE_BOOL:
            return rnd.random() < .5
        if field.cpp_type == F.CPPTYPE_ENUM:
            return rnd.choice([0, 0, 1, 5, 77, -3])
        if field.cpp_type != F.CPPTYPE_STRING:
            return self.number(field.cpp_type)
        size = rnd.choice([0, 1, 3, 20, 200])
        return rnd.randbytes(size) if field.type == F.TYPE_BYTES else "".join(rnd.choices(ALPHABET, k=size))

    def fill(self, message):
        for field in message.DESCRIPTOR.fields:
            if self.random.random() < .6:
                self.fill_field(message, field)
        return message

    def fill_field(self, message, field):
        count = self.random.choice([0, 1, 2, 5, 40])
        if field.label == F.LABEL_REPEATED and field.cpp_type == F.CPPTYPE_MESSAGE:
            for _ in range(min(count, 5)):
                self.fill(getattr(message, field.name).add())
        elif field.label == F.LABEL_REPEATED:
            getattr(message, field.name).extend(self.value(field) for _ in range(count))
        elif field.cpp_type == F.CPPTYPE_MESSAGE:
            getattr(message, field.name).SetInParent()
            self.fill(getattr(message, field.name))
        else:
            setattr(message, field.name, self.value(field))

    def damage(self, data):
        data = bytearray(data)
        for _ in range(self.random.choice([1, 1, 2, 4])):
            self.hurt(data, self.random.randrange(len(data) + 1))
        return bytes(data)

    def hurt(self, data, at):
        rnd = self.random
        what = rnd.randrange(5)
        if what == 0 and at < len(data):
            data[at] ^= 1 << rnd.randrange(8)
        elif what == 1:
            del data[at:]
        elif what == 2:
            data[at:at] = rnd.randbytes(rnd.randrange(1, 6))
        elif what == 3 and at < len(data):
            data[at] = rnd.choice([0, 0x7f, 0x80, 0xff, 8, 18])
        else:
            data[at:at] = data[at:at + rnd.randrange(1, 30)]


def canonical(cls, data):
    """What Python's protobuf makes of data, without unknown fields; None: it refuses."""
    try:
        message = cls.FromString(data)
    except (DecodeError, SystemError):  # the second: a warning that main() makes an error
        return None
    message.DiscardUnknownFields()
    return message.SerializeToString(deterministic=True)


def verdict(want, got, why):
    """How the two compare; what starts with "wrong" must not happen."""
    if want is None:
        return "both refuse" if got is None else "wrong: only the codec accepts"
    if got is None:
        return "only the codec refuses" if why.endswith(STRICTER) else f"wrong: refused, {why}"
    return SAME if got == want else "wrong: read differently"


def judge(program, kind, cls, data):
    out, why = program.rewrite(kind, data)
    return verdict(canonical(cls, data), None if out is None else canonical(cls, out), why)


def compare(program, classes, count, maker):
    seen = collections.Counter()
    for _ in range(count):
        kind = maker.random.randrange(len(classes))
        cls = classes[kind]
        honest = maker.fill(cls()).SerializeToString(deterministic=True)
        for data in [honest] + [maker.damage(honest) for _ in range(DAMAGED_EACH)]:
            result = judge(program, kind, cls, data)
            if data == honest and result != SAME:
                result = f"wrong: honest, but {result}"
            seen[result] += 1
            if result.startswith("wrong") and seen[result] <= 3:
                print(f"{result}: {NAMES[kind]} {data.hex()}")
    return seen


def main(path, descriptors, count="2500", seed="1"):
    warnings.simplefilter("error", RuntimeWarning)  # "Not all data was converted" is no success
    program = Program(path)
    seen = compare(program, load(descriptors), int(count), Maker(int(seed)))
    failed = program.close() != 0 or any(result.startswith("wrong") for result in seen)
    for result, times in sorted(seen.items()):
        print(f"{times:8} {result}")
    return 1 if failed or seen[SAME] < int(count) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
