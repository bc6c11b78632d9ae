# A client of tus 1.0, the resumable upload protocol, which checks what every reply must say.
# SPDX-License-Identifier: Apache-2.0
import base64
import email.utils
import hashlib

import checks

VERSION = '1.0.0'
PIECE = 'application/offset+octet-stream'
PLACE = '/api/v1/uploads'


class Upload:
    """One upload of a viewer. Each call says the HTTP status that it must be answered with."""

    def __init__(self, viewer, location=''):
        self.viewer = viewer
        self.location = location

    def send(self, method, path, status, headers=None, content=None, version=VERSION):
        headers = {**({'Tus-Resumable': version} if version else {}), **(headers or {})}
        response = self.viewer.http.request(method, path, params={'token': self.viewer.token} if self.viewer.token else {},
                                            headers=headers, content=content)
        assert response.status_code == status, (response.status_code, response.text)
        if status < 300:
            assert response.headers['Tus-Resumable'] == VERSION
            assert response.headers['Cache-Control'] == 'no-store'
        elif method != 'HEAD':
            checks.envelope(response, None, status)
        return response

    def create(self, length, status=201, metadata=None, **how):
        headers = {'Upload-Length': str(length), **({'Upload-Metadata': metadata} if metadata is not None else {})}
        response = self.send('POST', PLACE, status, headers, **how)
        if status == 201:
            self.location = response.headers['Location']
            assert self.location.startswith(PLACE + '/')
            assert response.headers['Upload-Offset'] == '0'
            assert email.utils.parsedate_to_datetime(response.headers['Upload-Expires'])
        return response

    def head(self, status=200, **how):
        return self.send('HEAD', self.location, status, **how)

    def offset(self):
        return int(self.head().headers['Upload-Offset'])

    def append(self, offset, data, status=204, kind=PIECE, checksum=None, **how):
        headers = {'Upload-Offset': str(offset), 'Content-Type': kind, **({'Upload-Checksum': checksum} if checksum else {})}
        response = self.send('PATCH', self.location, status, headers, data, **how)
        if status == 204:
            assert response.content == b''
            assert int(response.headers['Upload-Offset']) == offset + len(data)
        return response

    def end(self, status=204, **how):
        return self.send('DELETE', self.location, status, **how)

    def publish(self, title='in pieces', expect=checks.OK):
        body = self.viewer.request('POST', f'{self.location}/publish', expect, title=title)
        if expect == checks.OK:
            checks.number_id(body['video_id'])
            assert body['state'] in ('processing', 'ready', 'failed')
        return body

    def send_all(self, data, piece):
        """The rest, from where it stands."""
        for at in range(self.offset(), len(data), piece):
            self.append(at, data[at:at + piece])


def checksum(data, name='sha1'):
    return f'{name} {base64.b64encode(hashlib.new(name, data).digest()).decode()}'
