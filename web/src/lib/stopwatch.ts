// How long a video has moved: neither a pause nor a stall, nor a page that nobody sees, is watched.
// SPDX-License-Identifier: Apache-2.0

/** Runs whenever the element does; the function it returns stops it and says the milliseconds. */
export function stopwatch(node: HTMLVideoElement): () => number {
  let total = 0;
  let since = node.paused || node.readyState < 3 ? undefined : performance.now();
  const halt = () => {
    if (since !== undefined) total += performance.now() - since;
    since = undefined;
  };
  const go = () => (since ??= performance.now());
  const STOPS = ['pause', 'waiting', 'emptied'];
  node.addEventListener('playing', go);
  for (const name of STOPS) node.addEventListener(name, halt);
  return () => {
    node.removeEventListener('playing', go);
    for (const name of STOPS) node.removeEventListener(name, halt);
    halt();
    return total;
  };
}
