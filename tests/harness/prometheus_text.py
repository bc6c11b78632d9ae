# A strict reader of the Prometheus text format 0.0.4.
# SPDX-License-Identifier: Apache-2.0
import re

CONTENT_TYPE = 'text/plain; version=0.0.4'
TYPES = ('counter', 'gauge', 'histogram', 'summary', 'untyped')
NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SAMPLE = re.compile(rf'({NAME})(?:\{{(.*)\}})? (\S+)(?: -?\d+)?')
COMMENT = re.compile(rf'# (HELP|TYPE) ({NAME})(?: (.*))?')
ENDINGS = {'histogram': ('_bucket', '_sum', '_count'), 'summary': ('', '_sum', '_count')}


class Metrics:
    """Every sample of a page: `samples[name, labels]`, labels being a frozen set of pairs."""

    def __init__(self, text):
        assert text.endswith('\n'), 'the last line has no end'
        self.types, self.helps, self.samples = {}, {}, {}
        self.order = []
        for line in text.split('\n')[:-1]:
            if line.startswith('#'):
                self.comment(line)
            elif line:
                self.sample(line)
        self.families_stay_together()
        self.histograms_add_up()

    def comment(self, line):
        found = COMMENT.fullmatch(line)
        if not found:
            assert not re.match(r'# (HELP|TYPE)\b', line), line
            return
        kind, name, text = found.groups()
        table = self.types if kind == 'TYPE' else self.helps
        assert name not in table, f'{kind} of {name} twice'
        assert kind == 'HELP' or text in TYPES, line
        assert name not in self.order, f'{kind} of {name} after its samples'
        table[name] = text

    def sample(self, line):
        found = SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        key = name, frozenset(self.labels(labels or ''))
        assert key not in self.samples, f'twice: {line}'
        self.samples[key] = float(value.replace('Inf', 'inf').replace('NaN', 'nan'))
        family = self.family(name)
        assert family in self.types, f'no TYPE for {line}'
        assert family in self.helps, f'no HELP for {line}'
        self.order.append(family)

    @staticmethod
    def labels(text):
        pairs, at = [], 0
        while at < len(text):
            found = LABEL.match(text, at)
            assert found, text
            pairs.append(found.group(1, 2))
            at = found.end()
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f'a label twice: {text}'
        return pairs

    def family(self, name):
        for kind, endings in ENDINGS.items():
            for ending in filter(name.endswith, endings):
                base = name[:len(name) - len(ending)]
                if self.types.get(base) == kind:
                    return base
        return name

    def families_stay_together(self):
        runs = [name for at, name in enumerate(self.order) if self.order[at - 1:at] != [name]]
        assert len(runs) == len(set(runs)), 'the samples of a family are apart'

    def histograms_add_up(self):
        for (name, labels), value in self.samples.items():
            family = self.family(name)
            if self.types[family] != 'histogram' or not name.endswith('_count'):
                continue
            buckets = self.buckets(family, labels)
            counts = [count for _, count in buckets]
            assert counts == sorted(counts), f'{family} is not cumulative'
            assert buckets[-1] == (float('inf'), value), f'{family} lacks +Inf, or it is not all'
            assert (f'{family}_sum', labels) in self.samples

    def buckets(self, family, labels):
        found = []
        for (name, own), value in self.samples.items():
            bounds = [bound for label, bound in own if label == 'le']
            if name == f'{family}_bucket' and own - {('le', bound) for bound in bounds} == labels:
                found.append((float(bounds[0].replace('Inf', 'inf')), value))
        return sorted(found)

    def counters(self, *wanted):
        """The counters, and the counts of histograms, that have all these label values."""
        return {(name, labels): value for (name, labels), value in self.samples.items()
                if self.counts(name) and set(wanted) <= {label for _, label in labels}}

    def counts(self, name):
        kind = self.types[self.family(name)]
        return kind == 'counter' or (kind == 'histogram' and name.endswith('_count'))
