# What a scenario hands in: tables, goals and plots, as plain values; and how they are printed.
# SPDX-License-Identifier: Apache-2.0


def table(title, columns, rows):
    return {"title": title, "columns": columns, "rows": [[str(cell) for cell in row] for row in rows]}


def goal(what, value, least=None, most=None):
    """A figure to reach: at least or at most so much."""
    met = (least is None or value >= least) and (most is None or value <= most)
    return {"what": what, "value": value, "least": least, "most": most, "met": met}


def result(tables, goals=(), plots=()):
    return {"tables": tables, "goals": list(goals), "plots": list(plots)}


def as_text(one):
    """A table for a terminal."""
    widths = [max(len(row[i]) for row in [one["columns"], *one["rows"]]) for i in range(len(one["columns"]))]
    lines = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths)))
             for row in [one["columns"], *one["rows"]]]
    return "\n".join([one["title"], *(f"  {line}" for line in lines)])


def as_markdown(one):
    rows = [one["columns"], ["---"] + ["---:"] * (len(one["columns"]) - 1), *one["rows"]]
    return "\n".join([f"**{one['title']}**", "", *("| " + " | ".join(row) + " |" for row in rows)])


def goals_table(goals):
    def bound(one):
        return f">= {one['least']:g}" if one["least"] is not None else f"<= {one['most']:g}"

    return table("Goals", ["figure", "wanted", "measured", "reached"],
                 [[one["what"], bound(one), f"{one['value']:.2f}", "yes" if one["met"] else "no"] for one in goals])
