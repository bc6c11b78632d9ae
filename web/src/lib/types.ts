// The objects of the HTTP contract, and what /api/v1 and ext=1 add to them.
// SPDX-License-Identifier: Apache-2.0

export interface User {
  id: number;
  name: string;
  follow_count: number;
  follower_count: number;
  is_follow: boolean;
  avatar: string;
  background_image: string;
  signature: string;
  total_favorited: number;
  work_count: number;
  favorite_count: number;
}

export type VideoState = 'ready' | 'pending' | 'processing' | 'failed';

export interface VideoExt {
  width: number;
  height: number;
  duration_ms: number;
  created_at: number;
  color: string;
  state: VideoState;
  /** It plays already, from a copy of what was uploaded, while better ones are being made. */
  playable?: boolean;
  hls_url?: string;
  cover_webp?: string;
  captions?: { lang: string; label: string; url: string }[];
}

export interface Video {
  id: number;
  author: User;
  play_url: string;
  cover_url: string;
  favorite_count: number;
  comment_count: number;
  is_favorite: boolean;
  title: string;
  ext?: VideoExt;
}

export interface Comment {
  id: number;
  user: User;
  content: string;
  create_date: string;
}

export interface FriendUser extends User {
  message: string;
  msgType: number;
}

export interface Message {
  id: number;
  to_user_id: number;
  from_user_id: number;
  content: string;
  create_time: number;
}

export interface Unread {
  messages: number;
  notifications: number;
}

export interface Limits {
  upload_bytes: number;
  upload_seconds: number;
  caption: number;
  comment: number;
}

/** What a person chose, kept on the server so that it follows to the next device. */
export interface Settings {
  language?: string;
  theme?: string;
  captions?: boolean;
  autoscroll?: boolean;
}

export interface Me {
  user: User | null;
  unread: Unread;
  limits: Limits;
  settings?: Settings;
}

export interface Login {
  id: string;
  created_at: number;
  last_seen: number;
  agent: string;
  current: boolean;
}

export interface Processing {
  video_id: number;
  state: VideoState;
  percent: number;
  stage?: string;
  reason?: string;
}

export interface Notification {
  id: number;
  kind: 'like' | 'comment' | 'follow' | 'processing';
  actors: User[];
  count: number;
  video?: Video;
  comment?: Comment;
  at: number;
  read: boolean;
}

export type ReportKind = 'video' | 'comment' | 'user';
