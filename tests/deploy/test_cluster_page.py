# What docs/cluster.md tells a person to type works as it stands there.
# SPDX-License-Identifier: Apache-2.0
import re
import socket
import ssl
import subprocess

import pytest

from cluster import SERVICES
from cluster_process import ClusterServer
from components import Components
from server_process import ROOT, program

PAGE = (ROOT / 'docs/cluster.md').read_text(encoding='utf-8')
MACHINES = ('10.0.0.1', '10.0.0.2', '10.0.0.3')


def block(language, words):
    """The block of code that has these words."""
    found, = (text for text in re.findall(rf'```{language}\n(.*?)```', PAGE, re.S) if words in text)
    return found


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


@pytest.fixture(scope='module')
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp('certificates'))


def make_certificates(folder, words=lambda text: text):
    run('sh', '-euc', words(block('sh', 'openssl req -x509')), cwd=folder)
    return folder


@pytest.mark.parametrize('purpose', ['sslserver', 'sslclient'])
@pytest.mark.parametrize('address', MACHINES)
def test_the_certificate_of_a_machine_is_good_for_its_address_and_both_ends(certificates, address, purpose):
    run('openssl', 'verify', '-x509_strict', '-CAfile', certificates / 'ca.pem', '-purpose', purpose, '-verify_ip', address,
        certificates / f'{address}.pem')


def test_it_is_not_good_for_another_machine(certificates):
    with pytest.raises(subprocess.CalledProcessError):
        run('openssl', 'verify', '-CAfile', certificates / 'ca.pem', '-verify_ip', '10.0.0.2', certificates / '10.0.0.1.pem')


def test_every_role_gets_addresses_of_its_own(tmp_path):
    run('sh', '-euc', block('sh', 'me=10.0.0.1').replace('/etc/duan', str(tmp_path)))
    assert {file.name for file in tmp_path.iterdir()} == {f'{role}.env' for role in (*SERVICES, 'transcoder', 'gateway')}
    addresses = re.findall(r'=(\S+)', ''.join(file.read_text('ascii') for file in tmp_path.iterdir()))
    assert len(addresses) == len(set(addresses)) == 2 * len(SERVICES) + 2
    assert all(re.fullmatch(r'10\.0\.0\.1:\d{4}', address) for address in addresses)


def test_the_settings_are_understood(tmp_path):
    file = tmp_path / 'duan.yaml'
    file.write_text(block('yaml', 'token_secret'), encoding='utf-8')
    shown = run(program(), 'config', '--config', file)
    assert '10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379' in shown
    assert 'a long password' not in shown and 'token_secret' in shown


@pytest.mark.parametrize('variable', ['rpc.listen', 'ops.listen', 'http.listen'])
def test_the_environment_has_the_names_of_settings(variable, tmp_path):
    name = f'DUAN_{variable.upper().replace(".", "_")}'
    assert name in PAGE
    shown = run(program(), 'config', env={name: '10.0.0.9:9999'}, cwd=tmp_path)
    assert '10.0.0.9:9999' in shown


def test_haproxy_understands_what_is_shipped(certificates, tmp_path):
    both = (certificates / '10.0.0.1.pem').read_text('ascii') + (certificates / '10.0.0.1.key').read_text('ascii')
    (tmp_path / 'duan.pem').write_text(both, encoding='ascii')
    shipped = (ROOT / 'deploy/haproxy/haproxy.cfg').read_text('utf-8')
    (tmp_path / 'haproxy.cfg').write_text(shipped.replace('/etc/haproxy/duan.pem', f'{tmp_path}/duan.pem'), encoding='utf-8')
    checked = subprocess.run(['/usr/sbin/haproxy', '-c', '-f', tmp_path / 'haproxy.cfg'], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert 'WARNING' not in checked.stderr and 'ALERT' not in checked.stderr


# ---- all of it, with certificates, on one machine ----

@pytest.fixture(scope='module')
def sealed(tmp_path_factory):
    """A cluster in which every call between processes, and to etcd, is encrypted and both ends are known."""
    folder = make_certificates(tmp_path_factory.mktemp('tls'), lambda text: text.replace('10.0.0.1 10.0.0.2 10.0.0.3', '127.0.0.1'))
    for kind in ('pem', 'key'):
        (folder / f'127.0.0.1.{kind}').rename(folder / f'duan.{kind}')
    components = Components(tmp_path_factory.mktemp('components'), dies_with_us=True)
    components.by_name['etcd'].certificates = folder
    components.start()
    told = {'rpc.tls_ca': folder / 'ca.pem', 'rpc.tls_cert': folder / 'duan.pem', 'rpc.tls_key': folder / 'duan.key', 'registry.tls': 'true'}
    cluster = ClusterServer(tmp_path_factory.mktemp('cluster'), components, told).start()
    yield cluster
    cluster.stop()
    components.kill()


def test_a_cluster_with_certificates_works(sealed, new_user, clips):
    ann, bob = new_user(sealed.url), new_user(sealed.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    bob.like(video['id'])
    bob.follow(ann.id)
    shown, = bob.feed()[0]
    assert shown['is_favorite'] and shown['author']['is_follow'] and shown['favorite_count'] == 1


def test_whoever_has_no_certificate_is_not_let_in(sealed):
    favorite = sealed.instance('favorite-1')
    with pytest.raises(ssl.SSLError):
        with socket.create_connection(('127.0.0.1', favorite.port)) as plain, stranger().wrap_socket(plain) as connection:
            connection.recv(1)  # TLS 1.3 says no after the handshake


def stranger():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(['h2'])
    return context
