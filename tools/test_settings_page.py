# The page of settings is what the program says of itself.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent


def test_the_page_of_settings_is_up_to_date():
    duan = TOP / os.environ.get("DUAN_BUILD", "build/release") / "duan"
    page = subprocess.run([duan, "config", "--reference"], capture_output=True, text=True, check=True).stdout
    assert (TOP / "docs/settings.md").read_text(encoding="utf-8") == page
