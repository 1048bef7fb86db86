"""`manage.py simulate_month`: what some weeks of notices are like for invented families. Leaves nothing behind."""

from argparse import ArgumentParser
from datetime import timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings

from portal.lib import days
from portal.simulated.families import settle
from portal.simulated.figures import figures_of
from portal.simulated.month import Month


class Command(BaseCommand):
    help = "Play some weeks of notices with invented families in a transaction, and print how often they are disturbed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--families", type=int, default=500)
        parser.add_argument("--weeks", type=int, default=4)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Not where real people are: nothing was touched.")
        random, monday = Random(options["seed"]), days.monday_of(days.today()) + timedelta(days=7)  # noqa: S311
        nowhere = override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
        with transaction.atomic(), nowhere:
            places = settle(options["families"], monday, random)
            Month(places, monday, options["weeks"], random).play()
            guardians = {one.pk for place in places for one in place.guardians}
            figures = figures_of(guardians, {one.pk for place in places for one in place.staff})
            transaction.set_rollback(True)
        self.stdout.write(f"{options['families']} families, {len(guardians)} guardians, {options['weeks']} weeks\n\n")
        self.stdout.write("\n".join(figures.lines()) + "\n")
