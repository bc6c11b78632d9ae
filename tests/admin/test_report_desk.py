# What people reported is looked at, hidden, restored and dismissed, while a server runs beside.
# SPDX-License-Identifier: Apache-2.0
import os
import pwd

import pytest

import checks
from client import ids
from operator_shell import admin
from pages import walk_ids
from waiting import eventually

BAD_INPUT, NOT_THERE = 65, 66
WHY = 'advertises pills'


@pytest.fixture
def reports(server):
    """`duan admin reports WORDS`: what it said."""
    return lambda *words, **more: admin(server.data, 'reports', *words, **more).out


@pytest.fixture
def reported(reports, ann, bob, new_video):
    """A video of ann's that bob has reported, and the report's id."""
    video = new_video(ann)
    ann.until_ready(video['id'])
    bob.report('video', video['id'], 'spam', text='pills')
    video['report'] = report_of(reports, f'video {video["id"]} ')
    return video


def report_of(reports, about):
    line = next(line for line in reports('list', '--all', '--limit', 10000).splitlines() if f' {about}' in line)
    return line.split()[0]


def shown_to(viewer, video, liker):
    author = video['author']['id']
    return {
        'feed': video['id'] in ids(viewer.feed(latest_time=2 * 10**12)[0]),
        'of the author': video['id'] in ids(viewer.publish_list(author)),
        'pages': video['id'] in walk_ids(viewer, 'videos', author),
        'likes': video['id'] in ids(viewer.favorite_list(liker)),
    }


def files_of(viewer, video):
    """Statuses of the files that its page names, as this viewer gets them."""
    page = video['page']
    urls = [page[name] for name in ('play_url', 'cover_url', 'hls_url', 'cover_webp_url')]
    return {viewer.http.get(url, params={'token': viewer.token} if viewer.token else {}).status_code for url in urls}


def test_a_hidden_video_is_gone_for_everybody_but_its_author(reports, reported, ann, bob, new_user, anyone):
    eve = new_user()
    eve.like(reported['id'])
    reported['page'] = ann.video(reported['id'])
    for viewer in (anyone, eve, bob, ann):
        assert files_of(viewer, reported) == {200}
    assert 'hidden' in reports('hide', reported['report'], '--reason', WHY)

    def gone():
        for viewer in (anyone, eve):
            assert not any(shown_to(viewer, reported, eve.id).values())
            viewer.video(reported['id'], checks.NO_VIDEO)
            viewer.comment_list(reported['id'], checks.NO_VIDEO)
            assert files_of(viewer, reported) == {404}

    eventually(gone)
    eve.like(reported['id'], checks.NO_VIDEO)
    eve.comment(reported['id'], 'where is it?', checks.NO_VIDEO)
    eve.report('video', reported['id'], 'spam', checks.NO_VIDEO)


def test_its_author_sees_it_and_why_it_is_hidden(reports, reported, ann):
    reported['page'] = ann.video(reported['id'])
    assert 'hidden' not in reported['page']
    reports('hide', reported['report'], '--reason', WHY)
    eventually(lambda: ann.video(reported['id'])['hidden']['reason'] == WHY)
    checks.milliseconds(ann.video(reported['id'])['hidden']['at'])
    assert reported['id'] in ids(ann.publish_list())
    assert files_of(ann, reported) == {200}
    play = ann.http.get(reported['page']['play_url'], params={'token': ann.token})
    assert play.headers['cache-control'] == 'private, no-store'


def test_what_is_restored_is_back(reports, reported, ann, new_user, anyone):
    eve = new_user()
    eve.like(reported['id'])
    reported['page'] = ann.video(reported['id'])
    reports('hide', reported['report'])
    eventually(lambda: anyone.video(reported['id'], checks.NO_VIDEO))
    assert 'restored' in reports('restore', reported['report'])

    def back():
        assert all(shown_to(anyone, reported, eve.id).values())
        assert files_of(anyone, reported) == {200}
        assert 'hidden' not in ann.video(reported['id'])

    eventually(back)


