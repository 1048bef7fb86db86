"""Who may be shown where, at a glance, for those who work with the children or lead them.

A child with protected identity is not shown, as after any no; nothing tells the two apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Protection
from children.access import Action, departments_for
from children.actors import Actor
from children.consent_rules import Standing
from children.consent_words import title_of
from children.models import Child, Department, Preschool, Purpose
from children.prepared_access import Asked, child_rows
from children.selectors.consents import allowing, rules_today
from children.selectors.consents_page import is_due, said_of, standing_of
from children.selectors.placing import places_in
from portal.lib.models import holds_on, of_row

LISTED = ("id", "given_name", "family_name", "protection")
CHILDREN = Asked(LISTED, order=("given_name", "family_name", "pk"))
IDS = Asked(("id",))
# Word, the badge's colour, icon: none speaks alone.
LOOKS: Mapping[Standing, tuple[object, str, str]] = {
    Standing.YES: (gettext_lazy("Ja"), "green", "check"),
    Standing.ENDS_SOON: (gettext_lazy("Går ut snart"), "amber", "alarm-clock"),
    Standing.NO: (gettext_lazy("Nej"), "dusk", "x"),
    Standing.WAITS_FOR_ONE: (gettext_lazy("Väntar på en"), "unplanned", "clock"),
    Standing.UNANSWERED: (gettext_lazy("Inget svar än"), "unplanned", "circle-help"),
}


@dataclass(frozen=True)
class Cell:
    """How a child stands for one purpose, ready to print."""

    purpose: Purpose
    title: str
    standing: Standing

    @property
    def word(self) -> str:
        return str(LOOKS[self.standing][0])

    @property
    def look(self) -> str:
        return LOOKS[self.standing][1]

    @property
    def icon(self) -> str:
        return LOOKS[self.standing][2]

    @property
    def is_answered(self) -> bool:
        return self.standing not in (Standing.WAITS_FOR_ONE, Standing.UNANSWERED)

    @property
    def is_shown(self) -> bool:
        return self.standing in (Standing.YES, Standing.ENDS_SOON)


@dataclass(frozen=True)
class Row:
    """A child and its cells, one for each purpose that is asked for."""

    child: Child
    cells: list[Cell]

    @property
    def is_answered(self) -> bool:
        return all(cell.is_answered for cell in self.cells)


@dataclass(frozen=True)
class Mark:
    """Whether a child may be shown to other families, and the short word for it."""

    is_allowed: bool
    word: str


def consent_marks(actor: Actor, child_ids: Collection[UUID], purpose: Purpose, today: date) -> dict[UUID, Mark]:
    """Return the mark of each of these children whom the actor sees: what a chip says when somebody is tagged."""
    seen = [child_id for (child_id,) in child_rows(actor, Action.SEE_CHILD, IDS, among=child_ids)]
    allowed = allowing(seen, purpose, today)
    return {
        child_id: Mark(is_allowed=True, word=_("Får visas"))
        if child_id in allowed
        else Mark(is_allowed=False, word=_("Visas inte på bild"))
        for child_id in seen
    }


def department_consents(actor: Actor, department: Department) -> list[Row]:
    """Return the children who are in the department today, by name, and how each stands: a fixed number of queries."""
    rows = child_rows(actor, Action.LIST_CHILDREN, CHILDREN, at=department.pk)
    return _rows([of_row(Child, LISTED, row) for row in rows], actor.today)


def child_consents(child: Child, today: date) -> list[Cell]:
    """Return how one child stands for each purpose that is asked for."""
    return _rows([child], today)[0].cells


def _rows(children: Sequence[Child], today: date) -> list[Row]:
    rules, said = rules_today(), said_of([child.pk for child in children], today)
    return [
        Row(
            child,
            [
                Cell(
                    purpose,
                    title_of(purpose),
                    standing_of(said[child.pk, purpose], rule, today, is_protected=child.is_protected),
                )
                for purpose, rule in rules.items()
                if rule.is_asked
            ],
        )
        for child in children
    ]


@dataclass(frozen=True)
class Share:
    """Of a department's children, how many families have answered all, and how many may be shown for each purpose."""

    department: Department
    children: int
    answered: int
    shown: list[tuple[str, int]]

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.children) if self.children else 0


def preschool_consents(actor: Actor, preschool: Preschool) -> list[Share]:
    """Return the share of each of the preschool's departments, by name: a fixed number of queries."""
    led = departments_for(actor, Action.OVERSEE).filter(preschool=preschool)
    departments = list(led.order_by("name", "pk"))
    places = places_in([department.pk for department in departments], holds_on(actor.today))
    listed = child_rows(actor, Action.LIST_CHILDREN, CHILDREN, among=list(places)) if places else []
    rows = _rows([of_row(Child, LISTED, row) for row in listed], actor.today)
    titles = [cell.title for cell in rows[0].cells] if rows else []
    here: dict[UUID, list[Row]] = {department.pk: [] for department in departments}
    for row in rows:
        if (own := here.get(places[row.child.pk][0].department_id)) is not None:
            own.append(row)
    return [
        Share(
            department,
            len(own),
            sum(row.is_answered for row in own),
            [(title, sum(row.cells[number].is_shown for row in own)) for number, title in enumerate(titles)],
        )
        for department, own in zip(departments, here.values(), strict=True)
    ]


def who_has_not_answered(children: Collection[Child], today: date) -> dict[UUID, set[UUID]]:
    """Return, by guardian of today, the children of whom something is to be answered: who can be reminded.

    Nobody is reminded of a child with protected identity: its family is asked on its own page.
    """
    ids = [child.pk for child in children if child.protection == Protection.NONE]
    asked = {purpose for purpose, rule in rules_today().items() if rule.is_asked}
    waiting: dict[UUID, set[UUID]] = {}
    for (child_id, purpose), said in said_of(ids, today).items():
        for guardian_id, own in said.items():
            if purpose in asked and is_due(own, today):
                waiting.setdefault(guardian_id, set()).add(child_id)
    return waiting
