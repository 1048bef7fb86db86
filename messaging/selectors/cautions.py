"""What to think of before something is sent, in the same words for conversations, bulletins and posts.

Each is a sentence or none. They are made of the list of readers that is shown, and tell nothing that it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from children.actors import Actor
from children.selectors.homes import people_of_homes
from children.selectors.unknown_families import Protected
from children.words import joined
from messaging import rules
from messaging.selectors.attention import attention


@dataclass(frozen=True)
class Caution:
    """A sentence to whoever is about to send, and the icon that stands before it."""

    icon: str
    said: str


Cautions = Iterable[Caution]


def of_many(readers: int, *, many: int) -> Cautions:
    if readers >= many:
        said = _("{number} personer läser det här. Titta på listan en gång till.").format(number=readers)
        yield Caution("triangle-alert", said)


def of_protected(actor: Actor, protected: Protected) -> Cautions:
    """Nobody but the named readers is told that there is a protected family (DOMAIN 6.1), nor is the hall's tablet."""
    if protected.known and actor.tablet is None:
        yield Caution(
            "shield",
            _("En familj med skyddade uppgifter läser. Skriv inget som röjer vilka de är eller var de finns."),
        )


def of_homes(child_ids: Collection[UUID], readers: Collection[UUID], protected: Protected) -> Cautions:
    """Which homes a child has is told of no family that the sender may not know."""
    both, one = rules.homes_that_read(people_of_homes([*{*child_ids} - protected.unknown]), readers)
    if both:
        words = ngettext("Ett barn har två hem. Båda läser.", "{number} barn har två hem. Båda hemmen läser.", both)
        yield Caution("users", words.format(number=both))
    if one:
        words = ngettext(
            "Ett barn har två hem. Bara det ena läser.", "{number} barn har två hem. Bara det ena läser.", one
        )
        yield Caution("users", words.format(number=one))


def of_new_names(names: Iterable[str]) -> Cautions:
    if who := joined(names):
        yield Caution("user-plus", _("Ny sedan senast: {names}.").format(names=who))


def of_new(guardians: int) -> Cautions:
    if guardians:
        words = ngettext(
            "En vårdnadshavare läser för första gången.", "{number} vårdnadshavare läser för första gången.", guardians
        )
        yield Caution("user-plus", words.format(number=guardians))


def of_attention(department_ids: Collection[UUID] | QuerySet[Any, Any], now: datetime) -> Cautions:
    """How much these families have been sent lately: where there are several departments, where it was most."""
    if told := attention(department_ids, now):
        words = ngettext(
            "Till familjerna på {department} har det gått {number} avisering den senaste veckan.",
            "Till familjerna på {department} har det gått {number} aviseringar den senaste veckan.",
            told.number,
        )
        yield Caution("bell", words.format(department=told.department, number=told.number))
