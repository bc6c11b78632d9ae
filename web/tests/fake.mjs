/* A stand-in for the C server: the built client, five clips with ranges, and enough of the API to use every screen. */
// SPDX-License-Identifier: Apache-2.0
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const PORT = Number(process.env.PORT ?? 8080);
const DIST = process.env.DIST ?? new URL('../dist/', import.meta.url).pathname;
const MEDIA = process.env.MEDIA ?? new URL('../media/', import.meta.url).pathname;
const COUNT = Number(process.env.COUNT ?? 200);
const FORCE_HLS = process.env.FORCE_HLS === '1';
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.m4s': 'video/iso.segment',
  '.vtt': 'text/vtt; charset=utf-8',
};
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

const NAMES = [
  'mika_outdoors',
  'aurora.chaser',
  'nachtlichter',
  'inkflow',
  '海边的小鱼',
  'tinker-tom',
  'lena.cooks',
  '阿哲',
];
const SIGN = [
  'Mountains before breakfast.',
  'Chasing the northern lights since 2019',
  'Night walks through quiet cities',
  'Slow colours, fast mind',
  '住在海边，拍海',
  'I fix things on camera',
  'One pan, ten minutes',
  '记录生活',
];
const TITLES = [
  'Sunrise from the ridge. We started at 3 am and it was worth every single step of the way up, cold fingers and all',
  'The sky did this for twenty minutes straight',
  'City lights, no filter',
  'Paint, water and a bit of patience',
  '今晚的海，安静得像一面镜子',
];
const COLORS = ['#8a3a6a', '#0a2238', '#2a1434', '#1b5a7a', '#1c2c58'];
const WORDS = [
  'This is unreal 😍',
  'Where is this?',
  '太美了！',
  'Instant follow.',
  'I could watch this all day',
  '求拍摄参数',
  'Second time here today',
  'The colours!!',
  '晚安 🌙',
  'Please make a longer one',
];
const users = NAMES.map((name, i) => ({
  id: i + 1,
  name,
  follow_count: 12 + i * 7,
  follower_count: [128400, 9312, 45120, 780, 23400, 1503, 64021, 311][i],
  is_follow: i === 1,
  avatar: '',
  background_image: '',
  signature: SIGN[i],
  total_favorited: 3000 * (i + 1),
  work_count: Math.ceil(COUNT / 5),
  favorite_count: 31,
}));
const now = Date.now();
const videos = Array.from({ length: COUNT }, (_, i) => {
  const c = (i % 5) + 1;
  return {
    id: COUNT - i,
    author: users[(i + Math.floor(i / 5)) % 5],
    play_url: `/media/clip${c}.mp4?v=${COUNT - i}`,
    cover_url: `/media/cover${c}.jpg`,
    favorite_count: [18432, 923, 120455, 87, 4210][i % 5] + i,
    comment_count: 10,
    is_favorite: false,
    title: TITLES[i % 5],
    ext: {
      width: 720,
      height: 1280,
      duration_ms: FORCE_HLS ? 90000 : 8000,
      created_at: now - (i + 1) * 47 * 60000,
      color: COLORS[i % 5],
      hls_url: `/media/hls${c}/master.m3u8`,
      captions: i % 5 === 0 ? [{ lang: 'en', label: 'English', url: '/media/clip1.vtt' }] : [],
    },
  };
});
const byId = new Map(videos.map((v) => [v.id, v]));
const comments = new Map();
const sessions = new Map();
const uploads = new Map();
const streams = new Set();
const log = [];
let nextComment = 1000;
let failLikes = false;
const commentsOf = (id) =>
  comments.get(id) ??
  comments
    .set(
      id,
      WORDS.map((content, i) => ({ id: id * 100 + i, user: users[(id + i) % 8], content, create_date: '11-22' })),
    )
    .get(id);
const emit = (event, data) => streams.forEach((r) => r.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));

function send(res, body, status = 200) {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  res.end(JSON.stringify(body));
}
const ok = (res, body = {}) => send(res, { status_code: 0, status_msg: '', ...body });
const fail = (res, code, msg) => send(res, { status_code: code, status_msg: msg });

