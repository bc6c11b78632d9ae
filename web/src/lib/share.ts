// Hands the address of a video on: by the system's own sheet on touch devices, else by the clipboard.
// SPDX-License-Identifier: Apache-2.0
import { t } from './i18n.svelte';
import { ui } from './ui.svelte';
import type { VideoModel } from './videos.svelte';

export async function share(video: VideoModel) {
  const url = `${location.origin}/v/${video.id}`;
  try {
    if ('share' in navigator && matchMedia('(pointer: coarse)').matches) {
      await navigator.share({ url, title: video.title });
    } else {
      await navigator.clipboard.writeText(url);
      ui.toast(t('act.copied'));
    }
  } catch (error) {
    // Closing the system's sheet is an answer; a clipboard that is refused (no TLS) is not.
    if ((error as DOMException).name !== 'AbortError') ui.toast(url);
  }
}
