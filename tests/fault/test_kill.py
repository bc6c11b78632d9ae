# kill -9 at random moments under a mixed load: what was acknowledged is there, the rest is whole.
# SPDX-License-Identifier: Apache-2.0
from data_folder import assert_nothing_left_over, assert_sound
from effort import rounds
from ledger import Ledger
from load import check_accounts, one_round


def test_what_was_acknowledged_survives_every_kill(own_server, clips):
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
