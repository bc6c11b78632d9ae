// The server's events for whoever is logged in: one stream a tab, resumed where it broke off.
// SPDX-License-Identifier: Apache-2.0

type Handler = (data: never) => void;
const NAMES = ['message', 'processing', 'notification', 'unread', 'reset'] as const;
/** What the server tells, and that it refused to tell anything. */
export type EventName = (typeof NAMES)[number] | 'refused';

const REOPEN_MS = [1000, 3000, 8000, 20_000];
/** A tab in the background gives its connection back: a browser has only six of them for one server. */
const HIDDEN_MS = 60_000;

const handlers = new Map<EventName, Set<Handler>>();
let stream: EventSource | undefined;
let wanted = false;
let refused = 0;
let timer = 0;

export function on<T>(name: EventName, handler: (data: T) => void): () => void {
  const set = handlers.get(name) ?? new Set();
  handlers.set(name, set.add(handler as Handler));
  return () => set.delete(handler as Handler);
}

function tell(name: EventName, data: unknown) {
  for (const handler of handlers.get(name) ?? []) handler(data as never);
}

function open(resumed: boolean) {
  stream = new EventSource('/api/v1/events');
  for (const name of NAMES)
    stream.addEventListener(name, (event) => tell(name, JSON.parse((event as MessageEvent<string>).data || 'null')));
  stream.onopen = () => {
    refused = 0;
    // The browser repeats Last-Event-ID on its own retries only; after a new beginning what came meanwhile is asked for.
    if (resumed) tell('reset', null);
    resumed = false;
  };
  stream.onerror = () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    tell('refused', null);
    const wait = REOPEN_MS[Math.min(refused++, REOPEN_MS.length - 1)];
    clearTimeout(timer);
    timer = window.setTimeout(() => wanted && open(true), wait);
  };
}

function close() {
  clearTimeout(timer);
  stream?.close();
  stream = undefined;
}

/** Follows the login: open while somebody is logged in. */
export function listen(listening: boolean) {
  if (listening === wanted) return;
  wanted = listening;
  close();
  if (wanted) open(false);
}

document.addEventListener('visibilitychange', () => {
  if (!wanted) return;
  clearTimeout(timer);
  if (document.visibilityState === 'hidden') timer = window.setTimeout(close, HIDDEN_MS);
  else if (!stream || stream.readyState === EventSource.CLOSED) open(true);
});
