# Embedding: what an assembler makes of a folder is what lies in it.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parent / 'embed_assets.py'
DUMP = '''
#include <stdio.h>
#include "assets.h"
extern const struct asset table[];
extern const size_t table_count;
static void show(const char *kind, struct asset_form f) { if (f.at) printf(" %s=%.*s", kind, (int)f.len, f.at); }
int main(void)
{
    for (size_t i = 0; i < table_count; i++) {
        printf("%s|%s|", table[i].name, table[i].type);
        show("plain", table[i].plain), show("br", table[i].br), show("gz", table[i].gz);
        printf("\\n");
    }
    return 0;
}
'''


@pytest.fixture
def embedded(tmp_path):
    """What a program says of the table made from these arguments."""
    def run(*arguments):
        output = tmp_path / 'out.S'
        embed(output, *arguments)
        (tmp_path / 'dump.c').write_text(DUMP, 'utf-8')
        subprocess.run(['gcc', '-I', TOOL.parents[1] / 'assets', tmp_path / 'dump.c', output, '-o', tmp_path / 'dump'], check=True)
        return subprocess.run([tmp_path / 'dump'], capture_output=True, text=True, check=True).stdout.splitlines()

    return run


def embed(output, *arguments):
    return subprocess.run(['/usr/bin/python3', TOOL, output, 'table', *arguments], capture_output=True, text=True, check=True)


@pytest.fixture
def folder(tmp_path):
    def make(name, **files):
        for path, text in files.items():
            path = tmp_path / name / path.replace('__', '/').replace('_', '.')
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, 'utf-8')
        return f'{tmp_path / name}/'

    return make


def test_files_come_with_their_compressed_forms(embedded, folder):
    made = folder('one', index_html='page', index_html_br='B', index_html_gz='G', sub__app_js='code', sub__app_js_gz='g')
    assert embedded(f'={made}') == ['index.html|text/html; charset=utf-8| plain=page br=B gz=G', 'sub/app.js|text/javascript; charset=utf-8| plain=code gz=g']


def test_a_later_folder_takes_the_place_of_an_earlier_one(embedded, folder):
    first, second = folder('one', index_html='how to', only_css='x'), folder('two', index_html='client')
    assert embedded(f'={first}', f'={second}', f'docs/={second}') == [
        'docs/index.html|text/html; charset=utf-8| plain=client', 'index.html|text/html; charset=utf-8| plain=client', 'only.css|text/css; charset=utf-8| plain=x']


def test_a_folder_that_is_not_there_has_no_files(embedded, folder, tmp_path):
    assert embedded(f'={folder("one", index_html="page")}', f'={tmp_path}/nothing/') == ['index.html|text/html; charset=utf-8| plain=page']


def test_hidden_files_are_left_out(embedded, folder, tmp_path):
    made = folder('one', index_html='page')
    (tmp_path / 'one/.stamp').write_text('sum', 'utf-8')
    assert len(embedded(f'={made}')) == 1


def test_the_output_is_touched_only_when_it_changes(folder, tmp_path):
    made, output = folder('one', index_html='page'), tmp_path / 'out.S'
    embed(output, f'={made}')
    os.utime(output, (1, 1))
    embed(output, f'={made}')
    assert output.stat().st_mtime == 1
    folder('one', index_html='pages')
    embed(output, f'={made}')
    assert output.stat().st_mtime != 1


def test_a_file_of_no_known_type_is_refused(folder, tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as failure:
        embed(tmp_path / 'out.S', f'={folder("one", what_exe="?")}')
    assert 'what.exe' in failure.value.stderr
