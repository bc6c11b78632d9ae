# Backups: made while everything goes on, restored elsewhere, refused when anything is wrong with them.
# SPDX-License-Identifier: Apache-2.0
import hashlib
import io
import os
import subprocess
import tarfile
import threading

import pytest

import checks
from client import ids
from database import change
from effort import rounds
from images import png
from operator_shell import admin, run
from server_process import program
from waiting import eventually

EXISTS, BAD_INPUT, NOT_THERE, NOT_NOW = 73, 65, 66, 75


class Busy:
    """Somebody who likes, comments and uploads until told to stop."""

    def __init__(self, *acts):
        self.stopping = threading.Event()
        self.done = [0] * len(acts)
        self.failures = []
        self.threads = [threading.Thread(target=self.repeat, args=(at, act))
                        for at, act in enumerate(acts)]

    def repeat(self, at, act):
        try:
            while not self.stopping.is_set():
                act()
                self.done[at] += 1
        except Exception as failure:  # told by the test's own thread
            self.failures.append(failure)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.go_on()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures

    def go_on(self):
        """Waits until everybody has done something more."""
        before = list(self.done)
        eventually(lambda: self.failures or all(a > b for a, b in zip(self.done, before)))
        assert not self.failures, self.failures


@pytest.fixture
def busy_folder(own_server, new_user, clips):
    """A server with a finished video, and people who go on all the time."""
    server = own_server()
    ann, bob, cy = (new_user(server.url) for _ in range(3))
    video = ann.publish_ready(clips.data('tiny.mp4'), 'before')
    clip = clips.data('tiny.mp4')

    def toggle():
        bob.like(video['id'])
        bob.unlike(video['id'])

    with Busy(toggle, lambda: cy.comment(video['id'], 'again'), lambda: ann.publish(clip, 'more'),
              lambda: cy.send(bob.id, 'hello')) as busy:
        yield server, ann, busy


def test_a_backup_of_a_busy_server_lives_on_elsewhere(busy_folder, own_server, clients, tmp_path):
    server, ann, busy = busy_folder
    for number in range(rounds(2, 10)):
        archive, folder = tmp_path / f'{number}.tar', tmp_path / f'{number}'
        folder.mkdir()
        admin(server.data, 'backup', archive)
        busy.go_on()
        admin(folder / 'data', 'restore', archive)
        other = own_server(folder=folder)
        again = clients(other.url)
        again.token, again.id = ann.token, ann.id  # the key came along
        works = again.publish_list()
        assert works and works[-1]['title'] == 'before'
        for video in works:
            assert again.http.get(video['play_url'].replace(server.url, other.url)).status_code == 200
        eventually(lambda: {again.video(video)['state'] for video in ids(works)} == {'ready'})


