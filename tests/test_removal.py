"""Pictures and documents of children that have left: told of in time, removed with a certificate (DOMAIN 5.6, H08)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client, TestCase
from hypothesis import given
from hypothesis import strategies as some
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, Protection, User
from children import protection
from children.actors import Actor
from children.models import Block, Child, Guardianship, Placement
from documents import kept
from documents.models import Document, FormAnswer, FormChild, PaperForm, PictureTag, StoredFile
from documents.models.forms import kept_answers
from documents.services.hygiene import check
from documents.stores import store
from messaging.models import Incident, Post, PostChild, PostPicture
from notifications.models import Delivery, Kind
from oversight import removal_rules as rules
from oversight.models import Extract, Removal, RemovalRule
from oversight.selectors.removal import report
from oversight.services import extracts, removal
from portal.lib import clock
from tests.cast import Cast, guard, local, person
from tests.papers import pdf, shared
from tests.test_album import BOX, allow, ids_of, told
from tests.test_query_counts import queries

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
TODAY = date(2026, 10, 20)  # a Tuesday
DUE = TODAY + timedelta(days=60)
LEFT_ON = date(2025, 12, 19)


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TODAY, 6, 10), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def decided(cast: Cast) -> RemovalRule:
    """Twelve months, decided long ago."""
    return RemovalRule.objects.create(months=12, made_by=cast.administrator)


def leave(child: Child, last: date = LEFT_ON) -> None:
    Placement.objects.filter(child=child).update(starts_on=last - timedelta(days=400), ends_on=last)
    Guardianship.objects.filter(child=child).update(starts_on=last - timedelta(days=400))


def night(at: time_machine.Traveller, day: date) -> int:
    """Let the worker's night pass; return of how many children all is gone."""
    at.move_to(local(day, 3, 35))
    with TestCase.captureOnCommitCallbacks(execute=True):
        removal.count_down(now=clock.now())
        gone = removal.remove_due(now=clock.now())
    at.move_to(local(day, 9))
    return gone


def steps(who: User) -> list[str]:
    """Return the days that the person was told, of each notice."""
    rows = Delivery.objects.filter(person=who, kind=Kind.REMOVAL_AHEAD, way="in_app").order_by("created_at", "pk")
    return [row.about["day"] for row in rows]


def with_sizes(*pictures: PostPicture) -> None:
    """Let the pictures' sizes lie in the store."""
    for one in pictures:
        with kept.working_folder() as folder:
            for name in kept.names_of_sizes(one.file.key):
                (folder / "made").write_bytes(b"picture")
                store().put(name, folder / "made")


def answered(cast: Cast, child: Child, guardian: User) -> FormAnswer:
    now = clock.now()
    form = PaperForm.objects.create(
        preschool=cast.granliden,
        department=cast.blasippan,
        state="open",
        title="Allergier",
        made_by=cast.maria,
        changed_by=cast.maria,
        changed_at=now,
        opened_at=now,
    )
    FormChild.objects.create(form=form, child=child)
    answers = kept_answers({"1": "nötter"})
    return FormAnswer.objects.create(form=form, child=child, guardian=guardian, answers=answers, answered_at=now)


def number_lying() -> int:
    """Return how many files lie in the store, when each has its row and each row its files."""
    found = check(now=clock.now() + timedelta(days=2), mend=False)
    assert found.is_clean
    return found.files


# The rules ------------------------------------------------------------------------------------------------------------


