// What is known of an unfinished upload after a reload: everything but the file itself, which a browser does not keep.
// SPDX-License-Identifier: Apache-2.0

export interface Remembered {
  /** Whose it is: a device may have several people. */
  user: number;
  url: string;
  name: string;
  size: number;
  modified: number;
  sent: number;
  caption: string;
  posted: boolean;
  videoId: number;
}
type News = {
  user: number;
  url?: string;
  file?: File;
  sent?: number;
  caption: string;
  posted?: boolean;
  videoId?: number;
};

const KEY = 'duan.upload';

export const memory = {
  read(user: number): Remembered | null {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Remembered | null;
      return found && found.user === user && (found.videoId || found.url) ? found : null;
    } catch {
      return null;
    }
  },
  write({ user, url = '', file, sent = 0, caption, posted = false, videoId = 0 }: News) {
    const { name = '', size = 0, lastModified: modified = 0 } = file ?? {};
    localStorage.setItem(KEY, JSON.stringify({ user, url, name, size, modified, sent, caption, posted, videoId }));
  },
  forget() {
    localStorage.removeItem(KEY);
  },
  sameFile(earlier: Remembered, file: File): boolean {
    return earlier.name === file.name && earlier.size === file.size && earlier.modified === file.lastModified;
  },
};
