# The program itself: its help, its version, its settings, and what it says to wrong use.
# SPDX-License-Identifier: Apache-2.0
import pytest

from operator_shell import run
from server_process import program

WRONG_USE, WRONG_CONFIG = 64, 78


def duan(*words, status=0):
    return run([program(), *words], status)


@pytest.mark.parametrize('word', ('help', '--help', '-h'))
def test_help_names_every_command(word):
    said = duan(word).out
    for command in ('serve', 'admin', 'config', 'version'):
        assert f'\n  {command} ' in said


@pytest.mark.parametrize('words', ([], ['sever'], ['--data', 'x']))
def test_wrong_use_is_told_with_the_help(words):
    assert 'usage: duan COMMAND' in duan(*words, status=WRONG_USE).err


@pytest.mark.parametrize('command', ('serve', 'config'))
def test_a_command_explains_itself(command):
    assert duan(command, '--help').out.startswith(f'usage: duan {command}')


@pytest.mark.parametrize('words', (['--nonsense'], ['word'], ['--set'], ['--dead']))
def test_an_option_that_serve_does_not_know_is_refused(words):
    assert 'usage: duan serve' in duan('serve', *words, status=WRONG_USE).err


def test_the_version_is_told():
    assert duan('version').out.startswith('duan 0.')


def test_settings_that_are_printed_load_again(tmp_path):
    first = duan('config', '--data', tmp_path, '--set', 'http.workers=3').out
    again = tmp_path / 'again.yaml'
    again.write_text(first, encoding='utf-8')
    assert 'workers: 3' in first
    assert 'workers: 3' in duan('config', '--data', tmp_path, '--config', again).out


def test_the_key_of_tokens_is_not_printed(tmp_path):
    secret = 'do not show this to anybody at all'
    assert secret not in duan('config', '--data', tmp_path, '--set', f'auth.token_secret={secret}').out


@pytest.mark.parametrize('words, said', [
    (['--set', 'http.lisen=x'], 'did you mean http.listen?'),
    (['--set', 'http.workers=many'], 'is not a whole number'),
    (['--config', '/nonexistent/duan.yaml'], 'cannot'),
])
def test_wrong_settings_are_told_one_by_one(words, said, tmp_path):
    assert said in duan('config', '--data', tmp_path, *words, status=WRONG_CONFIG).err
