"""`manage.py check_journal FILE.zip …`: look whether packages of the registry are whole, and chained to each other.

It asks no database: `python messaging/journal_check.py FILE.zip …` does the same where the portal is not.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.journal_check import check_all, lines_of


class Command(BaseCommand):
    help = "Look whether packages of the registry are whole, and follow on each other."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.zip")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit with 1 where something is wrong."""
        found = check_all(options["files"])
        for line in lines_of(found):
            self.stdout.write(line)
        if any(one.problems for one in found):
            raise CommandError("Something is wrong with these packages.")
