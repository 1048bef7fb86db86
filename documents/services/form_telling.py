"""Families are told of forms: when one opens or comes to their child, and when it still waits for their answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from children.actors import Actor
from documents.models import FormChild, PaperForm
from documents.selectors.form_waiting import waiting_of
from documents.selectors.forms import children_at, get_form
from notifications.models import Kind
from notifications.rules import reminder_due
from notifications.selectors import told_of
from notifications.services import Told, notify_of_all
from portal.lib import days
from portal.lib.alone import each_alone

BEGINS, ENDS = 8, 20  # o'clock: nobody is woken by a form


def tell_of_forms(*, now: datetime) -> int:
    """Ask those who have come to an open form since, and remind those for whom it waits 7 and 2 days before its last
    day; return how many notices were made. At night nobody is told; what was due then is told in the morning.
    """
    if not BEGINS <= days.local(now).hour < ENDS:
        return 0
    forms = PaperForm.objects.filter(state=PaperForm.State.OPEN).order_by("opened_at", "pk")
    return each_alone(
        list(forms.values_list("pk", flat=True)), lambda form_id: _tell(form_id, now), fault="A form was not told of"
    )


def _tell(form_id: UUID, now: datetime) -> int:
    with transaction.atomic():
        form = PaperForm.objects.select_for_update().filter(pk=form_id, state=PaperForm.State.OPEN).first()
        if form is None:  # closed meanwhile
            return 0
        today = days.day_of(now)
        if form.is_for_all and form.asks_new:
            rows = [FormChild(form=form, child_id=child_id) for child_id in sorted(children_at(form, today))]
            FormChild.objects.bulk_create(rows, ignore_conflicts=True)
        number = ask(form, now=now)
        opened_on = days.day_of(form.opened_at or now)
        if form.due_on and (before := reminder_due(opened_on, form.due_on, today)):
            # The day is a part of the event: where the last day was moved, the reminder is another.
            number += len(_remind(form, uuid5(form.pk, f"{form.due_on} {before}"), now))
    return number


def ask(form: PaperForm, *, now: datetime) -> int:
    """Tell those for whom the form waits, and who have not been told that it is there; return how many they are.

    One notice for all of a family's children. Must be called in the transaction that opens it.
    """
    waiting = waiting_of(form, days.day_of(now)).keys() - told_of(Kind.FORM_ASKED, form.pk)
    notify_of_all(told=[Told(form.pk, waiting, {"form": form.pk})], kind=Kind.FORM_ASKED, now=now)
    return len(waiting)


def remind(*, form_id: UUID, actor: Actor, now: datetime) -> int:
    """Remind everybody for whom an open form waits, once a day; return how many they are.

    Raises `ValidationError` for a second time on the same day, or a closed form, and `Http404` for whoever may not.
    """
    with transaction.atomic():
        form = get_form(actor, form_id, led=True, lock=True)
        if not form.is_open:
            raise ValidationError(_("Blanketten är stängd. Öppna den igen för att påminna."))
        event = _pressed(form, now)
        if told_of(Kind.FORM_UNANSWERED, event):
            raise ValidationError(_("De har fått en påminnelse idag. Det går att påminna igen i morgon."))
        reminded = _remind(form, event, now)
        audit.did("form.reminded", person_id=actor.person_id, tablet_id=actor.tablet_id, now=now, form=form.pk)
    return len(reminded)


def _pressed(form: PaperForm, now: datetime) -> UUID:
    return uuid5(form.pk, f"pressed {days.day_of(now)}")


def _remind(form: PaperForm, event: UUID, now: datetime) -> Collection[UUID]:
    waiting = waiting_of(form, days.day_of(now)).keys() - told_of(Kind.FORM_UNANSWERED, event)
    told = Told(event, waiting, {"form": form.pk})
    notify_of_all(told=[told], kind=Kind.FORM_UNANSWERED, now=now)
    return waiting
