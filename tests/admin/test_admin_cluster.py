# What an operator does to a cluster: the same commands, on the databases and the services that its settings name.
# SPDX-License-Identifier: Apache-2.0
import signal
import time

import pytest

import checks
from client import ids, unique
from cluster_process import ClusterServer
from instance_metrics import reaches
from operator_shell import run, table
from server_process import Server, program
from waiting import eventually

FOUND, BAD_INPUT, NOT_THERE, DOWN, NOT_NOW = 1, 65, 66, 69, 75
CLEAN = 'nothing is wrong'
NOBODY = '127.0.0.1:1'  # a port that no server has


@pytest.fixture(scope='module')
def cluster(tmp_path_factory, components):
    """One of each role; a user's tests leave it as they found it. Who is frozen for a while keeps his place."""
    settings = {'account.undo': '0s', 'registry.ttl': '60s'}
    running = ClusterServer(tmp_path_factory.mktemp('cluster'), components, settings).start()
    yield running
    running.stop()
    running.discard()


@pytest.fixture
def ann(cluster, new_user):
    return new_user(cluster.url)


@pytest.fixture
def bob(cluster, new_user):
    return new_user(cluster.url)


def admin(cluster, *words, status=0, stdin='', **settings):
    """`duan admin WORDS` with the settings of all roles."""
    command = [program(), 'admin', *words, '--config', cluster.cluster.config]
    for name, value in settings.items():
        command += ['--set', f'{name.replace("__", ".")}={value}']
    return run(command, status, stdin)


def sql(cluster, service, statements):
    """Done in the database of a service, behind everybody's back."""
    return cluster.cluster.components.mariadb.run(statements, cluster.cluster.database(service))


def number(cluster, service, query):
    return int(sql(cluster, service, query))


def doctor(cluster, *words, status=0):
    return admin(cluster, 'doctor', *words, status=status).out


def listing(cluster):
    """What is in the bucket, as the store lists it."""
    objects = cluster.cluster.components.objects
    return objects.curl(f'{objects.address()}/{cluster.cluster.bucket}?list-type=2&max-keys=1000').stdout


def is_back(cluster, service):
    """Everybody asks it again, and not only who has been tried: the others found out on their own that it was away."""
    eventually(lambda: all(reaches(one, service) for one in cluster.cluster.instances))


def is_well(cluster):
    said = doctor(cluster, status=None)
    assert CLEAN in said, said


# Accounts.


def test_accounts_are_listed_with_their_counts(cluster, new_user, clips):
    word = unique('Zz')
    ann, bob = (new_user(cluster.url, f'{word} {name}') for name in ('ann', 'bob'))
    video = ann.publish_new(clips.data('tiny.mp4'))['id']
    bob.like(video), bob.follow(ann.id)
    eventually(lambda: [row[:8] for row in table(admin(cluster, 'users', word).out)] == [
        [str(ann.id), word, 'ann', '1', '0', '1', '1', 'no'], [str(bob.id), word, 'bob', '0', '1', '0', '0', 'no']])


def test_a_ban_ends_sessions_and_logins(cluster, ann, clients):
    said = admin(cluster, 'ban', ann.name, '--reason', 'spam')
    assert f'User {ann.id} is banned' in said.out
    eventually(lambda: ann.send(ann.id, 'hello', expect=checks.NO_SESSION))
    refused = clients(cluster.url).login(ann.name, ann.password, expect=checks.NOT_ALLOWED)
    assert 'spam' in refused['status_msg']
    assert ann.id in [int(row[0]) for row in table(admin(cluster, 'users', '--banned').out)]
    admin(cluster, 'unban', ann.id)
    clients(cluster.url).login(ann.name, ann.password)


def test_a_new_password_ends_sessions(cluster, ann, clients):
    said = admin(cluster, 'passwd', ann.name, stdin='battery staple\n')
    assert 'all sessions have ended' in said.out and 'battery' not in said.out + said.err
    eventually(lambda: ann.send(ann.id, 'hello', expect=checks.NO_SESSION))
    clients(cluster.url).login(ann.name, 'battery staple')


