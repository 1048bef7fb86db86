"""`manage.py backtest_usual_times`: how far off plans and usual times were from what then happened."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attendance.selectors.backtest import compare
from portal.lib import clock, days


class Command(BaseCommand):
    help = "Print the mean error, in minutes, of plans and of usual times over the last weeks. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=4, help="so many weeks before today (4)")

    def handle(self, *args: Any, weeks: int, **options: Any) -> None:
        if not 1 <= weeks <= 52:
            raise CommandError("--weeks is 1 to 52.")
        found = compare(weeks, days.day_of(clock.now()))
        if not found.days:
            self.stdout.write("No day in these weeks had a plan, a stay and four days before it to learn from.")
            return
        self.stdout.write(f"{found.days} days with a plan, a usual time and a stay, over {weeks} weeks.")
        self.stdout.write("Mean error in minutes  arrival  departure")
        for name, (arrival, departure) in (("plan", found.plan_error), ("usual time", found.usual_error)):
            self.stdout.write(f"{name:<21}  {arrival:>7.1f}  {departure:>9.1f}")
