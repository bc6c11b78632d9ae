# What may be true: every write is noted before it is sent and once more when it was acknowledged.
# SPDX-License-Identifier: Apache-2.0
import threading


class Ledger:
    """For each fact ('like', user, video) the values it may have; safe from several threads.

    While a request is under way both the old and the new value are possible, and they stay so
    when no answer came. An acknowledgement leaves one.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.possible = {}
        self.acknowledged = 0

    def write(self, fact, value, send):
        """Runs send(), which raises when no answer came; returns what it returned."""
        with self.lock:
            self.possible.setdefault(fact, {False}).add(value)
        answer = send()
        with self.lock:
            self.possible[fact] = {value}
            self.acknowledged += 1
        return answer

    def of(self, kind, *keys):
        """The facts of a kind whose first keys are these, without them: [(rest, values)]."""
        head = (kind, *keys)
        with self.lock:
            return [(fact[len(head):], values) for fact, values in self.possible.items()
                    if fact[:len(head)] == head]

    def settle(self, found, kind, *keys):
        """`found` is what is there of such facts: it must be possible, and is certain from now.

        Nothing may be there that was never written.
        """
        facts = self.of(kind, *keys)
        wrong = [(rest, values) for rest, values in facts if (rest in found) not in values]
        assert not wrong, f'{kind} {keys}: should not be as it is: {wrong}'
        invented = set(found) - {rest for rest, _ in facts}
        assert not invented, f'{kind} {keys}: never written: {invented}'
        with self.lock:
            for rest, _ in facts:
                self.possible[(kind, *keys, *rest)] = {rest in found}
