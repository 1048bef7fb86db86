"""Tablets: pairing with a short code, the cookie that a tablet carries, and the PIN of whoever stands at it."""

import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import PinTries, User
from accounts.services import check_pin
from children import guesses
from children.models import Department, PairingCode, Preschool, StaffRole, Tablet
from notifications.models import Kind
from notifications.services import notify
from portal.lib import clock
from portal.lib.crypto import keyed_digest
from portal.lib.models import of_row
from portal.lib.prepared import Rows, prepared

# Letters and figures that cannot be mistaken for each other at arm's length.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
CODE_LIVES = timedelta(minutes=10)
PIN_RESTS = timedelta(minutes=2)
COOKIE_LIVES = 400 * 86_400
# What every request of a tablet needs to know of it; the rest is read when it is asked for.
_OWN = ("id", "department_id", "name", "secret_digest", "seen_at", "revoked_at", "locks")
_DEPARTMENTS = ("id", "name", "starts_on", "ends_on", "preschool_id")
_PRESCHOOLS = ("id", "name", "area_id")
_PREFIX = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
TABLET_COOKIE, PIN_COOKIE = f"{_PREFIX}platta", f"{_PREFIX}pin"


def _digest(purpose: str, text: str) -> str:
    return keyed_digest(text, purpose=purpose)


def make_pairing_code(*, department: Department, tablet_name: str, actor_person: User, now: datetime) -> str:
    """Return a code as `begin_pairing` does, for whoever needs no more than the code."""
    return begin_pairing(department=department, tablet_name=tablet_name, actor_person=actor_person, now=now)[1]


def begin_pairing(
    *, department: Department, tablet_name: str, actor_person: User, now: datetime
) -> tuple[PairingCode, str]:
    """Return a code of eight characters that pairs one device with the department within ten minutes.

    Codes that the same person made before and nobody used stop working: one device is paired at a time.
    """
    code = "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))
    with transaction.atomic():
        PairingCode.objects.filter(made_by=actor_person, used_at=None, expires_at__gt=now).update(expires_at=now)
        made = PairingCode.objects.create(
            department=department,
            tablet_name=tablet_name,
            code_digest=_digest("pairing", code),
            made_by=actor_person,
            expires_at=now + CODE_LIVES,
        )
        audit.did("tablet.code_made", person_id=actor_person.id, now=now, department=department.id)
    return made, code


def pair(*, code: str, now: datetime, address: str = "") -> tuple[Tablet, str]:
    """Turn a code into a tablet and the secret that its cookie carries.

    Raises `ValidationError`, with the same words whether the code is wrong, used or too old. Wrong codes are counted
    by the network address they come from and in all, so that nobody gets anywhere by guessing (A06); right ones are
    not, so that a principal can pair a whole preschool in one go.
    """
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    if guesses.is_over(address, now):
        raise ValidationError(_("Det kom för många felaktiga koder. Vänta en minut och försök igen."), code="guesses")
    try:
        return _pair(typed, now)
    except ValidationError:
        guesses.count(address, now)
        raise


def _pair(typed: str, now: datetime) -> tuple[Tablet, str]:
    with transaction.atomic():
        found = PairingCode.objects.select_for_update().filter(code_digest=_digest("pairing", typed)).first()
        if found is None or not found.is_open(now):
            raise ValidationError(_("Koden stämmer inte eller har gått ut. Be rektor om en ny."), code="pairing")
        secret = secrets.token_urlsafe(32)
        tablet = Tablet.objects.create(
            department=found.department,
            name=found.tablet_name,
            secret_digest=_digest("tablet", secret),
            paired_by=found.made_by,
            seen_at=now,
        )
        found.used_at, found.tablet = now, tablet
        found.save(update_fields=["used_at", "tablet"])
        audit.did("tablet.paired", person_id=found.made_by_id, tablet_id=tablet.id, now=now)
    return tablet, secret


def revoke(*, tablet: Tablet, actor_person: User, now: datetime) -> None:
    """Shut the tablet out from its next request on. Revoking it again changes nothing."""
    with transaction.atomic():
        if Tablet.objects.paired().filter(pk=tablet.pk).update(revoked_at=now, revoked_by=actor_person):
            audit.did("tablet.revoked", person_id=actor_person.id, tablet_id=tablet.id, now=now)


