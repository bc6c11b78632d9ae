# The pages: the client's files as they are cached and compressed, its screens, and what the browser is told to forbid.
# SPDX-License-Identifier: Apache-2.0
import gzip
import subprocess

import pytest

import checks
from checks import FAILED
from http_bytes import exchange, get
from server_process import program

INDEX = '<!doctype html><html><head><title>Duan</title></head><body><div id="app"></div></body></html>\n'
SCRIPT = b'console.log("hello")\n' * 40
FILES = {
    'index.html': INDEX.encode(), 'index.html.gz': gzip.compress(INDEX.encode()), 'index.html.br': b'an index as brotli',
    'assets/main-Ab3_x9-Q.js': SCRIPT, 'assets/main-Ab3_x9-Q.js.gz': gzip.compress(SCRIPT), 'assets/main-Ab3_x9-Q.js.br': b'a script as brotli',
    'assets/photo-12345678.png': b'\x89PNG a photo', 'manifest.webmanifest': b'{"name":"Duan"}', '.env': b'SECRET=1', 'sub/.hidden.js': b'hidden',
    'notes.unknown': b'what is it?',
}
SCRIPT_PATH = '/assets/main-Ab3_x9-Q.js'
SCREENS = ['/', '/following', '/v', '/u/7', '/u/7/liked', '/upload', '/messages', '/messages/7', '/search?q=a.b', '/settings', '/inbox', '/no/such/screen/']
FOREVER = 'public, max-age=31536000, immutable'
CLOSE = 'Connection: close'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A client that was built: a tiny one."""
    made = tmp_path_factory.mktemp('client')
    for name, content in FILES.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(content)
    (made.parent / 'outside.js').write_text('outside', 'utf-8')
    (made / 'link.js').symlink_to(made.parent / 'outside.js')
    return made


@pytest.fixture(scope='module')
def site(folder, make_server, tmp_path_factory):
    server = make_server(tmp_path_factory.mktemp('site'), {'web.dir': folder}).start()
    yield server
    server.stop()
    server.discard()


def fetch(server, path, *headers):
    answer, = exchange(server, get(path, *headers, CLOSE))
    return answer


@pytest.mark.parametrize('path', SCREENS)
def test_every_screen_is_the_same_page(site, path):
    answer = fetch(site, path)
    assert (answer.status_code, answer.content) == (200, INDEX.encode())
    assert answer.headers['content-type'] == 'text/html; charset=utf-8'
    assert answer.headers['cache-control'] == 'no-cache'


@pytest.mark.parametrize('path', ['/douyin', '/api', '/api/v1/nothing', '/Douyin/feedx', '/media', '/media/', '/static/x', '/docs/x', '/assets/x', '/x.js'])
def test_what_is_no_screen_is_404_with_an_envelope(site, path):
    answer = fetch(site, path)
    assert answer.status_code == 404
    checks.envelope_text(answer.content, FAILED)


@pytest.mark.parametrize('path', ['/following', '/', '/no/such'])
def test_screens_are_only_read(site, path):
    with_post, = exchange(site, f'POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n{CLOSE}\r\n\r\n'.encode())
    assert with_post.status_code in (404, 405)


@pytest.mark.parametrize('accepts, encoding, ending', [
    ('br, gzip', 'br', '.br'), ('gzip, deflate', 'gzip', '.gz'), ('br;q=0, gzip', 'gzip', '.gz'), ('identity', None, ''), (None, None, ''),
])
def test_a_file_comes_in_the_smallest_form_that_the_client_reads(site, accepts, encoding, ending):
    answer = fetch(site, SCRIPT_PATH, *([f'Accept-Encoding: {accepts}'] if accepts else []))
    assert (answer.status_code, answer.headers.get('content-encoding'), answer.content) == (200, encoding, FILES[SCRIPT_PATH[1:] + ending])
    assert answer.headers['vary'] == 'Accept-Encoding'
    assert answer.headers['content-type'] == 'text/javascript; charset=utf-8'


def test_what_has_its_hash_in_its_name_is_kept_for_ever(site):
    assert fetch(site, SCRIPT_PATH).headers['cache-control'] == FOREVER
    assert fetch(site, '/assets/photo-12345678.png').headers['cache-control'] == FOREVER
    assert fetch(site, '/manifest.webmanifest').headers['cache-control'] == 'no-cache'
    assert 'immutable' not in fetch(site, '/assets/avatar-01.png').headers['cache-control']


@pytest.mark.parametrize('path', ['/', SCRIPT_PATH, '/assets/avatar-01.png'])
@pytest.mark.parametrize('accepts', ['br', 'gzip', 'identity'])
def test_what_the_client_has_is_not_sent_again(site, path, accepts):
    first = fetch(site, path, f'Accept-Encoding: {accepts}')
    again = fetch(site, path, f'Accept-Encoding: {accepts}', f'If-None-Match: "x", {first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b'')
    for kept in ('etag', 'cache-control', 'vary'):
        assert again.headers.get(kept) == first.headers.get(kept)
    assert fetch(site, path, f'Accept-Encoding: {accepts}', 'If-None-Match: "x"').status_code == 200


def test_each_form_has_a_tag_of_its_own(site):
    tags = {fetch(site, SCRIPT_PATH, f'Accept-Encoding: {accepts}').headers['etag'] for accepts in ('br', 'gzip', 'identity')}
    assert len(tags) == 3


def test_a_file_that_changed_has_another_tag(site, folder):
    before = fetch(site, '/manifest.webmanifest')
    (folder / 'manifest.webmanifest').write_bytes(b'{"name":"Duan 2"}')
    after = fetch(site, '/manifest.webmanifest', f'If-None-Match: {before.headers["etag"]}')
    assert (after.status_code, after.content) == (200, b'{"name":"Duan 2"}')


@pytest.mark.parametrize('path', [
    '/.env', '/sub/.hidden.js', '/../outside.js', '/%2e%2e/outside.js', '/assets/../../outside.js', '/assets/%2e%2e%2findex.html', '/link.js',
    '//index.html', '/assets//main-Ab3_x9-Q.js', '/./index.html', '/index.html%00.js', '/notes.unknown', '/assets\\main-Ab3_x9-Q.js', '/' + 'a' * 300 + '.js',
    f'{SCRIPT_PATH}.br', '/duan.yaml', '/etc/passwd.js', '/%ff.js',
])
def test_nothing_but_the_clients_own_files_is_served(site, path):
    answer = fetch(site, path)
    assert answer.status_code in (400, 404), answer
    checks.envelope_text(answer.content, FAILED)


@pytest.mark.parametrize('path', ['/', '/following', SCRIPT_PATH])
def test_the_page_may_run_no_script_but_its_own(site, path):
    policy = dict(part.strip().split(' ', 1) for part in fetch(site, path).headers['content-security-policy'].split(';'))
    assert policy['default-src'] == "'none'"
    assert policy['script-src'] == policy['style-src'] == "'self'"
    assert policy['require-trusted-types-for'] == "'script'"
    assert policy['trusted-types'] == 'svelte-trusted-html'
    assert policy['frame-ancestors'] == policy['base-uri'] == "'none'"
    assert 'unsafe' not in str(policy)


def test_without_a_folder_there_is_a_page_all_the_same(server):
    for path in ('/', '/following', '/docs'):
        answer = fetch(server, path)
        assert answer.status_code == 200 and answer.content.lower().startswith(b'<!doctype html>'), path
        assert answer.headers['etag'] and answer.headers['content-type'] == 'text/html; charset=utf-8'


def test_the_page_of_the_api_may_run_no_foreign_script(server):
    answer = fetch(server, '/docs')
    policy = answer.headers['content-security-policy']
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy and 'unsafe' not in policy
    assert b'<script>' not in answer.content and b' onload' not in answer.content


def test_a_folder_without_a_client_is_refused_at_once(server, tmp_path):
    del server  # it has found the program
    done = subprocess.run([program(), 'serve', '--data', tmp_path, '--listen', '127.0.0.1:0', '--set', f'web.dir={tmp_path}'],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'web.dir: there is no index.html' in done.stderr
