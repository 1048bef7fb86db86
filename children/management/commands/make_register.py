"""`manage.py make_register OUT --children N`: write an invented child register of any size."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from children.register.making import make_register
from portal.lib import days


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 200_000:
        raise ArgumentTypeError("a number from 1 to 200000")
    return int(text)


class Command(BaseCommand):
    help = "Write an invented child register (SS 12000) to a folder. The same seed gives the same register."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)
        parser.add_argument("--children", type=_count, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="the day that it is made for")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            counts = make_register(
                options["out"],
                children=options["children"],
                seed=options["seed"],
                today=options["today"] or days.today(),
            )
        except OSError as fault:
            raise CommandError(f"The folder cannot be written: {fault.strerror}") from None
        self.stdout.write(", ".join(f"{count} {entity}" for entity, count in counts.items()))
