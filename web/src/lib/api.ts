// Every call the client makes, by name. The session is an HttpOnly cookie: no token is ever in a script's hands.
// SPDX-License-Identifier: Apache-2.0
import { call, get, post } from './http';
import type {
  Comment,
  DataCopy,
  FriendUser,
  Login,
  Me,
  Message,
  Notification,
  Processing,
  ReportKind,
  ReportReason,
  Settings,
  Talked,
  User,
  Video,
} from './types';

export type Cursor = string | number | undefined;

/** One page of videos, whichever way the list names its continuation. */
export interface VideoPage<Place = Cursor> {
  video_list: Video[];
  next?: Place;
}
export interface ConversationPage {
  conversation_list: Talked[];
  cursor?: string;
}
export interface UserPage {
  user_list: User[];
  next?: string;
}

const byTime = (reply: { video_list: Video[]; next_time?: number }): VideoPage<number> => ({
  video_list: reply.video_list,
  next: reply.next_time || undefined,
});
/** The feed's next_time leads back in time, then (below 0) back through what was seen; at its end it is now, to begin anew. */
function leadsOn(from: number | undefined, next: number | undefined) {
  if (from === undefined || next === undefined) return true;
  return next < 0 ? from >= 0 || next > from : from >= 0 && next < from;
}

function untilItBeginsAnew(from: number | undefined, page: VideoPage<number>): VideoPage<number> {
  return leadsOn(from, page.next) ? page : { video_list: page.video_list };
}
const V1 = '/api/v1';

export const api = {
  me: () => get<Me>(`${V1}/me`),
  /** `undo` opens an account again that its owner has closed. */
  login: (username: string, password: string, undo?: 1) =>
    post<{ user: User }>(`${V1}/session`, { username, password, undo }),
  register: (username: string, password: string) =>
    post<{ user: User }>(`${V1}/session/register`, { username, password }),
  logout: () => post(`${V1}/session/end`),
  sessions: () => get<{ sessions: Login[] }>(`${V1}/sessions`),
  endSessions: () => call<object>('DELETE', `${V1}/sessions`),
  editMe: (change: { name?: string; signature?: string }) => call<{ user: User }>('PATCH', `${V1}/me`, change),
  saveSettings: (settings: Settings) => call<object>('PATCH', `${V1}/me`, { settings: JSON.stringify(settings) }),
  picture: (kind: 'avatar' | 'background', file: Blob) =>
    call<{ user: User }>('PUT', `${V1}/me/${kind}`, undefined, file),
  password: (old_password: string, new_password: string) => post(`${V1}/me/password`, { old_password, new_password }),
  exportData: (password: string) => post<{ job_id: number }>(`${V1}/me/export`, { password }),
  dataCopy: () => get<DataCopy>(`${V1}/me/export`),
  deleteMe: (password: string) => call<{ until: number }>('DELETE', `${V1}/me`, { password }),

  feed: async (latest_time?: number) =>
    untilItBeginsAnew(latest_time, byTime(await get('/douyin/feed/', { ext: 1, latest_time }))),
  following: async (cursor: Cursor) => byTime(await get(`${V1}/feed/following`, { ext: 1, cursor })),
  published: (id: number, cursor?: Cursor) => get<VideoPage>(`${V1}/users/${id}/videos`, { ext: 1, cursor }),
  liked: (id: number, cursor?: Cursor) => get<VideoPage>(`${V1}/users/${id}/likes`, { ext: 1, cursor }),
  video: (id: number) => get<{ video: Video }>(`${V1}/videos/${id}`, { ext: 1 }),
  videoStatus: (id: number) => get<Omit<Processing, 'video_id'>>(`${V1}/videos/${id}/status`),
  retitle: (id: number, title: string) => call<{ video: Video }>('PATCH', `${V1}/videos/${id}`, { title }),
  removeVideo: (id: number) => call<object>('DELETE', `${V1}/videos/${id}`),
  notInterested: (id: number) => post(`${V1}/videos/${id}/not_interested`),
  publish: (uploadPath: string, title: string) =>
    post<{ video_id: number; state: string }>(`${uploadPath}/publish`, { title }),

  like: (video_id: number, on: boolean) => post('/douyin/favorite/action/', { video_id, action_type: on ? 1 : 2 }),
  comments: (id: number, cursor?: string) =>
    get<{ comment_list: Comment[]; cursor?: string }>(`${V1}/comments`, { video_id: id, cursor }),
  comment: (video_id: number, comment_text: string) =>
    post<{ comment: Comment }>('/douyin/comment/action/', { video_id, action_type: 1, comment_text }),
  uncomment: (video_id: number, comment_id: number) =>
    post('/douyin/comment/action/', { video_id, action_type: 2, comment_id }),

  user: (user_id: number) => get<{ user: User }>('/douyin/user/', { user_id }),
  follow: (to_user_id: number, on: boolean) =>
    post('/douyin/relation/action/', { to_user_id, action_type: on ? 1 : 2 }),
  people: (id: number, kind: 'followers' | 'following', cursor?: string) =>
    get<UserPage>(`${V1}/users/${id}/${kind}`, { cursor }),
  conversations: (cursor?: string) => get<ConversationPage>(`${V1}/conversations`, { cursor }),
  friends: (id: number) => get<{ user_list: FriendUser[]; next?: string }>(`${V1}/users/${id}/friends`, { limit: 100 }),
  chat: (peer: number, cursor?: string) =>
    get<{ message_list: Message[]; next?: string }>(`${V1}/messages/${peer}`, { cursor }),
  /** Reads the conversation as the phone's app does: what it answers counts as delivered, so it is no longer unread. */
  markRead: (to_user_id: number, pre_msg_time: number) =>
    get<{ message_list: Message[] }>('/douyin/message/chat/', { to_user_id, pre_msg_time }),
  say: (to_user_id: number, content: string) =>
    post('/douyin/message/action/', { to_user_id, action_type: 1, content }),

  search: (q: string, kind?: 'video', cursor?: Cursor) =>
    get<{ users: User[]; videos: Video[]; cursor?: string }>(`${V1}/search`, { q, kind, cursor, ext: 1 }),
  notifications: (cursor?: string) =>
    get<{ list: Notification[]; cursor?: string }>(`${V1}/notifications`, { cursor, ext: 1 }),
  readNotifications: (up_to: number) => post(`${V1}/notifications/read`, { up_to }),
  report: (kind: ReportKind, id: number, reason: ReportReason, text: string) =>
    post(`${V1}/reports`, { kind, id, reason, text: text || undefined }),
  block: (id: number) => call<object>('PUT', `${V1}/blocks/${id}`),
  unblock: (id: number) => call<object>('DELETE', `${V1}/blocks/${id}`),
  blocked: () => get<UserPage>(`${V1}/blocks`),
};

/** Survives leaving the page: what was watched, and for how long. */
export function beaconSeen(items: { video_id: number; watched_ms: number }[]) {
  if (items.length)
    navigator.sendBeacon(`${V1}/seen`, new Blob([JSON.stringify({ items })], { type: 'application/json' }));
}
