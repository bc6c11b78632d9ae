# The doctor: what was broken on purpose is found, repaired where it can be, and gone then.
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
from types import SimpleNamespace

import pytest

import checks
from database import change, damage, into_the_file, root_page, value
from operator_shell import admin
from waiting import eventually

CLEAN = 'nothing is wrong'
OLD = 1_000_000_000  # a time of files long ago


@pytest.fixture(scope='module')
def world(tmp_path_factory, clips):
    """The data folder of a server that was used and stopped; it is copied, never changed."""
    from client import Client, connect, unique
    from server_process import Server
    server = Server(tmp_path_factory.mktemp('world')).start()
    with connect(server.url) as http:
        people = [Client(http) for _ in range(3)]
        for person in people:
            person.register(unique(), 'correct horse')
        ann, bob, cy = people
        video = ann.publish_new(clips.data('tiny.mp4'))['id']
        other = bob.publish_new(clips.data('tiny.mp4'))['id']
        for person in people:
            person.like(video)
        ann.like(other)
        ann.comment(video, 'one'), bob.comment(video, 'two'), cy.comment(other, 'three')
        ann.follow(bob.id), bob.follow(ann.id), cy.follow(ann.id)
        ann.send(bob.id, 'hello'), bob.send(ann.id, 'hello yourself'), cy.send(ann.id, 'I too')
        ann.chat(bob.id, 0)
        for one in (video, other):
            ann.until_ready(one)
    server.stop()
    return SimpleNamespace(data=server.data, ann=ann.id, bob=bob.id, cy=cy.id, video=video,
                           other=other)


@pytest.fixture
def folder(world, tmp_path):
    return shutil.copytree(world.data, tmp_path / 'data')


def doctor(folder, *words, status=0):
    return admin(folder, 'doctor', *words, status=status).out


def findings(said):
    """Pairs of how and check: ('found', 'user-counts')."""
    return [tuple(line.split()[:2]) for line in said.splitlines()[:-1]]


def found_and_repaired(folder, check, count=1):
    """It is found, told by a look that changes nothing, repaired, and gone."""
    said = doctor(folder, status=1)
    assert findings(said) == [('found', check)] * count, said
    assert doctor(folder, status=1) == said
    mended = doctor(folder, '--repair')
    assert findings(mended) == [('repaired', check)] * count, mended
    assert f'{count} repaired, 0 left' in mended
    assert CLEAN in doctor(folder)
    return said


def test_a_folder_in_use_is_well(folder):
    assert CLEAN in doctor(folder)
    assert CLEAN in doctor(folder, '--repair')


# Counters.

USER_COUNTS = ('follow_count', 'follower_count', 'total_favorited', 'work_count', 'favorite_count')


@pytest.mark.parametrize('column', USER_COUNTS)
def test_a_count_of_a_user_is_set_right(folder, world, column):
    right = value(folder, f'SELECT {column} FROM user_count WHERE user_id = {world.ann}')
    change(folder, f'UPDATE user_count SET {column} = {column} + 7 WHERE user_id = ?', world.ann)
    said = found_and_repaired(folder, 'user-counts')
    assert f'user {world.ann}: {column} is {right + 7}, {right} is right' in said
    assert value(folder, f'SELECT {column} FROM user_count WHERE user_id = {world.ann}') == right


@pytest.mark.parametrize('column,right', (('favorite_count', 3), ('comment_count', 2)))
def test_a_count_of_a_video_is_set_right(folder, world, column, right):
    change(folder, f'UPDATE video_count SET {column} = 0 WHERE video_id = ?', world.video)
    said = doctor(folder, status=1)
    assert f'video {world.video}: {column} is 0, {right} is right' in said
    doctor(folder, '--repair')
    assert CLEAN in doctor(folder)
    assert value(folder, f'SELECT {column} FROM video_count WHERE video_id = {world.video}') == right


def test_counts_that_are_missing_are_made(folder, world):
    change(folder, 'DELETE FROM user_count WHERE user_id = ?', world.cy)
    found_and_repaired(folder, 'user-counts')
    change(folder, 'DELETE FROM video_count WHERE video_id = ?', world.other)
    doctor(folder, '--repair')
    assert CLEAN in doctor(folder)
    assert value(folder, f'SELECT comment_count FROM video_count WHERE video_id = {world.other}') == 1


