"""What an import says about itself: counts, rows left out, and notes. Never a personal number."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from children.register.rows import Entity

KINDS_OF_NOTE = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a row, and what somebody can do about it."""

    field: str
    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row (or a part of a row) of the register that did not go in."""

    entity: str
    id: str
    field: str
    problem: str
    advice: str


@dataclass(slots=True)
class Report:
    """Counts of the register's rows, and everything that a person should know about the run."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    rows_read: int = 0
    stopped: list[str] = field(default_factory=list)
    """What was not done because it looked like a broken export: somebody has to look at it today."""
    _notes: dict[str, int] = field(default_factory=dict)

    def skip(self, entity: Entity, row_id: str, fault: Fault) -> None:
        """Add a row that is left out; its id is shown unless it could be a personal number."""
        self.skipped.append(Skipped(str(entity), shown(row_id), fault.field, fault.problem, fault.advice))

    def stop(self, sentence: str) -> None:
        """Say what was not done; it comes first among the notes, and the run counts as not gone in whole."""
        self.stopped.append(sentence)

    def note(self, sentence: str, count: int = 1) -> None:
        """Add a note; the same sentence several times becomes one, with the count in `%(count)s`."""
        if sentence in self._notes or len(self._notes) < KINDS_OF_NOTE:
            self._notes[sentence] = self._notes.get(sentence, 0) + count

    @property
    def notes(self) -> list[str]:
        """What was not done, then the notes in the order in which they first came up."""
        return self.stopped + [sentence.replace("%(count)s", str(count)) for sentence, count in self._notes.items()]

    @property
    def exit_status(self) -> int:
        """0 when all went in, 1 when rows were left out or removals stopped, 2 when nothing could be read."""
        if not self.rows_read:
            return 2
        return 1 if self.skipped or self.stopped else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the file and the page show it."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "skipped": [asdict(row) for row in self.skipped],
            "notes": self.notes,
        }

    def summary(self) -> Iterator[str]:
        """Yield the lines that a terminal shows."""
        yield _("Nya %(created)d · ändrade %(updated)d · oförändrade %(unchanged)d · borttagna %(removed)d") % {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
        }
        for row in self.skipped:
            yield f"  {row.entity} {row.id} · {row.field}: {row.problem} {row.advice}"
        for note in self.notes:
            yield f"  {note}"


NUMBER_LIKE = re.compile(r"\d{6}(\d{2})?[-+ ]?[0-9A-Za-z]{4}$")
PRINTABLE = re.compile(r"[^\x20-\x7E\u00A0-\u024F]")


def shown(row_id: str) -> str:
    """Return an id fit for a report: short, printable, and hidden where a provider uses personal numbers as ids."""
    clean = PRINTABLE.sub("?", row_id)[:64]
    return _("(dolt id)") if NUMBER_LIKE.search(clean) and len(clean) < 16 else clean


def shown_code(code: object) -> str:
    """Return an unknown code as it can be shown in a note: a short word, never a run of digits."""
    text = code if isinstance(code, str) else type(code).__name__
    clean = PRINTABLE.sub("?", text.strip())
    return "…" if re.search(r"\d{4}", clean) else clean[:40]
