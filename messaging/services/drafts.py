"""What is written and not sent: kept on the server while it is written, until it is sent or put away (F16)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from children.actors import Actor
from messaging.models import Draft, Message
from portal.lib.prepared import Rows, prepared

KEPT_FOR = timedelta(days=30)
MOST_KEPT = 50
LONGEST = 60_000
FIRST_WORDS = 80

Fields = Mapping[str, Sequence[str]]


def kept_under(actor: Actor, page: str) -> str:
    """Return under which address words on a page are kept: the hall reads nothing that was begun elsewhere."""
    return f"{page}#platta" if actor.tablet else page


def draft_of(person_id: UUID, address: str) -> dict[str, list[str]]:
    """Return what the person has left on the page, by field; nothing where there is nothing."""
    draft = next((pk for pk, page in _kept(person_id) if page == address), None)
    fields = Draft.objects.filter(pk=draft).values_list("fields", flat=True).first() if draft else None
    found: dict[str, list[str]] = json.loads(fields) if fields else {}
    return found


@prepared
def _kept(person_id: UUID) -> Rows:
    """Ask for the pages on which something is kept: few, and most that are opened are none of them."""
    return Draft.objects.filter(person=person_id).order_by().values_list("pk", "address")


class Begun(NamedTuple):
    """What somebody has begun to write: on which page, and its first words; no words of what is sensitive."""

    page: str
    words: str


def begun_under(actor: Actor, page: str) -> list[Begun]:
    """Return what the actor has begun on the page, for whomever it is chosen there, newest first: one query."""
    kept = [pk for pk, address in _kept(actor.person_id) if address.startswith(page)] if actor.person_id else []
    found = []
    for draft in Draft.objects.filter(pk__in=kept).order_by("-updated_at") if kept else ():
        if draft.address == kept_under(actor, address := draft.address.partition("#")[0]):
            fields: dict[str, list[str]] = json.loads(draft.fields)
            said = [value.strip() for name in ("subject", "body") for value in fields.get(name, []) if value.strip()]
            found.append(Begun(address, "" if is_sensitive(fields) or not said else said[0][:FIRST_WORDS]))
    return found


def save_draft(*, person_id: UUID, address: str, fields: Fields, now: datetime) -> None:
    """Keep what is written on the page; of each person the last pages, and of nobody longer than thirty days.

    Raises `ValidationError` for more than anybody writes.
    """
    if len(_text(fields)) > LONGEST:
        raise ValidationError(_("Texten är för lång för att sparas som utkast."))
    _save(person_id, address, fields, now)


def was_sent(person_id: UUID, sending: Collection[UUID], body: str) -> bool:
    """Tell whether a draft's words went out meanwhile: what a page says when it is left may come late."""
    sent = Message.objects.filter(sending__in=sending, written_by=person_id)
    return any(message.body == body.replace("\r\n", "\n").strip() for message in sent)


def put_back(*, person_id: UUID, address: str, fields: Fields, begun: str, now: datetime) -> None:
    """Keep on the page the words that were taken back; after them stands what was `begun` since, or its draft."""
    draft = draft_of(person_id, address)
    if later := [begun[:LONGEST]] if begun else draft.get("body"):
        kept = [*fields["kept"], *draft.get("kept", [])]
        fields = {**fields, "body": ["\n\n".join([*fields["body"], *later])], "phrase": [], "kept": kept}
    _save(person_id, address, fields, now)


def _text(fields: Fields) -> str:
    return json.dumps({name: list(values) for name, values in fields.items()}, ensure_ascii=False)


def _save(person_id: UUID, address: str, fields: Fields, now: datetime) -> None:
    Draft.objects.filter(updated_at__lt=now - KEPT_FOR).delete()
    kept = {"fields": _text(fields), "updated_at": now}
    Draft.objects.update_or_create(person_id=person_id, address=address, defaults=kept)
    own = Draft.objects.filter(person=person_id).order_by("-updated_at").values_list("pk", flat=True)
    if too_old := list(own[MOST_KEPT:]):
        Draft.objects.filter(pk__in=too_old).delete()


def is_sensitive(draft: Fields) -> bool:
    """Tell whether what is written there is meant to be read behind the strong login only, by its writer, too."""
    return bool(draft.get("is_sensitive"))


def discard_draft(*, person_id: UUID, address: str) -> None:
    """Forget what was written on the page."""
    Draft.objects.filter(person=person_id, address=address).delete()
