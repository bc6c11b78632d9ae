# Compares everything a viewer is shown with the model of the world.
# SPDX-License-Identifier: Apache-2.0
from client import ids
from pages import walk_ids


def fields(shown, expected):
    """The shown object has these fields with these values."""
    assert {name: shown[name] for name in expected} == expected


def user(model, viewer, shown):
    fields(shown, {**model.counts_of_user(shown['id']), 'is_follow': (viewer.id, shown['id']) in model.follows})


def videos(model, viewer, shown, expected):
    assert ids(shown) == expected
    for video in shown:
        liked = (viewer.id, video['id']) in model.likes
        fields(video, {**model.counts_of_video(video['id']), 'is_favorite': liked})
        user(model, viewer, video['author'])
        assert video['author']['id'] == model.videos[video['id']]


def people(model, viewer, shown, expected):
    assert ids(shown) == expected
    for one in shown:
        user(model, viewer, one)


def friends(model, viewer, shown, expected):
    people(model, viewer, shown, expected)
    for friend in shown:
        lines = model.conversation(viewer.id, friend['id'])
        fields(friend, {'message': lines[-1][2] if lines else '',
                        'msgType': int(bool(lines) and lines[-1][0] == viewer.id)})


def lines(shown, expected):
    """Messages: who wrote what to whom and when."""
    assert [(m['from_user_id'], m['to_user_id'], m['content'], m['create_time']) for m in shown] == expected


def comments(model, viewer, video, in_pages=False):
    shown = viewer.comment_list(video)
    assert [(c['id'], video, c['user']['id'], c['content']) for c in shown] == model.comments_of(video)
    assert not in_pages or walk_ids(viewer, 'comments', video, 2) == ids(shown)
    for comment in shown:
        user(model, viewer, comment['user'])


def person(model, viewer, of, in_pages=False):
    """Everything the viewer can see of somebody, whole and, if told to, in pages."""
    user(model, viewer, viewer.user(of))
    lists = {'videos': (viewer.publish_list(of), videos, model.videos_of(of)),
             'likes': (viewer.favorite_list(of), videos, model.liked_by(of)),
             'following': (viewer.follow_list(of), people, model.followed_by(of)),
             'followers': (viewer.follower_list(of), people, model.followers_of(of)),
             'friends': (viewer.friend_list(of), friends, model.friends_of(of))}
    for name, (shown, check, expected) in lists.items():
        check(model, viewer, shown, expected)
        assert not in_pages or walk_ids(viewer, name, of, 2) == expected


def everything(model, viewers):
    for viewer in viewers:
        for of in model.users:
            person(model, viewer, of, in_pages=True)
        for video in model.videos:
            comments(model, viewer, video, in_pages=True)
