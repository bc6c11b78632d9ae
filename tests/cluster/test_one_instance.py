# One of two instances is killed, freezes or comes back: who uses the product hardly notices.
# SPDX-License-Identifier: Apache-2.0
import signal

import pytest

from cluster import SERVICES
from crowd import Crowd
from instance_metrics import served
from ledger import Ledger
from load import WRITERS
from waiting import eventually

UNDER_WAY = 2 * WRITERS  # calls that a member may have had with the instance when it died, and once more


@pytest.fixture
def crowd(pairs, clips, request):
    crowd = Crowd(pairs.url, Ledger(), clips.data('tiny.mp4'), request.node.name)
    yield crowd
    crowd.owner.http.close()


@pytest.mark.parametrize('role', SERVICES)
def test_a_killed_instance_costs_the_calls_it_had_and_no_more(pairs, crowd, role, record_property):
    victim = pairs.instance(f'{role}-1')
    with crowd:
        killed_at = crowd.now()
        victim.kill()
        crowd.go_on(40)
        at_once = len(crowd.refusals())
        crowd.go_on(40)
        refused, started_at = crowd.refusals(), crowd.now()
        victim.start()
        comes_back(victim)
        back_s = crowd.now() - started_at
        crowd.go_on()
    assert len(refused) == at_once <= UNDER_WAY, refused
    assert crowd.refusals() == refused, 'its return was noticed'
    crowd.check(pairs.url)
    record_property('refused', f'{len(refused)} within {crowd.refused_for_s(killed_at):.2f} s, slowest {crowd.slowest_s():.2f} s, '
                               f'back {back_s:.2f} s after its start')


@pytest.mark.parametrize('role', SERVICES)
def test_a_frozen_instance_is_avoided_and_does_nothing_late(pairs, crowd, role, record_property):
    """What it finds when it thaws was given up by its callers: to do it then would be a surprise."""
    victim = pairs.instance(f'{role}-2')
    with crowd:
        victim.daemon.signal(signal.SIGSTOP)
        crowd.go_on(40)
        refused = len(crowd.refusals())
        crowd.go_on(40)
        refused_later = len(crowd.refusals()) - refused
        victim.daemon.signal(signal.SIGCONT)
        comes_back(victim)
        crowd.go_on()
    assert refused_later <= WRITERS
    crowd.check(pairs.url)
    record_property('refused', f'{refused} and {refused_later}, slowest {crowd.slowest_s():.2f} s')


def comes_back(instance):
    """It is found, and asked."""
    before = served(instance)
    eventually(lambda: served(instance) > before)


def test_a_killed_transcoder_delays_videos_and_nothing_else(pairs, new_user, clips):
    ann, transcoder = new_user(pairs.url), pairs.instance('transcoder-1')
    transcoder.kill()
    video = ann.publish_new(clips.data('plain.mp4'))
    assert ann.feed()[0][0]['id'] == video['id']
    transcoder.start()
    eventually(lambda: ann.video(video['id'])['state'] == 'processing')
    transcoder.kill()
    transcoder.start()
    ann.until_ready(video['id'])
