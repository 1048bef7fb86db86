"""Bulletins written, sent, taken back, withdrawn, read and confirmed. Copies are a worker's (bulletin_release)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from messaging import bulletin_rules
from messaging.models import Bulletin, BulletinChild, BulletinCopy, BulletinReminder, Incident
from messaging.rules import UNDO, may_withdraw
from messaging.selectors.bulletin_readers import Audience, size_of
from messaging.selectors.bulletin_writers import Writing, get_writable, principals_of
from messaging.selectors.bulletins import get_bulletin
from messaging.selectors.journal import sealed_of
from messaging.services.incidents import keep_incident
from notifications.models import Kind
from notifications.reading import read_about
from notifications.services import Told, give_up, notify_of_all
from portal.lib import days

LONGEST_TITLE, LONGEST_TEXT = 120, 10_000


@dataclass(frozen=True)
class BulletinWords:
    """What is said, in which language, and how it is said; `phrase` is the set phrase that the text is."""

    title: str
    text: str
    language: str
    phrase: str = ""
    must_confirm: bool = False
    is_urgent: bool = False
    remind_after: int = 24


# Writing --------------------------------------------------------------------------------------------------------------


def save_draft(
    *,
    bulletin_id: UUID,
    audience: Audience,
    words: BulletinWords,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Bulletin:
    """Keep a bulletin for later, with whatever is in it. `version` is the one that was changed, 0 for a new one.

    Raises `Http404` as the door does, and `ValidationError` where it is to go out, or was changed meanwhile.
    """
    with transaction.atomic():
        bulletin = _held(bulletin_id, audience, words, actor)
        is_same = bulletin.leaves_at is None and _says(bulletin, audience, words)
        _demand_unsent(bulletin, now)
        if bulletin.leaves_at:
            raise ValidationError(
                _("Anslaget ska skickas {moment}. Ta tillbaka det först, om det ska bli ett utkast igen.").format(
                    moment=days.in_words(days.local(bulletin.leaves_at), "j F H:i")
                )
            )
        if not is_same:
            _demand_unchanged(bulletin, version, actor)
            _fill(bulletin, audience, words, leaves_at=None)
    return bulletin


def send_bulletin(
    *,
    bulletin_id: UUID,
    audience: Audience,
    words: BulletinWords,
    seen: str,
    actor: Actor,
    now: datetime,
    leaves_at: datetime | None = None,
    version: int | None = None,
) -> Bulletin:
    """Send a bulletin in half a minute, or at `leaves_at`. Sent once, however often the same id comes.

    `seen` is the sign of the readers that were shown: where they have changed meanwhile, nothing is sent. `version` is
    the one that was changed, 0 for a new one. Raises `Http404` as the door does and `ValidationError`, by field; with
    the code "sent" where something else has left with this id, "changed" where somebody has changed it meanwhile.
    """
    _check(words, leaves_at, now)
    with transaction.atomic():
        bulletin = _held(bulletin_id, audience, words, actor)
        if _is_sent_so(bulletin, audience, words, leaves_at, now):
            return bulletin
        _demand_unsent(bulletin, now)
        _demand_unchanged(bulletin, version, actor)
        readers = size_of(audience, days.day_of(now))
        if not readers.guardians:
            raise ValidationError({"where": _("Där finns ingen vårdnadshavare att skriva till.")})
        if readers.sign != seen:
            raise ValidationError(
                _("Vilka som läser har ändrats sedan du såg listan. Inget är skickat. Titta på den igen."), code="seen"
            )
        bulletin.sent_by, bulletin.was_to_leave_at = actor.person, None
        _fill(bulletin, audience, words, leaves_at=leaves_at or now + UNDO)
        audit.did(
            "bulletin.sent",
            person_id=actor.person_id,
            now=now,
            bulletin=bulletin.pk,
            readers=readers.count,
            leaves_at=bulletin.leaves_at,
        )
    return bulletin


def _held(bulletin_id: UUID, audience: Audience, words: BulletinWords, actor: Actor) -> Bulletin:
    """Return the bulletin, made where it is new, with its row held. Raises `Http404` as the door does."""
    if actor.person is None or not Writing(actor).allows(audience):
        raise Http404
    new = {"written_by": actor.person, "language": words.language, "version": 0, **audience.columns}
    bulletin, is_new = Bulletin.objects.select_for_update(of=("self",)).get_or_create(pk=bulletin_id, defaults=new)
    if not is_new:
        get_writable(actor, bulletin_id)
    return bulletin


def _says(bulletin: Bulletin, audience: Audience, words: BulletinWords) -> bool:
    """Tell whether a bulletin is just this to just these."""
    told = replace(words, title=words.title.strip(), text=words.text.strip())
    return Audience.of(bulletin) == audience and all(getattr(bulletin, name) == one for name, one in vars(told).items())


def _is_sent_so(
    bulletin: Bulletin, audience: Audience, words: BulletinWords, leaves_at: datetime | None, now: datetime
) -> bool:
    """Tell whether it was sent just so already: it is the same press once more."""
    if bulletin.leaves_at is None:
        return False
    is_then = bulletin.leaves_at == leaves_at if leaves_at else bulletin.leaves_at <= now + UNDO
    return is_then and _says(bulletin, audience, words)


def _demand_unsent(bulletin: Bulletin, now: datetime) -> None:
    is_untouched = bulletin.claimed_until is None and bulletin.released_at is None
    if not is_untouched or not bulletin_rules.may_change(bulletin.leaves_at, now):
        raise ValidationError(
            _("Det som stod här förut är redan skickat. Tryck en gång till om det här också ska skickas."), code="sent"
        )


def _demand_unchanged(bulletin: Bulletin, version: int | None, actor: Actor) -> None:
    if version in (None, bulletin.version):
        return
    sender = bulletin.sent_by if bulletin.leaves_at else None  # of a draft nobody notes who changed it
    said = (
        _("{name} har ändrat anslaget sedan du öppnade det.").format(name=sender.full_name)
        if sender and sender.pk != actor.person_id
        else _("Anslaget har ändrats sedan du öppnade det.")
    )
    kept = _("Det du har skrivit står kvar, men är inte sparat. Tryck en gång till om det ska gälla i stället.")
    raise ValidationError(f"{said} {kept}", code="changed")


def _fill(bulletin: Bulletin, audience: Audience, words: BulletinWords, *, leaves_at: datetime | None) -> None:
    if bulletin.is_to_chosen:
        bulletin.chosen.exclude(child__in=audience.child_ids).delete()
    for name, value in {**vars(words), **audience.columns, "leaves_at": leaves_at}.items():
        setattr(bulletin, name, value)
    bulletin.title, bulletin.text = words.title.strip(), words.text.strip()
    bulletin.version += 1
    bulletin.save()
    rows = [BulletinChild(bulletin=bulletin, child_id=child_id) for child_id in sorted(audience.child_ids)]
    BulletinChild.objects.bulk_create(rows, ignore_conflicts=True)


def _check(words: BulletinWords, leaves_at: datetime | None, now: datetime) -> None:
    problems: dict[str, Sequence[str]] = {}
    if not words.title.strip():
        problems["title"] = [_("Skriv en rubrik.")]
    if len(words.title) > LONGEST_TITLE:
        problems["title"] = [_("Skriv rubriken med högst {number} tecken.").format(number=LONGEST_TITLE)]
    if not words.text.strip():
        problems["text"] = [_("Skriv något först.")]
    if len(words.text) > LONGEST_TEXT:
        problems["text"] = [_("Skriv högst {number} tecken.").format(number=LONGEST_TEXT)]
    if leaves_at is not None and leaves_at <= now:
        problems["time"] = [_("Den tiden har varit. Välj en senare.")]
    if leaves_at is not None and leaves_at > now + bulletin_rules.FURTHEST:
        problems["day"] = [_("Välj en dag inom ett år.")]
    if problems:
        raise ValidationError(problems)


def take_back(*, bulletin_id: UUID, actor: Actor, now: datetime) -> Bulletin:
    """Make a draft again of a bulletin that has not left; a draft stays one. Raises `ValidationError` once it has."""
    with transaction.atomic():
        bulletin = get_writable(actor, bulletin_id)
        # Of a worker and somebody who takes it back the first to write the row wins, whatever their clocks show.
        untouched = Bulletin.objects.waiting(now).filter(pk=bulletin_id, claimed_until=None, released_at=None)
        if bulletin.leaves_at:
            if not untouched.update(leaves_at=None, version=F("version") + 1):
                raise ValidationError(_("Anslaget har redan skickats. Du kan återkalla det."))
            bulletin.leaves_at = None
            audit.did("bulletin.undone", person_id=actor.person_id, now=now, bulletin=bulletin_id)
    return bulletin


def discard(*, bulletin_id: UUID, actor: Actor, now: datetime) -> None:
    """Throw a draft away. Raises `Http404` for what is none, or not the actor's."""
    with transaction.atomic():
        get_writable(actor, bulletin_id)
        if not Bulletin.objects.drafts_of(actor.person_id).filter(pk=bulletin_id).delete()[0]:
            raise Http404
        audit.did("bulletin.discarded", person_id=actor.person_id, now=now, bulletin=bulletin_id)


