"""The door test: every address and method, every kind of actor, every kind of child (PROMISES 3.1, B03, B08).

An address without a row fails. A wrong answer names the address, the actor and the child. Every body is searched for
the real names of people with protected identity, and for the names of other families' children.
"""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from attendance.models import Absence, Stay
from children.models import Block, Contact, PairingCode, ProtectedIdentity, RegisterRun
from notifications.models import Delivery
from portal.lib import clock, days
from portal.models import Feedback
from tests.account_doors import ACCOUNT_ROWS, ARGUMENTS
from tests.cast import Cast, guard, person
from tests.doors import ACTORS, OPEN_TO_ALL, PLANTED, TARGETS, Doors, Row, all_doors, person_only, sign_of
from tests.paper_doors import PAPER_ROWS, paper_things
from tests.plan_doors import PLAN_ROWS, plan_things
from tests.said_doors import SAID_ROWS, said_things

# Who may what with a child, as a row of signs in the order own, same, other, protected, blocked -----------------------

SEES = {  # sees the child, and may not do this with it
    "guardian": "x444x",
    "substitute": "xx4xx",
    "staff": "xx4xx",
    "elsewhere": "44x44",
    "specialist": "x4444",
    "principal": "xx4xx",
    "principal_elsewhere": "44x44",
    "tablet": "xx4xx",
    "tablet_pin": "xx4xx",
}


def may(sign: str, *actors: str, **exact: str) -> dict[str, str]:
    """Return SEES, with `sign` in the place of "x" for these actors."""
    return SEES | {actor: SEES[actor].replace("x", sign) for actor in actors} | exact


GUARDIANS = ("guardian",)
WORKERS = ("substitute", "staff", "elsewhere")
PRINCIPALS = ("principal", "principal_elsewhere")

# With a department or a preschool the child's own is meant; "same" lies in the same one, "other" elsewhere.
AT_BOARD = {
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "22422",
    "tablet_pin": "22422",
}


def at_board(sign: str, *actors: str, **exact: str) -> dict[str, str]:
    """Return the signs for those who may do this at a department, and "x" for the others who see its board."""
    seen = {actor: signs.replace("2", sign if actor in actors else "x") for actor, signs in AT_BOARD.items()}
    return seen | exact


LEADS = {"principal": "22422", "principal_elsewhere": "44244"}
LEADS_IN_VAIN = {"principal": "bb4bb", "principal_elsewhere": "44b44"}  # nobody was chosen


def _tap(doors: Doors, target: str) -> dict[str, Any]:
    return {"arrived": f"{doors.target(target).pk}.expected", "event": str(uuid4())}


def _reader(doors: Doors, _target: str) -> dict[str, Any]:
    return {"reader": str(doors.named.pk)}


def _quiet_hours(_doors: Doors, _target: str) -> dict[str, Any]:
    return {"weekdays": "never", "weekend": "never", "digest_hour": "18"}


def _feedback(_doors: Doors, _target: str) -> dict[str, Any]:
    return {"id": str(Feedback.objects.create(text="Knappen är för liten").pk)}


def _many(doors: Doors, target: str) -> dict[str, Any]:
    return {"do": "arrived", "barn": f"{doors.target(target).pk}.expected", "event": str(uuid4())}


