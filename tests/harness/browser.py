# A browser with a page of ours open: it holds a cookie, and says where its requests come from.
# SPDX-License-Identifier: Apache-2.0
import checks
from checks import OK
from client import connect, unique

COOKIE = 'duan_session'
OWN_PAGE = {'Sec-Fetch-Site': 'same-origin'}


class Browser:
    """Signed out at first. Each has its own cookies; `http` is its pool of connections."""

    def __init__(self, url):
        self.url = url
        self.http = connect(url)
        self.id = 0
        self.name = ''
        self.password = ''

    def call(self, method, path, expect=OK, http=200, headers=OWN_PAGE, **sent):
        """One request of the page, its reply checked; `sent` is what httpx takes: params, data, json, content."""
        return checks.envelope(self.http.request(method, path, headers=headers, **sent), expect, http)

    def register(self, name=None, password='correct horse', **more):
        return self.enter('/api/v1/session/register', name or unique(), password, **more)

    def login(self, name, password='correct horse', **more):
        return self.enter('/api/v1/session', name, password, **more)

    def enter(self, path, name, password, expect=OK, **more):
        body = self.call('POST', path, expect, json={'username': name, 'password': password}, **more)
        if body['status_code'] == OK:
            self.id, self.name, self.password = checks.user(body['user'])['id'], name, password
        return body

    def leave(self):
        return self.call('POST', '/api/v1/session/end')

    def sessions(self, expect=OK):
        body = self.call('GET', '/api/v1/sessions', expect)
        return checks.every(body['sessions'], checks.session) if expect == OK else body

    @property
    def cookie(self):
        return self.http.cookies.get(COOKIE)

    @cookie.setter
    def cookie(self, value):
        self.http.cookies.clear()
        self.http.cookies.set(COOKIE, value)

    def who(self, expect=OK):
        """Whom the server takes it for, by its own profile."""
        body = self.call('GET', '/douyin/user/', expect)
        return body['user']['id'] if expect == OK else None

    def is_in(self):
        return self.call('GET', '/douyin/user/', None)['status_code'] == OK

    def close(self):
        self.http.close()