def withdraw_bulletin(*, bulletin_id: UUID, actor: Actor, now: datetime) -> Bulletin:
    """Withdraw a bulletin that has left, within seven days: nobody reads it any more, and the principals are told.

    Whoever may write to all of its audience may. Raises `Http404` as the door does and `ValidationError` after seven
    days, or where it is withdrawn already.
    """
    with transaction.atomic():
        get_writable(actor, bulletin_id)
        if actor.person is None:
            raise Http404
        bulletin = Bulletin.objects.out(now).select_for_update(of=("self",)).filter(pk=bulletin_id).first()
        if bulletin is None or bulletin.leaves_at is None:
            raise Http404
        if sealed_of(bulletin.pk):
            raise ValidationError(_("Anslaget är diariefört. Därför går det inte att återkalla."))
        if bulletin.withdrawn_at:
            raise ValidationError(_("Anslaget är redan återkallat."))
        if not may_withdraw(bulletin.leaves_at, bulletin.withdrawn_at, now):
            raise ValidationError(_("Det går att återkalla ett anslag i sju dagar. Nu är det för sent."))
        bulletin.withdrawn_at, bulletin.withdrawn_by = now, actor.person
        bulletin.save(update_fields=["withdrawn_at", "withdrawn_by"])
        bulletin.copies.exclude(remind_at=None).update(remind_at=None)  # waits for a worker who is reminding just now
        reminders = BulletinReminder.objects.filter(copy__bulletin=bulletin).values("pk")
        give_up(concerned=Q(event=bulletin.pk), now=now)
        give_up(concerned=Q(event__in=reminders), now=now)
        read = bulletin.copies.exclude(read_at=None).values_list("guardian", flat=True)
        audience, had_read = Audience.of(bulletin), sorted(str(one) for one in read)
        incident = Incident(bulletin=bulletin, withdrawn_by=actor.person, had_read=had_read)
        keep_incident(incident, audience.child_ids, actor)
        audit.did("bulletin.withdrawn", person_id=actor.person_id, now=now, bulletin=bulletin.pk, incident=incident.pk)
        people = principals_of(audience, days.day_of(now)) - {actor.person_id}
        told = Told(incident.pk, people, {"bulletin": bulletin.pk})
        notify_of_all(told=[told], kind=Kind.MESSAGE_WITHDRAWN, now=now)
    return bulletin