def test_sets_that_shrank_are_counted_anew(folder, world):
    change(folder, 'DELETE FROM favorite_mark WHERE video_id = ? AND user_id = ?', world.video,
           world.cy)
    said = doctor(folder, status=1)
    assert {check for _, check in findings(said)} == {'video-counts', 'user-counts'}
    doctor(folder, '--repair')
    assert CLEAN in doctor(folder)
    liked = f'SELECT total_favorited FROM user_count WHERE user_id = {world.ann}'
    assert value(folder, liked) == 2


# Quotas, conversations, and what hangs on nothing: the check that finds it, and what breaks it.

BROKEN = {
    'quotas': ('UPDATE video_usage SET videos = videos + 1 WHERE author_id = {ann}',
               'UPDATE video_usage SET bytes = 0 WHERE author_id = {ann}',
               'UPDATE video_usage SET pending = 3 WHERE author_id = {bob}',
               'DELETE FROM video_usage WHERE author_id = {ann}',
               'INSERT INTO video_usage (author_id, videos, bytes, pending) VALUES ({cy}, 1, 1, 0)'),
    'strays': ("INSERT INTO comment_item (video_id, created_at, id, user_id, text) VALUES (999, 1, 1, 1, 'lost')",
               'INSERT INTO video_count VALUES (999, 0, 0)',
               'INSERT INTO user_count (user_id) VALUES (999)'),
    'conversations': (
        "UPDATE message_conversation SET last_content = 'never said' WHERE user_id = {ann} AND peer_id = {bob}",
        'UPDATE message_conversation SET last_at = last_at - 1 WHERE user_id = {ann} AND peer_id = {cy}',
        'UPDATE message_conversation SET received_at = 0 WHERE user_id = {bob}',
        'UPDATE message_conversation SET delivered_at = received_at + 1 WHERE user_id = {ann} AND peer_id = {cy}',
        'DELETE FROM message_conversation WHERE user_id = {cy}',
        "INSERT INTO message_conversation VALUES (998, 999, 1, 1, 998, 'x', 0, 0)"),
}


@pytest.mark.parametrize('check,broken', [(check, one) for check, each in BROKEN.items() for one in each])
def test_a_row_that_contradicts_others_is_set_right(folder, world, check, broken):
    change(folder, broken.format(**vars(world)))
    found_and_repaired(folder, check)


def test_a_repaired_conversation_is_what_it_was(folder, world):
    rows = 'SELECT group_concat(quote(last_content) || received_at || delivered_at) FROM message_conversation'
    before = value(folder, rows)
    change(folder, "UPDATE message_conversation SET last_content = 'x', received_at = 0 WHERE user_id <> 0")
    doctor(folder, '--repair')
    assert value(folder, rows) == before


# Ids and jobs.


@pytest.mark.parametrize('kind', ('user', 'video', 'comment', 'message'))
def test_no_id_is_handed_out_twice(folder, kind):
    change(folder, 'UPDATE sequence_next SET next = next - 1 WHERE kind = ?', kind)
    found_and_repaired(folder, 'sequences')


def begin(folder, world):
    """The video as if its job were running."""
    change(folder, 'UPDATE video_item SET state = 1 WHERE id = ?', world.video)
    change(folder, 'UPDATE video_usage SET pending = 1 WHERE author_id = ?', world.ann)


def test_a_video_that_waits_for_nothing_gets_a_job(folder, world):
    begin(folder, world)
    found_and_repaired(folder, 'jobs')
    assert value(folder, 'SELECT job_key FROM bus_job') == world.video


JOB = 'INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at, last_error)' \
      " VALUES ('transcode', ?, ?, 5, 1, 1, 'no luck')"


def test_a_job_about_nothing_goes(folder):
    change(folder, JOB, 999, 2)
    found_and_repaired(folder, 'jobs')


def test_a_dead_job_is_tried_again(folder, world):
    change(folder, JOB, world.video, 2)
    change(folder, "UPDATE video_item SET state = 3, reason = 'timeout' WHERE id = ?", world.video)
    said = found_and_repaired(folder, 'dead-jobs')
    assert 'no luck' in said
    assert value(folder, 'SELECT state FROM bus_job') == 0


