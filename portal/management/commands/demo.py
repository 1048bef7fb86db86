"""`manage.py demo`: the invented municipality. Fills it, or lets the days pass since it was last used."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from portal.demo import filling, people
from portal.lib import clock


class Command(BaseCommand):
    help = "Fill an invented municipality, or bring it up to this minute. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--who", action="store_true", help="only print who to log in as")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION or not settings.DEMO:
            raise CommandError("This is not a demo (DEMO=true): nothing was touched.")
        if options["who"]:
            self._print_who()
            return
        now = clock.now()
        if not User.objects.exists():
            filling.fill(now, lambda what: self.stdout.write(f"  {what}"))
        elif User.objects.with_email(people.EVA.email).exists():
            filling.bring_up_to_now(now)
        else:
            raise CommandError("There are people here who are not the demo's: nothing was touched.")

    def _print_who(self) -> None:
        self.stdout.write("Log in as anybody at /demo/, or with an address and the password below:\n\n")
        width = max(len(figure.email) for figure in people.FIGURES)
        for figure in people.FIGURES:
            self.stdout.write(f"  {figure.name:<15} {figure.email:<{width}}  {figure.part}\n")
        self.stdout.write(f"  {'The tablet':<15} {'at /demo/':<{width}}  {people.DEPARTMENT}\n\n")
        names = ", ".join(figure.given_name for figure in people.WITH_PIN)
        self.stdout.write(f"  Password: {people.PASSWORD}\n  PIN on a tablet: {people.PIN} ({names})\n\n")
