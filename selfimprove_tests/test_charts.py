import base64
import math
import re
from xml.etree import ElementTree

import pytest

from selfimprove import charts

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in parse(svg).iter(f"{SVG}text")]


def widths(svg: str) -> list[float]:
    return [float(node.get("width", "0")) for node in parse(svg).iter(f"{SVG}rect")][1:]


def test_a_bar_a_name_in_order_with_lengths_in_proportion() -> None:
    svg = charts.bars({"refusal": 10, "too_short": 5, "broken": 0}, "Why chats were left out")
    assert texts(svg) == ["Why chats were left out", "refusal", "10", "too_short", "5", "broken", "0"]
    first, second, third = widths(svg)
    assert first == pytest.approx(2 * second, abs=0.2)
    assert third == 0


def test_titles_and_descriptions_are_there_for_screen_readers() -> None:
    root = parse(charts.bars({"a & b": 1234567}, "<Title>"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "<Title>"
    assert root.findtext(f"{SVG}title") == "<Title>"
    assert root.findtext(f"{SVG}desc") == "a & b 1,234,567"


@pytest.mark.parametrize(
    "values", [{}, {"a": 0.0}, {"a": math.nan, "b": 3}, {"a": math.inf}, {"a": -2.0}, {"x" * 80: 1}]
)
def test_bars_of_any_values_are_a_valid_picture(values: dict[str, float]) -> None:
    svg = charts.bars(values, "Odd values")
    assert all(0 <= width <= charts.WIDTH for width in widths(svg))
    assert "nan" not in " ".join(re.findall(r'"([^"]*)"', svg))


def test_lines_run_between_round_ticks_and_fall_when_values_fall() -> None:
    svg = charts.lines({"train": [(0, 2.3), (10, 0.7)], "validation": [(0, 2.4), (10, 1.1)]}, "Loss", "step", "nats")
    drawn = [
        [tuple(map(float, p.split(","))) for p in node.get("points", "").split()]
        for node in parse(svg).iter(f"{SVG}polyline")
    ]
    assert len(drawn) == 2
    for (x0, y0), (x1, y1) in drawn:
        assert x0 < x1
        assert y0 < y1  # pixels grow downwards
    assert {"train", "validation", "step", "nats", "0.5", "1", "2.5", "10"} <= set(texts(svg))


@pytest.mark.parametrize(
    "series",
    [
        {},
        {"a": []},
        {"a": [(1.0, 5.0)]},
        {"a": [(0, 3.0), (1, 3.0)]},
        {"a": [(0, math.nan), (1, 2.0), (2, math.inf)]},
        {"a": [(0, 1e-9), (1, 2e-9)]},
    ],
)
def test_lines_of_any_points_are_a_valid_picture(series: dict[str, list[tuple[float, float]]]) -> None:
    svg = charts.lines(series, "Odd points", "x", "y")
    assert parse(svg).findtext(f"{SVG}desc")
    assert not re.search(r'(points|c[xy])="[^"]*(nan|inf)', svg)


def test_both_colour_schemes_name_every_class_that_is_drawn() -> None:
    svg = charts.lines({str(i): [(0, i), (1, i)] for i in range(9)}, "Many", "x", "y")
    light, dark = svg.split("@media (prefers-color-scheme: dark)")
    used = set(re.findall(r"chart-\d", svg.split("</style>")[1]))
    assert used == {f"chart-{i}" for i in range(charts.SERIES)}
    assert all(f".{name}{{" in light and f".{name}{{" in dark for name in used)


def test_a_markdown_image_carries_the_picture() -> None:
    svg = charts.bars({"a": 1}, "One")
    image = charts.markdown_image(svg, "reasons [today]")
    alt, data = re.fullmatch(r"!\[(.*)\]\(data:image/svg\+xml;base64,(.*)\)", image).groups()
    assert alt == "reasons (today)"
    assert base64.b64decode(data).decode() == svg


@pytest.mark.parametrize(
    ("value", "shown"), [(3, "3"), (1234.0, "1,234"), (0.123456, "0.1235"), (-2.0, "-2"), (1e-7, "1e-07")]
)
def test_numbers_read_well(value: float, shown: str) -> None:
    assert charts.number(value) == shown