def test_who_is_nobody_is_told(cluster):
    assert 'there is no user' in admin(cluster, 'ban', 'nobody at all', status=NOT_THERE).err


def test_an_account_that_was_removed_leaves_nothing_for_the_doctor(cluster, ann, bob, clips, clients):
    mine, theirs = (one.publish_ready(clips.data('tiny.mp4'))['id'] for one in (ann, bob))
    for one in ann, bob:
        one.like(mine), one.like(theirs), one.comment(mine, 'on hers'), one.comment(theirs, 'on his')
    ann.follow(bob.id), bob.follow(ann.id), ann.send(bob.id, 'hello'), bob.send(ann.id, 'hello yourself')
    ann.request('DELETE', '/api/v1/me', password=ann.password)
    eventually(lambda: not number(cluster, 'user', f'SELECT count(*) FROM user_account WHERE id = {ann.id}'))
    eventually(lambda: bob.user()['follower_count'] == bob.user()['follow_count'] == 0)
    eventually(lambda: bob.video(theirs)['favorite_count'] == bob.video(theirs)['comment_count'] == 1)
    for service, query in (('video', f'video_item WHERE author_id = {ann.id}'),
                           ('favorite', f'favorite_mark WHERE user_id = {ann.id}'),
                           ('comment', f'comment_item WHERE user_id = {ann.id} OR video_id = {mine}'),
                           ('relation', f'relation_edge WHERE {ann.id} IN (user_id, target_id)'),
                           ('message', f'message_line WHERE {ann.id} IN (low_id, high_id)')):
        eventually(lambda: number(cluster, service, f'SELECT count(*) FROM {query}') == 0)
    eventually(lambda: is_well(cluster))


# Videos and jobs.


def test_a_removed_video_takes_its_objects_and_counts_along(cluster, ann, bob, clips, clients):
    video = ann.publish_ready(clips.data('tiny.mp4'))['id']
    bob.like(video), bob.comment(video, 'nice')
    asset = sql(cluster, 'video', f'SELECT asset FROM video_item WHERE id = {video}').strip()
    assert asset in listing(cluster)
    assert f'Video {video} of user {ann.id}' in admin(cluster, 'delete-video', video).out
    assert asset not in listing(cluster)
    assert clients(cluster.url).video(video, expect=checks.NO_VIDEO)
    eventually(lambda: (ann.user()['work_count'], ann.user()['total_favorited']) == (0, 0))
    assert video not in ids(bob.feed()[0])
    assert 'there is no video' in admin(cluster, 'delete-video', video, status=NOT_THERE).err
    eventually(lambda: is_well(cluster))


def test_what_is_reported_is_hidden_and_restored_on_every_gateway(cluster, ann, bob, clips):
    video = ann.publish_ready(clips.data('tiny.mp4'))
    play = ann.video(video['id'])['play_url']
    bob.report('video', video['id'], 'spam')
    report = next(line.split()[0] for line in admin(cluster, 'reports', 'list').out.splitlines() if f'video {video["id"]} ' in line)
    admin(cluster, 'reports', 'hide', report, '--reason', 'pills')
    eventually(lambda: bob.http.get(play).status_code == 404)
    assert bob.video(video['id'], checks.NO_VIDEO) and video['id'] not in ids(bob.feed()[0])
    assert ann.video(video['id'])['hidden']['reason'] == 'pills'
    assert ann.http.get(play, params={'token': ann.token}).status_code == 200
    admin(cluster, 'reports', 'restore', report)
    eventually(lambda: bob.http.get(play).status_code == 200)
    assert 'restored' in admin(cluster, 'reports', 'show', report).out


def test_a_dead_job_is_listed_and_runs_again(cluster, ann, clips):
    video = ann.publish_ready(clips.data('tiny.mp4'))['id']
    sql(cluster, 'video', f'UPDATE video_item SET state = 0 WHERE id = {video};'
        f' UPDATE video_usage SET pending = pending + 1 WHERE author_id = {ann.id};'
        ' INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at, last_error)'
        f" VALUES ('transcode', {video}, 2, 5, 1, 1, 'no luck')")
    job, = [row[0] for row in table(admin(cluster, 'jobs', '--dead').out) if row[2] == str(video)]
    assert f'Job {job} is due now' in admin(cluster, 'retry-job', job).out
    ann.until_ready(video)
    eventually(lambda: 'no dead jobs' in admin(cluster, 'jobs', '--dead').out)
    assert 'no job' in admin(cluster, 'retry-job', 1 << 40, status=NOT_THERE).err


