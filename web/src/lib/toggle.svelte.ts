// A wish that shows at once and is sent in its own time: likes and follows.
// SPDX-License-Identifier: Apache-2.0

/** Never two requests at once, never one for a state that was already undone; what is refused is taken back. */
export class Toggle {
  #on = $state(false);
  #sent: boolean;
  #busy = false;
  /** When the last wish reached the server, or failed to. */
  #settled = 0;

  constructor(
    on: boolean,
    private readonly send: (on: boolean) => Promise<unknown>,
    private readonly changed: (on: boolean) => void = () => {},
    private readonly refused: (error: unknown) => void = () => {},
  ) {
    this.#on = on;
    this.#sent = on;
  }

  get on() {
    return this.#on;
  }

  /** Whether a reply to a question of that moment (performance.now) can know of the last wish. */
  believes(asked = Infinity): boolean {
    return !this.#busy && asked > this.#settled;
  }

  /** Takes the server's word, unless it is older than what the person decided. */
  sync(on: boolean, asked?: number) {
    if (this.believes(asked)) this.#on = this.#sent = on;
  }

  set(on: boolean) {
    if (on === this.#on) return;
    this.#on = on;
    this.changed(on);
    void this.#flush();
  }

  async #flush() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#on !== this.#sent) await this.#attempt(this.#on);
    this.#busy = false;
    this.#settled = performance.now();
  }

  async #attempt(wish: boolean) {
    try {
      await this.send(wish);
      this.#sent = wish;
    } catch (error) {
      if (this.#on !== wish) return; // changed back meanwhile: nothing to take back
      this.#on = this.#sent;
      this.changed(this.#on);
      this.refused(error);
    }
  }
}
