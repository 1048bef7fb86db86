"""`manage.py simulate_month`: what some weeks of notices are like for invented families. Leaves nothing behind."""

from argparse import ArgumentParser
from datetime import date
from random import Random
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings

from portal.lib import days
from portal.simulated.clock import turned_by_hand
from portal.simulated.families import settle
from portal.simulated.figures import figures_of
from portal.simulated.month import Month

OCTOBER = date(2026, 10, 5)
"""A Monday after which four weeks have no public holiday, and end with the night in which clocks go back."""


class Command(BaseCommand):
    help = "Play some weeks of notices with invented families in a transaction; fails where a promise is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--families", type=int, default=500)
        parser.add_argument("--weeks", type=int, default=4)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--monday", type=date.fromisoformat, default=OCTOBER, help="the first day, as 2026-10-05")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Not where real people are: nothing was touched.")
        random, monday, began = Random(options["seed"]), days.monday_of(options["monday"]), monotonic()  # noqa: S311 (a stream that can be repeated, no secret)
        nowhere = override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
        with turned_by_hand() as turn, transaction.atomic(), nowhere:
            turn(days.day_bounds(monday)[0])
            town = settle(options["families"], monday, random)
            month = Month(town, monday, options["weeks"], random, turn)
            month.play()
            figures = figures_of({one.pk for one in town.guardians}, {one.pk for one in town.staff}, month.to_do)
            transaction.set_rollback(True)
        apart = sum(len(family.homes) > 1 for family in town.families)
        self.stdout.write(
            f"{len(town.families)} families ({apart} of them in two homes) with {len(town.guardians)} guardians, "
            f"{len(town.places)} departments with {len(town.staff)} staff, {options['weeks']} weeks from {monday}\n"
        )
        self.stdout.write(", ".join(f"{number} {what}" for what, number in sorted(month.happened.items())) + "\n\n")
        self.stdout.write("\n".join(figures.lines()) + "\n")
        self.stderr.write(f"played in {monotonic() - began:.0f} seconds")
        if not all(figures.promises().values()):
            raise CommandError("A promise was broken.")
