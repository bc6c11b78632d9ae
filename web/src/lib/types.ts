// The objects of the API by short names. What they hold is told by the server's own document, which generated/ is made of.
// SPDX-License-Identifier: Apache-2.0
import type { components } from '../../generated/api';

type Schemas = components['schemas'];

export type User = Schemas['User'];
export type FriendUser = Schemas['FriendUser'];
export type Comment = Schemas['Comment'];
export type Message = Schemas['Message'];
export type Talked = Schemas['Conversation'];
export type Unread = Schemas['Unread'];
export type Limits = Schemas['Limits'];
export type Settings = Schemas['Settings'];
export type Login = Schemas['Session'];
export type ReportKind = Schemas['ReportKind'];
export type ReportReason = Schemas['ReportReason'];
export type VideoState = Schemas['VideoPage']['state'];

/** With the tracks of a video, which the element would show. */
export type Video = Schemas['Video'] & { ext?: { captions?: { lang: string; label: string; url: string }[] } };
export type Notification = Omit<Schemas['Notice'], 'video'> & { video?: Video };

export interface Me {
  user: Schemas['UserOrNull'];
  unread: Unread;
  limits: Limits;
  settings: Settings;
}

/** A copy of what somebody has here, as it stands. */
export interface DataCopy {
  state: 'none' | 'waiting' | 'ready' | 'failed' | 'expired';
  job_id?: number;
  asked_at?: number;
  expires_at?: number;
  bytes?: number;
  url?: string;
  reason?: string;
}

export interface Processing {
  video_id: Schemas['Id'];
  state: VideoState;
  percent: Schemas['Percent'];
  stage?: Schemas['Stage'];
  reason?: Schemas['Text'];
}
