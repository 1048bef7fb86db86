"""`manage.py parse_plan "TEXT" --from DATE --weeks N`: what the field would show for these words, as JSON."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attendance.phrases import MOST_WEEKS, SaidDay, parse

WRONGLY_CALLED = 2


class Command(BaseCommand):
    help = "Print what a family's words about its times are understood to mean. Nothing is saved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help='the words, or "-" to read them from standard input')
        parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first day: 2026-10-19")
        parser.add_argument("--weeks", required=True, metavar="N", help=f"how many weeks, 1 to {MOST_WEEKS}")

    def handle(self, *args: Any, text: str, first: str, weeks: str, **options: Any) -> None:
        words = sys.stdin.read() if text == "-" else text
        understood = parse(words, first=_first(first), weeks=_weeks(weeks))
        answer = {
            "days": [_as_json(day) for day in understood.days],
            "not_understood": list(understood.not_understood),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _as_json(day: SaidDay) -> dict[str, object]:
    intervals = [[f"{interval.starts:%H:%M}", f"{interval.ends:%H:%M}"] for interval in day.intervals]
    return {"date": day.date.isoformat(), "intervals": intervals, "off": day.is_off}


def _first(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as reason:
        raise CommandError(f"--from {text}: not a date. Write it as 2026-10-19.", returncode=WRONGLY_CALLED) from reason


def _weeks(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_WEEKS):
        raise CommandError(f"--weeks {text}: not a number of weeks from 1 to {MOST_WEEKS}.", returncode=WRONGLY_CALLED)
    return int(text)