def test_the_day_follows_the_municipalitys_months() -> None:
    assert rules.due_on(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert rules.due_on(LEFT_ON, 12) == date(2026, 12, 19)


@given(
    lead=some.integers(-400, 200),
    nights=some.lists(some.booleans(), min_size=250, max_size=250),
)
def test_whatever_nights_are_missed(lead: int, nights: list[bool]) -> None:
    """Each step once, the nearest first; never two in a night; the last a week before, and nothing before its day."""
    due, removes_on, told, told_on = TODAY + timedelta(days=lead), None, None, None
    said: list[tuple[int, date]] = []
    for number, runs in enumerate(nights):
        today = TODAY + timedelta(days=number)
        if not runs or not rules.has_begun(due, today):
            continue
        removes_on = max(removes_on or rules.first_day(due, today), due)
        if (step := rules.step_to_tell(removes_on, today, told)) is not None:
            told, told_on, removes_on = step, today, rules.put_off(removes_on, step, today)
            said.append((step, today))
        if rules.may_go(removes_on, told, told_on, today):
            assert today >= due
            assert said[-1][0] == 7
            assert today - said[-1][1] >= timedelta(days=7)
            assert today - said[0][1] >= timedelta(days=60)
            break
    assert [step for step, _day in said] == sorted({step for step, _day in said}, reverse=True)
    assert len({day for _step, day in said}) == len(said)


# The whole path -------------------------------------------------------------------------------------------------------


def test_it_works(cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller) -> None:
    """Told 60, 30 and 7 days before, and able to see and fetch it all until then."""
    leave(cast.noor)
    (own,) = shared(cast.blasippan, cast.maria, cast.elsa)
    Document.objects.filter(pk=own.pk).update(child=cast.noor)
    (alone,) = told(cast.blasippan, cast.maria, [cast.noor])
    page = f"/barn/{cast.noor.pk}/allt/"

    def seen(who: User, address: str) -> str:
        return str(log_in(who).get(address).content.decode())

    assert night(at, TODAY - timedelta(days=2)) == 0
    assert not Removal.objects.exists()
    assert "tas bort" not in seen(cast.neighbour, "/")
    for day, left in ((TODAY, 60), (TODAY + timedelta(days=30), 30), (TODAY + timedelta(days=53), 7)):
        assert night(at, day - timedelta(days=1)) == 0
        assert night(at, day) == 0
        for address in ("/", "/album/", "/dokument/"):
            html = seen(cast.neighbour, address)
            assert f"Bilder och dokument om Noor tas bort om {left} dagar" in html, address
            assert f'href="{page}"' in html
            assert "tas bort" not in seen(cast.amina, address)
    assert steps(cast.neighbour) == ["2026-12-19"] * 3
    assert seen(cast.neighbour, "/nytt/").count("Hämta dem innan dess") == 1  # the newest says it all
    assert steps(cast.amina) == []
    assert "Bilder och dokument om Noor tas bort 19 december" in seen(cast.neighbour, "/nytt/")
    assert str(alone.pk) in seen(cast.neighbour, "/album/")
    assert log_in(cast.neighbour).get(f"/dokument/{own.pk}/").status_code == 200
    assert log_in(cast.neighbour).get(page).status_code == 200
    assert night(at, DUE - timedelta(days=1)) == 0
    assert night(at, DUE) == 1
    assert "tas bort" not in seen(cast.neighbour, "/album/")
    assert log_in(cast.neighbour).get(f"/dokument/{own.pk}/").status_code == 404


def test_what_goes_is_certified_and_what_is_others_stays(
    cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller
) -> None:
    """The report's numbers are those of the certificate, files included, and no file lies without its row (H08)."""
    leave(cast.noor)
    with TestCase.captureOnCommitCallbacks(execute=True):
        (others,) = shared(cast.blasippan, cast.maria, cast.elsa)
        (own,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2))
    Document.objects.filter(pk=own.pk).update(child=cast.noor)
    (alone,) = told(cast.blasippan, cast.maria, [cast.noor])
    (both,) = told(cast.blasippan, cast.maria, [cast.noor, cast.elsa], title="Bäcken")
    PictureTag.objects.create(file=alone.file, child=cast.noor, **BOX)
    PictureTag.objects.create(file=both.file, child=cast.noor, **BOX)
    with_sizes(alone, both)
    answered(cast, cast.noor, cast.neighbour)
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    at.move_to(local(DUE, 3))
    said = report(clock.now())
    assert said.children == 1
    assert night(at, DUE) == 1
    done = Removal.objects.get()
    assert done.done_at
    assert (done.child, done.left_on, done.removes_on, done.rule) == (cast.noor.pk, LEFT_ON, DUE, decided)
    assert said.removed.items() <= done.removed.items()
    assert said.removed == {
        "documents.Document": 1,
        "documents.DocumentVersion": 1,
        "documents.FormAnswer": 1,
        "documents.FormChild": 1,
        "documents.StoredFile": 2,
        "messaging.Post": 1,
        "messaging.PostChild": 2,
        "messaging.PostPicture": 1,
        "unnamed": 1,
    }
    gone = (Document.objects.filter(pk=own.pk), Post.objects.filter(pk=alone.post_id), FormAnswer.objects.all())
    assert not any(rows.exists() for rows in gone)
    assert number_lying()

    # Whoever is seen in what is others', too, has no name any more, and is blurred.
    amina = log_in(cast.amina)
    assert ids_of(cast.amina) == [both.pk]
    assert "Görs i ordning" in amina.get("/album/").content.decode()  # blurred anew
    assert amina.get(f"/dokument/{others.pk}/").status_code == 200
    tag = PictureTag.objects.get(file=both.file)
    assert (tag.child_id, tag.box is None) == (None, False)
    assert ids_of(cast.neighbour) == []
    assert report(clock.now()).removed == {}
    assert night(at, DUE + timedelta(days=1)) == 0
    assert Removal.objects.count() == 1
    actions = AuditEntry.objects.filter(action__startswith="removal.").order_by("id").values_list("action", flat=True)
    assert [*actions][:3] == ["removal.told"] * 3
    assert [*actions][-1] == "removal.done"


