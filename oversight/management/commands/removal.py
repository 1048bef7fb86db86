"""What is removed of children that have left: a report first, and then just that (H08)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from oversight.selectors.removal import report
from oversight.services.removal import count_down, remove_due
from portal.lib import clock


class Command(BaseCommand):
    help = "Say what a run would remove now, and what is ahead, by numbers alone; with --run tell families and do it."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--report", action="store_true", help="say it, and change nothing: the default")
        what.add_argument("--run", action="store_true", help="do what the worker does every night")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if options["run"]:
            self.stdout.write(f"told of {count_down(now=now)} children")
            self.stdout.write(f"removed what was kept of {remove_due(now=now)} children")
            return
        found = report(now)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
            return
        kept = "nothing is removed" if found.months is None else f"kept for {found.months} months"
        self.stdout.write(f"{kept}; now: {found.children} children, {found.waiting} more wait for what they fetch")
        for kind, number in sorted(found.removed.items()):
            self.stdout.write(f"  {number:>8} {kind}")
        for one in found.ahead:
            counted = f"{one.tonight} next night, {one.week} in a week, {one.month} in a month, {one.all} in all"
            self.stdout.write(f"{one.preschool}: {counted}")
