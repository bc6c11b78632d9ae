// A page that is left and come back to is where it was.
// SPDX-License-Identifier: Apache-2.0
import type { Attachment } from 'svelte/attachments';

const PAGES_MAX = 50;
const places = new Map<string, number>();

/** How far down one was; 0 if this is not come back to. */
export const placeOf = (key: string) => places.get(key) ?? 0;

/* What has not been on the screen yet is only guessed to be so high: once more, as long as that leads further. */
function comeBack(node: HTMLElement, top: number, before = 0) {
  requestAnimationFrame(() => {
    node.scrollTo({ top, behavior: 'instant' });
    const now = node.scrollTop;
    if (now < top && now > before) comeBack(node, top, now);
  });
}

export function keepScroll(key: string): Attachment<HTMLElement> {
  return (node) => {
    const top = placeOf(key);
    if (top > 0) comeBack(node, top);
    const onscroll = () => {
      places.delete(key);
      places.set(key, node.scrollTop);
      if (places.size > PAGES_MAX) places.delete(places.keys().next().value!);
    };
    node.addEventListener('scroll', onscroll, { passive: true });
    return () => node.removeEventListener('scroll', onscroll);
  };
}
