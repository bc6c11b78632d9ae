// The media keys of a keyboard or a headset, and what the system shows of the video that plays.
// SPDX-License-Identifier: Apache-2.0
import type { VideoModel } from '../lib/videos.svelte';

export function systemKeys(video: VideoModel | undefined, step: (by: number) => void) {
  const system = navigator.mediaSession;
  if (!system || !video) return;
  system.metadata = new MediaMetadata({
    title: video.title,
    artist: video.author.name,
    artwork: [{ src: video.cover }],
  });
  system.setActionHandler('nexttrack', () => step(1));
  system.setActionHandler('previoustrack', () => step(-1));
}