def test_nothing_is_removed_until_it_is_decided(cast: Cast, at: time_machine.Traveller) -> None:
    leave(cast.noor, date(2020, 1, 1))
    told(cast.blasippan, cast.maria, [cast.noor])
    assert night(at, TODAY) == 0
    assert not Removal.objects.exists()
    assert steps(cast.neighbour) == []


def test_a_child_of_whom_there_is_nothing_is_not_told_of(
    cast: Cast, decided: RemovalRule, at: time_machine.Traveller
) -> None:
    leave(cast.noor)
    night(at, TODAY)
    assert not Removal.objects.exists()


def test_nights_that_are_late_tell_the_nearest_step_and_take_no_day_away(
    cast: Cast, decided: RemovalRule, at: time_machine.Traveller
) -> None:
    leave(cast.noor)
    told(cast.blasippan, cast.maria, [cast.noor])
    night(at, TODAY)
    night(at, DUE - timedelta(days=2))  # thirty and seven were missed
    put_off = DUE + timedelta(days=5)
    assert steps(cast.neighbour) == [DUE.isoformat(), put_off.isoformat()]
    assert night(at, DUE) == 0
    assert night(at, put_off) == 1


def test_a_worker_that_is_killed_or_runs_twice_tells_and_removes_once(
    cast: Cast, decided: RemovalRule, at: time_machine.Traveller
) -> None:
    leave(cast.noor)
    pictures = [told(cast.blasippan, cast.maria, [cast.noor], title=str(number))[0] for number in range(5)]
    with_sizes(*pictures)
    for day in (TODAY, TODAY, DUE - timedelta(days=30), DUE - timedelta(days=7), DUE - timedelta(days=7)):
        night(at, day)
    assert len(steps(cast.neighbour)) == 3
    at.move_to(local(DUE, 3))
    said = report(clock.now())
    asked, whole = iter([True, True]), removal._remove_portion

    def killed(removal_id: UUID, now: object) -> bool:
        if not next(asked, False):
            raise MemoryError
        return whole(removal_id, clock.now())

    with patch.object(removal, "A_PORTION", 2):
        with patch.object(removal, "_remove_portion", killed):
            assert night(at, DUE) == 0
        assert Post.objects.count() == 1
        assert night(at, DUE + timedelta(days=1)) == 1
    done = Removal.objects.get()
    assert said.removed.items() <= done.removed.items()
    assert done.removed["documents.StoredFile"] == 5
    assert number_lying() == 0


