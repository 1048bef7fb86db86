"""The rows of the door test for conversations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from children.models import Child, Guardianship
from messaging.models import Addressee, Message, Thread, ThreadChild, ThreadGuardian
from portal.lib import clock
from tests.doors import EVERY_PERSON, Doors, Row

HOUSE = {
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "P",
    "tablet_pin": "22422",
}
READS = HOUSE | {"guardian": "24442"}
EVERYBODY = dict.fromkeys(EVERY_PERSON, "2") | {"tablet": "P", "tablet_pin": "2"}
BEGINS = dict.fromkeys(
    ("guardian", "substitute", "staff", "elsewhere", "principal", "principal_elsewhere", "tablet_pin"), "2"
) | {"tablet": "P"}
A_PAGE = {"page": "/samtal/nytt/"}


def _signs(answers: dict[str, str], sign: str) -> dict[str, str]:
    return {actor: signs.replace("2", sign) for actor, signs in answers.items()}


ROWS: list[Row] = [
    Row("messaging:threads", "GET", EVERYBODY),
    Row("messaging:unread", "GET", EVERYBODY),
    Row("messaging:begin", "GET", BEGINS),
    Row("messaging:begin", "POST", BEGINS),
    Row("messaging:draft", "POST", EVERYBODY, sent=lambda _doors, _target: A_PAGE),
    Row("messaging:thread", "GET", READS, about="thread"),
    Row("messaging:thread", "POST", _signs(READS, "b"), about="thread"),  # nothing was written
    Row("messaging:thread_news", "GET", READS, about="thread"),
    Row("messaging:withdraw", "GET", HOUSE, about="message"),
    Row("messaging:withdraw", "POST", _signs(HOUSE, "3"), about="message"),
    # What one has written oneself and cannot take back any more: said so, and nothing else happens
    Row("messaging:undo", "POST", {"staff": "3", "tablet": "P", "tablet_pin": "3"}, about="message"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    message = _message(doors, doors.target(target))
    return {"thread": {"thread_id": message.thread_id}, "message": {"message_id": message.pk}}


def _message(doors: Doors, child: Child) -> Message:
    """Return what Maria wrote an hour ago to all who are or were guardians of the child, made once."""
    found = Message.objects.filter(thread__about__child=child).first()
    if found:
        return found
    thread = Thread.objects.create(addressee=Addressee.DEPARTMENT, subject="Stövlar")
    ThreadChild.objects.create(thread=thread, child=child)
    for guardian in Guardianship.objects.filter(child=child).values_list("guardian", flat=True):
        ThreadGuardian.objects.create(thread=thread, guardian_id=guardian)
    return Message.objects.create(
        thread=thread,
        side=Message.Side.HOUSE,
        written_by=doors.cast.maria,
        language="sv",
        body="Hej",
        leaves_at=clock.now() - timedelta(hours=1),
    )
