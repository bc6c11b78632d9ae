// Trying again by itself what the connection has spoiled: at once when it is back, else now and then.
// SPDX-License-Identifier: Apache-2.0
import { untrack } from 'svelte';
import { ui } from './ui.svelte';

const NOW_AND_THEN_MS = 4000;

/** For a component: as long as `spoiled` holds, `act` is called again. */
export function tryAgain(spoiled: () => boolean, act: () => void) {
  let away = false;
  $effect(() => {
    if (!spoiled()) return;
    if (!ui.online) {
      away = true;
      return;
    }
    const timer = setTimeout(() => untrack(act), away ? 0 : NOW_AND_THEN_MS);
    away = false;
    return () => clearTimeout(timer);
  });
}
