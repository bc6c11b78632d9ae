// A wish that shows at once and is sent in its own time: likes and follows.
// SPDX-License-Identifier: Apache-2.0

/** Never two requests at once, never one for a state that was already undone; what is refused is taken back. */
export class Toggle {
  #on = $state(false);
  #sent: boolean;
  #busy = false;

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

  /** A wish is on its way: what the server says of this meanwhile is already old. */
  get busy() {
    return this.#busy;
  }

  /** Takes the server's word, unless the person has just decided otherwise. */
  sync(on: boolean) {
    if (!this.#busy) this.#on = this.#sent = on;
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
