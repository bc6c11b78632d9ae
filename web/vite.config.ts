// How the client is built and served while one works on it.
// SPDX-License-Identifier: Apache-2.0
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** The server that everything but the page comes from while one works on it. */
const SERVER = process.env.DUAN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: ['chrome111', 'firefox115', 'safari16.4'],
    assetsDir: 'assets',
    assetsInlineLimit: 0, // nothing inline: the Content-Security-Policy forbids it
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      ['/douyin', '/api', '/media', '/static', '/assets/avatar', '/assets/banner'].map((path) => [path, SERVER]),
    ),
  },
  test: { include: ['tests/unit/*.test.ts'], setupFiles: ['tests/unit/browser.ts'] },
});
