# Looks into a server's data folder: what is left over, and whether the files agree with the rows.
# SPDX-License-Identifier: Apache-2.0
from database import rows


def assets(data):
    """Names of the folders in which objects lie, each with its files."""
    found = {}
    for path in (data / 'media' / 'objects').glob('v/*/*'):
        found[path.name] = sorted(str(file.relative_to(path)) for file in path.rglob('*')
                                  if file.is_file())
    return found


def assert_nothing_left_over(data):
    """No body, no scratch folder, and no object that no video names."""
    for folder in ('spool', 'media/scratch'):
        left = [path.name for path in (data / folder).iterdir()]
        assert not left, f'left over in {folder}: {left}'
    named = {asset for asset, in rows(data, 'SELECT asset FROM video_item')}
    stored = assets(data)
    orphans = {asset: files for asset, files in stored.items() if asset not in named}
    assert not orphans, f'objects of no video: {orphans}'
    assert named <= set(stored), f'videos without objects: {named - set(stored)}'


def assert_sound(data):
    """SQLite finds nothing wrong, and no job is left running or lost."""
    assert rows(data, 'PRAGMA integrity_check') == [('ok',)]
    stuck = rows(data, 'SELECT id FROM video_item WHERE state IN (0, 1) AND id NOT IN'
                       " (SELECT job_key FROM bus_job WHERE topic = 'transcode' AND state < 2)")
    assert not stuck, f'videos that nobody will work on: {stuck}'
