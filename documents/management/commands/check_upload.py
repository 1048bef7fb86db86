"""`manage.py check_upload FILE …`: what would become of these files if they were uploaded. Nothing is kept.

They take the way of an upload (`documents.taking`), and pictures the worker's after it. Each gives one line of JSON:
`file` as it was named; `accepted`; `kind` picture, pdf, office or text, and null where it was refused before that was
known; `reason`, the sentence that whoever chose the file would read; `outputs`, what would be kept, written to `--out`
where that is given; `seconds`; and `peak_mb`, the most memory that the limited process took.
"""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand

from documents import apart, pictures, rules, taking
from documents.models import StoredFile


@dataclass
class Checked:
    """What became of a file: one line."""

    file: str
    accepted: bool = False
    kind: str | None = None
    reason: str = ""
    outputs: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_mb: float = 0.0


class Command(BaseCommand):
    help = "Run files through what an upload goes through, without keeping them; one line of JSON for each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="write there what would be kept")

    def handle(self, *_args: object, files: list[str], out: Path | None, **_options: Any) -> None:
        if out:
            out.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(files, 1):
            with TemporaryDirectory() as folder:
                checked = check(name, Path(folder).resolve(), f"{number:03}")
                if out:
                    checked.outputs = [str(shutil.copy(Path(folder) / one, out / one)) for one in checked.outputs]
            self.stdout.write(json.dumps(vars(checked), ensure_ascii=False))
            self.stdout.flush()


def check(name: str, folder: Path, stem: str) -> Checked:
    """Return what becomes of a file. What would be kept of it lies in the folder then, and begins with `stem`."""
    checked, before = Checked(name), perf_counter()
    try:
        with Path(name).open("rb") as opened:
            taken = taking.take(File(opened, Path(name).name), folder / "whole")
        checked.kind, checked.peak_mb = taken.kind.value, taken.peak_mb
        if taken.kind == StoredFile.Kind.PICTURE:
            made = taking.make_sizes(folder / "whole", folder, stem)
            checked.peak_mb = max(checked.peak_mb, made["peak_mb"])
        else:
            (folder / "whole").rename(folder / (stem + rules.ENDINGS[taken.media_type][0]))
        checked.accepted = True
        checked.outputs = sorted(one.name for one in folder.glob(f"{stem}.*"))
    except ValidationError as refused:
        checked.reason = " ".join(refused.messages)
        if isinstance(refused.__cause__, apart.Refused):
            checked.peak_mb = refused.__cause__.peak_mb
    except apart.Refused as refused:
        checked.reason = str(pictures.problem_of(refused.why).label)
        checked.peak_mb = max(checked.peak_mb, refused.peak_mb)
    except OSError as fault:
        checked.reason = fault.strerror or type(fault).__name__
    checked.seconds = round(perf_counter() - before, 3)
    return checked
