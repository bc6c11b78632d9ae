# Uploads in pieces: tus 1.0 with creation, expiration, termination and checksum; and what becomes of them.
# SPDX-License-Identifier: Apache-2.0
import base64
import os
import threading

import pytest

import checks
from checks import BAD_PARAMETER, NOT_A_VIDEO, QUOTA_USED_UP, TOO_LARGE
from client import ids
from database import change
from server_process import files_in
from tus import PLACE, Upload, checksum
from waiting import eventually

NO_UPLOAD = 10016
MiB = 1 << 20


@pytest.fixture
def upload(ann):
    """An upload of ann's that has begun, of 1000 bytes."""
    begun = Upload(ann)
    begun.create(1000)
    return begun


@pytest.fixture(scope='module')
def clip(clips):
    return clips.data('plain.mp4')


def code(response):
    return response.json()['status_code']


# From beginning to end.

@pytest.mark.parametrize('pieces', [1, 3, 10])
def test_a_clip_that_came_in_pieces_is_a_video(ann, anyone, clip, pieces):
    upload = Upload(ann)
    upload.create(len(clip))
    upload.send_all(clip, len(clip) // pieces + 1)
    assert upload.offset() == len(clip)
    video_id = upload.publish('  in pieces ')['video_id']
    video = ann.publish_list()[0]
    assert (video['id'], video['title']) == (video_id, 'in pieces')
    assert video_id in ids(anyone.feed()[0])
    ann.until_ready(video_id)
    assert (ann.video(video_id)['width'], ann.video(video_id)['height']) == (640, 360)


def test_published_again_it_is_the_same_video(ann, clip):
    upload = Upload(ann)
    upload.create(len(clip))
    upload.append(0, clip)
    first = upload.publish()['video_id']
    assert upload.publish('another title')['video_id'] == first
    assert ids(ann.publish_list()) == [first]


def publish_by_many(author, clip):
    """The videos that four are told of who publish one upload at once."""
    upload = Upload(author)
    upload.create(len(clip))
    upload.append(0, clip)
    found = []
    crowd = [threading.Thread(target=lambda: found.append(upload.publish()['video_id'])) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return found


def test_published_by_many_at_once_it_is_one_video(ann, clips):
    found = publish_by_many(ann, clips.data('tiny.mp4'))
    assert len(found) == 4 and len(set(found)) == 1
    assert ids(ann.publish_list()) == found[:1]
    ann.until_ready(found[0])
    assert ann.http.get(ann.video(found[0])['cover_url']).status_code == 200


@pytest.mark.one_process('looks at files, which a cluster has in its store')
def test_who_was_late_leaves_no_files(own_server, new_user, clips):
    server = own_server()
    author = new_user(server.url)
    for _ in range(3):
        author.until_ready(publish_by_many(author, clips.data('tiny.mp4'))[0])
    assert len(list((server.data / 'media/objects/v').glob('*/*'))) == 3


@pytest.mark.one_process('looks at files, which a cluster has in its store')
def test_who_finds_the_pieces_gone_is_told_the_video_that_they_became(own_server, new_user, clips):
    server = own_server()
    author = new_user(server.url)
    clip = clips.data('tiny.mp4')
    upload = Upload(author)
    upload.create(len(clip))
    upload.append(0, clip)
    piece, = pieces_of(server)
    held, aside = server.data / 'held', server.data / 'aside'
    # A pipe in the piece's place: whoever opens it waits until it has a writer, and finds no piece then.
    os.mkfifo(held)
    piece.rename(aside)
    os.link(held, piece)
    late = []
    waiting = threading.Thread(target=lambda: late.append(upload.publish('late', expect=None)))
    waiting.start()
    eventually(lambda: any((server.data / 'media/scratch').glob('*/whole')))
    assert upload.offset() == len(clip)
    aside.rename(piece)
    first = upload.publish()['video_id']
    eventually(lambda: not pieces_of(server))
    os.close(os.open(held, os.O_RDWR))
    waiting.join()
    assert [answer.get('video_id') for answer in late] == [first], late
    assert ids(author.publish_list()) == [first]


def test_what_has_not_come_whole_cannot_be_published(ann, upload):
    upload.append(0, b'x' * 999)
    assert '999 of 1000 bytes' in upload.publish(expect=checks.FAILED)['status_msg']


@pytest.mark.parametrize('title', ['', ' ', 'x' * 201, 'a\x07'])
def test_a_title_is_held_to_the_rules_of_publishing(ann, upload, title):
    upload.publish(title, BAD_PARAMETER)


def test_what_is_no_video_is_refused_and_can_still_be_ended(ann, upload):
    upload.append(0, b'x' * 1000)
    upload.publish(expect=NOT_A_VIDEO)
    assert ann.publish_list() == []
    upload.end()


# Going on.

def test_it_goes_on_where_it_stands_after_the_server_was_killed(own_server, new_user, clip):
    server = own_server()
    author = new_user(server.url)
    upload = Upload(author)
    half = len(clip) // 2
    upload.create(len(clip))
    upload.append(0, clip[:half])
    server.kill()
    server.start()
    assert upload.offset() == half
    upload.append(half, clip[half:])
    video_id = upload.publish()['video_id']
    author.until_ready(video_id)


@pytest.mark.parametrize('offset', [0, 1, 99, 101, 1000, 2**62])
def test_a_piece_belongs_where_the_last_one_ended(upload, offset):
    upload.append(0, b'x' * 100)
    upload.append(offset, b'y', 409)
    assert upload.offset() == 100


def test_of_two_pieces_at_one_place_one_counts(ann, upload):
    statuses = []

    def send(byte):
        reply = ann.http.patch(upload.location, params={'token': ann.token}, content=byte * 500, headers={
            'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream'})
        statuses.append(reply.status_code)

    pair = [threading.Thread(target=send, args=(byte,)) for byte in (b'a', b'b')]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert sorted(statuses) == [204, 409]
    assert upload.offset() == 500


def test_an_empty_piece_changes_nothing(upload):
    upload.append(0, b'')
    assert upload.offset() == 0


def test_more_than_was_announced_is_refused(upload):
    assert code(upload.append(0, b'x' * 1001, 413)) == TOO_LARGE
    upload.append(0, b'x' * 1000)
    upload.append(1000, b'x', 413)


# Checksums.

@pytest.mark.parametrize('name', ['sha1', 'sha256'])
def test_a_piece_with_its_checksum_is_taken(upload, name):
    upload.append(0, b'x' * 10, checksum=checksum(b'x' * 10, name))


def test_a_piece_with_another_checksum_is_dropped(upload):
    upload.append(0, b'x' * 10, 460, checksum=checksum(b'y' * 10))
    assert upload.offset() == 0
    upload.append(0, b'x' * 10, checksum=checksum(b'x' * 10))


@pytest.mark.parametrize('wrong', ['md5 1B2M2Y8AsgTpgAmY7PhCfg==', 'sha1', 'nothing', 'sha1 %%%', 'SHA1 x'])
def test_a_checksum_that_is_none_is_refused(upload, wrong):
    response = upload.viewer.http.patch(
        upload.location, params={'token': upload.viewer.token}, content=b'x', headers={
            'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream',
            'Upload-Checksum': wrong})
    assert response.status_code in (400, 460)
    assert upload.offset() == 0


# What it says of itself.

def test_metadata_come_back_as_they_were_sent(ann):
    metadata = f"filename {base64.b64encode('短.mp4'.encode()).decode()},empty"
    upload = Upload(ann)
    upload.create(10, metadata=metadata)
    head = upload.head()
    assert (head.headers['Upload-Metadata'], head.headers['Upload-Length']) == (metadata, '10')


def test_without_metadata_there_is_no_such_header(upload):
    assert 'Upload-Metadata' not in upload.head().headers


def test_metadata_are_bounded(ann):
    Upload(ann).create(10, metadata='x' * 1024)
    assert code(Upload(ann).create(10, 413, metadata='x' * 1025)) == TOO_LARGE


@pytest.mark.parametrize('length', ['', '-1', '+1', '1.5', 'x', '0x10', '1e3', '9' * 30, '0'])
def test_a_length_that_is_none_is_refused(ann, length):
    Upload(ann).create(length, 400)


def test_another_version_of_tus_is_refused(ann, upload):
    for version in (None, '0.2.2', '1.0.00'):
        Upload(ann).create(10, 412, version=version)
        upload.head(412, version=version)
        upload.append(0, b'x', 412, version=version)
        upload.end(412, version=version)
    assert upload.offset() == 0


@pytest.mark.parametrize('kind', ['application/octet-stream', 'text/plain', 'application/x-www-form-urlencoded', 'application/json'])
def test_a_piece_of_another_type_is_refused(upload, kind):
    upload.append(0, b'x=1', 415, kind=kind)
    assert upload.offset() == 0


# Limits.

def test_the_largest_upload_is_named(own_server, new_user):
    server = own_server({'upload.max_bytes': '1MiB'})
    author = new_user(server.url)
    Upload(author).create(MiB)
    refused = Upload(author).create(MiB + 1, 413)
    assert code(refused) == TOO_LARGE and str(MiB) in refused.json()['status_msg']


def test_what_is_open_counts_against_the_quota(own_server, new_user, clip):
    server = own_server({'upload.account_bytes': str(2 * MiB)})
    author = new_user(server.url)
    first = Upload(author)
    first.create(MiB)
    Upload(author).create(MiB)
    assert code(Upload(author).create(1, 413)) == QUOTA_USED_UP
    first.end()
    Upload(author).create(MiB)


def test_what_was_acknowledged_finds_room_when_it_is_published(own_server, new_user, clips):
    clip = clips.data('tiny.mp4')
    server = own_server({'upload.account_bytes': str(2 * len(clip))})
    author = new_user(server.url)
    begun = [Upload(author) for _ in range(2)]
    for upload in begun:
        upload.create(len(clip))
        upload.append(0, clip)
    author.publish(clip, expect=QUOTA_USED_UP)
    for upload in begun:
        author.until_ready(upload.publish()['video_id'])
    assert len(author.publish_list()) == 2


def test_open_uploads_are_bounded(ann, bob):
    begun = [Upload(ann) for _ in range(20)]
    for upload in begun:
        upload.create(1)
    refused = Upload(ann).create(1, 413)
    assert code(refused) == QUOTA_USED_UP and '20' in refused.json()['status_msg']
    Upload(bob).create(1)
    begun[0].end()
    Upload(ann).create(1)


# Whose it is.

def test_nobody_else_finds_it(bob, upload):
    others = Upload(bob, upload.location)
    others.head(404)
    others.append(0, b'x', 404)
    others.end(404)
    others.publish(expect=NO_UPLOAD)
    upload.append(0, b'x')


def test_without_a_session_there_is_nothing(anyone, upload):
    strangers = Upload(anyone, upload.location)
    strangers.create(10, 401)
    strangers.head(401)
    strangers.append(0, b'x', 401)
    strangers.end(401)
    strangers.publish(expect=checks.NO_SESSION)


@pytest.mark.parametrize('name', ['1', 'x' * 16, '0' * 16, 'F' * 16, 'f' * 16, '0' * 17, '..', '%2e%2e%2f', "0'--00000000000"])
def test_an_address_that_is_none_is_unknown(ann, name):
    Upload(ann, f'{PLACE}/{name}').head(404)
    Upload(ann, f'{PLACE}/{name}').append(0, b'x', 404)


# Its end.

def test_an_ended_upload_is_unknown(ann, upload):
    upload.append(0, b'x' * 10)
    upload.end()
    upload.head(404)
    upload.append(10, b'x', 404)
    upload.end(404)
    upload.publish(expect=NO_UPLOAD)


def pieces_of(server):
    return files_in(server.data / 'media/objects/p')


@pytest.mark.one_process('looks at files, which a cluster has in its store')
def test_nothing_is_left_of_what_was_ended_or_published(own_server, new_user, clips):
    server = own_server()
    author = new_user(server.url)
    clip = clips.data('tiny.mp4')
    ended, published = Upload(author), Upload(author)
    for upload in (ended, published):
        upload.create(len(clip))
        upload.append(0, clip)
    assert len(pieces_of(server)) == 2
    ended.end()
    eventually(lambda: len(pieces_of(server)) == 1)
    author.until_ready(published.publish()['video_id'])
    eventually(lambda: not pieces_of(server))


@pytest.mark.one_process('changes the database of one process')
def test_what_is_over_is_unknown_before_it_is_swept(own_server, new_user):
    server = own_server()
    upload = Upload(new_user(server.url))
    upload.create(10)
    change(server.data, 'UPDATE video_upload SET expires_at = 1')
    upload.head(404)
    upload.append(0, b'x', 404)
    upload.publish(expect=NO_UPLOAD)


@pytest.mark.one_process('looks at files, which a cluster has in its store')
def test_what_is_over_is_unknown_and_swept_also_after_a_restart(own_server, new_user):
    server = own_server({'upload.lifetime': '1s'})
    author = new_user(server.url)
    upload = Upload(author)
    upload.create(10)
    upload.append(0, b'x')
    server.kill()
    server.start()
    eventually(lambda: not pieces_of(server))
    upload.head(404)
    upload.publish(expect=NO_UPLOAD)
