"""Charts as SVG text, readable in light and dark, for Dagster's metadata and the morning report."""

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

WIDTH = 640
ROW = 26
PLOT_HEIGHT = 260
SERIES = 6

# The background is drawn, so that a viewer whose own theme differs from the system's cannot hide the text.
STYLE = """<style>
.chart-back{fill:#ffffff}.chart-text{fill:#1f2328;font:12px system-ui,sans-serif}
.chart-title{font-size:14px;font-weight:600}
.chart-quiet{fill:#57606a}.chart-grid{stroke:#d8dee4}.chart-bar{fill:#2a6fbb}.chart-line{fill:none;stroke-width:2}
.chart-0{stroke:#2a6fbb}.chart-1{stroke:#b35900}.chart-2{stroke:#1a7f4b}
.chart-3{stroke:#a0338a}.chart-4{stroke:#6e6a00}.chart-5{stroke:#5b5fc7}
@media (prefers-color-scheme: dark){
.chart-back{fill:#161b22}.chart-text{fill:#e6edf3}.chart-quiet{fill:#9da7b1}.chart-grid{stroke:#30363d}.chart-bar{fill:#6cb0f5}
.chart-0{stroke:#6cb0f5}.chart-1{stroke:#f0a35e}.chart-2{stroke:#5fd08f}
.chart-3{stroke:#e58ad3}.chart-4{stroke:#d6cf4a}.chart-5{stroke:#a8abff}
}</style>"""


def bars(values: Mapping[str, float], title: str) -> str:
    """One horizontal bar a name, in the mapping's order; a value below zero or not finite has a bar of no length."""
    largest = max((v for v in values.values() if math.isfinite(v)), default=0.0)
    left = min(260, 24 + 7 * max(map(len, values), default=0))
    body = "".join(_bar(i, name, value, _share(value, largest), left) for i, (name, value) in enumerate(values.items()))
    described = ", ".join(f"{name} {number(value)}" for name, value in values.items())
    return _svg(title, described, body, 44 + ROW * max(1, len(values)))


def lines(series: Mapping[str, Sequence[tuple[float, float]]], title: str, x: str, y: str) -> str:
    """One line a name through its (x, y) points; `x` and `y` name the axes. Points that are not finite are left out."""
    kept = {name: [p for p in points if all(map(math.isfinite, p))] for name, points in series.items()}
    across = Axis.over([p[0] for points in kept.values() for p in points], 64, WIDTH - 24)
    up = Axis.over([p[1] for points in kept.values() for p in points], PLOT_HEIGHT + 76, 80)
    drawn = "".join(_line(i, points, across, up) for i, points in enumerate(kept.values()))
    body = _legend(list(kept)) + _grid(across, up) + drawn + _axis_names(x, y)
    return _svg(title, "; ".join(f"{name}: {_ends(points)}" for name, points in kept.items()), body, PLOT_HEIGHT + 122)


def markdown_image(svg: str, alt: str) -> str:
    """The SVG as a Markdown image that carries its own data."""
    cleaned = alt.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{cleaned}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def number(value: float) -> str:
    """A value as people read it: four significant digits, whole numbers with all of theirs."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"


class Axis:
    """Maps values onto pixels, between round numbers that enclose them."""

    def __init__(self, ticks: list[float], start: float, end: float) -> None:
        self.ticks, self.start, self.end = ticks, start, end

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> "Axis":
        """The axis of about five round steps around the values."""
        low, high = min(values, default=0.0), max(values, default=1.0)
        step = _round_step((high - low) / 5 or abs(high) / 5 or 0.2)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return cls([i * step for i in range(first, max(last, first + 1) + 1)], start, end)

    def pixel(self, value: float) -> float:
        """Where a value lies."""
        low, high = self.ticks[0], self.ticks[-1]
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def _round_step(rough: float) -> float:
    scale = 10.0 ** math.floor(math.log10(rough))
    return scale * next(m for m in (1, 2, 2.5, 5, 10) if m * scale >= rough * (1 - 1e-9))


def _share(value: float, largest: float) -> float:
    return value / largest if largest > 0 and math.isfinite(value) and value > 0 else 0.0


def _text(x: float, y: float, text: str, *, kind: str = "chart-text", anchor: str = "start") -> str:
    return f'<text class="chart-text {kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _bar(index: int, name: str, value: float, share: float, left: float) -> str:
    top = 40 + index * ROW
    length = share * (WIDTH - left - 90)
    shown = name if len(name) <= 34 else name[:33] + "…"
    return (
        _text(left - 8, top + 14, shown, anchor="end")
        + f'<rect class="chart-bar" x="{left}" y="{top}" width="{length:.1f}" height="{ROW - 8}" rx="2"/>'
        + _text(left + length + 8, top + 14, number(value), kind="chart-quiet")
    )


def _line(index: int, points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    kind = f"chart-line chart-{index % SERIES}"
    placed = [(across.pixel(x), up.pixel(y)) for x, y in points]
    if len(placed) == 1:
        return f'<circle class="{kind}" cx="{placed[0][0]:.1f}" cy="{placed[0][1]:.1f}" r="3"/>'
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in placed)}"/>'


def _legend(names: Sequence[str]) -> str:
    def entries() -> Iterator[str]:
        left = 64.0
        for i, name in enumerate(names):
            yield f'<path class="chart-line chart-{i % SERIES}" d="M{left:.0f} 44h16"/>' + _text(left + 22, 48, name)
            left += 40 + 7 * len(name)

    return "".join(entries())


def _grid(across: Axis, up: Axis) -> str:
    rows = (
        f'<path class="chart-grid" d="M{across.start} {up.pixel(t):.1f}H{across.end}"/>'
        + _text(across.start - 8, up.pixel(t) + 4, number(round(t, 12)), kind="chart-quiet", anchor="end")
        for t in up.ticks
    )
    columns = (
        _text(across.pixel(t), up.start + 18, number(round(t, 12)), kind="chart-quiet", anchor="middle")
        for t in across.ticks
    )
    return "".join((*rows, *columns))


def _axis_names(x: str, y: str) -> str:
    below = _text(WIDTH / 2, PLOT_HEIGHT + 114, x, kind="chart-quiet", anchor="middle")
    return below + _text(16, 66, y, kind="chart-quiet")


def _ends(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return "no points"
    (x0, y0), (x1, y1) = points[0], points[-1]
    return f"{number(y0)} at {number(x0)} to {number(y1)} at {number(x1)}, {len(points)} points"


def _svg(title: str, described: str, body: str, height: int) -> str:
    size = f'width="{WIDTH}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title)}" {size} '
        f'viewBox="0 0 {WIDTH} {height}"><title>{escape(title)}</title>'
        f"<desc>{escape(described or 'nothing to show')}</desc>"
        f'{STYLE}<rect class="chart-back" {size} rx="6"/>{_text(16, 24, title, kind="chart-title")}{body}</svg>'
    )
