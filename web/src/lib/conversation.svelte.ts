// One conversation: pages back in time, what arrives, and what one says, on the screen before it is sent.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import { session } from './session.svelte';
import type { Message } from './types';

export type Said = Message & { sending?: boolean; failed?: boolean };

export class Conversation {
  lines = $state.raw<Said[]>([]);
  state = $state<'loading' | 'ready' | 'error'>('loading');
  next = $state('');
  #asking = false;
  #draft = -1;

  constructor(readonly peer: number) {}

  async load() {
    try {
      const page = await api.chat(this.peer);
      const unsent = this.lines.filter((line) => line.sending || line.failed);
      this.lines = [...page.message_list.reverse(), ...unsent];
      this.next = page.next ?? '';
      this.state = 'ready';
      void this.read();
    } catch {
      if (this.lines.length === 0) this.state = 'error';
    }
  }

  async older() {
    if (!this.next || this.#asking) return;
    this.#asking = true;
    try {
      const page = await api.chat(this.peer, this.next);
      const known = new Set(this.lines.map((line) => line.id));
      this.lines = [...page.message_list.filter((line) => !known.has(line.id)).reverse(), ...this.lines];
      this.next = page.next ?? '';
    } catch {
      /* asked again when one scrolls up again */
    }
    this.#asking = false;
  }

  /** A message of this conversation, from the other one or from another window of one's own. */
  hear(message: Message) {
    if (this.lines.some((line) => line.id === message.id)) return;
    const draft = this.lines.findIndex((line) => line.id < 0 && !line.failed && line.content === message.content);
    const mine = message.from_user_id !== this.peer;
    if (mine && draft >= 0) this.lines = this.lines.with(draft, message);
    else this.lines = [...this.lines, message];
    if (!mine) void this.read();
  }

  async say(content: string) {
    const me = session.user;
    if (!me) return;
    const line: Said = {
      id: this.#draft--,
      from_user_id: me.id,
      to_user_id: this.peer,
      content,
      create_time: Date.now(),
      sending: true,
    };
    this.lines = [...this.lines, line];
    try {
      await api.say(this.peer, content);
      this.#mark(line.id, {});
    } catch (error) {
      this.#mark(line.id, { failed: true });
      throw error;
    }
  }

  again(line: Said): Promise<void> {
    this.lines = this.lines.filter((one) => one.id !== line.id);
    return this.say(line.content);
  }

  #mark(id: number, mark: { failed?: boolean }) {
    this.lines = this.lines.map((line) => (line.id === id ? { ...line, sending: false, ...mark } : line));
  }

  /** Asked for as the phone's app asks, what is new counts as delivered: once it is looked at. */
  async read() {
    if (document.visibilityState !== 'visible') return;
    const last = this.lines.findLast((line) => line.from_user_id === this.peer);
    if (!last) return;
    await api.markRead(this.peer, last.create_time - 1).catch(() => {});
    if (session.unread.messages > 0) await session.refreshUnread();
  }
}
