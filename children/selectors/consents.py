"""Which children may be shown to other families, by what their guardians of today have said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import Protection
from children.consent_rules import Answer, allows
from children.models import Consent, ConsentRule, Purpose
from children.selectors.people import children_kept_from, guardians_of
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared


def allowing(child_ids: Collection[UUID], purpose: Purpose, today: date, viewer: UUID | None = None) -> set[UUID]:
    """Return which of the children may be shown to other families, or to this viewer, for this purpose: one query.

    Never a child with protected identity, one without a guardian of today, or one from whom the viewer must be kept
    away: somebody else's yes opens nothing to a blocked guardian who reads for a sibling's sake.
    """
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    needs_all = True
    for child_id, says_yes, decided in _answers(child_ids, purpose, today, viewer):
        answers[child_id].append(says_yes)
        needs_all = decided != ConsentRule.Needs.ONE
    return {child_id for child_id, said in answers.items() if allows(said, needs_all=needs_all)}


@prepared
def _answers(child_ids: Collection[UUID], purpose: Purpose, today: date, viewer: UUID | None) -> Rows:
    """Return for each guardian of today what is in force, and the municipality's latest decision beside it."""
    said = Consent.objects.in_force(today).filter(
        child=OuterRef("child"), given_by=OuterRef("guardian"), purpose=purpose
    )
    decided = ConsentRule.objects.filter(purpose=purpose).order_by("-created_at", "-pk")
    guardians = guardians_of(child_ids, today).filter(child__protection=Protection.NONE).order_by()
    if viewer:
        guardians = guardians.exclude(child__in=children_kept_from(viewer))
    return guardians.values_list("child_id", Subquery(said.values("says_yes")), Subquery(decided.values("needs")[:1]))


# The municipality's rules ---------------------------------------------------------------------------------------------

RULE = ("purpose", "needs", "months", "is_asked")


def rules_today() -> dict[Purpose, ConsentRule]:
    """Return what is decided for each purpose, the house's own rule where nothing is: one query."""
    decided = {row[0]: of_row(ConsentRule, RULE, row) for row in _decided()}
    return {purpose: decided.get(purpose) or ConsentRule(purpose=purpose) for purpose in Purpose}


@prepared
def _decided() -> Rows:
    """Return all decisions, each purpose's latest last: they are few."""
    return ConsentRule.objects.order_by("created_at", "pk").values_list(*RULE)


def decisions_ever() -> list[ConsentRule]:
    """Return all that was decided, newest first, with who decided it: one query."""
    return list(ConsentRule.objects.select_related("made_by").order_by("-created_at", "-pk"))
