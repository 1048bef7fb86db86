"""The rows of the door test for bulletins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from messaging.models import Bulletin, BulletinChild, BulletinCopy
from portal.lib import clock
from tests.doors import Doors, Row, person_only

# Of a bulletin to the families of one child: its own staff and principal, and its guardians.
HOUSE = {
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "P",
    "tablet_pin": "22422",
}
HOUSE_ASKS = HOUSE | {"tablet": "4"}
READS = HOUSE | {"guardian": "24442"}
WRITES = {"staff": "22422", "elsewhere": "44244", "principal": "22422", "principal_elsewhere": "44244"}
WRITES_AND_GOES_ON = {actor: signs.replace("2", "3") for actor, signs in WRITES.items()}
HOUSE_GOES_ON = {actor: signs.replace("2", "3") for actor, signs in HOUSE.items()}
OWN_DRAFT = {"staff": "33433"}
WRITERS = dict.fromkeys(("staff", "elsewhere", "principal", "principal_elsewhere", "communicator"), "2")


def _new(_doors: Doors, _target: str) -> dict[str, Any]:
    return {"id": str(uuid4()), "do": "look"}


ROWS: list[Row] = [
    Row("messaging:bulletins", "GET", person_only("2", "P") | {"tablet_pin": "2"}),
    Row("messaging:own_bulletins", "GET", person_only("2", "P") | {"tablet_pin": "4"}),
    Row("messaging:bulletin_write", "GET", WRITERS),
    Row("messaging:bulletin_write", "POST", WRITERS, sent=_new),
    Row("messaging:bulletin_readers", "GET", {}, about="bulletin department"),  # nothing was chosen
    Row("messaging:bulletin_house", "GET", {}),  # nor here
    Row("messaging:bulletin", "GET", READS, about="bulletin"),
    Row("messaging:bulletin_change", "GET", WRITES_AND_GOES_ON, about="bulletin"),  # it has gone out
    Row("messaging:bulletin_change", "POST", WRITES_AND_GOES_ON, about="bulletin"),
    Row("messaging:bulletin_undo", "POST", WRITES_AND_GOES_ON, about="bulletin"),
    Row("messaging:bulletin_discard", "POST", OWN_DRAFT, about="bulletin draft"),
    Row("messaging:bulletin_withdraw", "GET", WRITES, about="bulletin"),
    Row("messaging:bulletin_withdraw", "POST", WRITES_AND_GOES_ON, about="bulletin"),
    Row("messaging:bulletin_confirm", "POST", {"guardian": "34443"}, about="bulletin"),
    Row("messaging:bulletin_fresh", "GET", HOUSE_ASKS, about="bulletin"),
    Row("messaging:bulletin_unread", "GET", HOUSE, about="bulletin"),
    Row("messaging:bulletin_calls", "GET", HOUSE, about="bulletin"),
    Row("messaging:bulletin_reached", "POST", HOUSE_GOES_ON, about="bulletin copy"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    sent, draft = _bulletin(doors, target, "Ut"), _bulletin(doors, target, "Utkast")
    cast = doors.cast
    now_theirs = doors.target(target).guardianships.filter(guardian__in=[cast.amina, cast.neighbour, cast.stranger])
    one = now_theirs.first() or doors.target(target).guardianships.get()
    copy, _is_new = BulletinCopy.objects.get_or_create(bulletin=sent, guardian=one.guardian)
    department = cast.musslan if target == "other" else cast.blasippan
    return {
        "bulletin": {"bulletin_id": sent.pk},
        "bulletin draft": {"bulletin_id": draft.pk},
        "bulletin copy": {"bulletin_id": sent.pk, "copy_id": copy.pk},
        "bulletin department": {"department_id": department.pk},
    }


def _bulletin(doors: Doors, target: str, title: str) -> Bulletin:
    """Return a bulletin to the families of the child, made once: one that everybody must confirm, or a draft."""
    child = doors.target(target)
    for row in Bulletin.objects.filter(chosen__child=child):
        if row.title == title:
            return row
    left = None if title == "Utkast" else clock.now() - timedelta(hours=1)
    made = Bulletin.objects.create(
        written_by=doors.cast.maria,
        is_to_chosen=True,
        title=title,
        text="Hej",
        language="sv",
        must_confirm=True,
        leaves_at=left,
    )
    BulletinChild.objects.create(bulletin=made, child=child)
    return made
