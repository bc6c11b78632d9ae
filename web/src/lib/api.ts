/* The one place that talks HTTP: envelope, timeouts, errors. The session is an HttpOnly cookie; no token is ever held by script. */
// SPDX-License-Identifier: Apache-2.0
import type { Comment, FriendUser, Me, Message, User, Video } from './types';

export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
  get needsLogin() {
    return this.code === 10004;
  }
  get offline() {
    return this.code === -1;
  }
}

type Params = Record<string, string | number | undefined>;

async function call<T>(method: 'GET' | 'POST', path: string, params: Params = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value !== undefined) query.set(key, String(value));
  const text = query.toString();
  const init: RequestInit = { method, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(15_000) };
  let url = path;
  if (method === 'GET') url += text ? `?${text}` : '';
  else init.body = query;
  let reply: Response;
  try {
    reply = await fetch(url, init);
  } catch {
    throw new ApiError(-1, 'offline');
  }
  if (reply.status === 429) throw new ApiError(10006, 'too many requests');
  if (!reply.ok) throw new ApiError(50000, `HTTP ${reply.status}`);
  const body = (await reply.json()) as { status_code: number; status_msg?: string } & T;
  if (body.status_code !== 0) throw new ApiError(body.status_code, body.status_msg ?? '');
  return body;
}

const get = <T>(path: string, params?: Params) => call<T>('GET', path, params);
const post = <T>(path: string, params?: Params) => call<T>('POST', path, params);

export interface Page {
  video_list: Video[];
  next_time?: number;
}

export const api = {
  me: () => get<Me>('/api/v1/me'),
  login: (username: string, password: string) => post<{ user: User }>('/api/v1/session', { username, password }),
  register: (username: string, password: string) =>
    post<{ user: User }>('/api/v1/session/register', { username, password }),
  logout: () => post<object>('/api/v1/session/end'),
  feed: (latest_time?: number) => get<Page>('/douyin/feed/', { ext: 1, latest_time }),
  following: (cursor?: number) => get<Page>('/api/v1/feed/following', { ext: 1, cursor }),
  user: (user_id: number) => get<{ user: User }>('/douyin/user/', { user_id }),
  published: (user_id: number) => get<Page>('/douyin/publish/list/', { user_id, ext: 1 }),
  liked: (user_id: number) => get<Page>('/douyin/favorite/list/', { user_id, ext: 1 }),
  video: (id: number) => get<{ video: Video }>(`/api/v1/videos/${id}`),
  like: (video_id: number, on: boolean) =>
    post<object>('/douyin/favorite/action/', { video_id, action_type: on ? 1 : 2 }),
  follow: (to_user_id: number, on: boolean) =>
    post<object>('/douyin/relation/action/', { to_user_id, action_type: on ? 1 : 2 }),
  comments: (video_id: number) => get<{ comment_list: Comment[] }>('/douyin/comment/list/', { video_id }),
  comment: (video_id: number, comment_text: string) =>
    post<{ comment: Comment }>('/douyin/comment/action/', { video_id, action_type: 1, comment_text }),
  uncomment: (video_id: number, comment_id: number) =>
    post<object>('/douyin/comment/action/', { video_id, action_type: 2, comment_id }),
  friends: (user_id: number) => get<{ user_list: FriendUser[] }>('/douyin/relation/friend/list/', { user_id }),
  chat: (to_user_id: number, pre_msg_time?: number) =>
    get<{ message_list: Message[] }>('/douyin/message/chat/', { to_user_id, pre_msg_time }),
  say: (to_user_id: number, content: string) =>
    post<object>('/douyin/message/action/', { to_user_id, action_type: 1, content }),
  publish: (upload_url: string, title: string) =>
    post<{ video_id: number }>(`${new URL(upload_url, location.href).pathname}/publish`, { title }),
  search: (q: string) => get<{ users: User[]; videos: Video[] }>('/api/v1/search', { q }),
};

/** Fire and forget, survives leaving the page: what was seen, for how long. */
export function beaconSeen(items: { video_id: number; watched_ms: number }[]) {
  if (items.length)
    navigator.sendBeacon('/api/v1/seen', new Blob([JSON.stringify({ items })], { type: 'application/json' }));
}
