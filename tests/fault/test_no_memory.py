# Allocations that fail: a clean end or a plain refusal, never a crash, a hang or a lost write.
# SPDX-License-Identifier: Apache-2.0
import random
import signal

import pytest

from data_folder import assert_sound
from effort import rounds
from ledger import Ledger
from load import WRITES_MAX, Stage, hold
from preloads import preload
from server_process import Server
from waiting import eventually

AT_START = 1800  # allocations until it serves, and some more
SAMPLES = 48
FEW = 4
UNDER_LOAD = 30000  # those of a round's load, about
NOT_STARTED, BAD_SETTINGS = 69, 78
FOR_EVER = 10**9


def environment(number, how_many=1):
    return {'LD_PRELOAD': preload('no_memory'), 'NO_MEMORY': f'{number},{how_many}'}


def ended_or_serves(server):
    """True when it serves; None when it has ended."""
    try:
        return server.ready()
    except RuntimeError:
        return None


def start_without(server, number, how_many):
    """Starts it with that allocation failing; what it ends with, 0 after having served."""
    server.environment = environment(number, how_many)
    server.launch()
    if eventually(lambda: ended_or_serves(server), pause_s=0.005):
        server.process.send_signal(signal.SIGTERM)
    code = server.process.wait()
    server.process = None
    return code


def numbers():
    """One of each stretch, so that in time every one has had its turn."""
    step = rounds(AT_START // SAMPLES, FEW)
    return [at + random.randrange(step) for at in range(1, AT_START, step)]


@pytest.mark.parametrize('how_many', [1, FOR_EVER], ids=['one', 'all that follow'])
def test_a_start_without_memory_ends_cleanly_or_succeeds(tmp_path, how_many):
    server = Server(tmp_path)
    server.start().stop()
    for number in numbers():
        code = start_without(server, number, how_many)
        assert code in (0, -signal.SIGABRT, NOT_STARTED, BAD_SETTINGS), (number, code)
    server.environment = {}
    server.start()
    assert_sound(server.data)
    server.stop()


def test_what_was_acknowledged_survives_a_want_of_memory(own_server, clips):
    """One allocation fails, or from one on all: the server refuses, or aborts, or is killed."""
    server, ledger, stages = own_server(), Ledger(), []
    chance = random.Random('memory')
    for at in range(rounds(4, 40)):
        stage = Stage(server.url, ledger, clips.data('tiny.mp4'), f'memory {at}')
        stage.tolerant = True
        stages.append(stage)
        server.stop()
        server.environment = environment(chance.randrange(UNDER_LOAD),
                                         chance.choice((1, 20, FOR_EVER)))
        server.environment['NO_MEMORY_LATER'] = 'when it serves'
        server.start()
        server.process.send_signal(signal.SIGUSR2)
        stage.run_until_killed(server, WRITES_MAX)
        server.environment = {}
        server.start()
        hold(server, stages)
    assert ledger.acknowledged
