# kill -9 at random moments under a mixed load: what was acknowledged is there, the rest is whole.
# SPDX-License-Identifier: Apache-2.0
import random

from data_folder import assert_nothing_left_over, assert_sound, rows
from effort import rounds
from load import Stage, check_accounts
from waiting import eventually

WRITERS = 6
WRITES_MAX = 400  # of a round: the kill comes after a random number of them


def one_round(server, ledger, clip, seed):
    """A stage, a load on it, and the kill in the middle."""
    stage = Stage(server.url, ledger, clip, WRITERS, seed)
    enough = random.Random(seed).randint(1, WRITES_MAX)
    stage.start()
    eventually(lambda: stage.written() >= enough, pause_s=0.001)
    server.kill()
    stage.join()
    return stage


def test_what_was_acknowledged_survives_every_kill(own_server, clips):
    from ledger import Ledger
    server, ledger, stages = own_server(), Ledger(), []
    for at in range(rounds(4, 60)):
        stages.append(one_round(server, ledger, clips.data('tiny.mp4'), f'kill {at}'))
        server.start()
        assert_nothing_left_over(server.data)
        for stage in stages[-2:]:
            stage.check(server.url)
        assert_sound(server.data)
    for stage in stages:
        stage.check(server.url)
        stage.owner.http.close()
    check_accounts(server.url, ledger)
    print(f'{len(stages)} kills, {ledger.acknowledged} acknowledged writes')
