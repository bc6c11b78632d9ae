# Waiting for what a server does in its own time, without relying on how long it takes.
# SPDX-License-Identifier: Apache-2.0
import time

# Far more than any machine needs: reaching it means "never", not "slowly".
DEADLINE_S = 120


def eventually(check, deadline_s=DEADLINE_S, pause_s=0.05):
    """Calls `check` until it neither fails an assertion nor returns False; returns its result."""
    end = time.monotonic() + deadline_s
    while True:
        try:
            result = check()
            assert result is not False, 'the condition never came true'
            return result
        except AssertionError:
            if time.monotonic() > end:
                raise
        time.sleep(pause_s)


def next_millisecond():
    """Lists are in the order of dates, which have milliseconds: what follows has a later one than what was before."""
    now = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == now:
        continue
