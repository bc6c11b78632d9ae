# Every fuzzer has a corpus that is replayed as a test, and what a fuzzer says of itself is told in one line.
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fuzz  # noqa: E402

FUZZERS = sorted(str(file.relative_to(fuzz.ROOT).with_suffix('')) for file in (fuzz.ROOT / 'src').rglob('*_fuzz.c'))


@pytest.mark.parametrize('target', FUZZERS)
def test_a_fuzzer_has_a_corpus_that_is_a_test(target):
    folder = fuzz.ROOT / Path(target).parent
    name = Path(target).name.removesuffix('_fuzz')
    assert any(file.is_file() for file in fuzz.seeds(target).iterdir())
    recipe = (folder / 'meson.build').read_text('utf-8')
    assert f"test('{name}_fuzz'" in recipe or (f"'{name}'" in recipe and "test(name + '_fuzz'" in recipe)


def finished(code, errors):
    return subprocess.CompletedProcess([], code, '', errors)


def test_a_line_tells_what_was_run_and_found(tmp_path):
    (tmp_path / 'kept').touch()
    errors = '#8\tDONE   cov: 121 ft: 200\nstat::number_of_executed_units: 12345\n'
    line = fuzz.line_of('src/gateway/tokens_fuzz', tmp_path, finished(0, errors), [])
    assert line.split() == ['tokens_fuzz', '12,345', 'inputs', '121', 'edges', '1', 'kept', 'found', 'nothing']


def test_what_was_found_is_told_with_where_it_is_kept_and_where_it_belongs(tmp_path):
    errors = '==7== ERROR: libFuzzer: deadly signal\n'
    line = fuzz.line_of('src/gateway/tokens_fuzz', tmp_path, finished(77, errors), [tmp_path / 'crash-1'])
    assert f'FOUND {tmp_path}/crash-1: ==7== ERROR: libFuzzer: deadly signal' in line
    assert line.endswith('src/gateway/corpus/tokens')


def test_one_that_ends_badly_without_an_input_is_not_passed_over(tmp_path):
    assert 'FOUND something' in fuzz.line_of('src/gateway/tokens_fuzz', tmp_path, finished(1, 'no such corpus'), [])
