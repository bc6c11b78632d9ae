# Walks the paged lists under /api/v1.
# SPDX-License-Identifier: Apache-2.0
import checks
from client import ids

PAGES_MAX = 1000  # a walk that is longer goes in a circle

# The lists by name: path, the field that holds them, what each element looks like.
LISTS = {
    'videos': ('/api/v1/users/{}/videos', 'video_list', checks.video),
}


def page(viewer, name, of, **params):
    """One page: its elements, and the cursor of the next, '' at the end."""
    path, field, check = LISTS[name]
    body = viewer.request('GET', path.format(of), **params)
    checks.text(body['next'])
    return checks.every(body[field], check), body['next']


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
