# The paged list of what somebody has published.
# SPDX-License-Identifier: Apache-2.0
import pytest

from client import ids
from pages import page, walk, walk_ids

COUNT = 5


@pytest.fixture(scope='module')
def author(new_user, clips):
    """Somebody with COUNT videos."""
    somebody = new_user()
    for number in range(COUNT):
        somebody.publish(clips.data('tiny.mp4'), f'clip {number}')
    return somebody


@pytest.mark.parametrize('limit', [1, 2, 3, COUNT, COUNT + 1, None])
def test_pages_of_any_size_make_up_the_list_of_the_contract(anyone, author, limit):
    assert walk_ids(anyone, 'videos', author.id, limit) == ids(anyone.publish_list(author.id))


def test_a_page_shows_what_the_list_of_the_contract_shows(bob, author):
    bob.like(bob.publish_list(author.id)[1]['id'])
    bob.follow(author.id)
    assert walk(bob, 'videos', author.id, 2) == bob.publish_list(author.id)


def test_a_page_holds_as_many_as_were_asked_for(anyone, author):
    first, cursor = page(anyone, 'videos', author.id, limit=2)
    assert len(first) == 2 and cursor
    last, cursor = page(anyone, 'videos', author.id, limit=COUNT)
    assert len(last) == COUNT and cursor == ''


def test_what_is_published_during_a_walk_comes_before_it(ann, new_video):
    old = [new_video()['id'] for _ in range(3)]
    walked = walk_ids(ann, 'videos', ann.id, 1, between=new_video)
    assert walked == old[::-1]
