# The real components: each is private, keeps its place over a restart, and is gone when it should be.
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import daemon
from component import NOT_RUNNING
from daemon import Daemon, Failed
from etcd import Etcd
from mariadb import MariaDB
from object_store import ObjectStore
from ports import claim, connects, free_port

HERE = Path(__file__).parent
KINDS = (MariaDB, Etcd, ObjectStore)
SECRETS = {'mariadb': ['duan.password', 'accounts.sql'], 'etcd': [], 'object store': ['s3.password', 's3.json']}


def with_components(*arguments, **more):
    return subprocess.run([sys.executable, HERE / 'with_components.py', *arguments], capture_output=True, text=True, check=False, **more)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.NAME)
def component(request, tmp_path):
    made = request.param(tmp_path / 'a', dies_with_us=True)
    yield made
    made.kill()


def test_a_component_that_was_killed_comes_back_at_the_same_address(component):
    first = component.start().address()
    component.kill()
    assert not component.daemon.alive()
    assert not component.ready()
    assert component.start().address() == first


def test_starting_twice_is_starting_once(component):
    pid = component.start().daemon.pid
    assert component.start().daemon.pid == pid


def test_secrets_are_for_the_owner_only(component):
    component.start()
    for name in SECRETS[component.NAME]:
        assert stat.S_IMODE(os.stat(component.folder / name).st_mode) == 0o600


def test_two_of_a_kind_live_side_by_side(tmp_path):
    pair = [Etcd(tmp_path / name, dies_with_us=True).start() for name in 'ab']
    assert len({port for one in pair for port in one.ports}) == 4
    for one in pair:
        one.kill()


def test_a_port_that_somebody_took_is_named(tmp_path):
    first, second = (Etcd(tmp_path / name, dies_with_us=True) for name in 'ab')
    first.start()
    second.folder.mkdir()
    (second.folder / 'ports').write_text((first.folder / 'ports').read_text('ascii'), encoding='ascii')
    with pytest.raises(Failed, match=f'port {first.port} is in use'):
        second.start()
    first.kill()


def test_a_stopped_component_leaves_no_process(component):
    pid = component.start().daemon.pid
    component.stop()
    assert daemon.born(pid) == ''


def test_a_component_is_driven_from_the_command_line(tmp_path):
    def etcd(verb):
        return subprocess.run([sys.executable, HERE / 'etcd.py', verb, tmp_path / 'a'], capture_output=True, text=True, check=False)

    assert etcd('status').returncode == NOT_RUNNING
    assert 'ready, pid' in etcd('start').stdout
    assert 'ready, pid' in etcd('status').stdout
    assert etcd('stop').returncode == 0
    assert etcd('status').returncode == NOT_RUNNING


# ---- with_components.py ----

def test_the_command_finds_what_it_asked_for_and_its_status_is_passed_on():
    done = with_components('mariadb', 'etcd', 's3', '--', 'sh', '-c', 'env | grep ^DUAN_TEST_; exit 7')
    assert done.returncode == 7, done.stderr
    found = dict(line.split('=', 1) for line in done.stdout.splitlines())
    assert found['DUAN_TEST_MARIADB'].startswith('mysql://duan:')
    assert found['DUAN_TEST_ETCD'].startswith('127.0.0.1:')
    assert found['DUAN_TEST_S3'].startswith('http://duan:')


def test_components_and_their_folder_are_gone_when_the_command_ends(tmp_path):
    done = with_components('etcd', '--', 'sh', '-c', 'echo $DUAN_TEST_ETCD', env={**os.environ, 'TMPDIR': str(tmp_path)})
    assert not connects(port_of(done.stdout))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('by', [signal.SIGTERM, signal.SIGKILL])
def test_components_and_the_command_end_with_who_started_them(by, tmp_path):
    caller = subprocess.Popen([sys.executable, HERE / 'with_components.py', 'etcd', '--', 'sh', '-c', 'echo $DUAN_TEST_ETCD $$; exec sleep 1000'],
                              stdout=subprocess.PIPE, text=True, env={**os.environ, 'TMPDIR': str(tmp_path)})
    address, command = caller.stdout.readline().split()
    caller.send_signal(by)
    caller.wait()
    wait_until(lambda: not connects(port_of(address)) and daemon.born(command) == '')


@pytest.mark.parametrize('arguments', [[], ['etcd'], ['etcd', '--'], ['nonsense', '--', 'true']])
def test_what_makes_no_sense_is_refused(arguments):
    done = with_components(*arguments)
    assert done.returncode == 64
    assert done.stderr.startswith('Usage: ')


def test_a_command_that_is_not_there_is_named():
    done = with_components('--', 'no-such-program')
    assert done.returncode == 127
    assert 'no-such-program' in done.stderr


# ---- ports and processes ----

def test_a_port_is_given_to_one_caller_only():
    port = free_port()
    assert not claim(port)


FORKED = 9


def test_between_fork_and_exec_nothing_of_ours_runs(tmp_path):
    """It would wait for ever for what a thread of ours held at the fork."""
    code = f"""if True:
        import os, pathlib, sys
        from daemon import Daemon
        os.register_at_fork(after_in_child=lambda: os._exit({FORKED}))
        server = Daemon(pathlib.Path(sys.argv[1]), 'x')
        server.launch(['true'], dies_with_us=True)
        sys.exit(server.child.wait())"""
    assert subprocess.run([sys.executable, '-c', code, tmp_path], cwd=HERE, check=False).returncode == 0


def test_a_dead_process_is_not_taken_for_another_of_its_number(tmp_path):
    (tmp_path / 'pid').write_text(f'{os.getpid()} 1\n', encoding='ascii')
    assert not Daemon(tmp_path, 'x').alive()


def test_a_zombie_is_dead(tmp_path):
    child = subprocess.Popen(['true'])
    (tmp_path / 'pid').write_text(f'{child.pid} {daemon.born(child.pid) or 1}\n', encoding='ascii')
    wait_until(lambda: 'Z' in Path(f'/proc/{child.pid}/stat').read_text('utf-8').rpartition(')')[2])
    assert not Daemon(tmp_path, 'x').alive()
    child.wait()


def test_what_ends_while_it_starts_is_an_error_with_its_last_words(tmp_path):
    broken = Daemon(tmp_path, 'broken')
    broken.launch(['sh', '-c', 'echo no such disk; exit 1'])
    with pytest.raises(Failed, match='broken ended while it started:\nno such disk'):
        broken.wait_until(lambda: False, 120)


def test_who_does_not_hear_the_polite_word_is_killed(tmp_path):
    deaf = Daemon(tmp_path, 'deaf')
    deaf.launch([sys.executable, '-c', 'import signal, time; signal.signal(15, signal.SIG_IGN); print("up", flush=True); time.sleep(1000)'])
    deaf.wait_until(lambda: 'up' in deaf.last_words(), 120)
    assert not deaf.stop(patience_s=0.1)
    assert not deaf.alive()


def port_of(address):
    return int(address.rpartition(':')[2])


def wait_until(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, 'it never happened'
        time.sleep(0.02)