# Reading --------------------------------------------------------------------------------------------------------------


def mark_read(*, bulletin: Bulletin, person_id: UUID, now: datetime) -> None:
    """Note that a guardian has opened it, the first time; one who has come since it was sent gets a copy, too."""
    mine = BulletinCopy.objects.filter(bulletin=bulletin, guardian=person_id)
    if not mine.exists():
        copy = BulletinCopy(
            bulletin=bulletin,
            guardian_id=person_id,
            department_id=bulletin.department_id,
            remind_at=bulletin.next_step_at(now),
        )
        BulletinCopy.objects.bulk_create([copy], ignore_conflicts=True)  # a worker may be making it just now
    mine.filter(read_at=None).update(read_at=now)
    read_about(person_id=person_id, name="bulletin", thing_id=bulletin.pk, now=now)


def confirm(*, bulletin_id: UUID, actor: Actor, now: datetime) -> Bulletin:
    """Note that the guardian says it is read.

    Raises `Http404` for whoever does not read it as a guardian, and `ValidationError` where it is withdrawn.
    """
    with transaction.atomic():
        bulletin, children, _is_house = get_bulletin(actor, bulletin_id, now)
        if not children or actor.person_id is None or not bulletin.must_confirm:
            raise Http404
        if bulletin.withdrawn_at:
            raise ValidationError(_("Förskolan har återkallat anslaget. Du behöver inte bekräfta något."))
        mark_read(bulletin=bulletin, person_id=actor.person_id, now=now)
        mine = BulletinCopy.objects.filter(bulletin=bulletin, guardian=actor.person_id, confirmed_at=None)
        if mine.update(confirmed_at=now):
            fall_silent(person_id=actor.person_id, bulletin_id=bulletin.pk, now=now)
            audit.did("bulletin.confirmed", person_id=actor.person_id, now=now, bulletin=bulletin.pk)
    return bulletin


def fall_silent(*, person_id: UUID, bulletin_id: UUID, now: datetime) -> None:
    """Give up what waits to be told this person of the bulletin: they know."""
    give_up(concerned=Q(person=person_id, about__bulletin=str(bulletin_id)), now=now)
