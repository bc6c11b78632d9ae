/* One server-sent event stream per tab while somebody is listening; the browser reconnects by itself with Last-Event-ID. */
// SPDX-License-Identifier: Apache-2.0
type Handler = (data: never) => void;
const handlers = new Map<string, Set<Handler>>();
let stream: EventSource | undefined;

export function on<T>(event: string, handler: (data: T) => void): () => void {
  stream ??= new EventSource('/api/v1/events');
  let set = handlers.get(event);
  if (!set) {
    handlers.set(event, (set = new Set()));
    stream.addEventListener(event, (message) => {
      for (const one of handlers.get(event) ?? []) one(JSON.parse((message as MessageEvent<string>).data) as never);
    });
  }
  set.add(handler as Handler);
  return () => {
    set.delete(handler as Handler);
    if ([...handlers.values()].every((each) => each.size === 0)) {
      stream?.close();
      stream = undefined;
      handlers.clear();
    }
  };
}
