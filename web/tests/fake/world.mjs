// The people and videos of the stand-in: SEED=1 fills it with a small world, else it is empty.
// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEDIA } from './static.mjs';

export const users = new Map();
export const videos = new Map();
export const sessions = new Map();
export const comments = []; // newest first
export const likes = []; // {user, video, at}, oldest first
export const follows = []; // {from, to}
export const blocks = []; // {from, to}
export const messages = []; // oldest first
export const notes = []; // newest first; `for` names whose they are
let nextId = 1;
let lastTime = 0;
export const newId = () => nextId++;
/** No two things share a time. */
export const newTime = () => (lastTime = Math.max(Date.now(), lastTime + 1));

export const clips = existsSync(join(MEDIA, 'clips.json'))
  ? JSON.parse(readFileSync(join(MEDIA, 'clips.json'), 'utf8'))
  : [];

export function addUser(name, password, signature = '') {
  const user = {
    id: newId(),
    name,
    password,
    signature,
    avatar: '',
    background_image: '',
    settings: {},
    hidden: new Set(),
    seen: new Set(),
    unreadFrom: new Map(),
  };
  users.set(user.id, user);
  return user;
}
export function addVideo(author, title, clip, at = newTime(), state = 'ready') {
  const video = { id: newId(), author, title, clip, at, state, percent: 0, reason: '' };
  videos.set(video.id, video);
  return video;
}

export const userOf = (id) => users.get(id);
export const follow = (from, to) => follows.some((one) => one.from === from && one.to === to);
export const apart = (a, b) =>
  blocks.some((one) => (one.from === a && one.to === b) || (one.from === b && one.to === a));
const count = (list, test) => list.filter(test).length;

export function showUser(id, me) {
  const user = users.get(id);
  const own = [...videos.values()].filter((video) => video.author === id);
  const ids = new Set(own.map((video) => video.id));
  return {
    id,
    name: user.name,
    follow_count: count(follows, (one) => one.from === id) + (user.extra?.following ?? 0),
    follower_count: count(follows, (one) => one.to === id) + (user.extra?.followers ?? 0),
    is_follow: me !== undefined && follow(me.id, id),
    avatar: user.avatar,
    background_image: user.background_image,
    signature: user.signature,
    total_favorited: count(likes, (one) => ids.has(one.video)) + (user.extra?.likes ?? 0),
    work_count: own.length,
    favorite_count: count(likes, (one) => one.user === id),
  };
}

export function showVideo(video, me, ext = true) {
  const { clip } = video;
  return {
    id: video.id,
    author: showUser(video.author, me),
    play_url: `http://localhost:8080/media/${clip.file}?v=${video.id}`,
    cover_url: `http://localhost:8080/media/${clip.cover}`,
    favorite_count: count(likes, (one) => one.video === video.id) + (video.extraLikes ?? 0),
    comment_count: count(comments, (one) => one.video === video.id),
    is_favorite: me !== undefined && likes.some((one) => one.video === video.id && one.user === me.id),
    title: video.title,
    ...(ext && {
      ext: {
        width: clip.width,
        height: clip.height,
        duration_ms: clip.duration_ms,
        created_at: video.at,
        color: clip.color,
        state: video.state,
        ...(clip.hls && { hls_url: `/media/${clip.hls}` }),
        captions: video.captions ?? [],
      },
    }),
  };
}

export const showComment = (one, me) => ({
  id: one.id,
  user: showUser(one.user, me),
  content: one.content,
  create_date: new Date(one.at).toISOString().slice(5, 10),
});

export const visible = (video, me) =>
  video &&
  (video.state === 'ready' || video.author === me?.id) &&
  !me?.hidden.has(video.id) &&
  !(me && apart(me.id, video.author));

/** Newest first, what the viewer has not seen before what they have. */
export function feed(me) {
  const list = [...videos.values()].filter((video) => video.state === 'ready' && visible(video, me));
  return list.sort((a, b) => b.at - a.at);
}

/** A page of a list; the cursor is how far one has come. */
export function page(list, cursor, limit = 30) {
  const from = Number(cursor) || 0;
  const next = from + limit < list.length ? String(from + limit) : '';
  return { items: list.slice(from, from + limit), next };
}
