# Building the web client: when it is built, and what happens where it cannot be. npm and node are stand-ins that note their calls.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
NPM = '''#!/bin/sh
echo "$(basename "$PWD") $*" >>"$CALLS"
case $1 in
ci) [ ! -e "$CALLS.no-network" ] || exit 1; mkdir -p node_modules/swagger-ui-dist
    for name in swagger-ui.css swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt; do echo "$name" >node_modules/swagger-ui-dist/$name; done ;;
run) if grep broken src/main.ts; then exit 1; fi; [ $2 = build ] || exit 0; rm -rf dist; mkdir dist; cp src/main.ts dist/index.html ;;
esac
'''
OLD, GOOD = 'v18.20.4', 'v20.19.0'


class Tree:
    """A tree with the two things that npm builds."""

    def __init__(self, folder):
        self.top, self.bin, self.calls_file = folder / 'tree', folder / 'bin', folder / 'calls'
        for name, text in {'tools/web_client.py': (HERE / 'web_client.py').read_text('utf-8'), 'web/package.json': '{}', 'web/package-lock.json': '{}',
                           'web/src/main.ts': 'hello', 'src/gateway/api_schemas.json': '{}', 'assets/docs/package-lock.json': '{}', 'assets/docs/src/index.html': 'docs'}.items():
            self.write(name, text)
        self.program('npm', NPM)
        self.program('pip', '#!/bin/sh\nexit 1\n')
        self.node(GOOD)

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, 'utf-8')

    def program(self, name, text):
        self.bin.mkdir(exist_ok=True)
        (self.bin / name).write_text(text, 'utf-8')
        (self.bin / name).chmod(0o755)

    def node(self, version):
        self.program('node', f'#!/bin/sh\necho {version}\n')

    def without_network(self):
        self.calls_file.with_name('calls.no-network').touch()

    def build(self, command='build'):
        environment = {**os.environ, 'PATH': f'{self.bin}:/usr/bin:/bin', 'CALLS': str(self.calls_file), 'PIP_INDEX_URL': 'http://127.0.0.1:9/',
                       'PIP_RETRIES': '0'}
        return subprocess.run([sys.executable, 'tools/web_client.py', command], cwd=self.top, env=environment, capture_output=True, text=True, check=False)

    def calls(self):
        calls = self.calls_file.read_text('utf-8').splitlines() if self.calls_file.exists() else []
        self.calls_file.write_text('', 'utf-8')
        return calls


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_both_are_built_and_not_again(tree):
    assert tree.build().returncode == 0
    assert tree.calls() == ['web ci', 'web run build', 'docs ci']
    assert (tree.top / 'web/dist/index.html').read_text('utf-8') == 'hello'
    assert sorted(path.name for path in (tree.top / 'assets/docs/dist').iterdir() if not path.name.startswith('.')) == [
        'index.html', 'index.html.gz', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui-bundle.js.gz', 'swagger-ui.css',
        'swagger-ui.css.gz']
    assert tree.build().returncode == 0
    assert tree.calls() == []


def test_a_changed_source_is_built_anew_with_the_packages_that_are_there(tree):
    tree.build()
    tree.calls()
    tree.write('web/src/main.ts', 'hello again')
    assert tree.build().returncode == 0
    assert tree.calls() == ['web run build']
    assert (tree.top / 'web/dist/index.html').read_text('utf-8') == 'hello again'


def test_other_types_of_the_api_build_it_anew(tree):
    tree.build()
    tree.calls()
    tree.write('src/gateway/api_schemas.json', '{"openapi":"3.1.0"}')
    assert tree.build().returncode == 0
    assert tree.calls() == ['web run build']


def test_a_changed_test_does_not(tree):
    tree.build()
    tree.calls()
    tree.write('web/tests/flow.mjs', '//')
    assert tree.build().returncode == 0
    assert tree.calls() == []


def test_without_a_network_what_is_built_stays(tree):
    tree.build()
    tree.calls()
    tree.without_network()
    tree.node(OLD)
    assert tree.build().returncode == 0
    assert tree.calls() == []


def test_what_the_check_finds_is_told(tree):
    assert tree.build('check').returncode == 0
    assert tree.calls() == ['web ci', 'web run check']
    tree.write('web/src/main.ts', 'broken')
    done = tree.build('check')
    assert done.returncode != 0 and 'broken' in done.stderr


def test_it_tells_which_node_is_used(tree):
    assert tree.build('node').stdout.strip() == str(tree.bin)


def test_other_packages_are_fetched_anew(tree):
    tree.build()
    tree.calls()
    tree.write('web/package-lock.json', '{"name":"other"}')
    assert tree.build().returncode == 0
    assert tree.calls() == ['web ci', 'web run build']


def test_a_client_that_does_not_compile_is_a_failure(tree):
    tree.write('web/src/main.ts', 'broken')
    done = tree.build()
    assert done.returncode != 0 and 'does not build' in done.stderr
    assert not (tree.top / 'web/dist/.stamp').exists()


def test_without_a_network_nothing_is_built_and_that_is_no_failure(tree):
    tree.without_network()
    done = tree.build()
    assert done.returncode == 0 and 'could not be fetched' in done.stderr
    assert not (tree.top / 'web/dist').exists()


def test_without_a_node_that_is_new_enough_and_a_network_it_is_none_either(tree):
    tree.node(OLD)
    done = tree.build()
    assert done.returncode == 0 and 'no Node.js 20.19' in done.stderr
    assert tree.calls() == []
    assert not (tree.top / 'build/node').exists()
