#!/usr/bin/python3
# Builds the fuzzers in build/fuzz and runs them two at a time; keeps what they find.
# SPDX-License-Identifier: Apache-2.0
"""Usage: fuzz.py [SECONDS [NAME...]]   Each fuzzer runs for SECONDS (600), or only those NAMEd: json, router, tokens...

What was learned stays in build/fuzz/corpus and is where the next run begins. An input that breaks a rule is kept in
build/fuzz/found; it fails the run. To mend it: copy it under a name that says what it is into the corpus beside the
fuzzer (the line says where), see `./dev test unit` fail, mend the code.
"""
import concurrent.futures
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / 'build/fuzz'
SECONDS = 600
AT_A_TIME = 2
INPUT_SECONDS = 20  # one input that takes longer hangs


def targets():
    """The fuzzers by their name in the build: src/base/json_fuzz."""
    done = subprocess.run(['ninja', '-C', BUILD, '-t', 'targets', 'all'], capture_output=True, text=True, check=True)
    return sorted(set(re.findall(r'(?m)^(src\S*_fuzz): ', done.stdout)))


def build(names):
    done = subprocess.run(['ninja', '-C', BUILD, *names], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit('\n'.join(line for line in done.stdout.splitlines() if 'error' in line) or done.stdout[-2000:])


def seeds(target):
    """The corpus beside the fuzzer: a folder of its name, or all of the folder where there is but one fuzzer."""
    folder = ROOT / Path(target).parent / 'corpus'
    own = folder / Path(target).name.removesuffix('_fuzz')
    return own if own.is_dir() else folder


def run(target, seconds):
    """Runs one; returns its line and the inputs that broke a rule."""
    name = Path(target).name
    learned, found = BUILD / 'corpus' / name, BUILD / 'found' / name
    learned.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    done = subprocess.run([BUILD / target, f'-max_total_time={seconds}', f'-timeout={INPUT_SECONDS}',
                           f'-artifact_prefix={found}/', '-print_final_stats=1', learned, seeds(target)],
                          capture_output=True, text=True, errors='replace', check=False)
    broken = sorted(set(found.iterdir()) - before)
    return line_of(target, learned, done, broken), bool(done.returncode)


def line_of(target, learned, done, broken):
    runs = re.search(r'number_of_executed_units:\s*(\d+)', done.stderr)
    coverage = re.findall(r'cov: (\d+)', done.stderr)
    verdict = 'found nothing'
    if done.returncode:
        report = next((line for line in done.stderr.splitlines() if 'ERROR:' in line), 'see below')
        verdict = f'FOUND {", ".join(map(str, broken)) or "something"}: {report}\n    mend it with a copy in {seeds(target)}'
    return (f'{Path(target).name:20} {int(runs[1]) if runs else 0:>12,} inputs  {coverage[-1] if coverage else "?":>6} edges'
            f'  {len(list(learned.iterdir())):>6} kept  {verdict}')


def main(seconds=SECONDS, *names):
    chosen = [target for target in targets() if not names or Path(target).name.removesuffix('_fuzz') in names]
    if not chosen:
        sys.exit(f'there is no such fuzzer; these are: {", ".join(Path(t).name.removesuffix("_fuzz") for t in targets())}')
    build(chosen)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        for under_way in concurrent.futures.as_completed(pool.submit(run, target, int(seconds)) for target in chosen):
            line, broke = under_way.result()
            print(line, flush=True)
            failed += broke
    print(f'fuzz: {len(chosen)} fuzzers, {failed} found something')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
