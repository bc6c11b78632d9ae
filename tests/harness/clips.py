# Makes the small files that tests upload: videos of each kind, and things that only look like one.
# SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import random
import subprocess

POSITION = '+48.8584+002.2945/'  # what must never be served again
DEVICE = 'Telltale Phone 9'

X264 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p'
AAC = '-c:a aac -b:a 48k'
PRIVATE = ['-metadata', f'location={POSITION}', '-metadata', f'make={DEVICE}',
           '-metadata', f'com.apple.quicktime.location.ISO6709={POSITION}',
           '-metadata', f'com.apple.quicktime.model={DEVICE}']

# Name: size, frames per second, seconds, options of the encoder.
VIDEOS = {
    'tiny.mp4': ('96x64', 10, 1, f'{X264} {AAC}'),
    'plain.mp4': ('640x360', 25, 2, f'{X264} {AAC}'),
    'heavy.mp4': ('1920x1080', 30, 8, f'-c:v libx264 -preset ultrafast -crf 10 -pix_fmt yuv420p'
                                      f' {AAC}'),
    'upright.mov': ('320x180', 25, 2, f'{X264} {AAC}'),
    'clip.webm': ('320x180', 15, 2, '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 100k'
                                    ' -c:a libopus'),
    'clip.mkv': ('320x180', 15, 2, f'{X264} {AAC}'),
    'portrait_hevc.mp4': ('180x320', 15, 2, '-c:v libx265 -preset ultrafast -pix_fmt yuv420p'
                                            f' -x265-params log-level=none -tag:v hvc1 {AAC}'),
}


class Clips:
    """A folder of clips, filled on demand and shared by all workers of a run."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.folder = folder

    def path(self, name):
        """The clip's file; made now if nobody has needed it before."""
        made = self.folder / name
        with open(self.folder / f'{name}.lock', 'wb') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                draft = self.folder / f'draft_{name}'
                self.make(name, draft)
                os.rename(draft, made)
        return made

    def data(self, name):
        return self.path(name).read_bytes()

    def make(self, name, draft):
        if name in VIDEOS:
            size, rate, seconds, options = VIDEOS[name]
            ffmpeg('-f', 'lavfi', '-i', f'testsrc2=size={size}:rate={rate}:duration={seconds}',
                   '-f', 'lavfi', '-i', f'sine=sample_rate=48000:duration={seconds}',
                   *options.split(), draft)
            return
        getattr(self, name.replace('.', '_'))(draft)

    def phone_mov(self, draft):
        """As phones write it: turned by a flag, with the place and the device in it."""
        ffmpeg('-i', self.path('upright.mov'), '-c', 'copy', '-metadata:s:v', 'rotate=90',
               '-movflags', 'use_metadata_tags', *PRIVATE, draft)

    def gps_mp4(self, draft):
        """The place where other phones put it, among the user data."""
        ffmpeg('-i', self.path('plain.mp4'), '-c', 'copy', '-f', 'mov', '-brand', 'mp42', *PRIVATE,
               draft)

    def gps_webm(self, draft):
        ffmpeg('-i', self.path('clip.webm'), '-c', 'copy', *PRIVATE, draft)

    def blue_mp4(self, draft):
        ffmpeg('-f', 'lavfi', '-i', 'color=blue:size=160x96:rate=10:duration=1', *X264.split(), draft)

    def silent_mp4(self, draft):
        ffmpeg('-i', self.path('plain.mp4'), '-c', 'copy', '-an', draft)

    def audio_only_mp4(self, draft):
        ffmpeg('-i', self.path('plain.mp4'), '-c', 'copy', '-vn', draft)

    def sound_mp3(self, draft):
        ffmpeg('-i', self.path('plain.mp4'), '-vn', '-c:a', 'libmp3lame', draft)

    def png_mp4(self, draft):
        ffmpeg('-i', self.path('plain.mp4'), '-frames:v', '1', '-c:v', 'png', '-f', 'image2',
               '-update', '1', draft)

    def truncated_mp4(self, draft):
        """Broken off before the index at its end, as a lost connection leaves it."""
        whole = self.data('plain.mp4')
        draft.write_bytes(whole[:len(whole) // 2])

    def playlist_mp4(self, draft):
        draft.write_text('#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n'
                         '#EXT-X-ENDLIST\n')

    def concat_mp4(self, draft):
        draft.write_text('ffconcat version 1.0\nfile /etc/passwd\n')

    def page_mp4(self, draft):
        draft.write_text('<!doctype html><script>alert(1)</script>')

    def noise_mp4(self, draft):
        draft.write_bytes(random.Random(1).randbytes(3 << 20))

    def impostor_mp4(self, draft):
        """Begins as a video does."""
        head = b'\0\0\0\x18ftypmp42\0\0\0\0mp42isom'
        draft.write_bytes(head + random.Random(2).randbytes(3 << 20))

    def one_byte_mp4(self, draft):
        draft.write_bytes(b'\0')


def ffmpeg(*arguments):
    subprocess.run(['ffmpeg', '-nostdin', '-hide_banner', '-loglevel', 'error', '-y',
                    *arguments], check=True)