def test_an_upload_that_is_to_blame_is_no_fault_of_the_machine(folder, world):
    change(folder, JOB, world.video, 2)
    change(folder, "UPDATE video_item SET state = 3, reason = 'corrupt', message = 'It is damaged.'"
                   ' WHERE id = ?', world.video)
    said = doctor(folder)
    assert findings(said) == [('note', 'dead-jobs')] and 'It is damaged.' in said


# Files.


def objects(folder, world, pattern):
    asset = value(folder, 'SELECT asset FROM video_item WHERE id = ?', world.video)
    return sorted((folder / f'media/objects/v/{asset[:2]}/{asset}').rglob(pattern))


FILES = ('original.bin', 'cover.jpg', 'cover.webp', 'video.mp4', 'master.m3u8', 'v64.m3u8',
         'v64.mp4', 'audio.mp4')


@pytest.mark.parametrize('name', FILES)
@pytest.mark.parametrize('how', ('missing', 'is empty'))
def test_a_file_that_is_gone_or_empty_is_found(folder, world, name, how):
    path, = objects(folder, world, name)
    path.unlink()
    if how == 'is empty':
        path.touch()
    said = doctor(folder, status=1)
    assert findings(said) == [('found', 'files')], said
    assert f'{name} of video {world.video} ' in said and how in said
    assert f'delete-video {world.video}' in said
    assert findings(doctor(folder, '--repair', status=1)) == [('found', 'files')]


@pytest.mark.parametrize('name', [name for name in FILES if name != 'original.bin'])
def test_a_file_that_breaks_off_is_found(folder, world, name):
    path, = objects(folder, world, name)
    os.truncate(path, path.stat().st_size - 5)
    said = doctor(folder, status=1)
    assert findings(said) == [('found', 'files')] and f'{name} of video' in said, said


def test_after_the_video_is_deleted_all_is_well(folder, world):
    path, = objects(folder, world, 'cover.jpg')
    path.unlink()
    doctor(folder, status=1)
    admin(folder, 'delete-video', world.video)
    assert CLEAN in doctor(folder)


ORPHANS = ('v/ab/abcdef0123456789/0/play.mp4', 'v/ab/stray', 'v/odd/0123456789abcdef/0/x',
           'v/ab/0123456789abcdef/0/x')


@pytest.mark.parametrize('name', ORPHANS)
def test_objects_that_nobody_names_go(folder, name):
    path = folder / 'media/objects' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'x')
    found_and_repaired(folder, 'orphans')
    assert not path.exists()


PICTURES = ('u/ab/abcdef0123456789/picture.webp', 'u/ab/stray', 'u/odd/0123456789abcdef/picture.webp', 'u/file')


@pytest.mark.parametrize('name', PICTURES)
def test_pictures_that_nobody_shows_go(folder, name):
    path = folder / 'media/objects' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'x')
    found_and_repaired(folder, 'pictures')
    assert not path.exists()


@pytest.mark.parametrize('column', ('avatar', 'background'))
def test_a_picture_that_is_shown_stays_and_is_missed(folder, column):
    path = folder / 'media/objects/u/ab/abcdef0123456789/picture.webp'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'x')
    change(folder, f'UPDATE user_account SET {column} = ? WHERE id = 1', f'media/{path.relative_to(folder / "media/objects")}')
    assert CLEAN in doctor(folder)
    path.unlink()
    said = doctor(folder, status=1)
    assert findings(said) == [('found', 'pictures')] and 'of user 1 is missing' in said


def test_a_generation_that_was_never_shown_goes(folder, world):
    cover, = objects(folder, world, 'cover.jpg')
    later = cover.parent.parent / '7'
    later.mkdir()
    (later / 'video.mp4').write_bytes(b'x')
    found_and_repaired(folder, 'orphans')
    assert cover.exists() and not later.exists()


LEFTOVERS = ('spool/upload-1', 'media/scratch/job-1/cover.jpg', 'media/work/0123456789abcdef/x',
             'backup-123456/duan.db')


@pytest.mark.parametrize('name', LEFTOVERS)
def test_what_a_crash_left_goes(folder, name):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'x')
    found_and_repaired(folder, 'leftovers')
    assert not path.exists()


