// What a failure is called in the reader's language.
// SPDX-License-Identifier: Apache-2.0
import { ApiError } from './http';
import { hasKey, i18n, t } from './i18n.svelte';
import { ui } from './ui.svelte';

/** Nothing came back: because of the network here, or because the server is not there. */
export const noReply = () => (ui.online ? t('state.unreachable') : t('state.offline'));

/** English readers get the server's own sentence; others the catalogue's for that code, where there is one. */
export function words(error: unknown): string {
  if (!(error instanceof ApiError)) return t('state.error');
  if (error.offline) return noReply();
  const key = `error.${error.code}`;
  if (hasKey(key) && (i18n.locale !== 'en' || !error.message)) return t(key);
  return error.message ? error.message.charAt(0).toUpperCase() + error.message.slice(1) : t('state.error');
}

/** The same for a reply that somebody else has read: the server's envelope is in it. */
export function replyWords(body: string): string {
  try {
    const { status_code, status_msg = '' } = JSON.parse(body) as { status_code: number; status_msg?: string };
    return words(new ApiError(status_code, status_msg));
  } catch {
    return t('state.error');
  }
}

/** Why a video failed: the server names the reason by a word of its own list, or in a sentence. */
export function reasonWords(reason: string): string {
  const key = `reason.${reason}`;
  return hasKey(key) ? t(key) : reason || t('reason.unknown');
}
