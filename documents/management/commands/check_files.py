"""Is there a file for every row, and a row for every file? Works for the folder and for S3."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from documents.services.hygiene import check
from portal.lib import clock

SHOWN = 20


class Command(BaseCommand):
    help = "Compare the store with the rows of files. Ends with status 1 where they do not agree, or cannot be made to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="remove strays and what nothing uses, make sizes anew, mark what is gone",
        )
        parser.add_argument("--all", action="store_true", help="with --repair: also where more is wrong than breaks")
        parser.add_argument("--json", action="store_true", help="print everything that was found as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = check(now=clock.now(), mend=options["repair"], however_much=options["all"])
        if options["json"]:
            said = {name: getattr(found, name) for name in ("rows", "files", "stray", "missing", "lost", "unused")}
            self.stdout.write(json.dumps(said | {"repaired": found.is_mended}))
        else:
            self.stdout.write(f"{found.rows} rows, {found.files} files")
            for words, names in (
                ("without a row", found.stray),
                ("missing", found.missing),
                ("lost", found.lost),
                ("used by nothing", found.unused),
            ):
                self.stdout.write(f"{words}: {len(names)}")
                for name in names[:SHOWN]:
                    self.stdout.write(f"  {name}")
        if found.lost and found.is_mended:
            self.stderr.write("What is lost is marked as damaged. Restore it from a backup and run this again.")
        if found.is_held_back:
            self.stderr.write(
                "So much is wrong that nothing was mended. Is the store there, and is it this database's? If all of it "
                "is to be removed and marked: --repair --all."
            )
        if found.lost or not (found.is_clean or found.is_mended):
            raise SystemExit(1)
