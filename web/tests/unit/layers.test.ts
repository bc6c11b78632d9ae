// Back takes away one layer at a time, whichever way layers come and go.
// SPDX-License-Identifier: Apache-2.0
import { beforeEach, expect, test, vi } from 'vitest';

/** A browser's history: stepping is told later, as browsers do. */
class Places {
  list: { state: unknown; path: string }[] = [{ state: null, path: '/' }];
  at = 0;
  heard: (event: { state: unknown }) => void = () => {};
  get state() {
    return this.list[this.at]!.state;
  }
  pushState(state: unknown, _: string, path = this.list[this.at]!.path) {
    this.list.splice(++this.at, Infinity, { state, path });
  }
  replaceState(state: unknown, _: string, path = this.list[this.at]!.path) {
    this.list[this.at] = { state, path };
  }
  go(by: number) {
    setTimeout(() => {
      this.at = Math.max(0, this.at + by);
      this.heard({ state: this.state });
    });
  }
}
const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((go) => setTimeout(go));
};

let places: Places;
let layers: typeof import('../../src/lib/layers');
let closed: string[];
const open = (name: string) => layers.openLayer(() => closed.push(name));

beforeEach(async () => {
  places = new Places();
  closed = [];
  vi.stubGlobal('history', places);
  vi.stubGlobal('addEventListener', (_: string, heard: Places['heard']) => (places.heard = heard));
  vi.resetModules();
  layers = await import('../../src/lib/layers');
});

test('back_closes_the_topmost_layer_only', async () => {
  open('comments');
  open('menu');
  places.go(-1);
  await settled();
  expect(closed).toEqual(['menu']);
  places.go(-1);
  await settled();
  expect(closed).toEqual(['menu', 'comments']);
});

test('a_layer_that_closes_itself_leaves_no_place_behind', async () => {
  const gone = open('menu');
  gone();
  await settled();
  expect([places.at, closed]).toEqual([0, []]);
});

test('layers_that_go_together_leave_together_in_any_order', async () => {
  const comments = open('comments');
  const viewer = open('viewer');
  comments();
  viewer();
  await settled();
  expect([places.at, closed]).toEqual([0, []]);
});

test('a_sheet_that_follows_another_takes_its_place', async () => {
  const menu = open('menu');
  menu();
  open('report');
  await settled();
  expect([places.at, places.list.length, closed]).toEqual([1, 2, []]);
  places.go(-1);
  await settled();
  expect(closed).toEqual(['report']);
});

test('a_sheet_that_opens_while_the_browser_steps_back_stays_open', async () => {
  const menu = open('menu');
  menu();
  await Promise.resolve(); // the step back has been asked for
  open('help');
  await settled();
  expect([places.at, places.list.length, closed]).toEqual([1, 2, []]);
});

test('leaving_the_screen_closes_all_and_writes_over_the_topmost_place', () => {
  open('comments');
  open('menu');
  expect(layers.dropLayers()).toBe(true);
  expect(closed).toEqual(['menu', 'comments']);
  expect(layers.dropLayers()).toBe(false);
});

test('navigation_waits_for_the_step_back', async () => {
  const menu = open('menu');
  menu();
  const went: number[] = [];
  layers.whenSettled(() => went.push(places.at));
  expect(went).toEqual([]);
  await settled();
  expect(went).toEqual([0]);
});
