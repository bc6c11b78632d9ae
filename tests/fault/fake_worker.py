# Media workers that misbehave: each is the real one, but for what it is told to do wrong.
# SPDX-License-Identifier: Apache-2.0
from server_process import program

# What an upload says instead of being a video, and what the worker does when it looks at it.
WORDS = {
    'kill': 'kill -9 $$',
    'hang': 'exec sleep 600',
    'deaf': "trap '' TERM; while :; do sleep 1; done",
    'quit': 'exit 0',
    'lies': 'echo "container mp4"; echo "width 4294967297"; exit 0',
    'roar': 'exec yes',
    'code': 'exit 99',
    'kids': 'sleep 600 & echo $! >"$KIDS"; exec sleep 600',  # which outlive it and hold its pipe
}


def by_content(folder):
    """Reads the first four bytes of what it is given: a word above is obeyed."""
    cases = '\n'.join(f'{word}) {action} ;;' for word, action in WORDS.items())
    return script(folder, f'KIDS={folder}/kids\ncase $(head -c 4) in\n{cases}\nesac\nexec {real()} "$@"')


def failing_jobs(folder, times, action='kill -9 $$'):
    """Encodes only after `times` failures of that kind; notes each run in FOLDER/runs."""
    return script(folder, f'''[ "$1" = encode ] || exec {real()} "$@"
echo run >>{folder}/runs
[ "$(wc -l <{folder}/runs)" -gt {times} ] || {{ {action}; }}
exec {real()} "$@"''')


def only_looking(folder, action):
    """Looks at uploads, and does that instead of everything else."""
    return script(folder, f'[ "$1" = inspect ] || {{ {action}; }}\nexec {real()} "$@"')


def real():
    return program().parent / 'duan-media'


def script(folder, text):
    path = folder / 'worker'
    path.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\n{text}\n')
    path.chmod(0o755)
    return str(path)