ROWS: list[Row] = [
    # Home
    Row("home", "GET", person_only("2", "3")),
    Row("newest_posts", "GET", {"guardian": "2", "left": "2"}),
    Row("my_children", "GET", dict.fromkeys(("guardian", "blocked", "left", "contact"), "2")),
    Row("notices", "GET", person_only("2", "4")),
    Row("notices", "POST", person_only("3", "4")),
    Row("notice_settings", "GET", person_only("2", "4")),
    Row("notice_settings", "POST", person_only("3", "4"), sent=_quiet_hours),
    Row("tablets_overview", "GET", {"administrator": "2"}),
    Row("feedback", "GET", {"administrator": "2"}),
    Row("feedback", "POST", {"administrator": "3"}, sent=_feedback),
    Row("preschool_day", "GET", LEADS, about="preschool"),
    Row("preschool_month", "GET", LEADS, about="month"),
    Row("stay_correction", "GET", LEADS, about="stay"),
    Row("stay_correction", "POST", LEADS, about="stay"),
    # The guardian's plan and day
    Row("attendance:schedule", "GET", person_only("2", "4")),
    Row("attendance:schedule", "POST", person_only("2", "4")),
    Row("attendance:sick", "POST", may("3", *GUARDIANS, *WORKERS, *PRINCIPALS, "tablet_pin"), about="child"),
    Row("attendance:well", "POST", may("3", *GUARDIANS, *WORKERS, *PRINCIPALS, "tablet_pin"), about="absence"),
    Row("attendance:absence", "GET", may("2", *GUARDIANS), about="child"),
    Row("attendance:absence", "POST", may("2", *GUARDIANS), about="child"),
    Row("attendance:day", "GET", may("2", *GUARDIANS), about="day"),
    Row("attendance:day", "POST", may("2", *GUARDIANS), about="day"),
    Row("attendance:history", "GET", may("2", *GUARDIANS), about="child"),
    Row("attendance:times_are_right", "POST", may("3", *GUARDIANS), about="child"),
    # The board
    Row("attendance:board", "GET", AT_BOARD, about="department"),
    Row("attendance:board_fresh", "GET", AT_BOARD, about="department"),
    Row("attendance:board_tap", "POST", at_board("3", *AT_BOARD), about="department", sent=_tap),
    Row("attendance:board_many", "POST", at_board("3", *AT_BOARD), about="department", sent=_many),
    Row("attendance:board_undo", "POST", at_board("3", *AT_BOARD), about="department"),
    Row("attendance:board_child", "GET", AT_BOARD, about="department child"),
    Row(
        "attendance:board_absent",
        "POST",
        at_board("3", *WORKERS, *PRINCIPALS, "tablet_pin"),
        about="department child",
    ),
    # Those who work with children
    Row(
        "children:child",
        "GET",
        may("2", *WORKERS, *PRINCIPALS, "specialist", "tablet_pin", tablet="P"),
        about="child",
    ),
    Row("children:allergy", "POST", may("3", *WORKERS, *PRINCIPALS, "tablet_pin", tablet="P"), about="child"),
    Row(
        "children:department_children",
        "GET",
        at_board("2", *WORKERS, *PRINCIPALS, "tablet_pin", tablet="P"),
        about="department",
    ),
    Row("children:preschool_children", "GET", LEADS, about="preschool"),
    Row("children:pending", "GET", dict.fromkeys(("staff", "elsewhere", *PRINCIPALS), "2")),
    Row("children:confirm", "GET", at_board("2", "staff", "elsewhere", *PRINCIPALS), about="department"),
    Row("children:confirm", "POST", at_board("3", "staff", "elsewhere", *PRINCIPALS), about="department"),
    Row("children:invitations", "GET", at_board("2", "staff", "elsewhere", *PRINCIPALS), about="department"),
    Row("children:invitations_review", "GET", at_board("2", "staff", "elsewhere", *PRINCIPALS), about="department"),
    Row("children:invitations_letters", "POST", at_board("b", "staff", "elsewhere", *PRINCIPALS), about="department"),
    Row("children:invitations_send", "POST", at_board("b", "staff", "elsewhere", *PRINCIPALS), about="department"),
    # Guardians
    Row("children:contacts", "GET", may("2", *GUARDIANS), about="child"),
    Row("children:contacts", "POST", may("2", *GUARDIANS), about="child"),
    Row("children:contact_remove", "POST", may("3", *GUARDIANS), about="contact"),
    # Principals
    Row("children:block", "GET", may("2", *PRINCIPALS, principal="224x2"), about="child"),
    Row("children:block", "POST", may("2", *PRINCIPALS, principal="224x2"), about="child"),
    Row("children:block_lift", "POST", may("3", *PRINCIPALS, principal="334x3"), about="block"),
    Row("children:grants", "GET", may("2", *PRINCIPALS), about="child"),
    Row("children:grants", "POST", may("2", *PRINCIPALS), about="child"),
    Row("children:grant_withdraw", "POST", may("3", *PRINCIPALS), about="grant"),
    Row("children:identity", "POST", {}, about="identity"),
    Row("children:kept", "GET", dict.fromkeys((*PRINCIPALS, "administrator"), "2")),
    Row("children:readers", "GET", {"principal": "2"}, about="identity"),
    Row("children:readers", "POST", {"principal": "2"}, about="identity"),
    Row("children:reader_remove", "POST", {"principal": "3"}, about="identity", sent=_reader),
    Row("children:protection_lift", "POST", {"principal": "b"}, about="identity"),
    Row("children:frozen", "GET", dict.fromkeys((*PRINCIPALS, "administrator"), "2")),
    Row("children:unfreeze", "POST", {"principal": "3"}, about="frozen"),
    Row("children:staff", "GET", LEADS, about="preschool"),
    Row("children:staff_review", "POST", LEADS, about="preschool"),
    Row("children:staff_letters", "POST", LEADS_IN_VAIN, about="preschool"),
    Row("children:staff_send", "POST", LEADS_IN_VAIN, about="preschool"),
    Row("children:tablets", "GET", LEADS, about="preschool"),
    Row("children:tablets", "POST", LEADS, about="preschool"),
    Row("children:tablet_code", "GET", {"principal": "2"}, about="code"),
    Row("children:tablet_revoke", "POST", {"principal": "3"}, about="tablet"),
    # The device
    Row("children:tablet", "GET", OPEN_TO_ALL | dict.fromkeys(("tablet", "tablet_pin"), "3")),
    Row("children:pair", "GET", OPEN_TO_ALL),
    Row("children:pair", "POST", OPEN_TO_ALL),
    Row("children:pin", "GET", dict.fromkeys(("tablet", "tablet_pin"), "2")),
    Row("children:pin", "POST", dict.fromkeys(("tablet", "tablet_pin"), "2")),
    Row("children:pin_end", "POST", dict.fromkeys(("tablet", "tablet_pin"), "3")),
    # Administrators
    Row("attendance:rules", "GET", {"administrator": "2"}),
    Row("attendance:rules", "POST", {"administrator": "2"}),
    Row("attendance:area_rules", "GET", {"administrator": "2"}, about="area"),
    Row("attendance:area_rules", "POST", {"administrator": "2"}, about="area"),
    Row("attendance:preschool_rules", "GET", LEADS, about="preschool"),
    Row("attendance:preschool_rules", "POST", LEADS, about="preschool"),
    Row("children:register", "GET", {"administrator": "2"}),
    Row("children:register", "POST", {"administrator": "b"}),
    Row("children:register_run", "GET", {"administrator": "2"}, about="run"),
    Row("children:leaders", "GET", {"administrator": "2"}),
    Row("children:leaders_review", "POST", {"administrator": "2"}),
    Row("children:leaders_letters", "POST", {"administrator": "b"}),
    Row("children:leaders_send", "POST", {"administrator": "b"}),
    Row("children:protect", "GET", {"administrator": "2"}),
    Row("children:protect_one", "GET", {"administrator": "2"}, about="bearer"),
    Row("children:protect_one", "POST", {"administrator": "2"}, about="bearer"),
    Row("children:role_give", "POST", {"administrator": "b"}),
    Row("children:role_end", "POST", {"administrator": "3"}, about="role"),
]


