// Tap, double tap and hold, told apart from a swipe.
// SPDX-License-Identifier: Apache-2.0

const DOUBLE_MS = 280;
const HOLD_MS = 420;
const SLIP_PX = 12;

export interface Point {
  x: number;
  y: number;
}
export interface Hands {
  tap: () => void;
  doubleTap: (at: Point) => void;
  hold: (down: boolean) => void;
}

/**
 * A tap acts at once, without waiting whether a second one follows; the second within 280 ms makes it a double tap,
 * whose hand forgives what the first one did.
 */
export class Gestures {
  #lastTap = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #from: Point = { x: 0, y: 0 };
  #held = false;

  constructor(private readonly hands: Hands) {}

  down(at: Point) {
    this.#from = at;
    this.#held = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#held = true;
      this.hands.hold(true);
    }, HOLD_MS);
  }

  up() {
    clearTimeout(this.#timer);
    if (this.#held) this.hands.hold(false);
  }

  click(at: Point, now: number) {
    this.up();
    const slipped = Math.hypot(at.x - this.#from.x, at.y - this.#from.y) > SLIP_PX;
    if (this.#held || slipped) return;
    const double = now - this.#lastTap < DOUBLE_MS;
    this.#lastTap = now;
    if (double) this.hands.doubleTap(at);
    else this.hands.tap();
  }
}
