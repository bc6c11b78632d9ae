// The comments of one video: pages of them, and what one writes or takes away.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import { session } from './session.svelte';
import type { Comment, User } from './types';
import { ui } from './ui.svelte';
import type { VideoModel } from './videos.svelte';
import { words } from './words';

export type Line = Comment & { pending?: boolean };

export class Thread {
  lines = $state.raw<Line[]>([]);
  state = $state<'loading' | 'ready' | 'error'>('loading');
  next = $state('');
  #loadingMore = false;

  constructor(readonly video: VideoModel) {
    void this.load();
  }

  async load() {
    this.state = 'loading';
    try {
      const page = await api.comments(this.video.id);
      const known = new Set(page.comment_list.map((line) => line.id));
      this.lines = [...this.lines.filter((line) => !known.has(line.id)), ...page.comment_list];
      this.next = page.cursor ?? '';
      this.state = 'ready';
    } catch {
      this.state = 'error';
    }
  }

  async more() {
    if (!this.next || this.#loadingMore) return;
    this.#loadingMore = true;
    try {
      const page = await api.comments(this.video.id, this.next);
      const known = new Set(this.lines.map((line) => line.id));
      this.lines = [...this.lines, ...page.comment_list.filter((line) => !known.has(line.id))];
      this.next = page.cursor ?? '';
    } catch (error) {
      ui.toast(words(error));
    }
    this.#loadingMore = false;
  }

  mayDelete(line: Line): boolean {
    const me = session.user?.id;
    return me !== undefined && !line.pending && (me === line.user.id || me === this.video.author.id);
  }

  /** On top at once, grey until the server has it; false if it was refused and the text should be put back. */
  async send(me: User, content: string): Promise<boolean> {
    const draft: Line = { id: -Date.now(), user: me, content, create_date: '', pending: true };
    this.lines = [draft, ...this.lines];
    this.video.comments++;
    try {
      const { comment } = await api.comment(this.video.id, content);
      // A list that came meanwhile may have it already.
      const others = this.lines.filter((line) => line.id !== comment.id);
      this.lines = others.map((line) => (line === draft ? comment : line));
      return true;
    } catch (error) {
      this.drop(draft);
      ui.toast(words(error));
      return false;
    }
  }

  async remove(line: Line) {
    const before = this.lines;
    this.drop(line);
    try {
      await api.uncomment(this.video.id, line.id);
    } catch (error) {
      this.lines = before;
      this.video.comments++;
      ui.toast(words(error));
    }
  }

  drop(line: Line) {
    this.lines = this.lines.filter((one) => one !== line);
    this.video.comments--;
  }
}
