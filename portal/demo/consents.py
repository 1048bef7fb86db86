"""Consents in the demo: most families have said yes, as families do."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from children.actors import Actor
from children.consent_words import wording_of
from children.models import Child, Purpose
from children.selectors.placing import departments_of
from children.selectors.reach import sees_own
from children.services.consents import Reply, answer, record_on_paper
from portal.demo.cast import Cast, dice
from portal.demo.people import DEPARTMENT as DEPARTMENT_NAME
from portal.demo.people import JOHAN, MARIA
from portal.lib import days

WIDER = (Purpose.FAMILIES, Purpose.PRINT, Purpose.PUBLIC)
# Of twenty families so many say no to all, to the open web, to all but the department; so many have not answered.
NO_TO_ALL, NO_TO_PUBLIC, DEPARTMENT_ALONE, SILENT = 1, 5, 3, 1
NEARLY_A_YEAR = timedelta(days=345)


def answer_consents(cast: Cast, now: datetime) -> None:
    """Let the guardians answer: a few say no, one waits for the other, and one family's yes on paper ends soon."""
    today = days.day_of(now)
    places = departments_of(cast.children, today)
    replies: dict[User, list[Reply]] = {}
    silent = User.objects.with_email(JOHAN.email).get()
    on_paper = _on_paper(cast)
    for row in sees_own(places, today).exclude(guardian=silent).exclude(child=on_paper).select_related():
        place, said = places[row.child_id], _said(row.child)
        own = [Reply(row.child_id, one, yes, wording_of(one, place)) for one, yes in said.items()]
        if own:
            replies.setdefault(row.guardian, []).extend(own)
    for guardian, own in replies.items():
        answer(replies=own, actor=Actor.of_person(guardian, today), now=now)
    maria = Actor.of_person(User.objects.with_email(MARIA.email).get(), today)
    for guardian in cast.confirmed[on_paper.pk]:
        record_on_paper(
            child_id=on_paper.pk,
            guardian_id=guardian.pk,
            says=dict.fromkeys((Purpose.DEPARTMENT, Purpose.FAMILIES), True),
            given_on=today - NEARLY_A_YEAR,
            actor=maria,
            now=now,
        )


def _on_paper(cast: Cast) -> Child:
    """Return a child of Maria's department whose guardians have signed on paper, nearly a year ago."""
    children = cast.at(cast.today)[cast.department(DEPARTMENT_NAME).pk]
    return next(child for child in reversed(children) if len(cast.confirmed[child.pk]) > 1)


def _said(child: Child) -> dict[Purpose, bool]:
    """Return what this child's family says; nothing where it has not answered."""
    falls = dice("consents", child.register_id).randrange(20)
    edges = (SILENT, SILENT + NO_TO_ALL, SILENT + NO_TO_ALL + DEPARTMENT_ALONE)
    if falls < edges[0]:
        return {}
    if falls < edges[1]:
        return dict.fromkeys(Purpose, False)
    if falls < edges[2]:
        return {Purpose.DEPARTMENT: True, **dict.fromkeys(WIDER, False)}
    return {**dict.fromkeys(Purpose, True), Purpose.PUBLIC: falls >= edges[2] + NO_TO_PUBLIC}
