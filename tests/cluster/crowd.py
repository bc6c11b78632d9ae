# A crowd that goes on writing and reading while a cluster loses parts, and what it noticed of it.
# SPDX-License-Identifier: Apache-2.0
import time

import httpx

from load import WRITERS, Stage, Writer
from waiting import eventually

# What a request may be answered with while something is away; 502 is HAProxy's word for a gateway that died.
REFUSALS = (502, 503, 504)
PAUSE_S = 0.01  # before the next one


class Member(Writer):
    """One of the crowd: goes on after a refusal, which leaves open whether the write was done."""

    WEIGHTS = {**Writer.WEIGHTS, 'look': 10}

    def __init__(self, *told):
        super().__init__(*told)
        self.refusals = []  # (when it ended, what was said)
        self.slowest_s = 0.0

    def step(self, write):
        began = time.monotonic()
        try:
            write()
            self.count += 1
        except AssertionError as failure:
            if not is_refusal(failure):
                raise
            self.refused(failure)
        except httpx.TimeoutException:
            raise
        except httpx.TransportError as failure:
            self.refused(failure)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def refused(self, failure):
        self.refusals.append((time.monotonic(), f'{type(failure).__name__}: {failure}'))
        self.stage.over.wait(PAUSE_S)

    def look(self):
        self.viewer.feed()
        self.viewer.comment_list(self.random.choice(self.stage.videos))


def is_refusal(failure):
    """A status that checks.envelope() did not expect, or authors without names, as while nobody can be asked for them."""
    told = failure.args[0] if failure.args else None
    return isinstance(told, tuple) and told[0] in REFUSALS or "name: ''" in str(told)


class Crowd(Stage):
    """with Crowd(url, ledger, clip, seed) as crowd: ... It has ended with the block, and none of it by a surprise."""

    writer = Member

    def __enter__(self):
        for member in self.writers:
            member.start()
        self.go_on()
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        for member in self.writers:
            member.join()
        failures = [member.failure for member in self.writers if member.failure]
        if failures and kind is None:
            raise failures[0]

    def go_on(self, steps=20):
        """Waits until every member has done so many things more that were answered well."""
        goals = [(member, member.count + steps) for member in self.writers]
        eventually(lambda: all(member.count >= goal for member, goal in goals) or not self.all_alive())
        assert self.all_alive(), [member.failure for member in self.writers]

    def meet_refusals(self, count=WRITERS):
        """Waits until so many things more were refused."""
        goal = len(self.refusals()) + count
        eventually(lambda: len(self.refusals()) >= goal or not self.all_alive())
        assert self.all_alive(), [member.failure for member in self.writers]

    @staticmethod
    def now():
        return time.monotonic()

    def all_alive(self):
        return all(member.is_alive() for member in self.writers)

    def refusals(self):
        return sorted(refusal for member in self.writers for refusal in member.refusals)

    def refused_for_s(self, since):
        """From then to the last refusal."""
        return max([when - since for when, _ in self.refusals()], default=0.0)

    def slowest_s(self):
        return max(member.slowest_s for member in self.writers)

    def check_counts(self, asking):
        """Counters follow their facts from process to process."""
        eventually(lambda: super(Crowd, self).check_counts(asking))
