// The keys of the feed.
// SPDX-License-Identifier: Apache-2.0

export interface Deeds {
  step: (by: number) => void;
  playPause: () => void;
  seek: (seconds: number) => void;
  sound: () => void;
  like: () => void;
  comments: () => void;
  fullscreen: () => void;
  share: () => void;
  help: () => void;
}

const SEEK_S = 5;
const DEEDS = new Map<string, (deeds: Deeds) => void>([
  ['ArrowDown', (deeds) => deeds.step(1)],
  ['j', (deeds) => deeds.step(1)],
  ['PageDown', (deeds) => deeds.step(1)],
  ['ArrowUp', (deeds) => deeds.step(-1)],
  ['k', (deeds) => deeds.step(-1)],
  ['PageUp', (deeds) => deeds.step(-1)],
  [' ', (deeds) => deeds.playPause()],
  ['ArrowLeft', (deeds) => deeds.seek(-SEEK_S)],
  ['ArrowRight', (deeds) => deeds.seek(SEEK_S)],
  ['m', (deeds) => deeds.sound()],
  ['l', (deeds) => deeds.like()],
  ['c', (deeds) => deeds.comments()],
  ['f', (deeds) => deeds.fullscreen()],
  ['s', (deeds) => deeds.share()],
  ['?', (deeds) => deeds.help()],
]);

/* What a control does with a key itself comes first. */
function controlTakes(target: HTMLElement, key: string): boolean {
  if (target.matches('input:not([type=range]), textarea, select, [contenteditable]')) return true;
  if (key === ' ') return target.matches('button, a, summary');
  return target.matches('input[type=range]') && (key === 'ArrowLeft' || key === 'ArrowRight');
}

/** A modal dialog takes the keys from every feed but the one it shows. */
export function behindModal(feed: HTMLElement): boolean {
  const top = [...document.querySelectorAll('dialog:modal')].at(-1);
  return top !== undefined && !top.contains(feed);
}

export function handleKey(event: KeyboardEvent, feed: HTMLElement, deeds: Deeds) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || behindModal(feed)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const deed = DEEDS.get(key);
  if (!deed || controlTakes(event.target as HTMLElement, event.key)) return;
  event.preventDefault();
  deed(deeds);
}
