// One HTTP call: the envelope, the time it may take, and what went wrong as one kind of error.
// SPDX-License-Identifier: Apache-2.0

const PATIENCE_MS = 15_000;
const OFFLINE = -1;
const GONE = -2;
/** From here on it is not what was asked. */
const SERVERS_FAULT = 50000;
export const CODE = {
  noUser: 10002,
  noSession: 10004,
  tooOften: 10006,
  tooLarge: 10008,
  noVideo: 10009,
  mayNot: 10011,
  wrongPassword: 10003,
  closed: 10017,
};

export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
  get offline() {
    return this.code === OFFLINE;
  }
  get notFound() {
    return this.code === CODE.noVideo || this.code === CODE.noUser;
  }
  /** The same question may be answered later: nobody was there, was free, or knew who asks. */
  get passing() {
    return this.code < 0 || this.code >= SERVERS_FAULT || this.code === CODE.tooOften || this.code === CODE.noSession;
  }
}

export type Params = Record<string, string | number | undefined>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Envelope = { status_code: number; status_msg?: string };

/** Told of every reply that says the session is over: the cookie cannot be looked at from here. */
export const sessionEnd: { heard: () => void } = { heard: () => {} };

function form(params: Params): URLSearchParams {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value !== undefined) out.set(key, String(value));
  return out;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    throw new ApiError(OFFLINE, '');
  }
}

/** What the reply says; a proxy's page in place of JSON is an error of its own. */
async function read<T>(reply: Response): Promise<T> {
  const body = (await reply.json().catch(() => null)) as (Envelope & T) | null;
  if (body === null || typeof body.status_code !== 'number') throw new ApiError(GONE, '');
  if (body.status_code === CODE.noSession) sessionEnd.heard();
  if (body.status_code !== 0) throw new ApiError(body.status_code, body.status_msg ?? '');
  return body;
}

export async function call<T>(method: Method, path: string, params: Params = {}, file?: Blob): Promise<T> {
  const inUrl = method === 'GET' || file !== undefined;
  const query = form(params);
  const text = query.toString();
  const init: RequestInit = {
    method,
    headers: { Accept: 'application/json' },
    signal: AbortSignal.timeout(file ? 4 * PATIENCE_MS : PATIENCE_MS),
  };
  if (file) init.body = file;
  else if (!inUrl && text) init.body = query;
  return read<T>(await reach(inUrl && text ? `${path}?${text}` : path, init));
}

export const get = <T>(path: string, params?: Params) => call<T>('GET', path, params);
export const post = <T = object>(path: string, params?: Params) => call<T>('POST', path, params);
