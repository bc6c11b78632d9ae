# Fills a stopped server's database with a large world, straight by SQL.
# SPDX-License-Identifier: Apache-2.0
import contextlib
import sqlite3

FIRST_AT = 1_600_000_000_000  # Unix milliseconds: when the first seeded video came
EVERY_MS = 1000

# One to :n as a table, which makes inserts of any number one statement.
NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :n)'

USERS = NUMBERS + """
    INSERT INTO user_account (id, name, password_hash, session, avatar, background, signature, created_at)
    SELECT :first + i - 1, 'seed-' || i, :hash, 1, 'assets/avatar-01.png', 'assets/banner-01.png', 'New on Duan',
           :at + i FROM n"""
VIDEOS = NUMBERS + """
    INSERT INTO video_item (id, author_id, title, created_at, shown, state, asset, generation, original, play, hls,
                            cover, cover_webp, width, height, duration_ms)
    SELECT :first + i - 1, :author + (i - 1) % :authors, 'seeded video ' || i, :at + i * :every, 1, 2,
           printf('%016x', i), 0, 'original.mp4', printf('v/00/%016x/0/play.mp4', i), '',
           printf('v/00/%016x/0/cover.jpg', i), '', 720, 1280, 15000 FROM n"""

# Row i of whoever comes after it goes to target (i * 7919) of :m: spread, and never the same twice while :m is larger
# than :each and no multiple of 7919.
LIKES = NUMBERS + """
    INSERT OR IGNORE INTO favorite_mark (user_id, video_id, author_id, created_at)
    SELECT user.id, video.id, video.author_id, :at + i * :every FROM user_account AS user, n
    JOIN video_item AS video ON video.id = :video + (user.id * 31 + i * 7919) % :m
    WHERE user.id >= :user AND user.id < :user + :fans"""
FOLLOWS = NUMBERS + """
    INSERT OR IGNORE INTO relation_edge (user_id, target_id, created_at)
    SELECT user.id, :user + (user.id * 31 + i * 7919) % :m, :at + i * :every FROM user_account AS user, n
    WHERE user.id >= :user AND user.id <> :user + (user.id * 31 + i * 7919) % :m"""
COMMENTS = NUMBERS + """
    INSERT INTO comment_item (video_id, created_at, id, user_id, text)
    SELECT video.id, :at + i * :every, :first + (video.id - :video) * :n + i - 1, :user + (video.id + i) % :users,
           'comment ' || i FROM video_item AS video, n WHERE video.id >= :video"""

# Counters as the rows say, for whatever is there.
COUNTS = """
    INSERT OR IGNORE INTO user_count (user_id) SELECT id FROM user_account;
    INSERT OR IGNORE INTO video_count (video_id) SELECT id FROM video_item;
    UPDATE user_count SET follow_count = (SELECT count(*) FROM relation_edge AS e WHERE e.user_id = user_count.user_id),
        follower_count = (SELECT count(*) FROM relation_edge AS e WHERE e.target_id = user_count.user_id),
        work_count = (SELECT count(*) FROM video_item WHERE author_id = user_count.user_id),
        favorite_count = (SELECT count(*) FROM favorite_mark AS m WHERE m.user_id = user_count.user_id);
    CREATE TEMP TABLE liked AS SELECT video_id, author_id, count(*) AS n FROM favorite_mark GROUP BY video_id;
    CREATE INDEX temp.liked_by_author ON liked (author_id);
    CREATE INDEX temp.liked_by_video ON liked (video_id);
    UPDATE video_count SET
        favorite_count = coalesce((SELECT n FROM liked WHERE liked.video_id = video_count.video_id), 0),
        comment_count = (SELECT count(*) FROM comment_item AS c WHERE c.video_id = video_count.video_id);
    UPDATE user_count SET
        total_favorited = coalesce((SELECT sum(n) FROM liked WHERE liked.author_id = user_count.user_id), 0);
"""


class World:
    """The ids of what was added: ranges."""

    def __init__(self, users, videos):
        self.users, self.videos = users, videos


def next_id(db, kind, count):
    """Reserves ids as the server hands them out; returns the first."""
    row = db.execute('SELECT next FROM sequence_next WHERE kind = ?', (kind,)).fetchone()
    first = row[0] + 1 if row else 1
    db.execute('INSERT INTO sequence_next (kind, next) VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET next = ?2',
               (kind, first + count - 1))
    return first


def seed(data, users=0, videos=0, likes=0, fans=None, follows=0, comments=0, like_account=None):
    """Adds `users` and `videos`; each new user (of `fans` the first so many) likes `likes` videos and follows `follows`
    people, each new video has `comments`. New users are called seed-1 and so on, and log in with the password of
    `like_account`, an id.
    """
    with contextlib.closing(sqlite3.connect(data / 'duan.db')) as db, db:
        db.execute('PRAGMA synchronous = OFF')
        world = add_rows(db, users, videos, password_hash(db, like_account))
        add_likes(db, world, likes, users if fans is None else fans)
        add_follows(db, world, follows)
        add_comments(db, world, comments)
        db.executescript(COUNTS)
    return world


def password_hash(db, account):
    row = db.execute('SELECT password_hash FROM user_account WHERE id = ?', (account,)).fetchone()
    return row[0] if row else '*'


def add_rows(db, users, videos, hashed):
    at = {'at': FIRST_AT, 'every': EVERY_MS}
    first_user, first_video = next_id(db, 'user', users), next_id(db, 'video', videos)
    if users:
        db.execute(USERS, {**at, 'n': users, 'first': first_user, 'hash': hashed})
    if videos:
        author = first_user if users else 1
        db.execute(VIDEOS, {**at, 'n': videos, 'first': first_video, 'author': author, 'authors': max(users, 1)})
    return World(range(first_user, first_user + users), range(first_video, first_video + videos))


def numbers(world, **more):
    return {'at': FIRST_AT, 'every': EVERY_MS, 'user': world.users.start, 'video': world.videos.start, **more}


def add_likes(db, world, each, fans):
    if each:
        db.execute(LIKES, numbers(world, n=each, m=len(world.videos), fans=fans))


def add_follows(db, world, each):
    if each:
        db.execute(FOLLOWS, numbers(world, n=each, m=len(world.users)))


def add_comments(db, world, each):
    if each:
        first = next_id(db, 'comment', each * len(world.videos))
        db.execute(COMMENTS, numbers(world, n=each, first=first, users=len(world.users)))
