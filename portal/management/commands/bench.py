"""`make bench`: what PROMISES section 1 says, measured; a table on the screen and `var/bench.json`."""

from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from portal.bench import measuring, photographs, seeding, serving
from portal.bench.measuring import Figures


class Command(BaseCommand):
    help = "Measure the promises on a private PostgreSQL and Redis (see `make bench`)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--children", type=int, default=17_000)
        parser.add_argument("--days", type=int, default=200, help="working days of stays; 200 are a year")
        parser.add_argument("--rounds", type=int, default=300, help="requests per page and floor")
        parser.add_argument("--pictures", type=int, default=500, help="uploaded by twenty departments at once")
        parser.add_argument("--only", default="", help="measure only what has this in its name")

    def handle(
        self, *_args: object, children: int, days: int, rounds: int, pictures: int, only: str, **_options: Any
    ) -> None:
        if connection.vendor != "postgresql" or settings.PRODUCTION:
            raise CommandError("The bench fills an empty PostgreSQL with invented people: run it by `make bench`.")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        figures = self._seed(children, days)
        with serving.served(settings.VAR / "log" / "bench.log") as (port, process_id):
            self._say("measuring")
            floors, rows = measuring.measure(port, rounds, only)
            figures["memory of the web server after load, MB (proportional)"] = round(
                serving.proportional_mb(process_id), 1
            )
            figures |= self._photographs(port, pictures)
        day = measuring.next_workday()
        figures["children expected per hour in the municipality, ms (promised: 300)"] = measuring.expected_ms(day)
        seeding.say_otherwise(day)
        figures["the same, where families have said otherwise of the day, ms (300)"] = measuring.expected_ms(day)
        self._print(floors, rows, figures)
        target = settings.VAR / "bench.json"
        found = {"floors": floors, "rows": [asdict(row) for row in rows], "figures": figures}
        target.write_text(json.dumps(found, indent=1))
        self._say(f"written to {target}")

    def _photographs(self, port: int, number: int) -> dict[str, Any]:
        figures: dict[str, Any] = {}
        for kind, budget in {"JPEG": 0.5, "HEIF": 0.9}.items():
            seconds, peak = photographs.one(kind)
            figures[f"picture of 12 megapixels, {kind}, seconds ({budget})"] = round(seconds, 2)
            figures[f"picture of 12 megapixels, {kind}, MB (130)"] = peak
        self._say(f"{number} pictures")
        crowd = photographs.many(port, number, settings.VAR / "log" / "bench-worker.log")
        figures[f"{number} pictures by {photographs.DEPARTMENTS} departments, uploaded after, seconds"] = round(
            crowd.uploaded, 1
        )
        figures[f"{number} pictures by {photographs.DEPARTMENTS} departments, the last ready after, seconds"] = round(
            crowd.ready, 1
        )
        return figures

    def _seed(self, children: int, days: int) -> dict[str, Any]:
        self._say(f"a register of {children} children")
        with tempfile.TemporaryDirectory() as folder:
            imported = seeding.import_register(Path(folder), children)
        self._say(f"imported in {imported.seconds:.1f} s with {imported.peak_mb:.0f} MB; now a year of days")
        seeding.confirm_guardianships()
        seeding.lay_plans()
        stays = seeding.live_a_year(days)
        return {
            f"import of {children} children, seconds": round(imported.seconds, 1),
            f"import of {children} children, MB": round(imported.peak_mb),
            "rows created by the import": imported.counts.get("created", 0),
            "stays": stays,
        }

    def _print(self, floors: dict[str, float], rows: list[Figures], figures: dict[str, Any]) -> None:
        out = self.stdout.write
        out("")
        for name, milliseconds in floors.items():
            out(f"{name:<48}{milliseconds:>8.2f} ms")
        out(f"\n{'':<48}{'× floor':>8}{'budget':>8}{'median':>9}{'p95':>9}{'rps·16':>8}{'queries':>8}{'bytes':>8}")
        for row in rows:
            mark = "!" if row.budget and row.ratio > row.budget else " "
            budget = f"{row.budget:.2f}" if row.budget else "–"
            out(
                f"{row.name[:47]:<48}{row.ratio:>7.2f}{mark}{budget:>8}{row.median_ms:>9.2f}{row.p95_ms:>9.2f}"
                f"{row.rps_16:>8.0f}{row.queries:>8}{row.bytes:>8}"
            )
        out("")
        for name, value in figures.items():
            out(f"{name:<60}{value:>12}")

    def _say(self, text: str) -> None:
        self.stderr.write(f"bench: {text}")
