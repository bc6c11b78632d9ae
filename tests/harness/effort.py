# How much a test does: little in every run, a lot in `./dev torture`.
# SPDX-License-Identifier: Apache-2.0
import os

LONG = 'DUAN_TORTURE' in os.environ


def rounds(short, long):
    """How often to repeat something, or how many of something to make."""
    return long if LONG else short