class World:
    """The rows that addresses name, made once for each child."""

    def __init__(self, doors: Doors) -> None:
        cast, now, today = doors.cast, clock.now(), days.today()
        self.doors = doors
        self.departments = dict.fromkeys(TARGETS, cast.blasippan) | {"other": cast.musslan}
        self.ids: dict[tuple[str, str], Any] = {}
        yesterday = now - datetime.timedelta(days=1)
        for name in TARGETS:
            child = doors.target(name)
            tomorrow = today + datetime.timedelta(days=1)
            absence = Absence.objects.create(
                child=child, starts_on=tomorrow, ends_on=tomorrow, reason="sick", reported_by=cast.amina
            )
            stay = Stay.objects.create(
                id=uuid4(), child=child, department=self.departments[name], arrived_at=yesterday, flagged_on=today
            )
            contact = Contact.objects.create(child=child, name="Moster", relation="moster")
            block, _made = Block.objects.get_or_create(child=child, person=doors.people["blocked"], lifted_at=None)
            self.ids |= {
                ("absence", name): absence.pk,
                ("stay", name): stay.pk,
                ("contact", name): contact.pk,
                ("block", name): block.pk,
            }
        self.frozen = person("Frida", "Frusen", frozen_at=now)
        guard(self.frozen, cast.noor)
        self.identity = ProtectedIdentity.objects.get(child=doors.protected)
        self.code = PairingCode.objects.create(
            department=cast.blasippan, tablet_name="Ny", code_digest="x", made_by=cast.eva, expires_at=now
        )
        self.planned = {
            name: plan_things(doors, name) | said_things(doors, name) | paper_things(doors, name) for name in TARGETS
        }
        self.role = cast.communicator.staff_roles.get()
        self.run = RegisterRun.objects.create(started_by=cast.administrator, file_name="register.zip")

    def arguments(self, about: str, target: str) -> dict[str, Any]:
        """Return what the address is filled with for this child."""
        child, department = self.doors.target(target), self.departments[target]
        places = {
            "department": {"department_id": department.pk},
            "preschool": {"preschool_id": department.preschool_id},
        }
        found: dict[str, dict[str, Any]] = {
            "": {},
            "child": {"child_id": child.pk},
            "day": {"child_id": child.pk, "day": days.today() + datetime.timedelta(days=2)},
            "absence": {"absence_id": self.ids["absence", target]},
            "stay": {"stay_id": self.ids["stay", target]},
            "contact": {"child_id": child.pk, "contact_id": self.ids["contact", target]},
            "block": {"child_id": child.pk, "block_id": self.ids["block", target]},
            "grant": {"child_id": child.pk, "person_id": self.doors.people["specialist"].pk},
            "frozen": {"person_id": self.frozen.pk},
            "identity": {"identity_id": self.identity.pk},
            "bearer": {"bearer_id": self.doors.people["contact"].pk},
            "run": {"run_id": self.run.pk},
            "area": {"area_id": self.doors.cast.granliden.area_id},
            "role": {"role_id": self.role.pk},
            "month": places["preschool"] | {"month": "2026-10"},
            "code": {"preschool_id": self.doors.cast.granliden.pk, "code_id": self.code.pk},
            "tablet": {"preschool_id": self.doors.cast.granliden.pk, "tablet_id": self.doors.tablet.pk},
            "department child": places["department"] | {"child_id": child.pk},
            **places,
        }
        return (found | self.planned[target])[about]