# Steps of the tables.


def test_missing_steps_of_a_database_are_shown_and_applied(cluster):
    assert 'missing' not in admin(cluster, 'migrate', '--status').out
    indexes = ('report_by_id', 'report_by_time', 'report_by_state', 'report_by_target')
    sql(cluster, 'user', "DELETE FROM schema_migration WHERE owner = 'report' AND number = 2;"
        " DELETE FROM schema_piece WHERE owner = 'report' AND number = 2; DROP TABLE report_act;"
        + ';'.join(f'DROP INDEX {name} ON report_item' for name in indexes))
    rows = table(admin(cluster, 'migrate', '--status', status=FOUND).out)
    assert [row[:3] for row in rows if row[-1] == 'missing'] == [['user', 'report', '2']]
    said = admin(cluster, 'users', status=NOT_NOW).err
    assert 'the database of user' in said and 'duan admin migrate' in said
    admin(cluster, 'jobs')  # which is another's
    assert 'the database of user' in doctor(cluster, status=FOUND)
    admin(cluster, 'migrate')
    admin(cluster, 'migrate', '--status')
    admin(cluster, 'users')


def test_a_database_of_a_newer_program_is_left_alone(cluster):
    sql(cluster, 'comment', "INSERT INTO schema_migration VALUES ('comment', 99, 'later', 'x', 1)")
    assert 'unknown to this program' in admin(cluster, 'migrate', '--status', status=FOUND).out
    said = admin(cluster, 'migrate', status=NOT_NOW).err
    assert 'the database of comment' in said and 'newer' in said
    sql(cluster, 'comment', "DELETE FROM schema_migration WHERE number = 99")


# The doctor.


def found_and_repaired(cluster, check):
    """Told by a look that changes nothing, repaired, and gone. Returns what was told."""
    said = doctor(cluster, status=FOUND)
    assert [line.split()[:2] for line in said.splitlines()[:-1]] == [['found', check]], said
    mended = doctor(cluster, '--repair')
    assert [line.split()[:2] for line in mended.splitlines()[:-1]] == [['repaired', check]], mended
    assert CLEAN in doctor(cluster)
    return said


@pytest.fixture
def scene(cluster, ann, bob, clips):
    """Ann has a video that both like and comment on; they follow each other and chat. All of it has arrived."""
    video = ann.publish_ready(clips.data('tiny.mp4'))['id']
    for one, other in ((ann, bob), (bob, ann)):
        one.like(video), one.comment(video, 'nice'), one.follow(other.id), one.send(other.id, 'hello')
    eventually(lambda: is_well(cluster))
    return video


@pytest.mark.parametrize('service, table, key, column', [
    *(('user', 'user_count', 'user_id', column)
      for column in ('follow_count', 'follower_count', 'total_favorited', 'work_count', 'favorite_count')),
    *(('video', 'video_count', 'video_id', column) for column in ('favorite_count', 'comment_count')),
])
def test_a_count_of_what_another_service_has_is_set_right(cluster, scene, ann, service, table, key, column):
    row = ann.id if service == 'user' else scene
    right = number(cluster, service, f'SELECT {column} FROM {table} WHERE {key} = {row}')
    sql(cluster, service, f'UPDATE {table} SET {column} = {column} + 7 WHERE {key} = {row}')
    if column == 'favorite_count' and service == 'video':  # what the author has got is the sum of these
        sql(cluster, 'user', f'UPDATE user_count SET total_favorited = total_favorited + 7 WHERE user_id = {ann.id}')
        assert f'video {row}: {column} is {right + 7}, {right} is right' in doctor(cluster, status=FOUND)
        doctor(cluster, '--repair')
    else:
        assert f'{row}: {column} is {right + 7}, {right} is right' in found_and_repaired(cluster, f'{service}-counts')
    assert CLEAN in doctor(cluster)
    assert number(cluster, service, f'SELECT {column} FROM {table} WHERE {key} = {row}') == right


