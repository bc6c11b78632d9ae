# Messages and methods for Python's gRPC, from descriptors.
# SPDX-License-Identifier: Apache-2.0
import subprocess

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from server_process import ROOT

OWN = ROOT / 'src/platform/rpc/proto'
PROTOCOLS = ('grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto', 'grpc/reflection/v1alpha/reflection.proto')


class Messages:
    """Classes and callable methods of what some files define."""

    def __init__(self, files):
        self.pool = descriptor_pool.DescriptorPool()
        self.factory = message_factory.MessageFactory(self.pool)
        for file in files:
            self.pool.Add(file)

    def of(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def service(self, name):
        return self.pool.FindServiceByName(name)

    def method(self, channel, service, name):
        """The method as a callable; its request class is .request."""
        method = self.service(service).methods_by_name[name]
        request, reply = (self.factory.GetPrototype(kind) for kind in (method.input_type, method.output_type))
        file = descriptor_pb2.FileDescriptorProto()
        self.service(service).file.CopyToProto(file)
        streams = next(m for s in file.service if service.endswith(s.name) for m in s.method if m.name == name)
        kind = f'{many(streams.client_streaming)}_{many(streams.server_streaming)}'
        call = getattr(channel, kind)(f'/{service}/{name}', request.SerializeToString, reply.FromString)
        return Method(call, request)


class Method:
    def __init__(self, call, request):
        self.call, self.request = call, request

    def __call__(self, request=None, **more):
        return self.call(self.request() if request is None else request, **more)


def many(streaming):
    return 'stream' if streaming else 'unary'


def protocols(folder):
    """Health and reflection, from their .proto files."""
    out = folder / 'protocols.binpb'
    subprocess.run(['protoc', f'-I{OWN}', f'--descriptor_set_out={out}', *PROTOCOLS], check=True)
    return Messages(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file)


def in_order(files):
    """Each after those it imports, and each once."""
    by_name = {file.name: file for file in files}
    done = {}

    def visit(file):
        for name in file.dependency:
            visit(by_name[name])
        done[file.name] = file
    for file in by_name.values():
        visit(file)
    return list(done.values())


class Reflection:
    """What a server tells of itself, by one of the two versions."""

    def __init__(self, channel, messages, version):
        self.package = f'grpc.reflection.{version}'
        self.messages = messages
        self.call = messages.method(channel, f'{self.package}.ServerReflection', 'ServerReflectionInfo')

    def ask(self, **question):
        """The answers to several questions in one call."""
        return next(self.ask_all([question]))

    def ask_all(self, questions):
        return self.call(iter([self.call.request(**question) for question in questions]))

    def services(self):
        return [service.name for service in self.ask(list_services='*').list_services_response.service]

    def files(self, symbol):
        answer = self.ask(file_containing_symbol=symbol)
        return [descriptor_pb2.FileDescriptorProto.FromString(one)
                for one in answer.file_descriptor_response.file_descriptor_proto]

    def messages_of(self, symbol):
        return Messages(in_order(self.files(symbol)))


def failure(call, *arguments, **more):
    """The RpcError that a call ends with."""
    try:
        call(*arguments, **more)
    except grpc.RpcError as error:
        return error
    raise AssertionError('the call went well')
