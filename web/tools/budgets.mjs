// Holds the built client to what it may weigh: the first load, each later chunk, all of it in the binary.
// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KB = 1000;
const BUDGETS = {
  'JavaScript of the first load, gzip': 60 * KB,
  'styles of the first load, gzip': 10 * KB,
  'largest later chunk, gzip': 20 * KB,
  'hls.js, gzip': 120 * KB,
  'everything, brotli': 400 * KB,
};

const dist = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url));
const assets = join(dist, 'assets');
const size = (path) => statSync(path).size;
const page = readFileSync(join(dist, 'index.html'), 'utf8');
const first = new Set([...page.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name]) => name));
const names = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name));
const gz = (name) => size(join(assets, `${name}.gz`));
const sum = (list) => list.reduce((total, name) => total + gz(name), 0);

const isHls = (name) => name.startsWith('hls');
const later = names.filter((name) => !first.has(name) && !isHls(name));
const everything = readdirSync(dist, { recursive: true })
  .map((name) => join(dist, name))
  .filter((path) => statSync(path).isFile() && !/\.(br|gz)$/.test(path))
  .map((path) => (existsSync(`${path}.br`) ? `${path}.br` : path));
const found = {
  'JavaScript of the first load, gzip': sum([...first].filter((name) => name.endsWith('.js'))),
  'styles of the first load, gzip': sum([...first].filter((name) => name.endsWith('.css'))),
  'largest later chunk, gzip': Math.max(...later.map(gz)),
  'hls.js, gzip': sum(names.filter(isHls)),
  'everything, brotli': everything.reduce((total, path) => total + size(path), 0),
};
for (const [what, most] of Object.entries(BUDGETS)) {
  const over = !(found[what] > 0 && found[what] <= most);
  console.log(`${over ? 'FAIL' : 'ok  '} ${what}: ${(found[what] / KB).toFixed(1)} of ${most / KB} KB`);
  if (over) process.exitCode = 1;
}
