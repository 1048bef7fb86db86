"""What the door test is made of: everybody who may come, everything they may ask for, and how answers are written.

An answer is one sign:
    2  shown or done (200, 204)          3  done, and sent on (a redirect to one of our pages)
    L  sent to the login                 F  sent to set up a second factor
    P  asked for a PIN                   T  sent to pair the tablet again
    4  not there (404)                   x  seen, but not allowed (403)
    b  a fault in what was sent (400, 422)     m  no such method (405)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.core import signing
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Protection, User
from children import protection, tablets
from children.models import Block, Child, ChildGrant, Guardianship, NamedReader, ProtectedIdentity, StaffRole, Tablet
from portal.lib import clock, days
from tests.cast import Cast, child, employ, guard, person, place, tablet

ACTORS = (
    "nobody",
    "guardian",
    "blocked",
    "left",
    "contact",
    "substitute",
    "staff",
    "elsewhere",
    "specialist",
    "principal",
    "principal_elsewhere",
    "administrator",
    "communicator",
    "archivist",
    "tablet",
    "tablet_pin",
    "revoked",
)
TARGETS = ("own", "same", "other", "protected", "blocked")
OPEN_TO_ALL = dict.fromkeys(ACTORS, "2")
EVERY_PERSON = (
    "guardian",
    "blocked",
    "left",
    "contact",
    "substitute",
    "staff",
    "elsewhere",
    "specialist",
    "principal",
    "principal_elsewhere",
    "administrator",
    "communicator",
    "archivist",
)

# Real names of people with protected identity. They may be in no answer to anybody but a named reader who asks.
PLANTED = ("Zebulon", "Hemlighetsson", "Kunigunda")


@dataclass
class Doors:
    """The cast, and those whom only the doors care about."""

    cast: Cast
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cast, now = self.cast, clock.now()
        self.protected = child("Zebulon", "Hemlighetsson")
        place(self.protected, cast.blasippan)
        hidden = person("Kunigunda", "Hemlighetsson", phone="+46701740699")
        guard(hidden, self.protected)
        protection.protect_child(child=self.protected, level=Protection.CONFIDENTIAL, now=now)
        protection.protect_person(person=hidden, level=Protection.CONFIDENTIAL, now=now)
        named = person("Nina", "Namngiven")
        employ(named, department=cast.blasippan)
        NamedReader.objects.create(
            identity=ProtectedIdentity.objects.get(child=self.protected), reader=named, starts_on=days.today()
        )

        # Olle is Amina's too, but somebody is kept away from him.
        self.kept = child("Olle", "Alm")
        place(self.kept, cast.blasippan)
        blocked = person("Bertil", "Alm")
        guard(cast.amina, self.kept)
        guard(blocked, self.kept, cast.elsa)
        for one in (self.kept, cast.elsa):
            Block.objects.create(child=one, person=blocked, made_by=cast.eva)

        gone = child("Greta", "Borg")
        today = days.today()
        place(gone, cast.blasippan, today - timedelta(days=400), ends_on=today - timedelta(days=30))
        left = person("Gunnar", "Borg")
        guard(left, gone)
        # Once a guardian of Elsa as well; that ended yesterday.
        Guardianship.objects.create(
            child=cast.elsa,
            guardian=left,
            starts_on=today - timedelta(days=90),
            ends_on=today - timedelta(days=1),
            confirmed_at=now,
        )

        specialist = person("Siv", "Special")
        employ(specialist, StaffRole.Kind.SPECIALIST, preschool=cast.granliden)
        for codename in ("see_child", "see_file", "see_notes"):
            ChildGrant.objects.create(
                user=specialist,
                permission=Permission.objects.get(content_type__app_label="children", codename=codename),
                content_object=cast.elsa,
                starts_on=today,
                ends_on=today + timedelta(days=14),
            )

        self.people = {
            "guardian": cast.amina,
            "blocked": blocked,
            "left": left,
            "contact": person("Karin", "Mormor"),
            "substitute": cast.vikar,
            "staff": cast.maria,
            "elsewhere": cast.jonas,
            "specialist": specialist,
            "principal": cast.eva,
            "principal_elsewhere": cast.ulf,
            "administrator": cast.administrator,
            "communicator": cast.communicator,
            "archivist": cast.archivist,
        }
        self.named, self.hidden = named, hidden
        self.tablet, self.cookie = tablet(cast.blasippan)

    def target(self, name: str) -> Child:
        cast = self.cast
        return {
            "own": cast.elsa,
            "same": cast.noor,
            "other": cast.leo,
            "protected": self.protected,
            "blocked": self.kept,
        }[name]

    def browser(self, actor: str, log_in: Callable[[User], Client]) -> Client:
        """Return a browser in which this actor stands at the door."""
        if actor in self.people:
            return log_in(self.people[actor])
        browser = Client()
        if actor in ("tablet", "tablet_pin", "revoked"):
            browser.cookies[tablets.TABLET_COOKIE] = self.cookie
        if actor == "tablet_pin":
            browser.cookies[tablets.PIN_COOKIE] = signing.dumps(
                [str(self.tablet.id), str(self.cast.maria.id)], salt="pin"
            )
        if actor == "revoked":
            Tablet.objects.filter(pk=self.tablet.pk).update(revoked_at=clock.now())
        return browser


@dataclass(frozen=True)
class Row:
    """One address and method, and the answer that each kind of actor gets.

    `answers` has one sign per target where the address is about a child, in the order of TARGETS; one sign otherwise.
    Whoever is not named gets `others`. `nobody` is sent to the login and `revoked` to pairing, unless named.
    """

    name: str
    method: str
    answers: dict[str, str]
    others: str = "4"
    about: str = ""  # "child", "department", "preschool" or whatever `arguments` knows
    sent: Callable[[Doors, str], dict[str, Any]] = lambda _doors, _target: {}
    headers: dict[str, str] = field(default_factory=dict)

    def expected(self, actor: str, target: str) -> str:
        signs = self.answers.get(actor)
        if signs is None:
            signs = {"nobody": "L", "revoked": "T"}.get(actor, self.others)
        return signs[TARGETS.index(target)] if len(signs) == len(TARGETS) else signs


def person_only(sign: str, others: str = "L") -> dict[str, str]:
    """Return the signs for a page that belongs to whoever is logged in, and to no tablet."""
    return dict.fromkeys(EVERY_PERSON, sign) | {"tablet": others, "tablet_pin": others}


GOALS = {"/logga-in/": "L", "/platta/pin/": "P", "/tvasteg/": "F", "/platta/": "T"}


def sign_of(response: HttpResponseBase) -> str:
    """Return the sign for an answer."""
    status = response.status_code
    if status in (301, 302, 303):
        goal = response.headers["Location"]
        return next((sign for part, sign in GOALS.items() if part in goal), "3")
    return {200: "2", 204: "2", 400: "b", 422: "b", 403: "x", 404: "4", 405: "m"}.get(status, str(status))


def all_doors() -> set[tuple[str, str]]:
    """Return the name of every address there is, with its namespace, and each method that its view takes."""

    def walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, inner)
            else:
                for method in methods_of(pattern.callback):
                    yield f"{space}{pattern.name or pattern.pattern}", method

    return set(walk(get_resolver().url_patterns, ""))


def methods_of(view: Callable[..., Any] | None) -> set[str]:
    """Return the methods that a view takes; HEAD is GET without a body, and OPTIONS tells no more than this.

    A class says it by what it has, a function by a decorator. A function that does not say takes everything.
    """
    while view:
        if made_of := getattr(view, "view_class", None):
            return {name.upper() for name in made_of.http_method_names if hasattr(made_of, name)} - {"HEAD", "OPTIONS"}
        kept = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
        if "request_method_list" in kept:  # what Django's require_http_methods keeps
            return set(kept["request_method_list"]) - {"HEAD", "OPTIONS"}
        view = getattr(view, "__wrapped__", None)
    return {"GET", "POST", "PUT", "PATCH", "DELETE"}
