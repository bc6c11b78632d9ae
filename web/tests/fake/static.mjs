// Files as the server will send them: hashed assets for ever, the page with its Content-Security-Policy, media in ranges.
// SPDX-License-Identifier: Apache-2.0
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
export const MEDIA = process.env.MEDIA ?? fileURLToPath(new URL('../../media/', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.m4s': 'video/iso.segment',
  '.vtt': 'text/vtt; charset=utf-8',
};
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

function missing(res) {
  res.writeHead(404, { 'Content-Type': 'text/plain' });
  res.end('not found');
}

function send(req, res, root, path, head) {
  let full = join(root, normalize(path).replace(/^(\.\.[/\\])+/, ''));
  if (!existsSync(full) || statSync(full).isDirectory()) return missing(res);
  const headers = { 'Content-Type': TYPES[extname(full)] ?? 'application/octet-stream', ...head };
  for (const [name, end] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ])
    if (!headers['Content-Encoding'] && req.headers['accept-encoding']?.includes(name) && existsSync(full + end)) {
      full += end;
      headers['Content-Encoding'] = name;
      headers.Vary = 'Accept-Encoding';
    }
  const size = statSync(full).size;
  const range = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? '');
  if (!range) {
    res.writeHead(200, { ...headers, 'Content-Length': size, 'Accept-Ranges': 'bytes' });
    return createReadStream(full).pipe(res);
  }
  const start = range[1] ? Number(range[1]) : size - Number(range[2]);
  const end = range[1] && range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  res.writeHead(206, {
    ...headers,
    'Content-Range': `bytes ${start}-${end}/${size}`,
    'Content-Length': end - start + 1,
  });
  createReadStream(full, { start, end }).pipe(res);
}

const FOREVER = { 'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff' };

export const sendMedia = (req, res, path) => send(req, res, MEDIA, path.slice('/media/'.length), FOREVER);
export const sendAsset = (req, res, path) =>
  send(req, res, DIST, path, path.startsWith('/assets/') ? FOREVER : { 'Cache-Control': 'public, max-age=3600' });
export const sendPage = (req, res) =>
  send(req, res, DIST, '/index.html', {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': CSP,
    ...(req.url === '/' && {
      Link: '</douyin/feed/?ext=1>; rel=preload; as=fetch; crossorigin, </api/v1/me>; rel=preload; as=fetch; crossorigin',
    }),
  });
