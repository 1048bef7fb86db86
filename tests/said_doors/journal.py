"""The rows of the door test for the registry's packages, and for what was withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from children.actors import Actor
from messaging.models import Addressee, JournalPackage, Message, Thread, ThreadChild
from messaging.services.journal import seal_thread
from portal.lib import clock
from tests.doors import Doors, Row

LEADS = {"principal": "22422", "principal_elsewhere": "44244", "tablet": "P"}
ROWS: list[Row] = [
    Row("messaging:incidents", "GET", dict.fromkeys(("principal", "principal_elsewhere", "administrator"), "2")),
    Row("messaging:journal", "GET", {"archivist": "2"}),
    Row("messaging:journal_package", "GET", {"archivist": "22222"}, about="package"),
    Row("messaging:seal_thread", "GET", LEADS, about="sealed thread"),
    Row(
        "messaging:seal_thread",
        "POST",
        {actor: signs.replace("2", "3") for actor, signs in LEADS.items()},
        about="sealed thread",
    ),
    Row("messaging:seal_bulletin", "GET", LEADS, about="bulletin"),
    Row(
        "messaging:seal_bulletin",
        "POST",
        {actor: signs.replace("2", "3") for actor, signs in LEADS.items()},
        about="bulletin",
    ),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    package = _package(doors, target)
    return {"package": {"package_id": package.pk}, "sealed thread": {"thread_id": package.about}}


def _package(doors: Doors, target: str) -> JournalPackage:
    """Return what was sealed of a conversation about the child, made once."""
    child = doors.target(target)
    if package := JournalPackage.objects.filter(children=[str(child.pk)]).first():
        return package
    thread = Thread.objects.create(addressee=Addressee.DEPARTMENT, subject="Diariefört")
    ThreadChild.objects.create(thread=thread, child=child)
    Message.objects.create(
        thread=thread,
        side=Message.Side.HOUSE,
        written_by=doors.cast.maria,
        language="sv",
        body="Hej",
        leaves_at=clock.now() - timedelta(hours=1),
    )
    leader = doors.cast.ulf if target == "other" else doors.cast.eva
    return seal_thread(thread_id=thread.pk, actor=Actor.of_person(leader), now=clock.now())
