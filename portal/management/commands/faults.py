"""`make faults`: what PROMISES section 2 says of notices, with workers killed; a table and `var/faults.json`."""

from __future__ import annotations

import json
import secrets
import signal
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from portal.faults import delivering
from portal.faults.delivering import Found
from portal.faults.killing import Workers
from portal.faults.sinks import HERE, HttpSink, MailSink


class Command(BaseCommand):
    help = "Kill workers in the middle of sending, on a private PostgreSQL and Redis (see `make faults`)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deliveries", type=int, default=5_000)
        parser.add_argument("--one-in", type=int, default=100, help="mail: drop one line in so many after DATA")
        parser.add_argument("--patience", type=int, default=900, help="seconds until the run is given up")
        parser.add_argument("--seed", type=int, default=4, help="of the chance by which workers die")

    def handle(self, *_args: object, **options: Any) -> None:
        if connection.vendor != "postgresql" or not settings.REDIS_URL or settings.PRODUCTION:
            raise CommandError("The faults fill an empty PostgreSQL and need Redis: run them by `make faults`.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no worker is left
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        with (
            MailSink(one_in=options["one_in"]) as mail,
            HttpSink() as push,
            HttpSink() as sms,
            tempfile.TemporaryDirectory() as folder,
        ):
            environment = {
                "EMAIL_URL": f"smtp://{HERE}:{mail.port}",
                "SMS_URL": f"{sms.url}/sms",
                "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
                "VAPID_SUBJECT": "mailto:faults@kapprummet.example",
                "PUSH_TO_THIS_MACHINE": "1",
            }
            made = delivering.make(options["deliveries"], push.url)
            self._say(f"{made.total()} deliveries, two workers")
            with Workers(Path(folder), environment, seed=options["seed"]) as workers:
                found = delivering.watch(workers, patience=options["patience"], say=self._say)
            delivering.count(found, mail, push, sms)
            log = (Path(folder) / "workers.log").read_text(errors="replace")
        self._print(found)
        target = settings.VAR / "faults.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(vars(found) | {"is_kept": found.is_kept}, indent=1))
        self._say(f"written to {target}")
        if not found.is_kept:
            raise CommandError("The promise was not kept.\n" + "\n".join(log.splitlines()[-20:]))

    def _print(self, found: Found) -> None:
        out = self.stdout.write
        out(f"\n{'':<12}{'made':>8}{'lost':>8}{'again':>8}{'held at a kill':>26}")
        for way in delivering.SHARES:
            out(f"{way.value:<12}{found.made[way]:>8}{found.lost[way]:>8}{found.again[way]:>8}{found.held[way]:>26}")
        out("")
        out(f"{'lines broken after a mail was taken (dropped, or the worker died)':<78}{found.dropped:>8}")
        out(f"{'workers killed':<78}{found.kills:>8}")
        out(f"{'the longest until what a killed worker held went on, seconds (promised: 30)':<78}{found.slowest:>8.1f}")
        out(f"{'everything had left after, seconds':<78}{found.seconds:>8.1f}\n")

    def _say(self, text: str) -> None:
        self.stderr.write(f"faults: {text}")
