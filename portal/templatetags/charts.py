"""Small charts as plain SVG: geometry only. Each has the same figures as words or as a table beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

# Across in percent and down in px: the chart stretches with its card while its letters keep their size.
WIDTH, HEIGHT = 100, 236
LEFT, TOP, FOOT = 6, 26, 28
BAR_SHARE = 0.72
GAP = 0.6
LOWEST_CEILING = 2.0
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2500, 5000)  # between the lines of a chart


@dataclass(frozen=True)
class Part:
    """A piece of a segmented bar, in percent of the whole width."""

    kind: str
    start: float
    width: float


@register.inclusion_tag("components/segments.html")
def segments(
    here: int, expected: int, away: int, left: int = 0, scale: int = 0, *, thin: bool = False
) -> dict[str, object]:
    """Show here, expected, gone home and absent as one bar. `scale` is the number that fills it; their sum if none."""
    counts = (("here", here), ("expected", expected), ("left", left), ("away", away))
    whole = max(scale, here + expected + left + away, 1)
    parts, start = [], 0.0
    for kind, count in counts:
        width = 100 * count / whole
        if count:
            parts.append(Part(kind, start + (GAP if start else 0), max(width - (GAP if start else 0), 0.5)))
        start += width
    words = ", ".join(
        [
            ngettext("%(count)d här", "%(count)d här", here) % {"count": here},
            ngettext("%(count)d väntas", "%(count)d väntas", expected) % {"count": expected},
            *([ngettext("%(count)d har gått", "%(count)d har gått", left) % {"count": left}] if left else []),
            ngettext("%(count)d frånvarande", "%(count)d frånvarande", away) % {"count": away},
        ]
    )
    return {"parts": parts, "words": words, "thin": thin}


@dataclass(frozen=True)
class Bar:
    """One hour of the chart: where to draw it, and what to write."""

    label: str
    x: float
    y: float
    end: float
    width: float
    height: float
    middle: float
    kind: str
    planned_y: float | None
    text: str
    planned_text: str
    is_over: bool
    range_x: float
    low_y: float | None
    high_y: float | None
    range_text: str


def _kind(*, is_over: bool, is_done: bool) -> str:
    if is_over:
        return "over-done" if is_done else "over"
    return "done" if is_done else "planned"


def _range(low: float | None, high: float | None, decimals: int) -> str:
    if low is None or high is None:
        return ""
    return "–".join(dict.fromkeys(number_format(figure, decimals) for figure in (low, high)))


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    rows: Iterable[Mapping[str, Any]],
    title: str,
    label_head: str = "",
    guide: float | None = None,
    now_at: float | None = None,
    now_text: str = "",
    decimals: int = 1,
    ident: str = "chart",
) -> dict[str, object]:
    """Show figures hour by hour as bars, with the same as a table.

    `rows`: label ("07"), value (happened, or None), planned (or None). A bar is filled for what happened, outlined for
    what is planned; over `guide` it is amber and carries its figure. `now_at`: the place of now, counted in bars. With
    `low` and `high` a line beside the bar says between which figures it usually is.
    """
    listed = list(rows)
    drawn = (row.get(name) for row in listed for name in ("value", "planned", "high"))
    figures = [figure for figure in drawn if figure is not None]
    top = float(max([*figures, guide or 0, LOWEST_CEILING]))
    step = next((step for step in STEPS if step >= top / 4), ceil(top / 4))
    ceiling = step * ceil(top * 1.04 / step)
    room = HEIGHT - TOP - FOOT
    slot = (WIDTH - LEFT) / max(len(listed), 1)

    def height(figure: float) -> float:
        share: float = figure / ceiling
        return round(room * share, 1)

    def y(figure: float) -> float:
        return round(TOP + room - height(figure), 1)

    bars = []
    for place, row in enumerate(listed):
        value, planned, low, high = (row.get(name) for name in ("value", "planned", "low", "high"))
        shown = value if value is not None else planned or 0
        is_over = guide is not None and shown > guide
        x = LEFT + slot * (place + (1 - BAR_SHARE) / 2)
        bars.append(
            Bar(
                label=str(row["label"]),
                x=round(x, 2),
                y=y(shown),
                end=round(x + slot * BAR_SHARE, 2),
                width=round(slot * BAR_SHARE, 2),
                height=height(shown),
                middle=round(x + slot * BAR_SHARE / 2, 2),
                kind=_kind(is_over=is_over, is_done=value is not None),
                planned_y=y(planned) if value is not None and planned is not None else None,
                text=number_format(value, decimals) if value is not None else "–",
                planned_text=number_format(planned, decimals) if planned is not None else "–",
                is_over=is_over,
                range_x=round(x + slot * (BAR_SHARE + 1) / 2, 2),
                low_y=y(low) if low is not None else None,
                high_y=y(high) if high is not None else None,
                range_text=_range(low, high, decimals),
            )
        )
    return {
        "bars": bars,
        "has_range": any(bar.range_text for bar in bars),
        "title": title,
        "label_head": label_head or _("Klockan"),
        "ident": ident,
        "height": HEIGHT,
        "left": LEFT,
        "figures_x": LEFT - 1.5,
        "lines": [{"y": y(number), "text": number, "text_y": y(number) + 5} for number in range(0, ceiling + 1, step)],
        "foot": HEIGHT - 8,
        "guide": guide,
        "guide_y": y(guide) if guide is not None else None,
        "guide_text": number_format(guide, decimals if guide % 1 else 0) if guide is not None else "",
        "now_x": round(LEFT + slot * now_at, 2) if now_at is not None else None,
        "now_text": now_text,
        "base": TOP + room,
    }
