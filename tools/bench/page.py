# Puts results into docs/performance.md, between its marks, and the plots beside it.
# SPDX-License-Identifier: Apache-2.0
import re

import svg
from report import as_markdown, goals_table, table


def write(kept, page):
    """Every scenario that has results; what stands outside of the marks is left alone."""
    text = fill(page.read_text(), "machine", machine(kept))
    for name, found in kept["scenarios"].items():
        text = fill(text, name, section(found, page))
    goals = [one for found in kept["scenarios"].values() for one in found["goals"]]
    page.write_text(fill(text, "goals", as_markdown(goals_table(goals))))


def fill(text, name, inside):
    begin, end = f"<!-- bench: {name} -->", f"<!-- end: {name} -->"
    found, times = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}\n{inside}\n{end}", text, flags=re.S)
    if times != 1:
        raise ValueError(f"the page has the marks of {name} {times} times")
    return found


def section(found, page):
    parts = [as_markdown(one) for one in found["tables"]]
    for plot in found["plots"]:
        file = page.parent / "performance" / f"{plot['name']}.svg"
        file.parent.mkdir(exist_ok=True)
        file.write_text(svg.bars(plot))
        parts.append(f"![{plot['title']}](performance/{file.name})")
    parts.append(f"_{found['taken'][:10]}, {found['seconds']} s, load average before and after {found['load'][0]} and {found['load'][1]}._")
    return "\n\n".join(parts)


def machine(kept):
    return as_markdown(table("The machine", ["", ""], kept["machine"].items()))
