// With whom one has talked, the latest first, and friends to begin with.
// SPDX-License-Identifier: Apache-2.0
import { api, type ConversationPage } from './api';
import { session } from './session.svelte';
import type { Message, User } from './types';

export interface Talk {
  user: User;
  /** What was said last; empty: nothing yet. */
  text: string;
  mine: boolean;
  fresh: boolean;
}

const talkOf = ({ user, message, unread }: ConversationPage['conversation_list'][number]): Talk => ({
  user,
  text: message.content,
  mine: message.from_user_id !== user.id,
  fresh: unread,
});

export class Conversations {
  talks = $state.raw<Talk[]>([]);
  /** Friends with whom nothing was said yet. */
  silent = $state.raw<User[]>([]);
  state = $state<'loading' | 'ready' | 'error'>('loading');
  next = $state('');
  #asking = false;

  constructor(private readonly me: number) {}

  async load() {
    try {
      const [page, friends] = await Promise.all([api.conversations(), api.friends(this.me)]);
      this.talks = page.conversation_list.map(talkOf);
      this.next = page.cursor ?? '';
      this.silent = friends.user_list.filter((one) => !one.message);
      this.state = 'ready';
    } catch {
      if (this.talks.length + this.silent.length === 0) this.state = 'error';
    }
  }

  async more() {
    if (!this.next || this.#asking) return;
    this.#asking = true;
    try {
      const page = await api.conversations(this.next);
      const known = new Set(this.talks.map((talk) => talk.user.id));
      this.talks = [...this.talks, ...page.conversation_list.map(talkOf).filter((talk) => !known.has(talk.user.id))];
      this.next = page.cursor ?? '';
    } catch {
      /* asked again when one scrolls on */
    }
    this.#asking = false;
  }

  /** Moves up whoever it is with; `open` is the one on the screen. */
  heard(message: Message, open: number) {
    const mine = message.from_user_id === session.user?.id;
    const peer = mine ? message.to_user_id : message.from_user_id;
    const user = this.with(peer);
    if (user) this.say(user, message.content, mine, !mine && peer !== open);
    else void this.load();
  }

  say(user: User, text: string, mine = true, fresh = false) {
    this.talks = [{ user, text, mine, fresh }, ...this.talks.filter((talk) => talk.user.id !== user.id)];
    this.silent = this.silent.filter((one) => one.id !== user.id);
  }

  read(peer: number) {
    this.talks = this.talks.map((talk) => (talk.user.id === peer ? { ...talk, fresh: false } : talk));
  }

  with(peer: number): User | undefined {
    return this.talks.find((talk) => talk.user.id === peer)?.user ?? this.silent.find((one) => one.id === peer);
  }
}
