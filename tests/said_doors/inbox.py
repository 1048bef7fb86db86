"""The rows of the door test for what is done in an inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from children.models import Guardianship
from documents.services.files import keep
from messaging.models import Addressee, Away, Label, Message, MessageAttachment, Thread, ThreadChild, ThreadGuardian
from portal.lib import clock, days
from tests.doors import Doors, Row, person_only

LEADS = {"principal": "33433", "principal_elsewhere": "44344"}
SAYS_FOR = LEADS | {"staff": "33433", "elsewhere": "44344"}
WORKS = SAYS_FOR | {"substitute": "33433", "tablet": "P", "tablet_pin": "33433"}
READS = {actor: signs.replace("3", "2") for actor, signs in WORKS.items()} | {"guardian": "24442"}
HAS_AN_INBOX = dict.fromkeys(
    ("staff", "substitute", "elsewhere", "principal", "principal_elsewhere", "tablet_pin"), "2"
) | {"tablet": "P"}
SPEAKS = dict.fromkeys(("staff", "elsewhere", "principal", "principal_elsewhere"), "2")

ROWS: list[Row] = [
    Row("messaging:assign", "POST", WORKS, about="inbox thread"),
    Row("messaging:done", "POST", WORKS, about="inbox thread"),
    Row("messaging:put_labels", "POST", WORKS, about="inbox thread"),
    Row(
        "messaging:sensitive",
        "POST",
        SAYS_FOR | {"substitute": "33433", "guardian": "34443"},
        about="inbox thread",
        sent=lambda _doors, _target: {"sensitive": "1"},
    ),
    Row("messaging:labels", "GET", HAS_AN_INBOX),
    Row("messaging:labels", "POST", HAS_AN_INBOX | dict.fromkeys(set(HAS_AN_INBOX) - {"tablet"}, "b")),
    Row("messaging:label_removed", "POST", WORKS, about="label"),
    Row("messaging:attachment", "GET", READS, about="attachment"),
    Row("messaging:search", "GET", person_only("2") | {"tablet": "P", "tablet_pin": "2"}),
    Row("messaging:away", "GET", SPEAKS),
    Row("messaging:away", "POST", dict.fromkeys(SPEAKS, "b")),
    Row("messaging:away_taken_back", "POST", SAYS_FOR, about="away"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    child, now = doors.target(target), clock.now()
    department = doors.cast.musslan if target == "other" else doors.cast.blasippan
    thread = Thread.objects.create(addressee=Addressee.DEPARTMENT, subject="Ämne", last_at=now)
    ThreadChild.objects.create(thread=thread, child=child)
    family = list(Guardianship.objects.filter(child=child).values_list("guardian", flat=True))
    ThreadGuardian.objects.bulk_create([ThreadGuardian(thread=thread, guardian_id=person) for person in family])
    message = Message.objects.create(
        thread=thread,
        side=Message.Side.FAMILY,
        written_by_id=family[0],
        language="sv",
        body="Hej",
        leaves_at=now - timedelta(hours=1),
        told_at=now,
    )
    file = keep(SimpleUploadedFile("lista.txt", b"Hej"), by_id=None, now=now)
    attachment = MessageAttachment.objects.create(message=message, file=file, added_by_id=family[0])
    label = Label.objects.create(department=department, words="Ord")
    away = Away.objects.create(department=department, starts_on=days.today(), ends_on=days.today())
    return {
        "inbox thread": {"thread_id": thread.pk},
        "label": {"label_id": label.pk},
        "attachment": {"attachment_id": attachment.pk},
        "away": {"away_id": away.pk},
    }