def test_a_child_that_is_placed_again_is_out_of_the_queue_at_once(
    cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller
) -> None:
    """Even on its very day, before the countdown has heard of it; and when it leaves again all begins anew."""
    leave(cast.noor)
    told(cast.blasippan, cast.maria, [cast.noor])
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    at.move_to(local(DUE, 3))
    assert "tas bort" in log_in(cast.neighbour).get("/").content.decode()
    again = Placement.objects.create(child=cast.noor, department=cast.blasippan, starts_on=DUE + timedelta(days=20))
    assert "tas bort" not in log_in(cast.neighbour).get("/").content.decode()
    assert report(clock.now()).children == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert removal.remove_due(now=clock.now()) == 0
        assert removal._remove_portion(Removal.objects.get().pk, clock.now()) is False
    assert Post.objects.exists()
    assert night(at, DUE) == 0
    assert not Removal.objects.exists()
    assert "tas bort" not in log_in(cast.neighbour).get("/album/").content.decode()
    again.ends_on = again.starts_on
    again.save()
    later = rules.due_on(again.starts_on, 12)
    assert night(at, later - timedelta(days=60)) == 0
    assert steps(cast.neighbour)[3:] == [later.isoformat()]


def test_a_shortened_time_still_tells_families_for_sixty_days(cast: Cast, at: time_machine.Traveller) -> None:
    adam = Actor.of_person(cast.administrator)
    leave(cast.noor, date(2025, 6, 1))
    told(cast.blasippan, cast.maria, [cast.noor])
    removal.decide(months=36, actor=adam, now=clock.now())
    night(at, TODAY)
    assert not Removal.objects.exists()
    removal.decide(months=3, actor=adam, now=clock.now())
    assert night(at, TODAY) == 0
    assert steps(cast.neighbour) == [DUE.isoformat()]
    removal.decide(months=1, actor=adam, now=clock.now())
    for day in range(1, 60):
        assert night(at, TODAY + timedelta(days=day)) == 0
    assert steps(cast.neighbour) == [DUE.isoformat()] * 3
    assert night(at, DUE) == 1


def test_a_longer_time_or_none_stops_what_has_begun(cast: Cast, at: time_machine.Traveller) -> None:
    adam = Actor.of_person(cast.administrator)
    leave(cast.noor)
    told(cast.blasippan, cast.maria, [cast.noor])
    removal.decide(months=12, actor=adam, now=clock.now())
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    at.move_to(local(DUE, 3))
    for months in (24, None):
        removal.decide(months=months, actor=adam, now=clock.now())
        assert report(clock.now()).children == 0
        assert removal.remove_due(now=clock.now()) == 0
    assert night(at, DUE) == 0
    assert Post.objects.exists()
    assert not Removal.objects.exists()


def test_who_is_kept_away_hears_nothing(
    cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller
) -> None:
    """Nor does whoever is not confirmed or was a guardian; of a protected child its own are told, by its other name."""
    leave(cast.noor)
    told(cast.blasippan, cast.maria, [cast.noor])
    blocked, unconfirmed, former = person("Bertil"), person("Ulla"), person("Frans")
    guard(blocked, cast.noor, starts_on=LEFT_ON)
    Block.objects.create(child=cast.noor, person=blocked, made_by=cast.eva)
    guard(unconfirmed, cast.noor, confirmed=False, starts_on=LEFT_ON)
    guard(former, cast.noor, starts_on=LEFT_ON)
    Guardianship.objects.filter(guardian=former).update(ends_on=TODAY)
    protection.protect_child(child=cast.noor, level=Protection.CONFIDENTIAL, now=clock.now())
    cast.noor.refresh_from_db()
    night(at, TODAY + timedelta(days=1))
    assert set(Delivery.objects.filter(kind=Kind.REMOVAL_AHEAD).values_list("person", flat=True)) == {cast.neighbour.pk}
    for who in (blocked, unconfirmed, former):
        assert "tas bort" not in log_in(who).get("/").content.decode()
    for address in ("/", "/nytt/"):
        html = log_in(cast.neighbour).get(address).content.decode()
        assert f"Bilder och dokument om {cast.noor.given_name} tas bort" in html
        assert "Noor" not in html


