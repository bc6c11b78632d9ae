// A small world for the stand-in, to look at the screens with: SEED=1. Log in as demo, demo123.
// SPDX-License-Identifier: Apache-2.0
import { addUser, addVideo, blocks, clips, comments, follows, likes, messages, newId, notes } from './world.mjs';

const HOUR = 3_600_000;
const now = Date.now();
const PEOPLE = [
  ['demo', 'Here for the sunsets.'],
  ['山里的小林', '住在山里，拍山'],
  ['Nora Lindqvist', 'Chasing the northern lights since 2019'],
  ['阿Ken夜跑', '凌晨一点的城市'],
  ['Mateo Ruiz', 'Leña, silencio y una guitarra'],
  ['苏苏画画', '水墨、扎染、纸'],
  ['老周的窗台', '一只猫，一扇窗'],
  ['Hana Sato', '空を見る時間'],
];
const TITLES = [
  'Aurora over the fjord, no filter #northernlights 极光',
  'The ridge at dusk. We started at three in the morning and it was worth every single step of the way up, cold fingers and all',
  '六点的海是蓝色的 #海 morning sea',
  'This is what I opened the app for',
  '水墨远山，一笔都不能改 #国画 ink hills',
  'Silk in slow motion #texture',
  '雨打在窗上，茶刚好 #听雨',
];
const WORDS = [
  '太美了吧！',
  'I could watch this all day',
  '这是在哪里拍的？',
  'Saved for a bad day.',
  'How long did you wait for this?',
  '看了五遍 😂',
  'My cat approves.',
  'Instant calm.',
  'More of these please',
];
const SAID = [
  'Hey, loved your last one',
  'Thanks! Took three attempts.',
  'Are you going up again this weekend?',
  'If the weather holds, yes. Want to come?',
  'See you on Sunday!',
];

export function seed() {
  const people = PEOPLE.map(([name, signature], at) => {
    const user = addUser(name, 'demo123', signature);
    user.extra = {
      followers: [128, 128400, 9312, 45120, 780, 23400, 1503, 64021][at],
      following: 12 + 7 * at,
      likes: 3210 * (at + 1),
    };
    return user;
  });
  const [demo, ...others] = people;
  const shown = clips.map((clip, at) => {
    const author = at % 8 === 7 ? demo : others[(at * 3) % others.length];
    const video = addVideo(author.id, TITLES[at % TITLES.length], clip, now - (at + 1) * 1.7 * HOUR);
    video.extraLikes = [18432, 923, 120455, 87, 4210][at % 5];
    if (at % 4 === 0) video.captions = [{ lang: 'en', label: 'English', url: '/media/captions.vtt' }];
    for (let n = 0; n < 9; n++)
      comments.push({
        id: newId(),
        video: video.id,
        user: people[(at + n) % 8].id,
        content: WORDS[(at + n) % WORDS.length],
        at: now - n * 5 * HOUR,
      });
    return video;
  });
  for (const [at, other] of others.entries()) {
    if (at < 5) follows.push({ from: demo.id, to: other.id }, { from: other.id, to: demo.id });
    likes.push({ user: demo.id, video: shown[at * 2].id, at: now - at * HOUR });
    const lines = SAID.slice(0, SAID.length - (at % 4));
    for (const [n, content] of lines.entries())
      messages.push({
        id: newId(),
        from_user_id: n % 2 ? demo.id : other.id,
        to_user_id: n % 2 ? other.id : demo.id,
        content,
        create_time: now - at * HOUR - (lines.length - n) * 4 * 60_000,
      });
  }
  blocks.push({ from: demo.id, to: addUser('spam-o-matic', 'demo123').id });
  demo.unreadFrom.set(others[0].id, 2);
  const mine = shown.filter((video) => video.author === demo.id);
  const note = (kind, actors, hours, rest = {}) =>
    notes.push({
      id: 1_000_000 - notes.length,
      for: demo.id,
      kind,
      actors: actors.map((n) => others[n].id),
      at: now - hours * HOUR,
      read: hours > 5,
      ...rest,
    });
  note('like', [0, 1, 2, 3, 4], 0.2, { video: mine[0].id });
  note('comment', [5], 1.1, { video: mine[0].id, comment: comments.find((one) => one.video === mine[0].id).id });
  note('follow', [6], 3);
  note('processing', [], 9, { video: mine[1].id });
  note('like', [2, 5], 26, { video: mine[1].id });
  note('follow', [1, 3, 4], 50);
}
