// Feeds, lists, likes and comments.
// SPDX-License-Identifier: Apache-2.0
import { note } from './people.mjs';
import { need, Refused } from './refused.mjs';
import {
  apart,
  comments,
  feed,
  follow,
  likes,
  newId,
  newTime,
  page,
  showComment,
  showVideo,
  users,
  videos as all,
  visible,
} from './world.mjs';

const LONG_AGO = 1e11;
const shown = (id, me) => {
  const video = all.get(id);
  return need(visible(video, me) && video, 10009, 'no such video');
};
const gone = (list, test) => {
  for (let at = list.length - 1; at >= 0; at--) if (test(list[at])) list.splice(at, 1);
};

function forYou({ me, params }) {
  const asked = Number(params.get('latest_time')) || 0;
  const before = asked > LONG_AGO ? asked : Infinity;
  const list = feed(me)
    .filter((video) => video.at < before)
    .slice(0, 30);
  return {
    video_list: list.map((one) => showVideo(one, me, params.has('ext'))),
    next_time: list.at(-1)?.at ?? Date.now(),
  };
}
function following({ me, params }) {
  const list = feed(me).filter((video) => follow(me.id, video.author));
  const { items, next } = page(list, params.get('cursor'));
  return { video_list: items.map((one) => showVideo(one, me)), next_time: Number(next) || 0 };
}
function listed(list, { me, params }) {
  const { items, next } = page(
    list.filter((one) => visible(one, me)),
    params.get('cursor'),
  );
  return { video_list: items.map((one) => showVideo(one, me)), next };
}
function published(call) {
  need(users.has(call.id), 10002, 'no such user');
  return listed(
    [...all.values()].filter((one) => one.author === call.id).sort((a, b) => b.at - a.at),
    call,
  );
}
function liked(call) {
  need(users.has(call.id), 10002, 'no such user');
  return listed(
    likes
      .filter((one) => one.user === call.id)
      .map((one) => all.get(one.video))
      .reverse(),
    call,
  );
}
function like({ me, params }) {
  const video = shown(Number(params.get('video_id')), me);
  const at = likes.findIndex((one) => one.user === me.id && one.video === video.id);
  if (params.get('action_type') === '2') return void (at >= 0 && likes.splice(at, 1));
  if (at >= 0) return;
  likes.push({ user: me.id, video: video.id, at: newTime() });
  note(video.author, 'like', me.id, { video: video.id });
}
function commentList({ me, params }) {
  const id = Number(params.get('video_id'));
  shown(id, me);
  const list = comments.filter(
    (one) => one.video === id && !(me && (me.hiddenComments?.has(one.id) || apart(me.id, one.user))),
  );
  const { items, next } = page(list, params.get('cursor'));
  return { comment_list: items.map((one) => showComment(one, me)), ...(next && { cursor: next }) };
}
function comment({ me, params }) {
  const video = shown(Number(params.get('video_id')), me);
  if (params.get('action_type') === '2') {
    const one = need(
      comments.find((c) => c.id === Number(params.get('comment_id'))),
      10010,
      'no such comment',
    );
    if (one.user !== me.id && video.author !== me.id) throw new Refused(10011, 'not permitted');
    return void comments.splice(comments.indexOf(one), 1);
  }
  const content = (params.get('comment_text') ?? '').trim();
  need(content && [...content].length <= 500, 10013, 'the text is empty or too long');
  const one = { id: newId(), video: video.id, user: me.id, content, at: newTime() };
  comments.unshift(one);
  note(video.author, 'comment', me.id, { video: video.id, comment: one.id });
  return { comment: showComment(one, me) };
}
function own({ me, id }) {
  const video = need(all.get(id), 10009, 'no such video');
  if (video.author !== me.id) throw new Refused(10011, 'not permitted');
  return video;
}
function retitle(call) {
  const title = (call.params.get('title') ?? '').trim();
  need(title && [...title].length <= 200, 10005, 'invalid title');
  const video = own(call);
  video.title = title;
  return { video: showVideo(video, call.me) };
}
function remove(call) {
  const { id } = own(call);
  all.delete(id);
  gone(comments, (one) => one.video === id);
  gone(likes, (one) => one.video === id);
}
function status(call) {
  const { state, percent, reason } = own(call);
  return { state, percent, stage: 'transcode', reason };
}
function report({ me, params }) {
  const id = Number(params.get('id'));
  if (params.get('kind') === 'video') me.hidden.add(id);
  if (params.get('kind') === 'comment') (me.hiddenComments ??= new Set()).add(id);
}
function seen({ me, body, res }) {
  for (const { video_id } of JSON.parse(body.toString()).items) me?.seen.add(video_id);
  res.writeHead(204).end();
}

export const videos = [
  ['GET', /^\/douyin\/feed$/, 'open', forYou],
  ['GET', /^\/api\/v1\/feed\/following$/, 'signed-in', following],
  ['GET', /^\/api\/v1\/users\/(\d+)\/videos$/, 'open', published],
  ['GET', /^\/api\/v1\/users\/(\d+)\/likes$/, 'open', liked],
  ['POST', /^\/douyin\/favorite\/action$/, 'signed-in', like],
  ['GET', /^\/api\/v1\/comments$/, 'open', commentList],
  ['POST', /^\/douyin\/comment\/action$/, 'signed-in', comment],
  ['GET', /^\/api\/v1\/videos\/(\d+)$/, 'open', ({ id, me }) => ({ video: showVideo(shown(id, me), me) })],
  ['PATCH', /^\/api\/v1\/videos\/(\d+)$/, 'signed-in', retitle],
  ['DELETE', /^\/api\/v1\/videos\/(\d+)$/, 'signed-in', remove],
  ['GET', /^\/api\/v1\/videos\/(\d+)\/status$/, 'signed-in', status],
  ['POST', /^\/api\/v1\/videos\/(\d+)\/not_interested$/, 'signed-in', ({ id, me }) => void me.hidden.add(id)],
  ['POST', /^\/api\/v1\/reports$/, 'signed-in', report],
  ['POST', /^\/api\/v1\/seen$/, 'open', seen],
];
