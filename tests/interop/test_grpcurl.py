# grpcurl, which is gRPC in Go: it knows nothing of a server but what reflection tells it.
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

KIT = 'duan.kit.v1.Kit'


class Curl:
    def __init__(self, program, address):
        self.program, self.address = program, address

    def run(self, *arguments, flags=(), said=''):
        return subprocess.run([self.program, '-plaintext', *flags, self.address, *arguments], input=said, capture_output=True,
                              text=True, check=False, timeout=120)

    def out(self, *arguments, **more):
        done = self.run(*arguments, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, method, message, flags=()):
        return json.loads(self.out(method, flags=('-d', json.dumps(message), *flags)))


def test_services_and_methods_are_listed(kit, grpcurl):
    curl = Curl(grpcurl, kit.address)
    assert curl.out('list').split() == [KIT, 'grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection',
                                        'grpc.reflection.v1alpha.ServerReflection']
    assert curl.out('list', KIT).split() == [f'{KIT}.{name}' for name in ('Echo', 'Refuse', 'Register')]


def test_everything_can_be_described(kit, grpcurl):
    curl = Curl(grpcurl, kit.address)
    assert f'rpc Echo ( .duan.kit.v1.KitAll ) returns ( .duan.kit.v1.KitAll )' in curl.out('describe', KIT)
    message = curl.out('describe', 'duan.kit.v1.KitAll')
    assert 'oneof pick {' in message and 'optional string maybe_s = 19;' in message
    assert 'KIT_NEGATIVE = -3;' in curl.out('describe', 'duan.kit.v1.KitColor')
    assert 'SERVICE_UNKNOWN = 3;' in curl.out('describe', 'grpc.health.v1.HealthCheckResponse.ServingStatus')
    assert 'INLINE' in curl.out('describe', 'duan.Where')
    assert curl.run('describe', 'duan.kit.v1.Nothing').returncode != 0


def test_every_method_is_called(kit, grpcurl):
    curl = Curl(grpcurl, kit.address)
    said = {'i64': '-5', 's': '短', 'colors': ['KIT_BLUE'], 'pickLeaf': {'id': '3'}}
    assert curl.call(f'{KIT}/Echo', said) == said
    first = int(curl.call(f'{KIT}/Register', {})['id'])
    assert int(curl.call(f'{KIT}/Register', {})['id']) == first + 1
    refused = curl.run(f'{KIT}/Refuse', flags=('-d', '{"code": 5, "text": "ü 短 100 %"}'))
    assert refused.returncode == 64 + 5
    assert 'Code: NotFound' in refused.stderr and 'Message: ü 短 100 %' in refused.stderr
    assert curl.call('grpc.health.v1.Health/Check', {'service': KIT}) == {'status': 'SERVING'}


def test_a_call_has_a_deadline(kit, grpcurl):
    curl = Curl(grpcurl, kit.address)
    late = curl.run(f'{KIT}/Echo', flags=('-max-time', '0.5', '-d', '{"s": "until the deadline"}'))
    assert 'Code: DeadlineExceeded' in late.stderr


def test_metadata_goes_both_ways(kit, grpcurl):
    curl = Curl(grpcurl, kit.address)
    who = curl.call(f'{KIT}/Echo', {'s': 'who'}, flags=('-H', 'duan-user: 42', '-H', 'duan-request: r-7'))
    assert who['s'] == '42 r-7'
    refused = curl.run(f'{KIT}/Refuse', flags=('-v', '-d', '{"code": 8, "reason": "busy", "retryAfter": 3}'))
    assert 'duan-reason: busy' in refused.stdout and 'duan-retry-after: 3' in refused.stdout
