// Sessions, one's own profile, settings, and the end of an account.
// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { need, Refused } from './refused.mjs';
import { MEDIA } from './static.mjs';
import { addUser, newId, notes, sessions, showUser, userOf, users } from './world.mjs';

export const LIMITS = { upload_bytes: 200 * 1024 * 1024, upload_seconds: 600, caption: 200, comment: 500 };

function enter({ req, res }, user) {
  const key = `s${Math.random().toString(36).slice(2)}`;
  const agent = req.headers['user-agent'] ?? '';
  sessions.set(key, { key, id: String(newId()), user: user.id, agent, created_at: Date.now(), last_seen: Date.now() });
  res.setHeader('Set-Cookie', `duan_session=${key}; Path=/; HttpOnly; SameSite=Lax`);
  return { user: showUser(user.id, user) };
}
const byName = (name) => [...users.values()].find((user) => user.name === name);
export const unreadOf = (user) => ({
  messages: [...user.unreadFrom.values()].reduce((sum, n) => sum + n, 0),
  notifications: notes.filter((one) => one.for === user.id && !one.read).length,
});

function login(call) {
  const user = byName(call.params.get('username'));
  if (!user || user.password !== call.params.get('password')) throw new Refused(10003, 'wrong user name or password');
  if (user.closed && call.params.get('undo') !== '1') throw new Refused(10017, 'this account will be removed');
  user.closed = false;
  return enter(call, user);
}
function register(call) {
  const name = (call.params.get('username') ?? '').trim();
  const password = call.params.get('password') ?? '';
  need(name && [...name].length <= 32 && password.length >= 6 && password.length <= 32, 10005, 'invalid parameter');
  if (byName(name)) throw new Refused(10001, 'this user name is taken');
  return enter(call, addUser(name, password));
}
function end({ res, session }) {
  if (session) sessions.delete(session.key);
  res.setHeader('Set-Cookie', 'duan_session=; Path=/; Max-Age=0');
}
function endOthers({ me, session }) {
  for (const [key, one] of sessions) if (one.user === me.id && one !== session) sessions.delete(key);
}
function edit({ me, params }) {
  const name = params.get('name');
  if (name && byName(name) && byName(name) !== me) throw new Refused(10001, 'this user name is taken');
  if (name) me.name = name;
  if (params.has('signature')) me.signature = params.get('signature');
  if (params.has('settings')) Object.assign(me.settings, JSON.parse(params.get('settings')));
  return { user: showUser(me.id, me) };
}
function picture({ me, body, match }) {
  need(body.length > 0 && body.length <= 5 * 1024 * 1024, 10008, 'the picture is too large');
  const file = `picture-${newId()}.png`;
  writeFileSync(join(MEDIA, file), body);
  me[match[1] === 'avatar' ? 'avatar' : 'background_image'] = `/media/${file}`;
  return { user: showUser(me.id, me) };
}
function password(call) {
  if (call.me.password !== call.params.get('old_password')) throw new Refused(10003, 'wrong password');
  call.me.password = call.params.get('new_password');
  endOthers(call);
}
function remove(call) {
  if (call.me.password !== call.params.get('password')) throw new Refused(10003, 'wrong password');
  endOthers(call);
  end(call);
  call.me.closed = true;
  return { until: Date.now() + 30 * 24 * 3600 * 1000 };
}
function exportData(call) {
  if (call.me.password !== call.params.get('password')) throw new Refused(10003, 'wrong password');
  call.me.copy = { job_id: newId(), looks: 0 };
  return { job_id: call.me.copy.job_id };
}
/** Ready when it has been asked for twice. */
function dataCopy({ copy }) {
  if (!copy) return { state: 'none' };
  if (copy.looks++ < 1) return { state: 'waiting', job_id: copy.job_id, asked_at: Date.now() };
  const expires_at = Date.now() + 7 * 24 * 3600 * 1000;
  return { state: 'ready', job_id: copy.job_id, expires_at, bytes: 20000, url: '/api/v1/me/export/file' };
}
const listSessions = ({ me, session }) => ({
  sessions: [...sessions.values()]
    .filter((one) => one.user === me.id)
    .map(({ id, agent, created_at, last_seen, ...one }) => ({
      id,
      agent,
      created_at,
      last_seen,
      current: one.key === session.key,
    })),
});
const mine = ({ me }) => ({
  user: me ? showUser(me.id, me) : null,
  unread: me ? unreadOf(me) : { messages: 0, notifications: 0 },
  limits: LIMITS,
  settings: me ? userOf(me.id).settings : {},
});

export const account = [
  ['GET', /^\/api\/v1\/me$/, 'open', mine],
  ['PATCH', /^\/api\/v1\/me$/, 'signed-in', edit],
  ['DELETE', /^\/api\/v1\/me$/, 'signed-in', remove],
  ['PUT', /^\/api\/v1\/me\/(avatar|background)$/, 'signed-in', picture],
  ['POST', /^\/api\/v1\/me\/password$/, 'signed-in', password],
  ['POST', /^\/api\/v1\/me\/export$/, 'signed-in', exportData],
  ['GET', /^\/api\/v1\/me\/export$/, 'signed-in', ({ me }) => dataCopy(me)],
  ['POST', /^\/api\/v1\/session$/, 'open', login],
  ['POST', /^\/api\/v1\/session\/register$/, 'open', register],
  ['POST', /^\/api\/v1\/session\/end$/, 'open', end],
  ['GET', /^\/api\/v1\/sessions$/, 'signed-in', listSessions],
  ['DELETE', /^\/api\/v1\/sessions$/, 'signed-in', endOthers],
];
