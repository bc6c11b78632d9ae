// Profiles, follows, blocks, search and what one is told of.
// SPDX-License-Identifier: Apache-2.0
import { unreadOf } from './account.mjs';
import { tell } from './events.mjs';
import { need, Refused } from './refused.mjs';
import {
  apart,
  blocks,
  follow,
  follows,
  newId,
  newTime,
  notes,
  page,
  showComment,
  showUser,
  showVideo,
  users,
  videos,
  visible,
  comments,
} from './world.mjs';

/** Grouped: one line a video and kind, with the newest actor first. */
export function note(to, kind, actor, { video, comment } = {}) {
  if (to === actor) return;
  const old = notes.findIndex((one) => one.for === to && one.kind === kind && one.video === video && !one.read);
  const actors = old >= 0 ? notes.splice(old, 1)[0].actors.filter((id) => id !== actor) : [];
  notes.unshift({
    id: newId(),
    for: to,
    kind,
    actors: actor ? [actor, ...actors] : [],
    video,
    comment,
    at: newTime(),
    read: false,
  });
  tell(to, 'notification', show(notes[0], users.get(to)));
  tell(to, 'unread', unreadOf(users.get(to)));
}
const show = (one, me) => {
  const comment = comments.find((c) => c.id === one.comment);
  return {
    id: one.id,
    kind: one.kind,
    actors: one.actors.slice(0, 3).map((id) => showUser(id, me)),
    count: one.actors.length,
    at: one.at,
    read: one.read,
    ...(one.video && videos.has(one.video) && { video: showVideo(videos.get(one.video), me) }),
    ...(comment && { comment: showComment(comment, me) }),
  };
};

function action({ me, params }) {
  const to = need(users.get(Number(params.get('to_user_id'))), 10002, 'no such user').id;
  if (to === me.id) throw new Refused(10012, 'that is you');
  if (apart(me.id, to)) throw new Refused(10011, 'not permitted');
  const at = follows.findIndex((one) => one.from === me.id && one.to === to);
  if (params.get('action_type') === '2') return void (at >= 0 && follows.splice(at, 1));
  if (at >= 0) return;
  follows.push({ from: me.id, to });
  note(to, 'follow', me.id);
}
function list({ id, match, params, me }) {
  need(users.has(id), 10002, 'no such user');
  const pick =
    match[2] === 'followers'
      ? follows.filter((f) => f.to === id).map((f) => f.from)
      : follows.filter((f) => f.from === id).map((f) => f.to);
  const { items, next } = page(pick.reverse(), params.get('cursor'));
  return { user_list: items.map((one) => showUser(one, me)), next };
}
function block({ me, id }) {
  need(users.has(id), 10002, 'no such user');
  if (!blocks.some((one) => one.from === me.id && one.to === id)) blocks.push({ from: me.id, to: id });
  for (let at = follows.length - 1; at >= 0; at--) {
    const { from, to } = follows[at];
    if ((from === me.id && to === id) || (from === id && to === me.id)) follows.splice(at, 1);
  }
}
function unblock({ me, id }) {
  const at = blocks.findIndex((one) => one.from === me.id && one.to === id);
  if (at >= 0) blocks.splice(at, 1);
}
function search({ me, params }) {
  const q = (params.get('q') ?? '').toLowerCase();
  const people = [...users.values()].filter(
    (user) => user.name.toLowerCase().includes(q) && !(me && apart(me.id, user.id)),
  );
  const found = [...videos.values()].filter(
    (video) => video.title.toLowerCase().includes(q) && video.state === 'ready' && visible(video, me),
  );
  return {
    users: people.slice(0, 6).map((user) => showUser(user.id, me)),
    videos: found.slice(0, 30).map((one) => showVideo(one, me)),
  };
}
function notifications({ me, params }) {
  const { items, next } = page(
    notes.filter((one) => one.for === me.id),
    params.get('cursor'),
  );
  return { list: items.map((one) => show(one, me)), cursor: next };
}
function read({ me, params }) {
  for (const one of notes) if (one.for === me.id && one.at <= Number(params.get('up_to'))) one.read = true;
  tell(me.id, 'unread', unreadOf(me));
}
const user = ({ me, params }) => {
  const id = Number(params.get('user_id')) || me?.id;
  return { user: showUser(need(users.get(id), 10002, 'no such user').id, me) };
};
export const friendsOf = (id) => [...users.keys()].filter((other) => follow(id, other) && follow(other, id));

export const people = [
  ['GET', /^\/douyin\/user$/, 'open', user],
  ['POST', /^\/douyin\/relation\/action$/, 'signed-in', action],
  ['GET', /^\/api\/v1\/users\/(\d+)\/(followers|following)$/, 'open', list],
  ['PUT', /^\/api\/v1\/blocks\/(\d+)$/, 'signed-in', block],
  ['DELETE', /^\/api\/v1\/blocks\/(\d+)$/, 'signed-in', unblock],
  [
    'GET',
    /^\/api\/v1\/blocks$/,
    'signed-in',
    ({ me }) => ({ user_list: blocks.filter((one) => one.from === me.id).map((one) => showUser(one.to, me)) }),
  ],
  ['GET', /^\/api\/v1\/search$/, 'open', search],
  ['GET', /^\/api\/v1\/notifications$/, 'signed-in', notifications],
  ['POST', /^\/api\/v1\/notifications\/read$/, 'signed-in', read],
];
