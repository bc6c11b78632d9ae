# Mutual TLS of our server, tried by a client that is not ours.
# SPDX-License-Identifier: Apache-2.0
import subprocess

import grpc
import pytest


def openssl(*words):
    subprocess.run(['openssl', *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope='module')
def authority(tmp_path_factory):
    """Makes certificates: authority('name') is a folder with certificate, key and authority."""
    root = tmp_path_factory.mktemp('authority')
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', 1,
            '-keyout', root / 'key', '-out', root / 'certificate', '-subj', '/CN=authority')

    def make(name):
        folder = root / name
        folder.mkdir()
        (folder / 'extensions').write_text(f'subjectAltName=DNS:{name}')
        openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', folder / 'key', '-out', folder / 'request', '-subj', f'/CN={name}')
        openssl('x509', '-req', '-in', folder / 'request', '-CA', root / 'certificate', '-CAkey', root / 'key', '-days', 1,
                '-extfile', folder / 'extensions', '-out', folder / 'certificate')
        (folder / 'authority').write_bytes((root / 'certificate').read_bytes())
        return folder

    return make


@pytest.fixture(scope='module')
def folders(authority):
    return authority('kit.duan'), authority('gateway.duan')


@pytest.fixture
def secure_kit(new_kit, folders):
    server = folders[0]
    return new_kit(certificate=server / 'certificate', key=server / 'key', authority=server / 'authority')


NAMED = (('grpc.ssl_target_name_override', 'kit.duan'),)


def credentials(folder, with_own=True):
    own = ((folder / 'key').read_bytes(), (folder / 'certificate').read_bytes()) if with_own else (None, None)
    return grpc.ssl_channel_credentials((folder / 'authority').read_bytes(), *own)


def test_a_client_with_a_certificate_is_served(secure_kit, folders, new_foreign):
    client = new_foreign(secure_kit.address, credentials(folders[1]), NAMED)
    assert client.call('Echo', b'x' * 1_000_000) == b'x' * 1_000_000
    assert list(client.stream('Chat', [b'one', b'two'])) == [b'one', b'two']


def test_a_client_without_a_certificate_is_not(secure_kit, folders, new_foreign):
    client = new_foreign(secure_kit.address, credentials(folders[1], with_own=False), NAMED)
    assert client.failure('Echo').code() == grpc.StatusCode.UNAVAILABLE


def test_a_client_in_plain_text_is_not(secure_kit, new_foreign):
    assert new_foreign(secure_kit.address).failure('Echo').code() == grpc.StatusCode.UNAVAILABLE


def test_older_tls_is_not_spoken(secure_kit, folders):
    own = ['-cert', folders[1] / 'certificate', '-key', folders[1] / 'key']
    tried = subprocess.run(['openssl', 's_client', '-connect', secure_kit.address, '-tls1_2', '-alpn', 'h2', *map(str, own)],
                           input=b'', capture_output=True, check=False)
    assert tried.returncode != 0
