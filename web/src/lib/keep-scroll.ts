// A page that is left and come back to is where it was.
// SPDX-License-Identifier: Apache-2.0
import type { Attachment } from 'svelte/attachments';

const PAGES_MAX = 50;
const places = new Map<string, number>();

export function keepScroll(key: string): Attachment<HTMLElement> {
  return (node) => {
    const top = places.get(key) ?? 0;
    if (top > 0) requestAnimationFrame(() => node.scrollTo({ top, behavior: 'instant' }));
    const onscroll = () => {
      places.delete(key);
      places.set(key, node.scrollTop);
      if (places.size > PAGES_MAX) places.delete(places.keys().next().value!);
    };
    node.addEventListener('scroll', onscroll, { passive: true });
    return () => node.removeEventListener('scroll', onscroll);
  };
}