def test_counts_that_are_missing_are_made(cluster, scene, ann):
    before = sql(cluster, 'user', f'SELECT * FROM user_count WHERE user_id = {ann.id}')
    sql(cluster, 'user', f'DELETE FROM user_count WHERE user_id = {ann.id}')
    assert f'user {ann.id} has no counts' in found_and_repaired(cluster, 'user-counts')
    assert sql(cluster, 'user', f'SELECT * FROM user_count WHERE user_id = {ann.id}') == before


@pytest.mark.parametrize('service, statement, check', [
    ('comment', 'INSERT INTO comment_item (video_id, created_at, id, user_id, text) VALUES (999999, 1, 999999, 1, \'lost\');'
                " UPDATE sequence_next SET next = 1000000 WHERE kind = 'comment' AND next < 1000000", 'strays'),
    ('video', 'INSERT INTO video_count (video_id) VALUES (999999)', 'strays'),
    ('user', 'INSERT INTO user_count (user_id) VALUES (999999)', 'strays'),
    ('user', "UPDATE sequence_next SET next = 0 WHERE kind = 'user'", 'sequences'),
    ('video', "DELETE FROM sequence_next WHERE kind = 'video'", 'sequences'),
    ('video', 'UPDATE video_usage SET bytes = bytes + 1 ORDER BY author_id DESC LIMIT 1', 'quotas'),
    ('video', 'DELETE FROM video_usage ORDER BY author_id DESC LIMIT 1', 'quotas'),
    ('message', "UPDATE message_conversation SET last_content = 'other' ORDER BY user_id DESC LIMIT 1", 'conversations'),
    ('message', 'DELETE FROM message_conversation ORDER BY user_id DESC LIMIT 1', 'conversations'),
    ('message', "INSERT INTO message_conversation VALUES (999998, 999999, 1, 1, 1, 'x', 0, 0)", 'conversations'),
    ('video', "INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at, last_error)"
              " VALUES ('transcode', 999999, 2, 1, 1, 1, '')", 'jobs'),
])
def test_what_is_wrong_in_one_database_is_found_and_repaired(cluster, scene, service, statement, check):
    sql(cluster, service, statement)
    found_and_repaired(cluster, check)


def test_ids_go_on_beyond_those_that_running_services_took(cluster, new_user):
    """A service goes on with ids that it took before they were handed out again."""
    new_user(cluster.url)
    sql(cluster, 'user', "UPDATE sequence_next SET next = 0 WHERE kind = 'user'")
    doctor(cluster, '--repair')
    people = [new_user(cluster.url) for _ in range(3)]
    is_well(cluster)
    user = cluster.instance('user-1')
    user.stop(), user.launch(), user.wait()  # it takes others now
    is_back(cluster, 'user')
    later = [new_user(cluster.url) for _ in range(3)]
    assert len({one.id for one in people + later}) == 6


def test_a_conversation_is_as_it_was_when_it_is_repaired(cluster, scene, ann, bob):
    bob.chat(ann.id, 0), ann.send(bob.id, 'one more')  # so one has been delivered, and one has not
    query = f'SELECT * FROM message_conversation WHERE user_id IN ({ann.id}, {bob.id}) ORDER BY user_id, peer_id'
    before = sql(cluster, 'message', query)
    sql(cluster, 'message', f'UPDATE message_conversation SET last_at = 1, received_at = received_at + 5 WHERE user_id = {bob.id}')
    found_and_repaired(cluster, 'conversations')
    assert sql(cluster, 'message', query) == before


def test_a_video_without_its_job_gets_one(cluster, ann, clips):
    video = ann.publish_ready(clips.data('tiny.mp4'))['id']
    sql(cluster, 'video', f'UPDATE video_item SET state = 0 WHERE id = {video};'
        f' UPDATE video_usage SET pending = pending + 1 WHERE author_id = {ann.id}')
    assert f'video {video} waits for a job' in doctor(cluster, status=FOUND)
    doctor(cluster, '--repair')
    ann.until_ready(video)
    eventually(lambda: is_well(cluster))


