"""Filling the invented municipality: the real importer, then the real services, as six weeks of use would have."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.services import choose_pin
from attendance.services import learn_usual_times
from children.models import Municipality, StaffRole
from children.register.importing import import_register
from notifications.models import Delivery
from portal.demo import ahead, consents, families, homes, papers, places, said, weeks
from portal.demo.cast import Cast
from portal.demo.people import ADAM, FIGURES, KLARA, MUNICIPALITY, PASSWORD, PIN, ULLA, WITH_PIN, Figure
from portal.demo.register import CHILDREN, SEED, name_everybody
from portal.lib import days

WEEKS_BACK = 5  # enough for what is usual on each weekday to be known

Say = Callable[[str], None]


def fill(now: datetime, say: Say) -> None:
    """Fill an empty portal with a municipality that has been at work for five weeks, up to this minute.

    Raises `CommandError` when the importer leaves a row out.
    """
    began = first_day(days.day_of(now))
    with transaction.atomic():
        say("a child register, read by the importer")
        _import(days.at(began, time(5)))
        Municipality.objects.update_or_create(pk=1, defaults={"name": MUNICIPALITY})
        _open_accounts(began, now)
        cast = Cast.of(began)
        say("guardians, tablets and plans, two homes")
        places.set_hours(cast, now, opening=places.USUAL if families.is_usual_hour(now) else places.ALWAYS)
        places.pair_tablets(cast, now)
        places.name_readers(cast, days.at(began, time(7)))
        families.confirm_guardians(cast, days.at(began, time(8)))
        homes.live_in_two(cast, days.at(began, time(8, 30)))
        families.lay_plans(cast, days.at(began, time(9)))
        families.tell_more(cast, now)
        say("five weeks of arrivals and departures, and today until now")
        weeks.live_from(cast, began, now)
        say("a holiday to answer about, a planning day, a feast, and what staff do for families")
        families.change_days_ahead(cast, now)
        ahead.keep_something_coming(cast, now)
        ahead.do_for_families(cast, now)
        places.decide(cast, now)
        consents.answer_consents(cast, now)
        say("conversations and bulletins")
        said.talk(cast, now)
        said.announce(cast, now)
        learn_usual_times(now=now)
        _read_old_notices(now)
    say("a department's posts, with pictures")
    said.publish_posts(cast, now)
    say("documents in folders")
    papers.share_documents(cast, now)
    say("forms to answer")
    papers.send_forms(cast, now)
    papers.count_down_for_one_who_left(now)
    _read_old_notices(now)


def bring_up_to_now(now: datetime) -> None:
    """Let the days pass that have gone since the demo was last at work. Does nothing to a day that has begun."""
    cast = Cast.of(days.day_of(now))
    last = weeks.last_day_at_work(cast)
    if last < cast.today:
        with transaction.atomic():
            weeks.collect_those_who_stayed(cast, last, now)
            weeks.live_from(cast, max(last + timedelta(days=1), cast.today - timedelta(days=14)), now)
            ahead.keep_something_coming(cast, now)
            learn_usual_times(now=now)
            _read_old_notices(now)


def first_day(today: date) -> date:
    """Return the Monday on which the demo begins."""
    return days.monday_of(today) - timedelta(weeks=WEEKS_BACK)


def _import(moment: datetime) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        today, quiet = days.day_of(moment), StringIO()
        call_command("make_register", folder, children=CHILDREN, seed=SEED, today=today, stdout=quiet)
        name_everybody(folder, today)
        report = import_register(folder, now=moment)
    if report.skipped:
        raise CommandError(f"The demo's register did not go in whole: {report.as_dict()['skipped']}")


def _open_accounts(began: date, now: datetime) -> None:
    """Give the people of the table a password, and make those whom no register knows."""
    kinds = StaffRole.Kind
    for figure, kind in ((ADAM, kinds.ADMINISTRATOR), (KLARA, kinds.COMMUNICATOR), (ULLA, kinds.ARCHIVIST)):
        person = User.objects.create(given_name=figure.given_name, family_name=figure.family_name, email=figure.email)
        person.staff_roles.create(kind=kind, starts_on=began)
    hashed = make_password(PASSWORD)  # the same for all, and slow to make
    for figure in FIGURES:
        person = person_of(figure)
        person.password = hashed
        person.language = "sv"
        person.save(update_fields=["password", "language"])
        if figure in WITH_PIN:
            choose_pin(person=person, code=PIN, now=now)


def person_of(figure: Figure) -> User:
    return User.objects.with_email(figure.email).get()


def _read_old_notices(now: datetime) -> None:
    """Notices of past days were told on their day, and have been read since."""
    begins, _ends = days.day_bounds(days.day_of(now))
    Delivery.objects.filter(try_after__lt=F("created_at")).update(created_at=F("try_after"), sent_at=F("try_after"))
    Delivery.objects.filter(created_at__lt=begins, read_at=None).update(read_at=F("created_at"))
