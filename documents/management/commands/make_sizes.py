"""Make the sizes of pictures anew from what is kept of them: after a change of the sizes, or a loss of some."""

from __future__ import annotations

from time import monotonic
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from children.models import Preschool
from documents import apart, pictures
from documents.models import SizesRun, StoredFile
from portal.lib import clock

TOLD_EVERY = 10.0  # seconds


class Command(BaseCommand):
    help = "Make the sizes of pictures anew from the largest, oldest first. Interrupted, it says how to go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--preschool", help="only the pictures of this preschool, by its name")
        parser.add_argument("--after", type=UUID, help="go on after this picture")

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = StoredFile.objects.filter(kind=StoredFile.Kind.PICTURE, state=StoredFile.State.READY).order_by("pk")
        if name := options["preschool"]:
            if not Preschool.objects.filter(name=name).exists():
                raise CommandError(f"There is no preschool called {name}.")
            waiting = waiting.filter(department__preschool__name=name)
        if options["after"]:
            waiting = waiting.filter(pk__gt=options["after"])
        total, done, failed, last = waiting.count(), 0, 0, options["after"]
        run = SizesRun.objects.create(total=total, seen_at=clock.now())
        started = told = monotonic()
        try:
            for file in waiting.iterator():
                failed += not self._make(file)
                done, last = done + 1, file.pk
                if monotonic() - told > TOLD_EVERY:
                    told = monotonic()
                    self._tell(run, done, failed)
                    left = (told - started) / done * (total - done)
                    self.stdout.write(f"{done} of {total}, {left / 60:.0f} minutes left")
        except KeyboardInterrupt:
            self._tell(run, done, failed)
            going_on = f"--after {last}" if last else "from the beginning"
            raise CommandError(f"Interrupted after {done} of {total}. Go on with {going_on}", returncode=130) from None
        run.ended_at = clock.now()
        self._tell(run, done, failed)
        self.stdout.write(f"{done} of {total}: {done - failed} made, {failed} could not be")
        if failed:
            raise SystemExit(1)

    def _tell(self, run: SizesRun, done: int, failed: int) -> None:
        """Write down how far it is, for whoever looks at the page about files."""
        run.done, run.failed, run.seen_at = done, failed, clock.now()
        run.save()

    def _make(self, file: StoredFile) -> bool:
        try:
            pictures.make_again(file)
        except (apart.Refused, OSError) as fault:
            self.stderr.write(f"{file.pk}: {type(fault).__name__} {fault}")
            return False
        return True
