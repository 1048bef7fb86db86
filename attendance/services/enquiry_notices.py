"""Families are told of a holiday enquiry: when it opens, when they have not answered, and when it is taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from attendance import rules
from attendance.models import HolidayEnquiry
from attendance.selectors.enquiries import asking_departments, departments_asked, guardians_to_tell, rule_of
from notifications.models import Kind
from notifications.selectors import told_of
from notifications.services import Told, notify_of_all
from portal.lib import days

BEGINS, ENDS = 8, 20  # o'clock: nobody is woken by a question about the summer


def tell_of_enquiries(*, now: datetime) -> int:
    """Tell the families of every open enquiry once that it is open, and those without full answers 7 and 2 days before
    its last day; return how many people were told. At night nobody is; what was due then is told in the morning.

    A family that is placed while the enquiry is open is told then. Each enquiry is a transaction of its own.
    """
    if not BEGINS <= days.local(now).hour < ENDS:
        return 0
    today = days.day_of(now)
    opened = HolidayEnquiry.objects.standing().filter(opens_on__lte=today, answer_by__gte=today)
    return sum(_tell(row, now) for row in opened.order_by("pk"))


def tell_of_withdrawal(row: HolidayEnquiry, *, now: datetime) -> None:
    """Tell those who were told that it is open, and whom it still concerns, that it is taken back.

    Must be called in the transaction that takes it back.
    """
    asked = told_of(Kind.ENQUIRY_OPENED, row.pk)
    if not asked or row.ends_on < days.day_of(now):
        return
    asking = asking_departments(row, set(departments_asked(row).values_list("pk", flat=True)))
    told = [
        Told(row.pk, set(guardians) & asked, {"child": child_id, "enquiry": row.pk})
        for child_id, guardians in guardians_to_tell(asking, only_unanswered=False).items()
    ]
    notify_of_all(told=told, kind=Kind.ENQUIRY_WITHDRAWN, now=now)


def _tell(row: HolidayEnquiry, now: datetime) -> int:
    asking = asking_departments(row, set(departments_asked(row).values_list("pk", flat=True)))
    due: list[tuple[Kind, UUID]] = [(Kind.ENQUIRY_OPENED, row.pk)]
    if before := rules.reminder_due(rule_of(row), days.day_of(now)):
        # The day is a part of the event: where the last day was moved, the reminder is another.
        due.append((Kind.ENQUIRY_UNANSWERED, uuid5(row.pk, f"{row.answer_by} {before}")))
    number = 0
    with transaction.atomic():
        for kind, event in due:
            before_now = told_of(kind, event)
            people = guardians_to_tell(asking, only_unanswered=kind == Kind.ENQUIRY_UNANSWERED)
            told = [
                Told(event, new, {"child": child_id, "enquiry": row.pk, "day": row.answer_by})
                for child_id, guardians in people.items()
                if (new := set(guardians) - before_now)
            ]
            if told:
                number += len({delivery.person_id for delivery in notify_of_all(told=told, kind=kind, now=now)})
    return number
