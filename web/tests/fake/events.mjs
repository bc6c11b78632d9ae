// Server-sent events, each with an id; who comes back with the last one he saw gets what he missed.
// SPDX-License-Identifier: Apache-2.0
const KEPT = 200;
const PING_MS = 15_000;
const open = new Set(); // {user, res}
const past = []; // {id, user, event, data}
let next = 1;

const write = (res, one) => res.write(`id: ${one.id}\nevent: ${one.event}\ndata: ${JSON.stringify(one.data)}\n\n`);

export function tell(user, event, data) {
  const one = { id: next++, user, event, data };
  past.push(one);
  if (past.length > KEPT) past.shift();
  for (const stream of open) if (stream.user === user) write(stream.res, one);
}

function listen({ req, res, me }) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  res.write('retry: 1000\n\n');
  const last = Number(req.headers['last-event-id'] ?? 0);
  for (const one of past) if (last && one.user === me.id && one.id > last) write(res, one);
  const stream = { user: me.id, res };
  open.add(stream);
  const ping = setInterval(() => res.write(': ping\n\n'), PING_MS);
  res.on('close', () => {
    clearInterval(ping);
    open.delete(stream);
  });
}

export const events = [['GET', /^\/api\/v1\/events$/, 'signed-in', listen]];
