# A world of any size, written by SQL into the database of a stopped server.
# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import hmac
import json
import sqlite3
import time

from servers import SECRET, Duan, eventually

from client import connect, Client
from clips import Clips

VIDEOS_PER_USER, LIKES_PER_USER, FOLLOWS_PER_USER = 10, 10, 20
STEP_MS = 1000  # between two videos
FAR = 7919  # a prime: spreads neighbours over everybody

OWN = ("id", "author_id", "title", "created_at")  # of a video; all else is as in the one that was uploaded

# Every tenth video has ten comments. The counters are those that the services would have kept.
TABLES = """
INSERT INTO user_account (id, name, password_hash, avatar, background, signature, created_at)
    SELECT i, 'user' || i, '', 'assets/avatar-01.png', 'assets/banner-01.png', 'New on Duan', :from FROM n WHERE i <= :users;
INSERT INTO video_item (id, author_id, title, created_at, {columns}) SELECT i, 1 + i * :far % :users, 'video number ' || i,
    :from + i * :step, {columns} FROM n, pattern WHERE i <= :videos;
INSERT INTO video_usage (author_id, videos, bytes, pending) SELECT author_id, count(*), sum(bytes), 0 FROM video_item GROUP BY author_id;
INSERT OR IGNORE INTO favorite_mark SELECT 1 + i / :likes % :users, v.id, v.author_id, :from + i FROM n
    JOIN video_item v ON v.id = 1 + i * :far % :videos WHERE i <= :users * :likes;
INSERT INTO comment_item (video_id, created_at, id, user_id, text) SELECT (i - 1) / 10 * 10 + 1, :from + i, i, 1 + i * :far % :users, 'comment number ' || i FROM n
    WHERE i <= :videos;
INSERT OR IGNORE INTO relation_edge SELECT 1 + i / :follows % :users, 1 + i * :far % :users, :from + i FROM n
    WHERE i <= :users * :follows AND 1 + i / :follows % :users <> 1 + i * :far % :users;
CREATE TEMP TABLE likes AS SELECT video_id AS id, count(*) AS many FROM favorite_mark GROUP BY video_id;
CREATE UNIQUE INDEX temp.likes_of ON likes (id);
INSERT INTO video_count SELECT id, coalesce(many, 0), CASE id % 10 WHEN 1 THEN 10 ELSE 0 END FROM video_item LEFT JOIN likes USING (id);
INSERT INTO user_count SELECT id, (SELECT count(*) FROM relation_edge e WHERE e.user_id = a.id),
    (SELECT count(*) FROM relation_edge e WHERE e.target_id = a.id), 0,
    (SELECT count(*) FROM video_item v WHERE v.author_id = a.id),
    (SELECT count(*) FROM favorite_mark m WHERE m.user_id = a.id) FROM user_account a;
UPDATE user_count SET total_favorited = got.likes FROM
    (SELECT author_id, count(*) likes FROM favorite_mark GROUP BY author_id) got WHERE user_id = got.author_id;
INSERT OR REPLACE INTO sequence_next VALUES ('user', :users), ('video', :videos), ('comment', :videos);
"""


class World:
    """How much there is, and who is who in it."""

    def __init__(self, videos, users, now_ms):
        self.videos, self.users = videos, users or max(100, videos // VIDEOS_PER_USER)
        self.from_ms = now_ms - (videos + 60) * STEP_MS

    def time_of(self, video):
        return self.from_ms + video * STEP_MS


def token(user):
    """As src/gateway/tokens.c makes it."""
    now = int(time.time())
    claims = {"uid": user, "ses": 1, "iat": now, "exp": now + 30 * 86400}
    head, body = (plain64(json.dumps(part, separators=(",", ":")).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    mac = hmac.new(SECRET.encode(), head + b"." + body, hashlib.sha256).digest()
    return b".".join((head, body, plain64(mac))).decode()


def plain64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def fill(folder, videos, users=None):
    """Makes folder/data: a database with the server's own schema, and one real clip that all videos share."""
    with Duan(folder, {"limits.enabled": "false", "auth.bcrypt_cost": 4}) as server:
        upload_one(server, folder)
    world = World(videos, users, int(time.time() * 1000))
    database = sqlite3.connect(folder / "data/duan.db", isolation_level=None)
    try:
        write(database, world)
    finally:
        database.close()
    return world


def upload_one(server, folder):
    with connect(server.url) as http:
        author = Client(http)
        author.register("first", "correct horse")
        video = author.publish_new(Clips(folder / "clips").data("tiny.mp4"))
        eventually(lambda: author.video(video["id"])["state"] == "ready")


def write(database, world):
    numbers = {"videos": world.videos, "users": world.users, "likes": LIKES_PER_USER, "follows": FOLLOWS_PER_USER,
               "from": world.from_ms, "step": STEP_MS, "far": FAR}
    top = max(world.videos, world.users * max(LIKES_PER_USER, FOLLOWS_PER_USER))
    for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    database.execute("CREATE TEMP TABLE pattern AS SELECT * FROM video_item WHERE id = 1")
    copied = [name for _, name, *_ in database.execute("PRAGMA table_info(video_item)") if name not in OWN]
    for table in ("user_account", "user_count", "video_item", "video_count", "video_usage"):
        database.execute(f"DELETE FROM {table}")
    database.execute("CREATE TEMP TABLE n (i INTEGER PRIMARY KEY)")
    database.execute("INSERT INTO n WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < ?)"
                     " SELECT i FROM up", (top,))
    for statement in filter(str.strip, TABLES.split(";\n")):
        database.execute(statement.format(columns=", ".join(copied)), numbers if ":" in statement else {})
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
