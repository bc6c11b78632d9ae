# The reads of the contract, each as a file of requests over five hundred places of a world.
# SPDX-License-Identifier: Apache-2.0
from loads import OK, measure, run_client, write_requests
from seed import token

PLACES = 500  # distinct requests of each kind, spread over everything there is
NEWEST, PAGE, PROFILES = 5000, 30, 5000  # newest videos, and profiles: more than the least near cache holds
CONNECTIONS = 16


def spread(top, many=PLACES):
    """`many` numbers of 1..top (fewer if there are fewer), far apart."""
    return range(1, top + 1, max(1, top // many))


def lines(world):
    """Kind of read: its requests. Every tenth video has comments, beginning with the first."""
    several = spread(world.users, PROFILES)
    people, tokens = spread(world.users), {user: token(user) for user in spread(world.users)}
    commented = sorted({video // 10 * 10 + 1 for video in spread(world.videos - 10)})
    return {
        "feed, first page": ["GET /douyin/feed/"],
        "feed, first page, logged in": [f"GET /douyin/feed/?token={tokens[user]}" for user in people],
        "feed, older pages": [f"GET /douyin/feed/?latest_time={world.time_of(video)}" for video in spread(world.videos - 40)],
        "feed, older pages, logged in": [f"GET /douyin/feed/?latest_time={world.time_of(video)}&token={tokens[1]}"
                                         for video in spread(world.videos - 40)],
        "feed, newest pages": [f"GET /douyin/feed/?latest_time={world.time_of(world.videos - PAGE * at)}"
                               for at in range(1, min(NEWEST, world.videos - PAGE) // PAGE)],
        "profile of another": [f"GET /douyin/user/?user_id={user}&token={tokens[1]}" for user in several],
        "publish list": [f"GET /douyin/publish/list/?user_id={user}" for user in people],
        "favorite list": [f"GET /douyin/favorite/list/?user_id={user}" for user in people],
        "comment list": [f"GET /douyin/comment/list/?video_id={video}" for video in commented],
        "follower list": [f"GET /douyin/relation/follower/list/?user_id={user}" for user in people],
    }


def files(folder, world):
    return {kind: write_requests(folder / f"reads{at}", found) for at, (kind, found) in enumerate(lines(world).items())}


def warm(server, file):
    """Every request once."""
    many = sum(1 for _ in file.open())
    run_client(server.port, file, connections=CONNECTIONS, seconds=60, requests=many)


def read(server, file, seconds):
    return measure(server, file, connections=CONNECTIONS, seconds=seconds, expect=OK)
