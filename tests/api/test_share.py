# A video's page as others' machines read it: Open Graph, the player for their pages, oEmbed; and that what people wrote stays text.
# SPDX-License-Identifier: Apache-2.0
import json
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest

from checks import FAILED, NO_VIDEO
from client import unique
from fake_worker import only_looking
from http_bytes import exchange, get
from waiting import eventually

HOSTILE = [
    '</title><script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onload='alert(1)", '</noscript><script>alert(1)</script>',
    '<!--', '-->', ']]>', '&lt;script&gt;', '&amp;', '&#x3c;', '</head><body>', '<title>', '</body>', '${7*7} {{7*7}}', 'two\nlines', '\u202egnp.exe \ufeff',
    '短视频 👨‍👩‍👧', '<plaintext>', "\\u003cscript\\u003e", 'javascript:alert(1)',
]
CLOSE = 'Connection: close'
SITE = 'http://duan.test'  # what requests byte for byte name as their host


class Page(HTMLParser):
    """What a machine takes from a page: its tags in order, what meta and link say, the texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.meta, self.links, self.media, self.texts = [], {}, {}, [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.append((tag, tuple(name for name, _ in attributes)))
        if tag == 'meta' and 'content' in named:
            self.meta[named.get('property') or named.get('name')] = named['content']
        if tag == 'link':
            self.links[named.get('type') or named['rel']] = named['href']
        if tag in ('video', 'img', 'iframe', 'a'):
            self.media.append((tag, named))

    def handle_data(self, data):
        if self.tags and data.strip():
            tag = self.tags[-1][0]
            self.texts[tag] = self.texts.get(tag, '') + data

    def first(self, tag):
        return next(named for name, named in self.media if name == tag)


def shared(server, path, *headers, status=200):
    answer, = exchange(server, get(path, *headers, CLOSE))
    assert answer.status_code == status, answer
    assert answer.headers['content-type'] == 'text/html; charset=utf-8'
    return Page(answer.content.decode('utf-8', 'strict'))


def oembed(server, status=200, **params):
    answer, = exchange(server, get(f'/oembed?{urlencode(params)}', CLOSE))
    assert answer.status_code == status, answer.text
    assert answer.headers['access-control-allow-origin'] == '*'
    return json.loads(answer.content)


def here(url):
    """The same file, whichever gateway was asked for it."""
    return SITE + urlsplit(url).path


def one_line(text):
    return text.replace('\n', ' ')


@pytest.fixture(scope='module')
def author(new_user):
    return new_user(name=f'A & "B" <c> {unique()[-8:]}')


@pytest.fixture(scope='module')
def clip(author, clips):
    return author.publish_ready(clips.data('tiny.mp4'), 'Cats & "dogs" <at> home')


@pytest.fixture(scope='module')
def known(author, clip):
    """What is known of it when its job is done."""
    return author.video(clip['id'])


def test_the_page_of_a_video_says_what_it_is(server, author, known):
    page = shared(server, f'/v/{known["id"]}')
    assert page.meta['og:title'] == page.meta['twitter:title'] == known['title']
    assert page.meta['og:description'] == author.name
    assert page.meta['og:image'] == page.meta['twitter:image'] == here(known['cover_url'])
    assert page.meta['og:video'] == here(known['play_url'])
    assert (page.meta['og:type'], page.meta['og:video:type']) == ('video.other', 'video/mp4')
    assert (int(page.meta['og:video:width']), int(page.meta['og:video:height'])) == (known['width'], known['height'])
    assert page.meta['og:url'] == page.links['canonical'] == f'{SITE}/v/{known["id"]}'
    assert page.texts['title'].startswith(known['title'])


def test_it_is_the_clients_page_with_something_added(server, known):
    index, = exchange(server, get('/', CLOSE))
    page, = exchange(server, get(f'/v/{known["id"]}', CLOSE))
    head, tail = index.content.split(b'<title>')[0], index.content.rsplit(b'</body>')[-1]
    assert page.content.startswith(head) and page.content.endswith(tail)
    assert page.headers['content-security-policy'] == index.headers['content-security-policy']
    assert page.headers['cache-control'] == 'no-cache'


def test_a_browser_without_script_plays_it(server, known):
    page = shared(server, f'/v/{known["id"]}')
    assert any(tag == 'noscript' for tag, _ in page.tags)
    assert (page.first('video')['src'], page.first('video')['poster']) == (here(known['play_url']), here(known['cover_url']))


def test_the_player_for_other_pages_plays_it_and_does_nothing_else(server, known):
    where = urlsplit(shared(server, f'/v/{known["id"]}').meta['twitter:player']).path
    answer, = exchange(server, get(where, CLOSE))
    page = Page(answer.content.decode())
    assert page.first('video')['src'] == here(known['play_url'])
    assert page.first('a')['href'] == f'{SITE}/v/{known["id"]}'
    assert not any(tag in ('script', 'form', 'iframe') for tag, _ in page.tags)
    policy = answer.headers['content-security-policy']
    assert "default-src 'none'" in policy and 'script-src' not in policy and 'frame-ancestors' not in policy


def test_only_the_player_may_be_put_into_other_pages(server, known):
    for path in ('/', f'/v/{known["id"]}', '/docs'):
        answer, = exchange(server, get(path, CLOSE))
        assert "frame-ancestors 'none'" in answer.headers['content-security-policy']


@pytest.mark.parametrize('title', HOSTILE, ids=ascii)
def test_what_people_wrote_adds_no_markup(server, author, clip, clips, title):
    video = author.publish_new(clips.data('tiny.mp4'), title)
    for path in (f'/v/{video["id"]}', f'/embed/{video["id"]}'):
        page, plain = shared(server, path), shared(server, path.replace(str(video['id']), str(clip['id'])))
        assert page.tags == plain.tags
        assert one_line(title).strip() in page.texts['title']
        assert page.meta.get('og:title', one_line(title)) == one_line(title)
    found = oembed(server, url=f'{SITE}/v/{video["id"]}')
    frame = Page(found['html'])
    assert found['title'] == title
    assert [tag for tag, _ in frame.tags] == ['iframe']
    assert frame.first('iframe')['title'] == one_line(title)


@pytest.mark.parametrize('host', ['evil"><script>', "x' onload='a", 'a&b', '<b>', 'a b'])
def test_a_host_that_is_none_is_put_nowhere(server, known, host):
    answers = exchange(server, f'GET /v/{known["id"]} HTTP/1.1\r\nHost: {host}\r\n{CLOSE}\r\n\r\n'.encode())
    assert answers[0].status_code in (200, 400)
    if answers[0].status_code == 200:
        page = Page(answers[0].content.decode())
        assert page.meta['og:url'] == f'http://localhost/v/{known["id"]}'


@pytest.mark.parametrize('path', ['/v/999999999', '/v/0', '/v/-1', '/v/x', '/v/1e3', '/v/99999999999999999999', '/v/1/2', '/v/%3Cscript%3E', '/embed/x'])
def test_a_video_that_is_not_there_is_a_page_that_says_so(server, path):
    page = shared(server, path, status=404)
    assert 'No such video' in page.texts['title']
    assert page.meta['robots'] == 'noindex'
    assert 'og:title' not in page.meta


def test_a_video_of_which_nothing_plays_yet_is_shown_by_its_picture(own_server, new_user, clips, tmp_path):
    server = own_server({'media.worker': only_looking(tmp_path, 'exec sleep 600')})
    video = new_user(server.url).publish_new(clips.data('clip.mkv'), 'not yet')
    page = shared(server, f'/v/{video["id"]}')
    assert (page.meta['og:title'], page.meta['og:image']) == ('not yet', here(video['cover_url']))
    assert page.meta['twitter:card'] == 'summary_large_image'
    assert 'og:video' not in page.meta and 'twitter:player' not in page.meta
    assert here(video['cover_url']) in [named['src'] for tag, named in page.media if tag == 'img']
    assert not any(tag == 'video' for tag, _ in page.media)
    server.kill()  # it would wait for the job


def test_a_video_that_failed_is_shown_to_nobody(own_server, new_user, clips, tmp_path):
    server = own_server({'media.attempts': 1, 'media.worker': only_looking(tmp_path, 'kill -9 $$')})
    author = new_user(server.url)
    video = author.publish_new(clips.data('clip.mkv'), 'unseen words')
    eventually(lambda: author.video(video['id'])['state'] == 'failed')
    for path in (f'/v/{video["id"]}', f'/embed/{video["id"]}'):
        assert 'unseen words' not in str(shared(server, path, status=404).texts)
    oembed(server, 404, url=f'{SITE}/v/{video["id"]}')


def test_oembed_tells_how_to_show_it(server, author, known):
    found = oembed(server, url=f'{SITE}/v/{known["id"]}')
    assert (found['version'], found['type'], found['provider_name']) == ('1.0', 'video', 'Duan')
    assert (found['title'], found['author_name']) == (known['title'], author.name)
    assert found['author_url'] == f'{SITE}/u/{author.id}'
    assert found['thumbnail_url'] == here(known['cover_url'])
    frame = Page(found['html']).first('iframe')
    assert frame['src'] == f'{SITE}/embed/{known["id"]}'
    assert (int(frame['width']), int(frame['height'])) == (found['width'], found['height'])


def test_the_page_names_its_oembed_and_it_answers(server, known):
    link = shared(server, f'/v/{known["id"]}').links['application/json+oembed']
    assert link.startswith(f'{SITE}/oembed?')
    answer, = exchange(server, get(link.removeprefix(SITE), CLOSE))
    assert json.loads(answer.content)['title'] == known['title']


@pytest.mark.parametrize('bounds', [{'maxwidth': 100}, {'maxheight': 50}, {'maxwidth': 1, 'maxheight': 1}, {'maxwidth': 10000}])
def test_oembed_stays_within_what_is_asked(server, known, bounds):
    found = oembed(server, url=f'{SITE}/v/{known["id"]}', **bounds)
    assert 1 <= found['width'] <= bounds.get('maxwidth', 720)
    assert 1 <= found['height'] <= bounds.get('maxheight', 720)
    if min(found['width'], found['height']) > 10:
        assert abs(found['width'] / found['height'] - known['width'] / known['height']) < 0.2


@pytest.mark.parametrize('wrong', ['', '/', '/v/', '/v/x', '/v/999999999', '/v/{id}x', '/u/{id}', '/v/{id}.html', '/embed/{id}', '//v/{id}'])
def test_oembed_of_what_is_no_page_of_a_video_is_404(server, known, wrong):
    answer = oembed(server, 404, url=SITE + wrong.format(id=known['id']))
    assert answer['status_code'] in (FAILED, NO_VIDEO)


@pytest.mark.parametrize('url', ['http://elsewhere.example/v/{id}', 'http://evil.test/v/{id}', 'javascript:/v/{id}', '{id}', 'file:///v/{id}', '{server}.evil.example/v/{id}'])
def test_oembed_of_another_site_is_404(server, known, url):
    oembed(server, 404, url=url.format(id=known['id'], server=SITE))


@pytest.mark.parametrize('tail', ['', '/', '?from=chat', '#t=3'])
def test_oembed_takes_an_address_as_people_paste_it(server, known, tail):
    assert oembed(server, url=f'{SITE}/v/{known["id"]}{tail}')['title'] == known['title']


def test_oembed_knows_json_alone(server, known):
    url = f'{SITE}/v/{known["id"]}'
    assert oembed(server, url=url, format='json')['title'] == known['title']
    oembed(server, 501, url=url, format='xml')


@pytest.mark.parametrize('bounds', [{'maxwidth': 0}, {'maxheight': -1}, {'maxwidth': 'wide'}, {'maxwidth': 10**9}])
def test_oembed_refuses_bounds_that_are_none(server, known, bounds):
    oembed(server, 400, url=f'{SITE}/v/{known["id"]}', **bounds)


def test_behind_a_public_address_pages_name_that_one(own_server, clients, new_user, clips):
    server = own_server({'http.public_url': 'https://duan.example'})
    video = new_user(server.url).publish_new(clips.data('tiny.mp4'))['id']
    page = shared(server, f'/v/{video}')
    assert page.meta['og:url'] == f'https://duan.example/v/{video}'
    assert page.meta['og:video:secure_url'].startswith('https://duan.example/media/')
    assert clients(server.url).http.get('/oembed', params={'url': f'https://duan.example/v/{video}'}).json()['title'] == 'a clip'
