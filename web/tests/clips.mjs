// Clips for tests, drawn by ffmpeg: node tests/clips.mjs FOLDER [FOLDER-WITH-MP4S] fills a folder and its clips.json.
// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ffmpeg = (...args) => run('ffmpeg', ['-v', 'error', '-y', ...args], { encoding: 'buffer', maxBuffer: 1 << 20 });
const SECONDS = 4;
const PICTURES = [
  'gradients=s=360x640:c0=0xff5f6d:c1=0x2b1055:x0=0:y0=0:x1=360:y1=640:speed=0.02',
  'mandelbrot=s=360x640:start_scale=1.2:end_scale=0.2:end_pts=200',
  'life=s=90x160:mold=12:ratio=0.3:death_color=#16264f:life_color=#7fe3ff,scale=360:640:flags=neighbor',
  'gradients=s=640x360:c0=0x0f9b8e:c1=0x123c69:speed=0.03',
  'cellauto=s=360x640:rule=110,scale=360:640',
];

/** A clip of its own kind, small and quick to make. */
export async function draw(file, kind, seconds = SECONDS) {
  const picture = PICTURES[kind % PICTURES.length];
  const tone = `sine=frequency=${180 + 40 * kind}:sample_rate=44100`;
  const size = ['-t', String(seconds), '-r', '24', '-pix_fmt', 'yuv420p'];
  await ffmpeg(
    '-f',
    'lavfi',
    '-i',
    picture,
    '-f',
    'lavfi',
    '-i',
    tone,
    ...size,
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-g',
    '24',
    '-c:a',
    'aac',
    '-b:a',
    '64k',
    '-movflags',
    '+faststart',
    file,
  );
}

/** What the server would know of a clip, its cover made on the way. */
export async function probe(folder, file) {
  const path = join(folder, file);
  const fields = 'stream=width,height:format=duration';
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    fields,
    '-of',
    'json',
    path,
  ]);
  const { streams, format } = JSON.parse(stdout);
  const cover = `${basename(file, '.mp4')}.jpg`;
  await ffmpeg('-ss', '1', '-i', path, '-frames:v', '1', '-vf', 'scale=540:-2', '-q:v', '4', join(folder, cover));
  const dot = await ffmpeg(
    '-ss',
    '1',
    '-i',
    path,
    '-frames:v',
    '1',
    '-vf',
    'scale=1:1',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  );
  const hls = `${basename(file, '.mp4')}-hls`;
  mkdirSync(join(folder, hls), { recursive: true });
  const segments = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
  await ffmpeg('-i', path, '-c', 'copy', ...segments, join(folder, hls, 'master.m3u8'));
  const color = `#${dot.stdout.subarray(0, 3).toString('hex')}`;
  return {
    file,
    cover,
    width: streams[0].width,
    height: streams[0].height,
    duration_ms: Math.round(1000 * format.duration),
    color,
    hls: `${hls}/master.m3u8`,
  };
}

async function fill(folder, from) {
  mkdirSync(folder, { recursive: true });
  const names = from
    ? readdirSync(from).filter((name) => name.endsWith('.mp4'))
    : PICTURES.map((_, kind) => `clip${kind}.mp4`);
  const clips = [];
  for (const [kind, name] of names.entries()) {
    const file = join(folder, name);
    if (from) copyFileSync(join(from, name), file);
    else if (!existsSync(file)) await draw(file, kind);
    clips.push(await probe(folder, name));
  }
  writeFileSync(join(folder, 'clips.json'), JSON.stringify(clips));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await fill(process.argv[2] ?? 'media', process.argv[3]);
