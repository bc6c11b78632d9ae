// tus 1.0 as far as the client uses it, and work on what arrived: a file that is no MP4 fails, as it would.
// SPDX-License-Identifier: Apache-2.0
import { createWriteStream, writeFileSync, openSync, readSync, closeSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LIMITS } from './account.mjs';
import { probe } from '../clips.mjs';
import { tell } from './events.mjs';
import { note } from './people.mjs';
import { need } from './refused.mjs';
import { MEDIA } from './static.mjs';
import { addVideo, newId } from './world.mjs';

const HEAD = { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store' };
const STEP_MS = 120;
const STEPS = 8;
const open = new Map(); // name -> {user, size, file, at}

function create(req, res, user) {
  const size = Number(req.headers['upload-length']);
  if (size > LIMITS.upload_bytes) {
    res.writeHead(413, { ...HEAD, 'Content-Type': 'application/json' });
    return res.end(JSON.stringify({ status_code: 10008, status_msg: `at most ${LIMITS.upload_bytes} bytes` }));
  }
  const name = `u${newId()}${Math.random().toString(36).slice(2)}`;
  open.set(name, { user, size, file: `${name}.mp4` });
  writeFileSync(join(MEDIA, `${name}.mp4`), '');
  res.writeHead(201, {
    ...HEAD,
    Location: `/api/v1/uploads/${name}`,
    'Upload-Expires': new Date(Date.now() + 864e5).toUTCString(),
  });
  res.end();
}
const arrived = (one) => statSync(join(MEDIA, one.file)).size;

async function append(req, res, one) {
  const at = arrived(one);
  if (Number(req.headers['upload-offset']) !== at) {
    res.writeHead(409, HEAD);
    return res.end();
  }
  // What was there when the connection broke stays: that is the point of it.
  await pipeline(req, createWriteStream(join(MEDIA, one.file), { flags: 'a' })).catch(() => {});
  res.writeHead(204, { ...HEAD, 'Upload-Offset': arrived(one) });
  res.end();
}

export async function tus(req, res, session) {
  const name = req.url.split('/')[4];
  const one = open.get(name);
  if (!session) {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    return res.end('{"status_code":10004,"status_msg":"log in first"}');
  }
  if (req.method === 'POST') return create(req, res, session.user);
  if (!one || one.user !== session.user) return res.writeHead(404, HEAD).end();
  if (req.method === 'PATCH') return append(req, res, one);
  if (req.method === 'DELETE') {
    open.delete(name);
    return res.writeHead(204, HEAD).end();
  }
  res.writeHead(200, { ...HEAD, 'Upload-Offset': arrived(one), 'Upload-Length': one.size });
  res.end();
}

function looksLikeVideo(file) {
  const start = Buffer.alloc(12);
  const handle = openSync(file, 'r');
  readSync(handle, start, 0, 12, 0);
  closeSync(handle);
  return start.toString('latin1', 4, 8) === 'ftyp';
}

async function work(video, file) {
  const say = (state, percent, reason = '') => {
    Object.assign(video, { state, percent, reason });
    tell(video.author, 'processing', { video_id: video.id, state, percent, reason, stage: 'transcode' });
  };
  for (let step = 1; step < STEPS; step++) {
    await new Promise((go) => setTimeout(go, STEP_MS));
    say('processing', Math.round((100 * step) / STEPS));
  }
  const clip = looksLikeVideo(file) ? await probe(MEDIA, video.clip.file).catch(() => null) : null;
  if (clip) video.clip = clip;
  say(clip ? 'ready' : 'failed', 100, clip ? '' : 'unsupported_format');
  note(video.author, 'processing', 0, { video: video.id });
}

function publish({ match, me, params }) {
  const one = need(open.get(match[1]), 10009, 'no such upload');
  const title = (params.get('title') ?? '').trim();
  need(title && [...title].length <= 200, 10005, 'invalid title');
  need(arrived(one) === one.size, 10005, 'the upload is not complete');
  open.delete(match[1]);
  const clip = { file: one.file, cover: '', width: 0, height: 0, duration_ms: 0, color: '#222230' };
  const video = addVideo(me.id, title, clip, undefined, 'processing');
  void work(video, join(MEDIA, one.file));
  return { video_id: video.id, state: 'processing' };
}

export const uploads = [['POST', /^\/api\/v1\/uploads\/(\w+)\/publish$/, 'signed-in', publish]];
