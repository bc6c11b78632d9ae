# Makes the pictures that people have before they choose their own: pictures.py OUTDIR.
# SPDX-License-Identifier: Apache-2.0
"""Writes avatar-01.png .. avatar-16.png and banner-01.png .. banner-06.png; the same bytes on every run."""
import pathlib
import sys

from pictures_avatars import LOOKS, avatar
from pictures_banners import BANNERS


def main(outdir):
    out = pathlib.Path(outdir)
    out.mkdir(parents=True, exist_ok=True)
    for number, look in enumerate(LOOKS, 1):
        (out / f"avatar-{number:02}.png").write_bytes(avatar(look).png())
    for number, banner in enumerate(BANNERS, 1):
        (out / f"banner-{number:02}.png").write_bytes(banner().png())


if __name__ == "__main__":
    main(sys.argv[1])
