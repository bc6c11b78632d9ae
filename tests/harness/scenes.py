# Lists to page through: what each is a list of, how something is added, how the contract shows it.
# SPDX-License-Identifier: Apache-2.0
from client import ids


class Scene:
    """One list under /api/v1 of a person's own, empty at first."""

    def __init__(self, name, viewer, of, add, whole, remove=None):
        self.name, self.viewer, self.of = name, viewer, of
        self.add = add        # add(i): a new first element; i counts from 0, and never comes twice
        self.whole = whole    # the ids of the contract's list, in the order of the pages
        self.remove = remove  # remove(id): it is gone; None: nobody can take such a thing away


class Stage:
    """Makes scenes; what can be shared by them is made once."""

    def __init__(self, new_user, clip):
        self.new_user, self.clip = new_user, clip
        self.people, self.videos = [], []

    def person(self, i):
        while len(self.people) <= i:
            self.people.append(self.new_user())
        return self.people[i]

    def by_id(self, user_id):
        return next(person for person in self.people if person.id == user_id)

    def video(self, i):
        while len(self.videos) <= i:
            self.videos.append(self.person(0).publish_new(self.clip)['id'])
        return self.videos[i]

    def scene(self, name):
        return getattr(self, f'{name}_of')(self.new_user())

    def of_user(self, name, owner, add, whole, remove=None):
        return Scene(name, owner, owner.id, add, lambda: ids(whole()), remove)

    def videos_of(self, owner):
        return self.of_user('videos', owner, lambda _: owner.publish(self.clip),
                            owner.publish_list)

    def likes_of(self, owner):
        return self.of_user('likes', owner, lambda i: owner.like(self.video(i)),
                            owner.favorite_list, owner.unlike)

    def following_of(self, owner):
        return self.of_user('following', owner, lambda i: owner.follow(self.person(i).id),
                            owner.follow_list, owner.unfollow)

    def followers_of(self, owner):
        return self.of_user('followers', owner, lambda i: self.person(i).follow(owner.id),
                            owner.follower_list, lambda follower: self.by_id(follower).unfollow(owner.id))

    def friends_of(self, owner):
        def befriend(i):
            self.person(i).follow(owner.id)
            owner.follow(self.person(i).id)

        return self.of_user('friends', owner, befriend, owner.friend_list, owner.unfollow)

    def comments_of(self, owner):
        video = owner.publish_new(self.clip)['id']
        return Scene('comments', owner, video, lambda i: owner.comment(video, f'number {i}'),
                     lambda: ids(owner.comment_list(video)),
                     lambda comment: owner.delete_comment(video, comment))

    def messages_of(self, owner):
        peer = self.person(0)

        def send(i):
            sender, reader = (owner, peer) if i % 2 else (peer, owner)
            sender.send(reader.id, f'number {i}')

        return Scene('messages', owner, peer.id, send, lambda: ids(owner.chat(peer.id))[::-1])