def test_it_waits_for_what_a_guardian_is_fetching(
    cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller
) -> None:
    """While everything is put together, until it is fetched, and a day longer: a download may break."""
    leave(cast.noor)
    with_sizes(*told(cast.blasippan, cast.maria, [cast.noor]))
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    page = f"/barn/{cast.noor.pk}/allt/"
    at.move_to(local(DUE - timedelta(days=1), 23))
    log_in(cast.neighbour).post(page)
    assert night(at, DUE) == 0
    assert report(clock.now()).waiting == 1
    assert removal._remove_portion(Removal.objects.get().pk, clock.now()) is False  # asked for at the last moment
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    assert night(at, DUE + timedelta(days=1)) == 0
    yasmin = log_in(cast.neighbour)
    assert yasmin.head(f"{page}hamta/").status_code == 200
    assert Extract.objects.get().fetched_at is None
    assert b"".join(yasmin.get(f"{page}hamta/"))[:2] == b"PK"
    at.move_to(local(DUE + timedelta(days=1), 23))
    assert report(clock.now()).children == 0
    at.move_to(local(DUE + timedelta(days=3), 3))
    assert report(clock.now()).removed["oversight.Extract"] == 1
    assert night(at, DUE + timedelta(days=3)) == 1
    assert not Extract.objects.exists()
    assert number_lying() == 0


def test_what_is_never_fetched_holds_it_back_for_a_month(
    cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller
) -> None:
    """DOMAIN 7.9: asked for every week and never fetched; thirty days after its day all is removed, that one too."""
    leave(cast.noor)
    with_sizes(*told(cast.blasippan, cast.maria, [cast.noor]))
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    at.move_to(local(DUE - timedelta(days=1), 23))
    for day in range(0, 30, 6):
        log_in(cast.neighbour).post(f"/barn/{cast.noor.pk}/allt/", {"anew": "1"})
        with TestCase.captureOnCommitCallbacks(execute=True):
            extracts.make_waiting(now=clock.now())
        assert night(at, DUE + timedelta(days=day)) == 0
        assert report(clock.now()).waiting == 1
    assert night(at, DUE + timedelta(days=29)) == 0
    at.move_to(local(DUE + timedelta(days=30), 1))
    assert (report(clock.now()).waiting, report(clock.now()).children) == (0, 1)
    assert night(at, DUE + timedelta(days=30)) == 1
    assert not Extract.objects.exists()


def test_siblings_keep_what_is_theirs(
    cast: Cast, decided: RemovalRule, log_in: LogIn, at: time_machine.Traveller
) -> None:
    """Hugo is still there: in his pictures his family goes on seeing Elsa, and other families as little as before."""
    leave(cast.elsa)
    (both,) = told(cast.ekorren, cast.maria, [cast.elsa, cast.hugo, cast.noor])
    PictureTag.objects.create(file=both.file, child=cast.elsa, **BOX)
    (unboxed,) = told(cast.ekorren, cast.maria, [cast.elsa, cast.noor], title="Bäcken")
    PictureTag.objects.create(file=unboxed.file, child=cast.elsa)
    (others,) = told(cast.ekorren, cast.maria, [cast.elsa, cast.noor], title="Åkern")
    others.delete()
    PostPicture.objects.create(post=others.post, file=unboxed.file, position=1)
    with_sizes(both, unboxed)
    for before in (60, 30, 7, 0):
        night(at, DUE - timedelta(days=before))
    assert Removal.objects.get().done_at
    assert set(PostChild.objects.values_list("child", flat=True)) == {cast.hugo.pk, cast.noor.pk}
    assert PictureTag.objects.get(file=both.file).child_id == cast.elsa.pk
    assert ids_of(cast.amina) == [both.pk]
    assert f"/album/{both.pk}/" in log_in(cast.amina).get("/album/").content.decode()  # clear: no copy is waited for
    # Nobody sees more than before: a picture that was hidden for Elsa's sake stays so.
    assert PictureTag.objects.get(file=unboxed.file).child_id == cast.elsa.pk
    assert ids_of(cast.neighbour) == [both.pk]