PUBLIC = (
    "about",
    "accessibility",
    "privacy",
    "manifest",
    "service_worker",
    "offline",
    "health",
    "robots",
    "security_txt",
)
ROWS += [Row(name, "GET", OPEN_TO_ALL) for name in PUBLIC]
ROWS += [
    Row("accessibility", "POST", dict.fromkeys(ACTORS, "b")),
    Row("asset", "GET", OPEN_TO_ALL, about="asset"),
    Row("styleguide", "GET", {"nobody": "4", "revoked": "4"}),
    Row("demo", "GET", {"nobody": "4", "revoked": "4"}),
    Row("demo", "POST", {"nobody": "4", "revoked": "4"}),
]
ROWS += ACCOUNT_ROWS + PLAN_ROWS + SAID_ROWS + PAPER_ROWS
# Django's form views take PUT, too, as a POST in which nothing was sent.
ROWS += [replace(row, method="PUT") for row in ROWS if row.method == "POST" and (row.name, "PUT") in all_doors()]

# Whose names an actor may never meet, besides those that nobody may.
STRANGERS = {
    "guardian": ("Noor", "Aziz", "Leo", "Hed"),
    "blocked": ("Elsa", "Olle", "Noor", "Leo"),
    "left": ("Elsa", "Hugo", "Noor", "Leo", "Olle"),
    "contact": ("Elsa", "Hugo", "Noor", "Leo", "Olle", "Greta"),
    "staff": ("Leo", "Hugo"),
    "substitute": ("Leo", "Hugo"),
    "elsewhere": ("Elsa", "Hugo", "Noor", "Olle"),
    "specialist": ("Noor", "Leo", "Olle"),
    "principal_elsewhere": ("Elsa", "Hugo", "Noor", "Olle"),
    "administrator": ("Elsa", "Hugo", "Noor", "Leo", "Olle"),
    "communicator": ("Elsa", "Hugo", "Noor", "Leo", "Olle"),
    "archivist": ("Elsa", "Hugo", "Noor", "Leo", "Olle"),
    "tablet": ("Leo", "Hugo"),
    "tablet_pin": ("Leo", "Hugo"),
    "nobody": ("Elsa", "Hugo", "Noor", "Leo", "Olle"),
    "revoked": ("Elsa", "Hugo", "Noor", "Leo", "Olle"),
}