function file(req, res, root, path, cache) {
  let full = join(root, normalize(path).replace(/^(\.\.[/\\])+/, ''));
  if (!existsSync(full) || statSync(full).isDirectory()) return false;
  const type = TYPES[extname(full)] ?? 'application/octet-stream';
  const head = {
    'Content-Type': type,
    'Cache-Control': cache,
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
  };
  if (type.startsWith('text/html')) {
    head['Content-Security-Policy'] = CSP;
    if (req.url === '/' && !process.env.NO_PRELOAD)
      head.Link =
        '</douyin/feed/?ext=1>; rel=preload; as=fetch; crossorigin, </api/v1/me>; rel=preload; as=fetch; crossorigin';
  }
  const accept = req.headers['accept-encoding'] ?? '';
  if (accept.includes('br') && existsSync(full + '.br')) {
    full += '.br';
    head['Content-Encoding'] = 'br';
    head.Vary = 'Accept-Encoding';
  }
  const size = statSync(full).size;
  const range = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? '');
  if (range) {
    const from = range[1] ? Number(range[1]) : size - Number(range[2]);
    const to = range[1] && range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
    res.writeHead(206, { ...head, 'Content-Range': `bytes ${from}-${to}/${size}`, 'Content-Length': to - from + 1 });
    createReadStream(full, { start: from, end: to }).pipe(res);
  } else {
    res.writeHead(200, { ...head, 'Content-Length': size });
    createReadStream(full).pipe(res);
  }
  return true;
}

createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x');
  const path = url.pathname;
  const sid = /duan_session=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
  const me = sid ? sessions.get(sid) : undefined;
  if (path.startsWith('/media/')) {
    log.push({ at: Date.now(), path: req.url, range: req.headers.range });
    return file(req, res, MEDIA, path.slice(7), 'public, max-age=31536000, immutable') || send(res, {}, 404);
  }
  const chunks = [];
  if (req.method === 'PATCH' && path.startsWith('/api/v1/uploads/')) {
    const up = uploads.get(path);
    if (!up) return send(res, {}, 404);
    for await (const chunk of req) {
      up.offset += chunk.length;
      await new Promise((r) => setTimeout(r, 4));
    }
    res.writeHead(204, { 'Tus-Resumable': '1.0.0', 'Upload-Offset': up.offset });
    return res.end();
  }
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const q = url.searchParams;
  if ((req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded'))
    for (const [k, v] of new URLSearchParams(body)) q.set(k, v);
  const video = () => byId.get(Number(q.get('video_id')));
  const enter = () => {
    const name = q.get('username') ?? '';
    if (path.endsWith('/session') && q.get('password') === 'wrongpass')
      return fail(res, 10003, 'Wrong user name or password');
    const id = 100 + sessions.size;
    const user = {
      ...users[0],
      id,
      name,
      follower_count: 0,
      follow_count: 0,
      total_favorited: 0,
      work_count: 0,
      favorite_count: 0,
      signature: '',
    };
    users.push(user);
    const key = `s${Math.random().toString(36).slice(2)}`;
    sessions.set(key, { user, liked: new Set() });
    res.setHeader('Set-Cookie', `duan_session=${key}; Path=/; HttpOnly; SameSite=Lax`);
    return ok(res, { user });
  };
  switch (path) {
    case '/api/v1/me':
      return ok(res, { user: me?.user ?? null, unread: me ? 2 : 0 });
    case '/api/v1/session':
    case '/api/v1/session/register':
      return enter();
    case '/api/v1/session/end':
      sessions.delete(sid);
      res.setHeader('Set-Cookie', 'duan_session=; Path=/; Max-Age=0');
      return ok(res);
    case '/api/v1/seen':
      log.push({ at: Date.now(), seen: body });
      res.writeHead(204);
      return res.end();
    case '/api/v1/_log':
      return send(res, log.splice(0));
    case '/api/v1/_fail':
      failLikes = q.get('on') === '1';
      return ok(res);
    case '/douyin/feed/': {
      const before = Number(q.get('latest_time')) || Infinity;
      const page = videos.filter((v) => v.ext.created_at < before).slice(0, 30);
      return ok(res, {
        video_list: page.map((v) => ({ ...v, is_favorite: !!me?.liked.has(v.id) })),
        next_time: page.at(-1)?.ext.created_at ?? now,
      });
    }
    case '/api/v1/feed/following':
      return ok(res, { video_list: [], next_time: 0 });
    case '/douyin/user/': {
      const u = users.find((x) => x.id === Number(q.get('user_id')));
      return u ? ok(res, { user: u }) : fail(res, 10002, 'no such user');
    }
    case '/douyin/publish/list/':
      return ok(res, { video_list: videos.filter((v) => v.author.id === Number(q.get('user_id'))) });
    case '/douyin/favorite/list/':
      return ok(res, {
        video_list:
          me && me.user.id === Number(q.get('user_id')) ? [...me.liked].map((id) => byId.get(id)) : videos.slice(3, 12),
      });
    case '/douyin/favorite/action/': {
      if (!me) return fail(res, 10004, 'log in first');
      if (failLikes) return fail(res, 50300, 'dependency down');
      const v = video();
      const on = q.get('action_type') === '1';
      if (on !== me.liked.has(v.id)) {
        v.favorite_count += on ? 1 : -1;
        if (on) me.liked.add(v.id);
        else me.liked.delete(v.id);
      }
      return ok(res);
    }
    case '/douyin/relation/action/':
      return me ? ok(res) : fail(res, 10004, 'log in first');
    case '/douyin/comment/list/':
      return ok(res, { comment_list: commentsOf(Number(q.get('video_id'))) });
    case '/douyin/comment/action/': {
      if (!me) return fail(res, 10004, 'log in first');
      const list = commentsOf(Number(q.get('video_id')));
      if (q.get('action_type') === '2') {
        list.splice(
          list.findIndex((c) => c.id === Number(q.get('comment_id'))),
          1,
        );
        return ok(res);
      }
      const comment = { id: nextComment++, user: me.user, content: q.get('comment_text'), create_date: '11-22' };
      list.unshift(comment);
      return ok(res, { comment });
    }
    case '/douyin/relation/friend/list/':
      return ok(res, {
        user_list: users.slice(0, 4).map((u, i) => ({
          ...u,
          message: ['See you on Sunday!', 'haha yes', '好的，明天见', 'sent you the clip'][i],
          msgType: i % 2,
        })),
      });
    case '/douyin/message/chat/': {
      const peer = Number(q.get('to_user_id'));
      const line = (i, from, content) => ({
        id: i,
        from_user_id: from,
        to_user_id: from === peer ? me.user.id : peer,
        content,
        create_time: now - (9 - i) * 60000,
      });
      return me
        ? ok(res, {
            message_list: [
              line(1, peer, 'Hey, loved your last one'),
              line(2, me.user.id, 'Thanks! Took three attempts.'),
              line(3, peer, 'Are you going up again this weekend?'),
              line(4, me.user.id, 'If the weather holds, yes. Want to come?'),
              line(5, peer, 'See you on Sunday!'),
            ],
          })
        : fail(res, 10004, 'log in first');
    }
    case '/douyin/message/action/':
      setTimeout(
        () =>
          emit('message', {
            id: Date.now(),
            from_user_id: Number(q.get('to_user_id')),
            to_user_id: me.user.id,
            content: '👍',
            create_time: Date.now(),
          }),
        600,
      );
      return ok(res);
    case '/api/v1/search': {
      const s = (q.get('q') ?? '').toLowerCase();
      return ok(res, {
        users: users.filter((u) => u.name.toLowerCase().includes(s)).slice(0, 6),
        videos: videos.filter((v) => v.title.toLowerCase().includes(s)).slice(0, 12),
      });
    }
    case '/api/v1/events':
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.write('retry: 2000\n\n');
      streams.add(res);
      req.on('close', () => streams.delete(res));
      return;
    case '/api/v1/uploads': {
      const id = `/api/v1/uploads/${Math.random().toString(36).slice(2)}`;
      uploads.set(id, { offset: 0, size: Number(req.headers['upload-length']) });
      res.writeHead(201, { Location: id, 'Tus-Resumable': '1.0.0' });
      return res.end();
    }
  }
  const one = /^\/api\/v1\/videos\/(\d+)$/.exec(path);
  if (one) {
    const v = byId.get(Number(one[1]));
    return v ? ok(res, { video: v }) : fail(res, 10009, 'video not found');
  }
  if (path.startsWith('/api/v1/uploads/') && path.endsWith('/publish')) {
    let percent = 0;
    const timer = setInterval(() => {
      percent += 10;
      emit('processing', { video_id: 3, state: percent >= 100 ? 'ready' : 'processing', percent });
      if (percent >= 100) clearInterval(timer);
    }, 150);
    return ok(res, { video_id: 3 });
  }
  if (path.startsWith('/api/v1/uploads/') && req.method === 'HEAD') {
    const up = uploads.get(path);
    res.writeHead(up ? 200 : 404, {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': up?.offset ?? 0,
      'Upload-Length': up?.size ?? 0,
      'Cache-Control': 'no-store',
    });
    return res.end();
  }
  if (path.startsWith('/assets/'))
    return file(req, res, DIST, path, 'public, max-age=31536000, immutable') || send(res, {}, 404);
  if (extname(path) && file(req, res, DIST, path, 'public, max-age=3600')) return;
  file(req, res, DIST, '/index.html', 'no-cache');
}).listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
void readFileSync;