def test_what_a_job_goes_on_with_stays(folder, world):
    begin(folder, world)
    change(folder, JOB, world.video, 0)
    asset = value(folder, f'SELECT asset FROM video_item WHERE id = {world.video}')
    work = folder / 'media/work' / asset
    work.mkdir()
    assert CLEAN in doctor(folder, '--repair')
    assert work.exists()


def test_the_key_is_its_owners_alone(folder):
    os.chmod(folder / 'token.key', 0o644)
    found_and_repaired(folder, 'key')
    assert os.stat(folder / 'token.key').st_mode & 0o777 == 0o600


def test_a_full_disk_is_told(folder):
    said = admin(folder, 'doctor', status=1, settings={'media.disk_reserve': '900TiB'}).out
    assert findings(said) == [('found', 'disk')] and 'uploads are refused' in said


# The database itself.


@pytest.mark.parametrize('name', ('favorite_mark', 'video_item', 'relation_follower', 'user_account'))
def test_a_damaged_page_is_found_and_nothing_else_is_touched(folder, name):
    change(folder, 'UPDATE video_usage SET videos = 9')
    into_the_file(folder)
    damage(folder, root_page(folder, name))
    said = doctor(folder, status=1)
    table = {'relation_follower': 'relation_edge'}.get(name, name)
    assert ('found', 'database') in findings(said) and f'table {table}' in said, said
    assert 'restore a backup' in said
    whole = (folder / 'duan.db').read_bytes()
    mended = doctor(folder, '--repair', status=1)
    assert 'repaired' not in {how for how, _ in findings(mended)}
    assert (folder / 'duan.db').read_bytes() == whole


def test_what_is_no_database_any_more_is_told(folder):
    (folder / 'duan.db').write_bytes(b'not a database' * 1000)
    said = doctor(folder, status=1)
    assert findings(said) == [('found', 'database')] and 'restore a backup' in said


def test_an_older_database_is_told(folder):
    change(folder, "DELETE FROM schema_migration WHERE owner = 'user' AND number = 2")
    assert 'duan admin migrate' in doctor(folder, status=1)


def test_a_newer_database_is_told(folder):
    change(folder, "INSERT INTO schema_migration VALUES ('video', 99, 'later', 'x', 1)")
    assert 'does not know' in doctor(folder, status=1)


# Beside a server.


@pytest.fixture
def running(folder, own_server):
    return own_server(folder=folder.parent)


def test_beside_a_server_repairs_are_seen_at_once(running, folder, world, new_user):
    viewer = new_user(running.url)
    right = viewer.user(world.ann)['follower_count']
    change(folder, 'UPDATE user_count SET follower_count = 99 WHERE user_id = ?', world.ann)
    eventually(lambda: viewer.user(world.ann)['follower_count'] == 99)
    assert findings(doctor(folder, '--repair')) == [('repaired', 'user-counts')]
    eventually(lambda: viewer.user(world.ann)['follower_count'] == right)


def test_beside_a_server_young_files_may_be_an_upload(running, folder):
    for name in ('media/objects/v/ab/abcdef0123456789/0/x', 'spool/upload-1', 'media/scratch/job-1/x'):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'x')
    assert CLEAN in doctor(folder, '--repair')
    for path in (folder / 'media/objects/v/ab/abcdef0123456789', folder / 'spool/upload-1',
                 folder / 'media/scratch/job-1'):
        os.utime(path, (OLD, OLD))
    said = doctor(folder, '--repair')
    assert sorted(findings(said)) == [('repaired', 'leftovers')] * 2 + [('repaired', 'orphans')]


def test_a_server_goes_on_while_it_is_examined(running, folder, new_user, clips, world):
    viewer = new_user(running.url)
    video = viewer.publish_new(clips.data('tiny.mp4'))['id']
    for _ in range(3):
        viewer.like(world.video), viewer.comment(video, 'now')
        assert CLEAN in doctor(folder, '--repair')
    viewer.until_ready(video)
    assert CLEAN in doctor(folder)
    viewer.video(video, expect=checks.OK)


def test_nothing_is_repaired_while_a_backup_is_made(folder):
    import fcntl
    with open(folder / 'files.lock', 'w') as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        said = admin(folder, 'doctor', '--repair', status=75)
        assert 'backup' in said.err
        (folder / 'backup-123456').mkdir()
        assert CLEAN in doctor(folder)
    doctor(folder, status=1)
