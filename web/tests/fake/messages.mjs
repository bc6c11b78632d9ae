// Friends and their conversations.
// SPDX-License-Identifier: Apache-2.0
import { unreadOf } from './account.mjs';
import { tell } from './events.mjs';
import { friendsOf } from './people.mjs';
import { need, Refused } from './refused.mjs';
import { apart, messages as all, newId, newTime, page, showUser, users } from './world.mjs';

const between = (a, b) =>
  all.filter(
    (one) => (one.from_user_id === a && one.to_user_id === b) || (one.from_user_id === b && one.to_user_id === a),
  );

function friends({ me }) {
  const list = friendsOf(me.id).map((id) => {
    const last = between(me.id, id).at(-1);
    return {
      ...showUser(id, me),
      message: last?.content ?? '',
      msgType: last?.from_user_id === me.id ? 1 : 0,
      at: last?.create_time ?? 0,
    };
  });
  return { user_list: list.sort((a, b) => b.at - a.at), next: '' };
}
function conversations({ me, params }) {
  const list = [...users.keys()]
    .filter((id) => id !== me.id && !apart(me.id, id) && between(me.id, id).length)
    .map((id) => ({ user: showUser(id, me), message: between(me.id, id).at(-1), unread: me.unreadFrom.has(id) }))
    .sort((a, b) => b.message.create_time - a.message.create_time);
  const { items, next } = page(list, params.get('cursor'));
  return { conversation_list: items, ...(next && { cursor: next }) };
}
function history({ me, id, params }) {
  need(users.has(id), 10002, 'no such user');
  const { items, next } = page(between(me.id, id).reverse(), params.get('cursor'));
  return { message_list: items, next };
}
/** Opening a conversation, as the phone's app does it: what is in it is read. */
function chat({ me, params }) {
  const peer = Number(params.get('to_user_id'));
  const after = Number(params.get('pre_msg_time')) || 0;
  me.unreadFrom.delete(peer);
  tell(me.id, 'unread', unreadOf(me));
  return { message_list: between(me.id, peer).filter((one) => one.create_time > after) };
}
function say({ me, params }) {
  const to = need(users.get(Number(params.get('to_user_id'))), 10002, 'no such user');
  const content = params.get('content') ?? '';
  need(content.trim() && [...content].length <= 2000, 10013, 'the text is empty or too long');
  if (apart(me.id, to.id)) throw new Refused(10011, 'not permitted');
  const message = { id: newId(), from_user_id: me.id, to_user_id: to.id, content, create_time: newTime() };
  all.push(message);
  to.unreadFrom.set(me.id, (to.unreadFrom.get(me.id) ?? 0) + 1);
  tell(to.id, 'message', message);
  tell(to.id, 'unread', unreadOf(to));
  tell(me.id, 'message', message);
}

export const messages = [
  ['GET', /^\/api\/v1\/users\/(\d+)\/friends$/, 'signed-in', friends],
  ['GET', /^\/api\/v1\/messages\/(\d+)$/, 'signed-in', history],
  ['GET', /^\/api\/v1\/conversations$/, 'signed-in', conversations],
  ['GET', /^\/douyin\/message\/chat$/, 'signed-in', chat],
  ['POST', /^\/douyin\/message\/action$/, 'signed-in', say],
];
