# Plots as SVG: groups of bars that lie on their side, legible on light and on dark.
# SPDX-License-Identifier: Apache-2.0
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 760, 210, 90, 62, 16, 14
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 15px } .value { font-size: 12px }
.axis { stroke: #8c959f } .s0 { fill: #0969da } .s1 { fill: #9a6700 } .s2 { fill: #8250df }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .s0 { fill: #58a6ff } .s1 { fill: #d29922 } .s2 { fill: #bc8cff } }
"""


def bars(plot):
    """{"title", "series": [name], "bars": [{"label", "values": [one of each series]}]} as a picture."""
    most = max(value for group in plot["bars"] for value in group["values"])
    height = TOP + sum(len(group["values"]) * BAR + GAP for group in plot["bars"]) + 6
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">', f"<title>{escape(plot['title'])}</title>",
             f"<style>{STYLE}</style>", text(12, 24, plot["title"], "title"), *legend(plot["series"])]
    y = TOP
    for group in plot["bars"]:
        parts += one_group(group, y, most)
        y += len(group["values"]) * BAR + GAP
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP - 6}" y2="{height - 6}"/>')
    return "\n".join([*parts, "</svg>", ""])


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def legend(series):
    """Nothing for one series: the title says what it is."""
    x = LEFT
    for at, name in enumerate(series if len(series) > 1 else []):
        yield f'<rect class="s{at}" x="{x}" y="36" width="11" height="11"/>'
        yield text(x + 16, 46, name)
        x += 50 + 8 * len(name)


def one_group(group, y, most):
    middle = y + len(group["values"]) * BAR / 2
    yield text(LEFT - 10, middle + 4, group["label"], anchor="end")
    for at, value in enumerate(group["values"]):
        width = (WIDTH - LEFT - RIGHT) * value / most
        yield f'<rect class="s{at}" x="{LEFT}" y="{y + at * BAR}" width="{width:.1f}" height="{BAR - 3}"/>'
        yield text(LEFT + width + 6, y + at * BAR + 11, f"{value:,.0f}" if value >= 100 else f"{value:.1f}", "value")
