"""Inviting guardians and those who work here: letters on paper, and the same letter by e-mail.

What the page showed is what is done: both ask the same selector who may be invited.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts import audit
from accounts.models import User
from accounts.services import invite
from children.actors import Actor
from children.letters import LetterPage, address_lines, link, what_to_answer
from children.models import Department, Letter, Municipality, Preschool
from children.rules import in_fours
from children.selectors.invitations import invitees, may_be_written_to
from children.selectors.invitees import Invitee, has_account
from children.selectors.personnel import personnel, works_somewhere
from portal.lib import bell, days, outbox
from portal.lib.mailing import by_mail
from portal.lib.outbox import NotToBeSent

MOST_AT_ONCE = 200


# A department's guardians, a preschool's staff, or (None) those who lead preschools and run the system.
Place = Department | Preschool | None


def _chosen(actor: Actor, place: Place, person_ids: Collection[UUID], shown: Collection[UUID]) -> list[Invitee]:
    """Return those chosen, all of them. Raises `ValidationError` when somebody can no longer be invited.

    Or when a letter would stop working that is not among those of which the page told (`shown`, invitations' ids).
    """
    wanted = set(person_ids)
    # Two presses follow each other here: the second one sees the letters of the first.
    list(User.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    those = invitees(actor, place) if isinstance(place, Department) else personnel(actor, place)
    found = [one for one in those if one.person_id in wanted and one.may_be_invited]
    if not wanted:
        raise ValidationError(_("Välj minst en person."), code="nobody")
    if len(wanted) > MOST_AT_ONCE:
        raise ValidationError(_("Välj högst %(most)d personer åt gången.") % {"most": MOST_AT_ONCE}, code="most")
    if {one.person_id for one in found} != wanted:
        raise ValidationError(
            _("Något har ändrats sedan listan visades. Ingen blev inbjuden. Se över listan och försök igen."),
            code="changed",
        )
    ended = sum(one.has_letter_that_works and one.invitation_id not in shown for one in found)
    if ended:
        raise ValidationError(
            ngettext(
                "%(count)d person har redan ett brev som gäller. Inget nytt är gjort. Har du brevet behöver du inte "
                "göra mer. Kom det aldrig fram: välj personen igen nedan.",
                "%(count)d personer har redan brev som gäller. Inga nya är gjorda. Har du breven behöver du inte "
                "göra mer. Kom de aldrig fram: välj personerna igen nedan.",
                ended,
            )
            % {"count": ended},
            code="ended",
        )
    return found


def make_letters(
    *, actor: Actor, place: Place, person_ids: Collection[UUID], shown: Collection[UUID], now: datetime
) -> bytes:
    """Return one PDF with a letter, and a new code, for each person. Codes in earlier letters stop working.

    Raises `ValidationError` when somebody can no longer be invited, or has a letter that still works and is not among
    those that the page told would stop (`shown`); then nobody is.
    """
    with transaction.atomic():
        chosen = _chosen(actor, place, person_ids, shown)
        people = User.objects.in_bulk([one.person_id for one in chosen])
        is_for_work = not isinstance(place, Department)
        pages = [_page(people[one.person_id], actor, now, is_for_work=is_for_work) for one in chosen]
    from children.letter_paper import print_letters

    return print_letters(pages, base_url=settings.BASE_URL)


def _page(person: User, actor: Actor, now: datetime, *, is_for_work: bool) -> LetterPage:
    invitation, code = invite(person=person, actor_person=actor.person, now=now)
    return LetterPage(
        name=person.full_name,
        lines=address_lines(person.address),
        code=code,
        last_day=days.day_of(invitation.expires_at),
        sender=actor.municipality.name,
        is_for_work=is_for_work,
        has_number=bool(person.personal_number),
    )


def send_letters(
    *, actor: Actor, place: Place, person_ids: Collection[UUID], shown: Collection[UUID], now: datetime
) -> int:
    """Have the letters sent by e-mail; return how many. The codes are made when they are sent.

    Raises `ValidationError` as `make_letters` does, and when somebody has no address; then nobody is invited.
    """
    with transaction.atomic():
        chosen = _chosen(actor, place, person_ids, shown)
        if not all(one.has_email for one in chosen):
            raise ValidationError(_("Någon av dem har ingen e-postadress. Skriv ut brev till dem."), code="no_email")
        for one in chosen:
            _letter, is_new = Letter.objects.get_or_create(
                person_id=one.person_id,
                sent_at=None,
                given_up_at=None,
                defaults={
                    "asked_by": actor.person,
                    "try_after": now,
                    "is_for_work": not isinstance(place, Department),
                },
            )
            if is_new:
                audit.did("invitation.asked", person_id=actor.person_id, now=now, invited=one.person_id)
        transaction.on_commit(ring, robust=True)
    return len(chosen)


def ring() -> None:
    """Wake a worker. Nothing is lost when nobody hears it: the sweep comes within ten seconds."""
    bell.ring("children.tasks.send_letters")


def send_waiting_letters(*, now: datetime) -> int:
    """Send the letters that wait; return how many were tried."""
    return outbox.send_waiting(Letter.objects.all(), by_mail(message), now=now)


def _is_still_to_invite(letter: Letter, day: date) -> bool:
    """Tell whether the person may be written to at all, and for the reason for which it was asked."""
    person = letter.person
    if not person.email or has_account(person) or person.frozen_at is not None or person.is_protected:
        return False
    return works_somewhere(person, day) if letter.is_for_work else may_be_written_to(person, day)


def message(letter: Letter, now: datetime) -> EmailMessage:
    """Return the letter with a code that is made now and ends those before it.

    Raises `NotToBeSent` for whoever must not be invited any more.
    """
    if not _is_still_to_invite(letter, days.day_of(now)):
        raise NotToBeSent("not to be invited")
    invitation, code = invite(person=letter.person, actor_person=letter.asked_by, now=now)
    return _message(letter.person, code, days.day_of(invitation.expires_at).isoformat(), letter)


def _message(person: User, code: str, last_day: str, letter: Letter) -> EmailMessage:
    """Return the letter as a message: no child, no preschool, the link and the code."""
    with override("sv"):
        why = (
            _("Du arbetar i en verksamhet där {municipality} använder Kapprummet.")
            if letter.is_for_work
            else _("{municipality} använder Kapprummet för kontakten mellan hem och verksamhet.")
        )
        figures = what_to_answer(is_for_work=letter.is_for_work, has_number=bool(person.personal_number))
        text = _(
            "Hej!\n\n{why} Du får en egen inloggning, och den skapar du här:\n\n{link}\n\nFrågar sidan efter koden "
            "är den {code}. {figures} Koden gäller en gång, till och med {day}.\n\n"
            "Är brevet inte till dig? Ta bort det. Koden öppnar inget utan dina egna uppgifter.\n"
        )
        subject = _("Din inloggning till Kapprummet")
    english = (
        "\nIn English: this letter gives you your own login to Kapprummet, the municipality's portal. Open the link "
        "above. It works once, until {day}. If this letter is not for you, delete it.\n"
    )
    return EmailMessage(
        subject=subject,
        body=(text + english).format(
            why=why.format(municipality=Municipality.current().name),
            figures=figures,
            link=link(settings.BASE_URL, code),
            code=in_fours(code),
            day=last_day,
        ),
        to=[person.email],
        # Each try has a code of its own, so no mailbox may take the next one for the same message.
        headers={"Message-ID": f"<{letter.id}.{letter.tries}@kapprummet>"},
    )
