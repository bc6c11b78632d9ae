# Writes google/protobuf/descriptor.proto as a descriptor set: duan.proto imports it for its option.
# SPDX-License-Identifier: Apache-2.0
"""Debian keeps the .proto with the C++ library's headers; Python's module, which apigen needs anyway, has it too."""
import pathlib
import sys

from google.protobuf import descriptor_pb2

files = descriptor_pb2.FileDescriptorSet()
descriptor_pb2.DESCRIPTOR.CopyToProto(files.file.add())
pathlib.Path(sys.argv[1]).write_bytes(files.SerializeToString(deterministic=True))
