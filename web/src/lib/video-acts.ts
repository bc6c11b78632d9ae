// What a person decides about a video or its author, and what becomes of the lists.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import { t } from './i18n.svelte';
import { followOf } from './people.svelte';
import { router } from './router.svelte';
import { session } from './session.svelte';
import { removeEverywhere } from './source.svelte';
import type { User } from './types';
import { ui } from './ui.svelte';
import type { VideoModel } from './videos.svelte';
import { words } from './words';

const say = (error: unknown) => ui.toast(words(error));

/** A page that showed nothing but this video has nothing to show any more. */
function leaveIfAlone(id: number) {
  if (router.route.name === 'video' && router.route.id === id) router.go('/', true);
}

export async function deleteVideo(video: VideoModel) {
  if (!(await ui.confirm(t('video.deleteTitle'), t('video.deleteText'), t('act.delete')))) return;
  try {
    await api.removeVideo(video.id);
    removeEverywhere((one) => one.id === video.id);
    ui.toast(t('video.deleted'));
    leaveIfAlone(video.id);
  } catch (error) {
    say(error);
  }
}

/** Gone from the screen at once; the server keeps it away for good. */
export function notInterested(video: VideoModel) {
  session.need('login.why.hide', () => {
    removeEverywhere((one) => one.id === video.id);
    ui.toast(t('act.hidden'));
    api.notInterested(video.id).catch(say);
    leaveIfAlone(video.id);
  });
}

export async function blockPerson(user: User): Promise<boolean> {
  const sure = await ui.confirm(t('block.title', { name: user.name }), t('block.text'), t('block.action'));
  if (!sure) return false;
  try {
    await api.block(user.id);
    followOf(user).sync(false);
    removeEverywhere((one) => one.author.id === user.id);
    ui.toast(t('block.done', { name: user.name }), {
      label: t('act.undo'),
      run: () => void api.unblock(user.id).catch(say),
    });
    return true;
  } catch (error) {
    say(error);
    return false;
  }
}
