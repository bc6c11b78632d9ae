// A stand-in for the C server while one works on the client: PORT=8081 node tests/fake/server.mjs, then open it in a browser.
// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import { account } from './account.mjs';
import { events } from './events.mjs';
import { messages } from './messages.mjs';
import { people } from './people.mjs';
import { Refused } from './refused.mjs';
import { seed } from './seed.mjs';
import { sendAsset, sendMedia, sendPage } from './static.mjs';
import { tus, uploads } from './uploads.mjs';
import { videos } from './videos.mjs';
import { sessions, userOf } from './world.mjs';

if (process.env.SEED) seed();
const PORT = Number(process.env.PORT ?? 8080);
const ROUTES = [...account, ...events, ...messages, ...people, ...uploads, ...videos];

function json(res, body, status = 200) {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  res.end(JSON.stringify(body));
}

async function paramsOf(req, url) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const params = new URLSearchParams(url.search);
  const type = req.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    for (const [key, value] of new URLSearchParams(body.toString())) if (!params.get(key)) params.set(key, value);
  return { params, body };
}

function sessionOf(req) {
  const key = /duan_session=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
  return key ? sessions.get(key) : undefined;
}

async function answer(req, res, url) {
  const path = url.pathname.replace(/\/$/, '');
  for (const [method, pattern, access, handle] of ROUTES) {
    const match = req.method === method && pattern.exec(path);
    if (!match) continue;
    const session = sessionOf(req);
    const me = session && userOf(session.user);
    if (access === 'signed-in' && !me) throw new Refused(10004, 'log in first');
    const { params, body } = await paramsOf(req, url);
    const out = await handle({ req, res, params, body, me, session, id: Number(match[1]), match });
    if (!res.headersSent) json(res, { status_code: 0, status_msg: '', ...out });
    return;
  }
  json(res, { status_code: 1, status_msg: 'no such route' }, 404);
}

async function serve(req, res) {
  const url = new URL(req.url, 'http://fake');
  const path = url.pathname;
  try {
    if (path.startsWith('/media/')) return sendMedia(req, res, path);
    if (/^\/api\/v1\/uploads(\/[^/]+)?$/.test(path)) return await tus(req, res, sessionOf(req));
    if (path.startsWith('/api/') || path.startsWith('/douyin/')) return await answer(req, res, url);
    if (/\.\w+$/.test(path)) return sendAsset(req, res, path);
    sendPage(req, res);
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    if (!res.headersSent) json(res, { status_code: error.code ?? 50000, status_msg: error.message });
    else res.end();
  }
}

const server = createServer(serve).listen(PORT, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