def test_two_children_of_one_post_take_it_with_them(
    cast: Cast, decided: RemovalRule, at: time_machine.Traveller
) -> None:
    """The report of both agrees with both certificates, files included, though one file is in two posts (H08)."""
    for child in (cast.noor, cast.leo):
        leave(child)
    (one,) = told(cast.blasippan, cast.maria, [cast.noor, cast.leo])
    (two,) = told(cast.blasippan, cast.maria, [cast.leo], title="Bäcken")
    PostPicture.objects.create(post=two.post, file=one.file, position=2)
    (kept_one,) = told(cast.blasippan, cast.maria, [cast.leo, cast.elsa], title="Åkern")
    PostPicture.objects.create(post=kept_one.post, file=two.file, position=2)
    PictureTag.objects.create(file=kept_one.file, child=cast.leo, **BOX)
    PictureTag.objects.create(file=one.file, child=cast.leo, **BOX)
    allow(cast.leo, cast.stranger)
    with_sizes(one, two, kept_one)
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    at.move_to(local(DUE, 3))
    said = report(clock.now())
    assert night(at, DUE) == 2
    certified = sum((Counter(row.removed) for row in Removal.objects.all()), Counter())
    assert said.removed.items() <= certified.items()
    assert said.removed["documents.StoredFile"] == 1
    assert said.removed["messaging.PostPicture"] == 3
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {kept_one.file_id, two.file_id}


def test_of_a_withdrawn_post_only_the_pictures_go(cast: Cast, decided: RemovalRule, at: time_machine.Traveller) -> None:
    leave(cast.noor)
    (one,) = told(cast.blasippan, cast.maria, [cast.noor], state=Post.State.WITHDRAWN, withdrawn_at=clock.now())
    Incident.objects.create(post=one.post, withdrawn_by=cast.maria, had_read=[])
    for before in (60, 30, 7, 0):
        night(at, DUE - timedelta(days=before))
    assert Incident.objects.filter(post=one.post).exists()
    assert not PostPicture.objects.exists()
    assert not StoredFile.objects.exists()


# The page and the command ---------------------------------------------------------------------------------------------


def test_the_administrator_decides_and_sees_numbers(cast: Cast, log_in: LogIn, at: time_machine.Traveller) -> None:
    leave(cast.noor)
    told(cast.blasippan, cast.maria, [cast.noor])
    adam, page = log_in(cast.administrator), "/regler/gallring/"
    html = adam.get(page).content.decode()
    assert "Till dess sparas allt" in html
    assert re.search(r'value="0"[^>]* checked', html)
    assert adam.post(page, {"months": "5"}).status_code == 422
    assert adam.post(page, {"months": "12"})["Location"] == page
    assert RemovalRule.current().months == 12
    assert AuditEntry.objects.filter(action="removal.decided").count() == 1
    adam.post(page, {"months": "12"})
    assert RemovalRule.objects.count() == 1
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    html = log_in(cast.administrator).get(page).content.decode()
    assert "Förskolan Granliden" in html
    assert "Noor" not in html
    night(at, DUE)
    assert "1 inlägg, 1 bild, 1 fil" in log_in(cast.administrator).get(page).content.decode()
    for who in (cast.eva, cast.amina, cast.archivist, cast.maria):
        assert log_in(who).get(page).status_code == 404
        assert log_in(who).post(page, {"months": "3"}).status_code == 404


def test_the_command_reports_first(cast: Cast, decided: RemovalRule, at: time_machine.Traveller) -> None:
    """Said are numbers and preschools; nothing is changed by saying it (H08)."""
    leave(cast.noor)
    told(cast.blasippan, cast.maria, [cast.noor])
    for before in (60, 30, 7):
        night(at, DUE - timedelta(days=before))
    at.move_to(local(DUE, 3))

    def said(*arguments: str) -> str:
        out = StringIO()
        call_command("removal", *arguments, stdout=out)
        return out.getvalue()

    assert "1 messaging.Post\n" in said()
    assert "Förskolan Granliden: 1 next night, 1 in a week, 1 in a month, 1 in all" in said("--report")
    found = json.loads(said("--json"))
    assert Post.objects.count() == 1
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert "of 1 children" in said("--run")
    assert found["removed"].items() <= Removal.objects.get().removed.items()
    assert "0 children" in said()


def test_only_families_of_children_that_left_pay_for_it(cast: Cast, log_in: LogIn) -> None:
    amina = log_in(cast.amina)
    amina.get("/album/")
    before = queries(amina, "/album/")
    leave(cast.hugo)
    assert queries(amina, "/album/") == before + 1