@pytest.fixture
def folder(own_server, new_user, clips):
    """A stopped server's data folder with one finished video in it."""
    server = own_server()
    ann = new_user(server.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    checks.envelope(ann.http.put('/api/v1/me/avatar', params={'token': ann.token}, content=png()))
    server.stop()
    return server.data


@pytest.fixture
def archive(folder, tmp_path):
    made = tmp_path / 'backup.tar'
    admin(folder, 'backup', made)
    return made


def names(archive):
    with tarfile.open(archive) as tar:
        return tar.getnames()


def test_a_backup_is_a_tar_of_what_lasts(folder, archive):
    held = names(archive)
    assert held[0] == 'duan-backup' and held[-1] == 'duan-backup-end'
    assert {'duan.db', 'token.key'} < set(held)
    objects = {str(path.relative_to(folder)) for path in (folder / 'media/objects').rglob('*')
               if path.is_file()}
    assert set(held) - {'duan-backup', 'duan-backup-end', 'duan.db', 'token.key'} == objects
    assert os.stat(archive).st_mode & 0o077 == 0, 'others can read it'


def test_a_backup_tells_how_much_it_holds(folder, tmp_path):
    made = tmp_path / 'backup.tar'
    said = admin(folder, 'backup', made).out
    assert said.startswith(f'{made}: {len(names(made)) - 2} files, ') and said.endswith(' KiB.\n')


def test_a_backup_leaves_nothing_beside(folder, archive, tmp_path):
    assert os.listdir(tmp_path) == ['backup.tar']
    assert not [name for name in os.listdir(folder) if name.startswith('backup')]


def test_a_backup_replaces_nothing(folder, archive):
    before = archive.read_bytes()
    said = admin(folder, 'backup', archive, status=EXISTS)
    assert 'is there already' in said.err
    assert archive.read_bytes() == before


def test_a_backup_goes_through_a_pipe(folder, tmp_path):
    made = subprocess.run([program(), 'admin', 'backup', '-', '--data', folder],
                          stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run([program(), 'admin', 'restore', '-', '--data', tmp_path / 'new'],
                          input=made, stdout=subprocess.PIPE, check=False)
    assert done.returncode == 0
    assert (tmp_path / 'new/duan.db').exists()


def test_a_backup_that_cannot_be_written_leaves_nothing(folder, tmp_path):
    said = admin(folder, 'backup', tmp_path / 'missing/backup.tar', status=NOT_THERE)
    assert 'missing/backup.tar.part' in said.err
    assert not [name for name in os.listdir(folder) if name.startswith('backup')]


def test_a_backup_that_fails_on_its_way_leaves_nothing(folder, tmp_path):
    (folder / 'token.key').unlink()
    (folder / 'token.key').mkdir()
    assert 'is no file' in admin(folder, 'backup', tmp_path / 'backup.tar', status=69).err
    assert os.listdir(tmp_path) == []
    assert not [name for name in os.listdir(folder) if name.startswith('backup')]


def test_a_reader_that_goes_away_leaves_nothing(folder):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([program(), 'admin', 'backup', '-', '--data', folder], stdout=write,
                          stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert done.returncode == 69 and b'Broken pipe' in done.stderr
    assert not [name for name in os.listdir(folder) if name.startswith('backup')]


def test_a_file_that_is_missing_is_told_and_the_rest_is_kept(folder, tmp_path):
    cover = next((folder / 'media/objects').rglob('cover.jpg'))
    cover.unlink()
    said = admin(folder, 'backup', tmp_path / 'backup.tar', status=1)
    assert str(cover.relative_to(folder)) in said.err
    admin(tmp_path / 'new', 'restore', tmp_path / 'backup.tar')


def test_nothing_is_removed_while_a_backup_is_made(own_server, new_user, clips, tmp_path):
    server = own_server()
    ann = new_user(server.url)
    video = ann.publish_ready(clips.data('plain.mp4'))
    reader = subprocess.Popen([program(), 'admin', 'backup', '-', '--data', server.data],
                              stdout=subprocess.PIPE)
    begun = reader.stdout.read(512)  # it waits for us: the rest does not fit into the pipe
    said = admin(server.data, 'delete-video', video['id'], status=NOT_NOW)
    assert 'backup' in said.err
    whole = tmp_path / 'backup.tar'
    whole.write_bytes(begun + reader.stdout.read())
    assert reader.wait() == 0
    admin(server.data, 'delete-video', video['id'])
    admin(tmp_path / 'new', 'restore', whole)
    ann.video(video['id'], expect=checks.NO_VIDEO)


# Restoring.


def untouched(folder):
    """Nothing was made in it or beside it."""
    return sorted(name for name in os.listdir(folder.parent) if name.startswith(folder.name))


def refuse(archive, folder, status=BAD_INPUT):
    before = untouched(folder)
    said = admin(folder, 'restore', archive, status=status)
    assert untouched(folder) == before
    return said.err


def test_an_empty_folder_may_be_there(archive, tmp_path):
    (tmp_path / 'new').mkdir()
    admin(tmp_path / 'new', 'restore', archive)
    assert (tmp_path / 'new/duan.db').exists()


def test_a_folder_that_is_not_empty_is_refused(archive, folder, tmp_path):
    (tmp_path / 'new').mkdir()
    (tmp_path / 'new/mine').write_text('mine')
    assert 'not empty' in refuse(archive, tmp_path / 'new', EXISTS)
    assert (tmp_path / 'new/mine').read_text() == 'mine'
    assert 'not empty' in refuse(archive, folder, EXISTS)


@pytest.mark.parametrize('part', (0, 0.01, 0.5, 0.9, 0.999))
def test_a_truncated_backup_is_refused(archive, tmp_path, part):
    with tarfile.open(archive) as tar:
        end = tar.getmembers()[-1].offset  # behind it is only padding
    short = tmp_path / 'short.tar'
    short.write_bytes(archive.read_bytes()[:int(end * part)])
    refuse(short, tmp_path / 'new')


def test_a_backup_without_its_end_is_refused(archive, tmp_path):
    assert 'breaks off' in refuse(rewritten(archive, lambda name, data: None if name == 'duan-backup-end'
                                            else data), tmp_path / 'new')


def test_no_bit_of_it_may_turn(archive, tmp_path):
    with tarfile.open(archive) as tar:
        targets = [(member.name, member.offset_data + member.size // 2)
                   for member in tar.getmembers() if member.size and 'backup' not in member.name]
    whole = archive.read_bytes()
    for _, at in targets[:rounds(4, len(targets))]:
        turned = tmp_path / 'turned.tar'
        turned.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        assert 'not what was put in' in refuse(turned, tmp_path / 'new')


def rewritten(archive, change, extra=()):
    """A copy with each entry's bytes changed (None: left out), and more entries before the last."""
    made = archive.parent / 'rewritten.tar'
    with tarfile.open(archive) as old, tarfile.open(made, 'w', format=tarfile.PAX_FORMAT) as new:
        for member in old.getmembers():
            data = change(member.name, old.extractfile(member).read())
            if member.name == 'duan-backup-end':
                for info, content in extra:
                    info.size = len(content)
                    new.addfile(info, io.BytesIO(content))
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return made


def entry(name, kind=tarfile.REGTYPE, target=''):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


OBJECT = 'media/objects/v/ab/abcdef0123456789/0/play.mp4'
HOSTILE = [
    entry('../escaped'), entry('/tmp/escaped'), entry('media/objects/v/../../../escaped/0/x'),
    entry('media/objects/v/ab/.hidden/0/x'), entry('duan.db-wal'), entry('lock'), entry('bin/sh'),
    entry(OBJECT, tarfile.SYMTYPE, '/etc/passwd'), entry(OBJECT, tarfile.LNKTYPE, 'token.key'),
    entry(OBJECT, tarfile.DIRTYPE), entry(OBJECT, tarfile.FIFOTYPE), entry(OBJECT, tarfile.CHRTYPE),
    entry('duan.db'), entry('token.key', tarfile.SYMTYPE, '/etc/passwd'), entry(OBJECT + '\n'),
    entry('media/objects/v/ab/abcdef0123456789/0/' + 'x' * 300), entry('media'),
]


@pytest.mark.parametrize('info', HOSTILE, ids=lambda info: f'{info.name[:40]} {info.type}')
def test_what_no_backup_holds_is_refused(archive, tmp_path, info):
    hostile = rewritten(archive, lambda name, data: data, [(info, b'')])
    said = refuse(hostile, tmp_path / 'new')
    assert 'backup' in said and f'"{info.name.rstrip()}'[:300] in said
    assert not (tmp_path / 'escaped').exists() and not os.path.exists('/tmp/escaped')


def test_a_file_that_was_slipped_in_is_noticed(archive, tmp_path):
    assert 'missing' in refuse(rewritten(archive, lambda name, data: data, [(entry(OBJECT), b'x')]),
                               tmp_path / 'new')


def test_what_is_no_backup_is_refused(tmp_path):
    (tmp_path / 'text').write_text('not a backup' * 1000)
    refuse(tmp_path / 'text', tmp_path / 'new')
    with tarfile.open(tmp_path / 'other.tar', 'w') as tar:
        tar.add(tmp_path / 'text', 'text')
    refuse(tmp_path / 'other.tar', tmp_path / 'new')
    refuse(tmp_path / 'none', tmp_path / 'new', NOT_THERE)


def test_a_backup_of_a_newer_format_is_refused(archive, tmp_path):
    newer = rewritten(archive, lambda name, data: data.replace(b'format: 1', b'format: 2')
                      if name == 'duan-backup' else data)
    assert 'format 2' in refuse(newer, tmp_path / 'new')


def test_a_backup_of_a_newer_program_is_refused(folder, tmp_path):
    change(folder, "INSERT INTO schema_migration VALUES ('video', 99, 'later', 'x', 1)")
    admin(folder, 'backup', tmp_path / 'backup.tar')
    assert 'does not know' in refuse(tmp_path / 'backup.tar', tmp_path / 'new', NOT_NOW)


def resealed(archive, change):
    """A copy with each entry's bytes changed, and a last note that is right for them."""
    digest, files, total = hashlib.sha256(), 0, 0

    def sealed(name, data):
        nonlocal files, total
        if name == 'duan-backup-end':
            return f'files: {files}\nbytes: {total}\nsha256: {digest.hexdigest()}\n'.encode()
        if name != 'duan-backup':
            data = change(name, data)
            digest.update(name.encode() + b'\0' + str(len(data)).encode() + b'\0' + data)
            files, total = files + 1, total + len(data)
        return data

    return rewritten(archive, sealed)


def test_the_sum_is_what_the_manual_says(archive, tmp_path):
    admin(tmp_path / 'new', 'restore', resealed(archive, lambda name, data: data))


def test_a_database_that_was_damaged_before_is_refused(archive, tmp_path):
    def damage(name, data):
        return data[:-4096] + b'\xa5' * 4096 if name == 'duan.db' else data

    assert 'damaged' in refuse(resealed(archive, damage), tmp_path / 'new')


def test_an_interrupted_backup_leaves_nothing(own_server, tmp_path):
    server = own_server()
    server.stop()
    (server.data / 'token.key').write_bytes(b'x' * (8 << 20))  # more than a pipe holds
    begun = subprocess.Popen([program(), 'admin', 'backup', '-', '--data', server.data],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    begun.stdout.read(512)
    begun.terminate()
    _, said = begun.communicate()
    assert begun.returncode == 75 and b'interrupted' in said
    assert not [name for name in os.listdir(server.data) if name.startswith('backup')]


def test_a_restored_folder_is_its_owners_alone(archive, tmp_path):
    admin(tmp_path / 'new', 'restore', archive)
    for path in [tmp_path / 'new', *(tmp_path / 'new').rglob('*')]:
        assert os.stat(path).st_mode & 0o077 == 0, path


def test_wrong_folders_are_told(tmp_path):
    assert 'no database' in admin(tmp_path, 'backup', tmp_path / 'x.tar', status=NOT_THERE).err
    assert os.listdir(tmp_path) == []
    assert run([program(), 'admin', 'backup'], status=64).err
