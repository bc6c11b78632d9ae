// What lies over a screen (a sheet, the comments, the player over a grid): Back takes away one at a time.
// SPDX-License-Identifier: Apache-2.0

interface Layer {
  id: number;
  close: () => void;
}
const layerOf = (state: unknown) => (state as { layer?: number } | null)?.layer ?? 0;

let next = layerOf(history.state) + 1;
let open: Layer[] = [];
/** Places in the history whose layer has gone by itself, not yet stepped back from. */
let leaving = 0;
let steppingBack = false;
let waiting: (() => void)[] = [];

/** Puts a layer on top, with a place in the history; the function it returns says that the layer has gone by itself. */
export function openLayer(close: () => void): () => void {
  const layer = { id: next++, close };
  open.push(layer);
  takePlace({ layer: layer.id });
  return () => {
    if (!open.includes(layer)) return;
    open = open.filter((one) => one !== layer);
    leaving++;
    queueMicrotask(stepBack);
  };
}

/* One sheet may follow another: it takes over the place that the first is about to leave. */
function takePlace(state: object) {
  if (leaving > 0) {
    leaving--;
    history.replaceState(state, '');
  } else if (steppingBack) waiting.push(() => history.pushState(state, ''));
  else history.pushState(state, '');
}

/* Several layers may go at once, in any order: their places are left together. */
function stepBack() {
  const places = leaving;
  leaving = 0;
  if (places > 0) {
    steppingBack = true;
    history.go(-places);
  } else if (!steppingBack) settle();
}

function settle() {
  const actions = waiting;
  waiting = [];
  for (const action of actions) action();
}

/** Navigation that comes while the browser steps back would otherwise be stepped over. */
export function whenSettled(action: () => void) {
  if (steppingBack || leaving > 0) waiting.push(action);
  else action();
}

/** Leaving the screen: every layer closes; true if the topmost place in the history is one of theirs, to be written over. */
export function dropLayers(): boolean {
  const gone = open;
  open = [];
  for (const layer of gone.reverse()) layer.close();
  return gone.length > 0;
}

addEventListener('popstate', (event) => {
  if (steppingBack) {
    steppingBack = false;
    settle();
    return;
  }
  const at = layerOf(event.state);
  const gone = open.filter((layer) => layer.id > at);
  open = open.filter((layer) => layer.id <= at);
  for (const layer of gone.reverse()) layer.close();
});
