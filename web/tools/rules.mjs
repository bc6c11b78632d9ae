// Holds this folder's files to their heads, sizes, layers and texts; prints what breaks a rule.
// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LINES_MAX = 250;
const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'media', 'pictures']);
/** What a folder of src/ may import beside itself. The frame, App.svelte, sees everything. */
const LAYERS = {
  lib: ['locales', '..'], // beside src/ lies generated/
  locales: [],
  shell: ['lib', 'feed'],
  comments: ['lib', 'shell'],
  feed: ['lib', 'shell', 'comments'],
  profile: ['lib', 'shell'],
  messages: ['lib', 'shell'],
  settings: ['lib', 'shell'],
  upload: ['lib', 'shell'],
  screens: ['lib', 'shell', 'profile', 'messages', 'settings', 'upload'],
};
const HEAD = /^(#!.*\n)?(\/\/|\/\*|<!--) [^\n]+\n(\/\/|\/\*|<!--) SPDX-License-Identifier: Apache-2\.0/;

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* walk(path);
    else if (/\.(ts|js|mjs|svelte|css)$/.test(entry.name)) yield path;
  }
}

function* ofFile(file, text) {
  if (!HEAD.test(text)) yield 'does not open by saying what it is, with the SPDX line below';
  const lines = text.split('\n').length - 1;
  if (lines > LINES_MAX) yield `${lines} lines, at most ${LINES_MAX}`;
  const [top, room] = file.split('/');
  if (top !== 'src' || !(room in LAYERS)) return;
  for (const [, target] of text.matchAll(/from '(\.\.?\/[^']+)'/g)) {
    const seen = relative('src', join(dirname(file), target)).split('/')[0];
    if (seen !== room && !LAYERS[room].includes(seen)) yield `${room} must not import ${target}`;
  }
}

/** Texts that nothing shows any more. Some keys are made of parts: `error.${code}` uses all that begin so. */
function* unused(sources) {
  const all = sources.join('\n');
  const parts = [...all.matchAll(/`([a-z.]+)\$\{[^}]+\}([a-z.]*)`/gi)].map(([, start, end]) => [start, end]);
  const plurals = [...all.matchAll(/plural\('([^']+)'/g)].map(([, key]) => [`${key}.`, '']);
  for (const key of Object.keys(JSON.parse(readFileSync(join(root, 'src/locales/en.json'), 'utf8')))) {
    const made = [...parts, ...plurals].some(([start, end]) => key.startsWith(start) && key.endsWith(end));
    if (!made && !all.includes(`'${key}'`)) yield `src/locales: nothing shows ${key}`;
  }
}

const names = new Map();
const sources = [];
const complaints = [];
for (const path of walk(root)) {
  const file = relative(root, path);
  const text = readFileSync(path, 'utf8');
  if (file.startsWith('src/')) sources.push(text);
  for (const what of ofFile(file, text)) complaints.push(`${file}: ${what}`);
  if (names.has(basename(file)) && file.startsWith('src/'))
    complaints.push(`${file}: ${names.get(basename(file))} has this name too`);
  if (file.startsWith('src/')) names.set(basename(file), file);
}
complaints.push(...unused(sources));
for (const one of complaints) console.log(one);
console.log(`rules: ${complaints.length} complaints`);
process.exitCode = complaints.length ? 1 : 0;
