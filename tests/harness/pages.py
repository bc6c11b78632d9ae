# Walks the paged lists under /api/v1.
# SPDX-License-Identifier: Apache-2.0
import checks
from client import ids

PAGES_MAX = 1000  # a walk that is longer goes in a circle

# The lists by name: path, the field that holds them, what each element looks like.
LISTS = {
    'videos': ('/api/v1/users/{}/videos', 'video_list', checks.video),
    'likes': ('/api/v1/users/{}/likes', 'video_list', checks.video),
    'following': ('/api/v1/users/{}/following', 'user_list', checks.user),
    'followers': ('/api/v1/users/{}/followers', 'user_list', checks.user),
    'friends': ('/api/v1/users/{}/friends', 'user_list', checks.friend),
    'comments': ('/api/v1/comments?video_id={}', 'comment_list', checks.comment),
    'messages': ('/api/v1/messages/{}', 'message_list', checks.message),
}


def ask(viewer, name, of, expect=checks.OK, **params):
    """The reply of one page as it is."""
    path, _, owner = LISTS[name][0].partition('?')
    owner = {owner.partition('=')[0]: of} if owner else {}
    return viewer.request('GET', path.format(of), expect, **owner, **params)


def page(viewer, name, of, **params):
    """One page: its elements, and the cursor of the next, '' at the end."""
    body = ask(viewer, name, of, **params)
    after = body.get('cursor', '') if '?' in LISTS[name][0] else body['next']
    checks.text(after)
    return checks.every(body[LISTS[name][1]], LISTS[name][2]), after


def walk(viewer, name, of, limit=None, between=lambda: None):
    """Every element, page by page; calls `between` before each page but the first."""
    found, cursor = page(viewer, name, of, limit=limit)
    for _ in range(PAGES_MAX):
        if not cursor:
            return checks.every(found, lambda _: None)
        between()
        more, cursor = page(viewer, name, of, limit=limit, cursor=cursor)
        found += more
    raise AssertionError('the walk has no end')


def walk_ids(*args, **kwargs):
    return ids(walk(*args, **kwargs))