def test_facts_under_way_are_no_finding_but_those_that_wait_are(cluster, scene, ann, bob):
    """While user hears nothing its counts are behind: that is not called wrong, and not set right."""
    frozen = cluster.instance('user-1').daemon
    wanted = ann.user()['follower_count']
    frozen.signal(signal.SIGSTOP)
    try:
        sql(cluster, 'relation', f'DELETE FROM relation_edge WHERE user_id = {bob.id} AND target_id = {ann.id};'
            ' INSERT INTO changes_outbox (destination, created_at, id, type, op, body)'
            f" VALUES ('elsewhere', {int(time.time() * 1000) - 300_000}, 1, 'RelationEdge', 0, '')")
        said = doctor(cluster, '--repair', status=FOUND)
    finally:
        frozen.signal(signal.SIGCONT)
        sql(cluster, 'relation', "DELETE FROM changes_outbox WHERE destination = 'elsewhere'")
    is_back(cluster, 'user')
    assert 'facts of relation wait for elsewhere, the oldest for 5 min' in said
    assert 'rows cannot be judged while facts wait' in said
    assert ann.user()['follower_count'] == wanted
    doctor(cluster, '--repair')  # the row that was taken away behind everybody's back
    assert CLEAN in doctor(cluster)


def test_a_cluster_in_use_is_well(cluster, ann, bob, clips):
    """Likes come and go while it is looked at."""
    video = ann.publish_new(clips.data('tiny.mp4'))['id']
    for _ in range(5):
        bob.like(video), ann.like(video)
        assert 'counts' not in doctor(cluster, status=None)
        bob.unlike(video), ann.unlike(video)


# What is down, and what is meant.


def test_a_service_that_is_down_is_named(cluster, ann):
    user = cluster.instance('user-1')
    user.stop()
    try:
        for words in (['ban', ann.name], ['passwd', ann.name]):
            assert 'user is down' in admin(cluster, *words, status=DOWN, stdin='battery staple\n').err
        admin(cluster, 'users', ann.name), admin(cluster, 'jobs')  # which ask databases
    finally:
        user.launch(), user.wait()
        is_back(cluster, 'user')


def test_an_etcd_that_does_not_answer_is_named(cluster, ann):
    said = admin(cluster, 'ban', ann.name, status=DOWN, registry__etcd=NOBODY).err
    assert f'etcd does not answer at {NOBODY}' in said
    assert ann.user()['id'] == ann.id


@pytest.mark.parametrize('words', (['users'], ['doctor'], ['migrate'], ['migrate', '--status']))
def test_a_database_that_does_not_answer_is_named(cluster, words):
    said = admin(cluster, *words, status=DOWN, sql__url=f'mysql://duan:secret@{NOBODY}/duan_{{service}}').err
    assert 'the database of user' in said and NOBODY in said and 'secret' not in said


@pytest.mark.parametrize('words', (['backup', 'x.tar'], ['restore', 'x.tar']))
def test_what_is_for_a_folder_says_what_to_use_instead(cluster, words):
    said = admin(cluster, *words, status=BAD_INPUT).err
    assert 'registry.etcd is set' in said and 'mariadb-dump' in said and 'docs/cluster.md' in said


def test_a_folder_is_not_taken_for_a_cluster(cluster, tmp_path):
    server = Server(tmp_path).start()
    server.stop()
    said = run([program(), 'admin', 'users', '--config', cluster.cluster.config, '--data', server.data], BAD_INPUT).err
    assert 'which of the two is meant?' in said
    said = run([program(), 'admin', 'users', '--data', server.data, '--set', 'sql.url=mysql://a:b@c:1/d'], BAD_INPUT).err
    assert 'registry.etcd is not' in said


def test_databases_that_are_files_of_roles_are_not_guessed(cluster):
    assert 'sql.url is not set' in admin(cluster, 'users', status=BAD_INPUT, sql__url='').err
    assert 'blob.s3.endpoint is not set' in admin(cluster, 'delete-video', 1, status=BAD_INPUT, blob__s3__endpoint='').err
