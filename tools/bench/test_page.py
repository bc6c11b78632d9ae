# Tests of what becomes of results: goals, tables, plots, and their page.
# SPDX-License-Identifier: Apache-2.0
import xml.etree.ElementTree as ElementTree

import pytest

import page
import svg
from report import as_markdown, as_text, goal, goals_table, result, table

PLOT = {"name": "sizes", "title": "Apples & <pears>", "series": ["ours", "theirs"],
        "bars": [{"label": "small", "values": [10, 20]}, {"label": "large", "values": [400, 100]}]}
SVG = "{http://www.w3.org/2000/svg}"


def kept():
    found = result([table("Fruit", ["", "weight"], [["apple", 100], ["pear", 120.5]])], [goal("apples", 7, least=5), goal("pears", 7, most=5)], [PLOT])
    return {"machine": {"cores": 2}, "scenarios": {"fruit": {**found, "taken": "2026-01-02T03:04:05", "seconds": 9, "load": [0.1, 0.2]}}}


MARKS = "".join(f"before {name}\n<!-- bench: {name} -->\nold\n<!-- end: {name} -->\n" for name in ("machine", "goals", "fruit"))


def test_a_plot_is_well_formed_and_its_bars_have_their_lengths():
    root = ElementTree.fromstring(svg.bars(PLOT))
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert {"Apples & <pears>", "ours", "theirs", "small", "large"} <= set(words)
    widths = [float(element.get("width")) for element in root.iter(f"{SVG}rect") if element.get("height") != "11"]
    assert [round(width / max(widths) * 400) for width in widths] == [10, 20, 400, 100]


def test_nothing_of_a_plot_lies_outside():
    root = ElementTree.fromstring(svg.bars(PLOT))
    _, _, width, height = map(float, root.get("viewBox").split())
    for element in root.iter(f"{SVG}rect"):
        assert float(element.get("x")) + float(element.get("width")) < width
        assert float(element.get("y")) + float(element.get("height")) < height


def test_a_goal_is_met_on_its_own_side():
    assert goal("x", 5, least=5)["met"] and goal("x", 5, most=5)["met"]
    assert not goal("x", 4.9, least=5)["met"] and not goal("x", 5.1, most=5)["met"]
    text = as_text(goals_table([goal("x", 4.9, least=5), goal("y", 1, most=5)]))
    assert ">= 5" in text and "<= 5" in text and text.count("no") == text.count("yes") == 1


def test_tables_have_a_cell_for_each_column():
    one = table("Fruit", ["", "weight"], [["apple", 100]])
    assert "apple  " in as_text(one)
    assert "| apple | 100 |" in as_markdown(one)


def test_a_page_gets_new_results_and_keeps_its_words(tmp_path):
    file = tmp_path / "performance.md"
    file.write_text(MARKS)
    page.write(kept(), file)
    once = file.read_text()
    assert "old" not in once and "before fruit" in once and "| pear | 120.5 |" in once and "| apples | >= 5 | 7.00 | yes |" in once
    assert (tmp_path / "performance/sizes.svg").read_text().startswith("<svg")
    page.write(kept(), file)
    assert file.read_text() == once


def test_a_page_without_a_place_for_results_is_told(tmp_path):
    file = tmp_path / "performance.md"
    file.write_text(MARKS.replace("bench: fruit", "bench: roots"))
    with pytest.raises(ValueError, match="fruit"):
        page.write(kept(), file)