def says(body: str, name: str) -> bool:
    """Tell whether the name stands there as a word: by chance it can also be a part of a token."""
    return re.search(rf"\b{name}\b", body) is not None


def test_every_address_and_method_has_a_row() -> None:
    """A new one without a line in the table is a door that nobody has tried."""
    tried = {(row.name, row.method) for row in ROWS}
    assert all_doors() - tried == set()
    assert tried - all_doors() == set()


@pytest.mark.parametrize("actor", ACTORS)
def test_every_door(actor: str, cast: Cast, log_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address gives each kind of actor the answer of the table, for each kind of child."""
    monkeypatch.setattr("accounts.audit._is_noted", lambda _key: False)  # each look is the hour's first
    cache.clear()  # what other tests and actors have tried does not count here
    doors = Doors(cast)
    world = World(doors)
    browser = doors.browser(actor, log_in)
    browser.raise_request_exception = False
    wrong: list[str] = []
    for row in ROWS:
        targets = TARGETS if any(len(signs) == len(TARGETS) for signs in row.answers.values()) else TARGETS[:1]
        for target in targets:
            arguments = ARGUMENTS.get(row.about) or world.arguments(row.about, target)
            address = reverse(row.name, kwargs=arguments)
            cookies = copy.deepcopy(browser.cookies)
            audit.NOTED.clear()
            with transaction.atomic():  # whatever the request did is taken back
                answer = browser.generic(
                    row.method, address, **({} if row.method == "GET" else _form(row.sent(doors, target)))
                )
                looked = AuditEntry.objects.filter(is_look=True).exists() if row.method == "GET" else True
                body = answer.content.decode(errors="replace") if not answer.streaming else ""
                transaction.set_rollback(True)
            browser.cookies = cookies
            sign, expected = sign_of(answer), row.expected(actor, target)
            where = f"{row.method} {row.name} as {actor} about {target}"
            if sign != expected:
                wrong.append(f"{where}: {sign} instead of {expected}")
            wrong += [f"{where}: shows {name}" for name in (*PLANTED, *STRANGERS.get(actor, ())) if says(body, name)]
            if sign == "2" and not looked and any(says(body, name) for name in ("Elsa", "Noor", "Leo", "Olle")):
                wrong.append(f"{where}: shows a child, and leaves no trace in the log")
    assert wrong == [], "\n".join(wrong)


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    return {"data": urlencode(fields), "content_type": "application/x-www-form-urlencoded"}


def test_a_named_reader_opens_what_nobody_else_does(cast: Cast, log_in: Callable[[User], Client]) -> None:
    """The one door behind which the real name lies: named, logged, and told to the principal (DOMAIN 6.1)."""
    doors = Doors(cast)
    identity = ProtectedIdentity.objects.get(child=doors.protected)
    address = reverse("children:identity", args=[identity.pk])
    answer = log_in(doors.named).post(address)
    assert "Zebulon Hemlighetsson" in answer.content.decode()
    entry = AuditEntry.objects.get(action="identity.read")
    assert (entry.person_id, entry.children) == (doors.named.pk, [str(doors.protected.pk)])
    assert Delivery.objects.filter(person=cast.eva, kind="identity_read").exists()
    assert log_in(cast.maria).post(address).status_code == 404
