# etcd, the database server or the object store is killed and comes back; nothing acknowledged is lost.
# SPDX-License-Identifier: Apache-2.0
import shutil

import pytest

from checks import AWAY, BUSY
from crowd import Crowd
from instance_metrics import served
from ledger import Ledger
from playback import fetch
from waiting import eventually


@pytest.fixture
def crowd(pairs, clips, request):
    crowd = Crowd(pairs.url, Ledger(), clips.data('tiny.mp4'), request.node.name)
    yield crowd
    crowd.owner.http.close()


@pytest.mark.parametrize('loss', ['kept', 'lost'])
def test_without_etcd_everything_goes_on_and_everybody_is_found_again(pairs, crowd, loss):
    """Also when it comes back with nothing: who is there says so again."""
    etcd = pairs.cluster.components.etcd
    with crowd:
        etcd.kill()
        crowd.go_on(40)
        if loss == 'lost':
            shutil.rmtree(etcd.folder / 'data')
        etcd.start()
        crowd.go_on()
        assert crowd.refusals() == []
    # Another instance than the one that gateway and services knew: it can be known by etcd only.
    victim = pairs.instance('favorite-1')
    victim.stop()
    (victim.folder / 'ports').unlink()
    victim.start()
    with_calls(victim, pairs, crowd)
    crowd.check(pairs.url)


def with_calls(instance, cluster, crowd):
    """Others call it."""
    before = served(instance)

    def called():
        crowd.owner.feed()
        return served(instance) > before

    eventually(called)


def test_a_database_server_that_was_killed_is_used_again(pairs, crowd):
    mariadb = pairs.cluster.components.mariadb
    with crowd:
        mariadb.kill()
        crowd.meet_refusals()
        mariadb.start()
        crowd.go_on(40)
    crowd.check(pairs.url)


def test_a_role_that_starts_without_its_database_waits_for_it(pairs, clients):
    mariadb, victim = pairs.cluster.components.mariadb, pairs.instance('user-1')
    victim.stop()
    mariadb.kill()
    victim.launch()
    eventually(lambda: victim.health() in ('not ready', 'down'))
    mariadb.start()
    if not victim.daemon.alive():
        victim.launch()
    victim.wait()


def test_without_the_object_store_only_files_are_missed(pairs, new_user, clips):
    objects, ann = pairs.cluster.components.objects, new_user(pairs.url)
    video = ann.publish_ready(clips.data('tiny.mp4'))
    objects.kill()
    ann.publish(clips.data('tiny.mp4'), 'too early', (AWAY, BUSY), 503)
    ann.like(video['id'])
    assert ann.feed()[0]
    objects.start()
    eventually(lambda: fetch(video['play_url']).content)
    eventually(lambda: ann.publish(clips.data('tiny.mp4'), 'in time'))
    assert [each['title'] for each in ann.publish_list()] == ['in time', 'a clip']
    ann.until_ready(ann.publish_list()[0]['id'])
