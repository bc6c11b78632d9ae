# Looks at media the way a player does: downloads it, asks ffprobe what it is, decodes all of it.
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
from urllib.parse import urljoin

from client import connect

HTTP = connect()
JPEG = b'\xff\xd8\xff'


def fetch(url, expect=200, **headers):
    """The reply to a plain GET; header names are written with underscores."""
    headers = {name.replace('_', '-'): value for name, value in headers.items()}
    response = HTTP.get(url, headers=headers)
    assert response.status_code == expect, (url, response.status_code, response.text[:200])
    return response


def probe(source):
    """ffprobe's streams by kind, the picture's upright size, and the duration in seconds."""
    done = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_streams', '-show_format',
                           str(source)], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    streams = {stream['codec_type']: stream for stream in found['streams']}
    return {'streams': streams, 'size': upright(streams.get('video', {})),
            'seconds': float(found['format'].get('duration', 0)),
            'tags': tags(found)}


def upright(stream):
    width, height = stream.get('width', 0), stream.get('height', 0)
    turns = [side.get('rotation', 0) for side in stream.get('side_data_list', [])]
    return (height, width) if any(abs(turn) == 90 for turn in turns) else (width, height)


def tags(found):
    """Every tag of the file and its streams, lower case, as one dict."""
    gathered = {}
    for part in [found['format'], *found['streams']]:
        gathered.update({name.lower(): value for name, value in part.get('tags', {}).items()})
    return gathered


def decode(source):
    """Decodes every frame; any complaint of the decoder fails."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', str(source), '-f', 'null',
                           '-'], capture_output=True, timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()


def picture(data, folder):
    """The format and size of an image."""
    file = folder / 'picture'
    file.write_bytes(data)
    stream = probe(file)['streams']['video']
    return stream['codec_name'], (stream['width'], stream['height'])


def playlist_urls(url):
    """Every address below an HLS playlist: its playlists, segments and initial parts."""
    text = fetch(url).text
    assert text.startswith('#EXTM3U'), text[:100]
    found = set()
    for line in text.splitlines():
        found.update(urljoin(url, name) for name in named(line))
    for name in [name for name in found if name.split('?')[0].endswith('.m3u8')]:
        found |= playlist_urls(name)
    return found


def named(line):
    if line and not line.startswith('#'):
        return [line]
    _, quoted, rest = line.partition('URI="')
    return [rest.split('"')[0]] if quoted else []
