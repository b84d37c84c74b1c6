"""Pictures that stretch with the page: lengths are percentages, and no text is inside that would shrink on a phone."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from selfimprove.charts import number
from selfimprove.reports.night import Verdict

Points = Sequence[tuple[float, float]]
MARGIN = 0.12
FEWEST_COLUMNS = 30  # of a sparkline, so that few nights are as slim as many


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines over one plane, with the words that belong at its corners."""

    svg: Markup
    names: tuple[str, ...]
    top: str
    bottom: str
    left: str
    right: str


def interval(verdict: Verdict) -> Markup:
    """A gate's value as a dot, its bounds as a bar, its limit as a stroke; empty without a value and a limit."""
    value, limit = verdict.value, verdict.limit
    bounds = [verdict.low, verdict.high]
    known = [x for x in (value, limit, *bounds) if x is not None and math.isfinite(x)]
    if value is None or limit is None or not math.isfinite(value):
        return Markup()
    place = _scale(known)
    bar = Markup()
    if all(bound is not None and math.isfinite(bound) for bound in bounds):
        low, high = place(bounds[0] or 0.0), place(bounds[1] or 0.0)
        bar = Markup('<rect class="band" x="{}%" y="12" width="{}%" height="12" rx="3"/>').format(
            low, _percent(high - low)
        )
    return Markup(
        '<svg class="interval" width="100%" height="36" role="img" aria-label="{}">'
        '<line class="track" x1="0" x2="100%" y1="18" y2="18"/>{}'
        '<line class="limit" x1="{l}%" x2="{l}%" y1="4" y2="32"/><circle class="dot" cx="{v}%" cy="18" r="6"/></svg>'
    ).format(numbers(verdict), bar, l=place(limit), v=place(value))


def numbers(verdict: Verdict) -> str:
    """A gate's numbers in words."""
    told = [f"measured {number(verdict.value)}"] if verdict.value is not None else []
    if verdict.low is not None and verdict.high is not None:
        told.append(f"likely {number(verdict.low)} to {number(verdict.high)}")
    return ", ".join([*told, *([f"limit {number(verdict.limit)}"] if verdict.limit is not None else [])])


def curve(
    series: Mapping[str, Iterable[Sequence[float]]], title: str, x: str, ends: Sequence[float] = ()
) -> Curve | None:
    """Lines through (x, y) points; None when no line has two.

    `x` names what runs to the right; `ends` are values that the height must span.
    """
    drawn = {name: _finite(points) for name, points in series.items()}
    lines = {name: points for name, points in drawn.items() if len(points) > 1}
    if not lines:
        return None
    xs = [point[0] for points in lines.values() for point in points]
    ys = [*ends, *(point[1] for points in lines.values() for point in points)]
    body = Markup().join(_line(i, points, (xs, ys)) for i, points in enumerate(lines.values()))
    svg = Markup(
        '<svg class="curve" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(title, body)
    first, last = (f"{x} {number(end)}" for end in (min(xs), max(xs)))
    return Curve(svg, tuple(lines), number(round(max(ys), 3)), number(round(min(ys), 3)), first, last)


def bar(percent: float, kind: str = "") -> Markup:
    """A bar as long as its share; `kind` "was" is drawn quietly. The number stands beside it in words."""
    return Markup(
        '<svg class="bar" width="100%" height="9" aria-hidden="true">'
        '<rect class="rest" width="100%" height="9" rx="4"/><rect class="full {}" width="{}%" height="9" rx="4"/></svg>'
    ).format(kind, _percent(percent))


def sparkline(nights: Sequence[tuple[date, str, float | None]]) -> Markup:
    """One column a night, the oldest first: as high as the share of questions answered right, coloured by its outcome.

    A night without a share is a stub; nothing is drawn of a single night.
    """
    if len(nights) < 2:
        return Markup()
    wide = 100 / max(len(nights), FEWEST_COLUMNS)
    columns = Markup().join(_column(place * wide, wide * 0.7, *one) for place, one in enumerate(nights))
    told = ", ".join(f"{night:%d %b} {outcome or 'no decision'}" for night, outcome, _ in nights)
    return Markup(
        '<svg class="sparkline" viewBox="0 0 100 40" preserveAspectRatio="none" role="img"'
        ' aria-label="Past nights: {}">'
        '<line class="spark-floor" x1="0" x2="100" y1="39.5" y2="39.5" vector-effect="non-scaling-stroke"/>{}</svg>'
    ).format(told, columns)


def _column(left: float, width: float, night: date, outcome: str, share: float | None) -> Markup:
    high = 4.0 if share is None or not math.isfinite(share) else 4 + 35 * max(0.0, min(1.0, share))
    told = f"{night:%d %b}: {outcome or 'no decision'}" + ("" if share is None else f", {100 * share:.0f} % right")
    return Markup(
        '<rect class="spark-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
    ).format(outcome or "none", round(left, 2), round(39 - high, 2), round(width, 2), round(high, 2), told)


def _line(index: int, points: Points, extent: tuple[list[float], list[float]]) -> Markup:
    (left, right), (low, high) = ((min(values), max(values)) for values in extent)
    across, up = (right - left) or 1, (high - low) or 1
    placed = (f"{100 * (x - left) / across:.2f},{96 - 92 * (y - low) / up:.2f}" for x, y in points)
    return Markup('<polyline class="line line-{}" vector-effect="non-scaling-stroke" points="{}"/>').format(
        index % 3, escape(" ".join(placed))
    )


def _finite(points: Iterable[Sequence[float]]) -> Points:
    pairs = [(float(point[0]), float(point[1])) for point in points if len(point) == 2 and None not in point]
    return [pair for pair in pairs if all(map(math.isfinite, pair))]


def _scale(values: Sequence[float]) -> Callable[[float], float]:
    """Where a value lies between the smallest and the largest, in percent, with room at both ends."""
    low, high = min(values), max(values)
    room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    low, high = low - room, high + room
    return lambda value: _percent(100 * (value - low) / (high - low))


def _percent(value: float) -> float:
    return round(max(0.0, min(100.0, value)), 2)
