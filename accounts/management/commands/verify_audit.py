"""`manage.py verify_audit`: does the log still say what it said?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit


class Command(BaseCommand):
    help = "Walks the sealed log from its beginning. Exit status 0 when it holds, 1 with the first row that does not."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify()
        if verdict.broken:
            raise CommandError(f"The log does not hold. {verdict.broken}", returncode=1)
        self.stdout.write(f"The log holds: {verdict.rows} rows in {verdict.seals} seals.")
        if verdict.last_digest:
            self.stdout.write(f"Last seal, to be kept elsewhere: {verdict.last_digest}")
