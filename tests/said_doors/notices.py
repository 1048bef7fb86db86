"""The rows of the door test for notices, devices and what waits."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from notifications.device_models import Device
from portal.lib import clock
from tests.doors import Doors, Row, person_only

ROWS: list[Row] = [
    Row("devices", "GET", person_only("2", "4")),
    Row("devices", "POST", person_only("b", "4")),  # no browser has said where it is
    Row("device_removal", "POST", {"guardian": "3"}, about="device"),
    Row("waiting", "GET", {"administrator": "2"}),
    Row(
        "waiting",
        "POST",
        {"administrator": "3"},
        sent=lambda _doors, _target: {"way": "email", "problem": "550"},
    ),
]


def things(doors: Doors, _target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    device = Device.objects.create(
        person=doors.people["guardian"],
        agent="Firefox/140 (Android)",
        endpoint=f"https://fcm.googleapis.com/{uuid4()}",
        public_key="",
        secret="",
        given_at=clock.now(),
    )
    return {"device": {"device_id": device.id}}
