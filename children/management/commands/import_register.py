"""`manage.py import_register PATH`: read a child register (SS 12000) into the portal."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from children.register.importing import import_register
from children.register.turns import AnotherRunGoesOn
from portal.lib import clock


class Command(BaseCommand):
    help = "Read a child register: a folder or a zip with organisations.json, groups.json, persons.json and so on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")
        parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the report as JSON")
        parser.add_argument(
            "--allow-removals", action="store_true", help="also when more than a fifth of what is there has vanished"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit with 0 when all went in, 1 when rows were left out or removals stopped, 2 when nothing could be read."""
        try:
            with override("sv"):
                report = import_register(
                    options["path"],
                    now=clock.now(),
                    is_dry_run=options["dry_run"],
                    may_remove_many=options["allow_removals"],
                    progress=self._progress if sys.stderr.isatty() else None,
                )
                lines = list(report.summary())
        except AnotherRunGoesOn as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        if sys.stderr.isatty():
            self.stderr.write("", ending="\n")
        if options["report"]:
            text = json.dumps(report.as_dict(), ensure_ascii=False, indent=2)
            options["report"].write_text(text + "\n", encoding="utf-8")
        self.stdout.write("\n".join(lines))
        if report.exit_status:
            sys.exit(report.exit_status)

    def _progress(self, step: str, done: int, size: int) -> None:
        sys.stderr.write(f"\r\033[K{step} {100 * done // max(size, 1)} %")
        sys.stderr.flush()