def remember_tablet(response: HttpResponse, tablet: Tablet, secret: str) -> None:
    """Give the device its cookie."""
    value = signing.dumps([str(tablet.id), secret], salt="tablet")
    response.set_cookie(
        TABLET_COOKIE,
        value,
        max_age=COOKIE_LIVES,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def tablet_of(request: HttpRequest) -> Tablet | None:
    """Return the paired tablet that the request comes from, with department and preschool: one query."""
    raw = request.COOKIES.get(TABLET_COOKIE)
    if not raw:
        return None
    try:
        tablet_id, secret = signing.loads(raw, salt="tablet")
    except (signing.BadSignature, ValueError, TypeError):
        return None
    tablet = _paired(tablet_id)
    if tablet is None or not constant_time_compare(tablet.secret_digest, _digest("tablet", secret)):
        return None
    return tablet


def _paired(tablet_id: str) -> Tablet | None:
    """Return a paired tablet with what is asked of its department and preschool on every request."""
    for row in _paired_rows(UUID(tablet_id)):
        own, department, preschool = row[: len(_OWN)], row[len(_OWN) : -len(_PRESCHOOLS)], row[-len(_PRESCHOOLS) :]
        tablet = of_row(Tablet, _OWN, own)
        tablet.department = of_row(Department, _DEPARTMENTS, department)
        tablet.department.preschool = of_row(Preschool, _PRESCHOOLS, preschool)
        return tablet
    return None


@prepared
def _paired_rows(tablet_id: UUID) -> Rows:
    place = [f"department__{name}" for name in _DEPARTMENTS]
    preschool = [f"department__preschool__{name}" for name in _PRESCHOOLS]
    return Tablet.objects.paired().filter(pk=tablet_id).values_list(*_OWN, *place, *preschool)


def note_seen(tablet: Tablet) -> None:
    """Keep `seen_at` right to a few minutes, at the price of a write every fifth minute."""
    now = clock.now()
    if tablet.seen_at is None or now - tablet.seen_at > timedelta(minutes=5):
        Tablet.objects.filter(pk=tablet.pk).update(seen_at=now)


def remember_pin(response: HttpResponseBase, tablet: Tablet, person_id: UUID) -> None:
    """Let the person stay for two minutes of rest; every further act with the PIN begins them anew."""
    response.set_cookie(
        PIN_COOKIE,
        signing.dumps([str(tablet.id), str(person_id), tablet.locks], salt="pin"),
        max_age=int(PIN_RESTS.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )


def forget_pin(response: HttpResponse) -> None:
    response.delete_cookie(PIN_COOKIE, samesite="Strict")


def lock(tablet: Tablet) -> None:
    """Let every PIN that was given on the tablet so far be worth nothing, copies of its cookie included."""
    Tablet.objects.filter(pk=tablet.pk).update(locks=F("locks") + 1)


def pin_person_of(request: HttpRequest, tablet: Tablet) -> User | None:
    """Return who gave a PIN on this tablet less than two minutes of rest ago, unless the account is frozen.

    None when the tablet was locked since then. A cookie without a count is from before the first lock.
    """
    raw = request.COOKIES.get(PIN_COOKIE)
    if not raw:
        return None
    try:
        tablet_id, person_id, locks = (*signing.loads(raw, salt="pin", max_age=PIN_RESTS), 0)[:3]
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if (tablet_id, locks) != (str(tablet.id), tablet.locks):
        return None
    return User.objects.sealed().filter(pk=person_id, frozen_at=None).first()


def accept_pin(*, tablet: Tablet, person: User, code: str, now: datetime) -> bool:
    """Tell whether the PIN is right, as `check_pin` does: the tablet answers one and the same to everything wrong.

    Once five wrong ones have locked it the person is told, in the portal alone, whether there is a PIN or not (A07).
    """
    with transaction.atomic():
        if check_pin(person=person, tablet_id=tablet.id, code=code, now=now):
            return True
        for lock in PinTries.objects.locked().filter(person=person, tablet_id=tablet.id):
            # A lock is told of once: each has its own id until a new PIN is chosen.
            about = {"tablet": tablet.id}
            notify(person_ids=[person.id], kind=Kind.PIN_LOCKED, event=lock.id, about=about, now=now)
    return False


def people_at(tablet: Tablet, day: date) -> list[User]:
    """Return who may give a PIN on this tablet: staff, substitutes and principals of its department today, by name."""
    here = Q(department=tablet.department_id) | Q(preschool=tablet.department.preschool_id)
    if tablet.department.preschool.area_id:
        here |= Q(area=tablet.department.preschool.area_id)
    kinds = [StaffRole.Kind.STAFF, StaffRole.Kind.SUBSTITUTE, StaffRole.Kind.PRINCIPAL]
    roles = StaffRole.objects.on(day).filter(here, kind__in=kinds)
    people = User.objects.filter(pk__in=roles.values("person"), frozen_at=None)
    return sorted(people, key=lambda person: person.full_name.casefold())
