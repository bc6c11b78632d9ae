/* The objects of the HTTP contract, plus the optional `ext` part that the web client asks for with ext=1. */
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

export interface VideoExt {
  width: number;
  height: number;
  duration_ms: number;
  created_at: number;
  color: string;
  hls_url?: string;
  captions?: { lang: string; label: string; url: string }[];
  state?: 'ready' | 'processing' | 'failed';
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

export interface Me {
  user: User | null;
  unread: number;
}
