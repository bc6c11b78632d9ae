// What eslint holds this folder to.
// SPDX-License-Identifier: Apache-2.0
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/', 'generated/', 'node_modules/'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'svelte/prefer-svelte-reactivity': 'off', // plain Maps are identity caches here, never rendered
      'svelte/no-navigation-without-resolve': 'off', // not SvelteKit: links are plain
    },
  },
);
