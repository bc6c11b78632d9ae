// Calls when an element comes near the screen: the end of a list asks for its next page so.
// SPDX-License-Identifier: Apache-2.0
import type { Attachment } from 'svelte/attachments';

const NEAR = '600px';

export function whenSeen(act: () => void): Attachment {
  return (node) => {
    const watcher = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && act(), {
      rootMargin: NEAR,
    });
    watcher.observe(node);
    return () => watcher.disconnect();
  };
}