def test_a_hidden_comment_is_shown_to_its_writer_alone(reports, ann, bob, new_user, video):
    bad = bob.comment(video['id'], 'pills')
    ann.report('comment', bad['id'], 'spam')
    report = report_of(reports, f'comment {bad["id"]} ')
    other = new_user()
    reports('hide', report)
    eventually(lambda: bad['id'] not in ids(other.comment_list(video['id'])))
    assert bad['id'] not in walk_ids(other, 'comments', video['id'])
    assert bad['id'] in ids(bob.comment_list(video['id']))
    other.report('comment', bad['id'], 'spam', checks.NO_COMMENT)
    reports('restore', report)
    eventually(lambda: bad['id'] in ids(other.comment_list(video['id'])))


def test_open_reports_are_listed_until_they_are_settled(reports, reported, new_user):
    other = new_user()
    other.report('video', reported['id'], 'violence')
    second = report_of(reports, f'video {reported["id"]} ')

    def is_open(report):
        return any(line.split()[:2] == [report, 'open'] for line in reports('list', '--limit', 10000).splitlines())

    assert second != reported['report'] and is_open(second) and is_open(reported['report'])
    assert 'dismissed' in reports('dismiss', reported['report'])
    assert not is_open(second) and not is_open(reported['report']), 'all that said the same are settled'
    assert other.video(reported['id'], checks.NO_VIDEO), 'who reported it does not see it all the same'


def test_each_deed_is_in_the_log(reports, reported):
    reports('hide', reported['report'], '--reason', WHY)
    reports('restore', reported['report'], '--reason', 'a mistake')
    reports('dismiss', reported['report'])
    shown = reports('show', reported['report']).splitlines()
    deeds = [line.split() for line in shown if ' by ' in line]
    assert [words[0] for words in deeds] == ['dismissed', 'restored', 'hidden']
    assert shown[-1].endswith(f': {WHY}') and shown[-2].endswith(': a mistake')
    assert f' by {os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name}: ' in shown[-1]


def test_a_report_shows_what_it_is_about(reports, reported, ann, bob):
    shown = dict(line.split(None, 1) for line in reports('show', reported['report']).splitlines())
    assert shown['about'] == f'video {reported["id"]}' and shown['title'] == 'a clip'
    assert (shown['author'], shown['reporter']) == (str(ann.id), str(bob.id))
    assert (shown['reason'], shown['words'], shown['state'], shown['others']) == ('spam', 'pills', 'open', '0')


def test_what_a_report_says_cannot_move_a_terminals_cursor(server, reports, ann, bob, video):
    bob.report('video', video['id'], 'other', text='first\nsecond\tthird')
    report = report_of(reports, f'video {video["id"]} ')
    assert 'first?second?third' in reports('show', report)


def test_a_person_is_banned_not_hidden(server, reports, ann, bob):
    ann.report('user', bob.id, 'harassment')
    report = report_of(reports, f'user {bob.id} ')
    said = admin(server.data, 'reports', 'hide', report, status=BAD_INPUT)
    assert f'duan admin ban id:{bob.id}' in said.err
    assert bob.name in reports('show', report)


@pytest.mark.parametrize('words, status', [
    (['hide', '999999999'], NOT_THERE), (['show', '999999999'], NOT_THERE), (['dismiss', 'x'], BAD_INPUT),
    (['hide'], BAD_INPUT), (['eat', '1'], BAD_INPUT), (['show', '0'], BAD_INPUT)])
def test_what_makes_no_sense_is_told(server, words, status):
    admin(server.data, 'reports', *words, status=status)


def test_a_reason_has_200_characters_at_most(server, reports, reported):
    admin(server.data, 'reports', 'hide', reported['report'], '--reason', 'x' * 201, status=BAD_INPUT)
    assert 'open' in reports('show', reported['report'])
    reports('hide', reported['report'], '--reason', '\u5c0f' * 200)


@pytest.mark.parametrize('words, name', [(['--reason', 'x' * 201], 'otto'), (['--reason', 'a\x07'], 'otto'), ([], 'o' * 65)])
def test_what_cannot_be_written_down_is_not_done(server, reports, ann, bob, new_user, video, monkeypatch, words, name):
    said = bob.comment(video['id'], 'pills')
    ann.report('comment', said['id'], 'spam')
    report = report_of(reports, f'comment {said["id"]} ')
    monkeypatch.setenv('SUDO_USER', name)
    admin(server.data, 'reports', 'hide', report, *words, status=BAD_INPUT)
    shown = dict(line.split(None, 1) for line in reports('show', report).splitlines())
    assert (shown['hidden'], shown['state']) == ('no', 'open')
    assert said['id'] in ids(new_user().comment_list(video['id']))
