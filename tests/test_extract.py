"""Everything about a child in one file: what is in it is what this guardian sees, and nobody else gets it (G08)."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client, TestCase
from pytest_django.fixtures import Settings

from accounts.models import AuditEntry, User
from attendance.models import Absence, Stay
from children.actors import Actor
from children.models import Block, Guardianship, Household, HouseholdWeeks
from documents import kept
from documents.models import BlurredCopy, Document, PictureTag, StoredFile
from documents.services import files, papers
from documents.shown_rules import Box, mark_of
from documents.stores import store
from messaging.models import Addressee, Bulletin, Message, Post, PostPicture
from messaging.services.threads import Words, release_due, start_threads
from notifications.models import Delivery, Kind
from oversight import packing, rules
from oversight.models import Extract
from oversight.selectors.extracts import parts_of
from oversight.services import extracts
from portal.lib import clock, days
from portal.lib.extracts import Enclosed, Entry, Part, Told
from portal.lib.ids import uuid7
from tests.cast import Cast
from tests.papers import pdf, shared
from tests.test_album import BOX, allow, told

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


def put(one: PostPicture, words: bytes) -> None:
    """Let the picture's sizes be there."""
    put_under(one.file, words)


def put_under(row: StoredFile | BlurredCopy, words: bytes) -> None:
    with kept.working_folder() as folder:
        for form in ("webp", "jpg"):
            (folder / "made").write_bytes(words)
            store().put(kept.name_of(row.key, "large", form), folder / "made")


def write(cast: Cast, by: User, body: str, *, sensitive: bool = False) -> None:
    words = Words(subject="Stövlar", body=body, language="sv", is_sensitive=sensitive)
    start_threads(
        child_ids=[cast.elsa.pk],
        addressee=Addressee.DEPARTMENT,
        words=words,
        actor=Actor.of_person(by),
        now=clock.now() - timedelta(minutes=2),
    )
    release_due(now=clock.now())


def fetched(browser: Client, child_id: object) -> zipfile.ZipFile:
    answer = browser.get(f"/barn/{child_id}/allt/hamta/")
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return zipfile.ZipFile(BytesIO(b"".join(answer)))


def wait_for_another() -> None:
    """Let an hour have passed since any was asked for."""
    Extract.objects.update(created_at=clock.now() - rules.ANEW_AFTER)


def made(browser: Client, child_id: object) -> zipfile.ZipFile:
    wait_for_another()
    browser.post(f"/barn/{child_id}/allt/", {"anew": "1"})
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    return fetched(browser, child_id)


def words_of(package: zipfile.ZipFile) -> str:
    return "".join(
        package.read(name).decode() for name in package.namelist() if name.endswith((".html", ".json", ".txt"))
    )


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    """Asked for, waited for, told of, fetched: facts, words and pictures, on pages and as data."""
    (one,) = told(cast.blasippan, cast.maria, [cast.elsa], at=clock.now() - timedelta(days=40))
    one.alt = "Elsa med en svamp"
    one.save()
    put(one, b"a picture")
    write(cast, cast.amina, "Elsa har nya stövlar")
    now = clock.now()
    Stay.objects.create(
        id=uuid7(),
        child=cast.elsa,
        department=cast.blasippan,
        arrived_at=now - timedelta(days=2, hours=5),
        left_at=now - timedelta(days=2),
    )
    Absence.objects.create(
        child=cast.elsa, starts_on=days.today(), ends_on=days.today(), reason="sick", reported_by=cast.amina
    )
    amina = log_in(cast.amina)
    page = f"/barn/{cast.elsa.pk}/allt/"
    assert "Samla allt om Elsa" in amina.get(page).content.decode()
    assert amina.post(page)["Location"] == page
    assert "Samlas ihop" in amina.get(page).content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    assert "Klart att hämta" in amina.get(page).content.decode()
    assert Delivery.objects.filter(person=cast.amina, kind=Kind.MEMORY_READY).exists()
    assert f'href="{page}"' in amina.get("/nytt/").content.decode()

    package = fetched(amina, cast.elsa.pk)
    assert package.testzip() is None
    pictures = [name for name in package.namelist() if name.startswith("bilder/")]
    assert [re.sub(r"\d", "0", name) for name in pictures] == ["bilder/0000-00/0000-00-00-bild.jpg"]
    assert package.read(pictures[0]) == b"a picture"
    text = words_of(package)
    for said in ("Elsa har nya stövlar", "Svampskogen", "Elsa med en svamp", "Blåsippan", pictures[0], "sjuk"):
        assert said in text, said
    for outside in ("<script", "http://", "https://", 'src="/', 'href="/'):
        assert outside not in re.sub(r"data\.json", "", text), outside
    data = json.loads(package.read("data.json"))
    assert data["time_zone"] == "Europe/Stockholm"
    (post,) = data["parts"]["inlagg"][0]["entries"]
    assert post["files"] == [{"path": pictures[0], "shows": "Elsa med en svamp"}]
    assert data["parts"]["dagarna"][0]["rows"][-1]["minutes"] == 300
    assert [
        *AuditEntry.objects.filter(action__startswith="extract.").order_by("id").values_list("action", flat=True)
    ] == [
        "extract.asked",
        "extract.made",
        "extract.fetched",
    ]


def test_every_link_leads_somewhere(cast: Cast, log_in: LogIn) -> None:
    for one in told(cast.blasippan, cast.maria, [cast.elsa], 2):
        put(one, b"a picture")
    package = made(log_in(cast.amina), cast.elsa.pk)
    names = set(package.namelist())
    for name in names:
        if name.endswith(".html"):
            links = re.findall(r'(?:href|src)="([^"#]+)[^"]*"', package.read(name).decode())
            assert links
            assert set(links) <= names, set(links) - names


def test_asking_twice_is_one(cast: Cast, log_in: LogIn) -> None:
    amina, page = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/"
    for _press in range(3):
        amina.post(page)
        amina.post(page, {"anew": "1"})
    assert Extract.objects.count() == 1
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=clock.now()) == 1
    amina.post(page)
    assert extracts.make_waiting(now=clock.now()) == 0
    first = StoredFile.objects.get()
    amina.post(page, {"anew": "1"})
    assert StoredFile.objects.get() == first
    at = days.local(Extract.objects.get().anew_at)
    assert f"Du kan samla på nytt från klockan {at:%H:%M}." in amina.get(page).content.decode()
    assert 'name="anew"' not in amina.get(page).content.decode()
    wait_for_another()
    assert 'name="anew"' in amina.get(page).content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        amina.post(page, {"anew": "1"})
        extracts.make_waiting(now=clock.now())
    assert StoredFile.objects.get() != first
    assert Delivery.objects.filter(kind=Kind.MEMORY_READY).count() == 2


def test_nobody_else_gets_it_and_a_block_closes_it_at_once(cast: Cast, log_in: LogIn) -> None:
    """PROMISES 3.4: whoever asked and still is the child's guardian, and nobody else."""
    package = made(log_in(cast.johan), cast.elsa.pk)
    assert "index.html" in package.namelist()
    address = f"/barn/{cast.elsa.pk}/allt/hamta/"
    assert log_in(cast.amina).get(address).status_code == 404  # she has not asked
    assert log_in(cast.stranger).get(address).status_code == 404
    assert log_in(cast.maria).get(address).status_code == 403
    johan = log_in(cast.johan)
    block = Block.objects.create(child=cast.elsa, person=cast.johan)
    assert johan.get(address).status_code == 404
    block.delete()
    Guardianship.objects.filter(child=cast.elsa, guardian=cast.johan).update(ends_on=days.today() - timedelta(days=1))
    assert johan.get(address).status_code == 404


def test_whoever_is_no_guardian_any_more_when_it_is_made_gets_nothing(cast: Cast, log_in: LogIn) -> None:
    log_in(cast.johan).post(f"/barn/{cast.elsa.pk}/allt/")
    Block.objects.create(child=cast.elsa, person=cast.johan)
    assert extracts.make_waiting(now=clock.now()) == 1
    assert not Extract.objects.exists()
    assert not StoredFile.objects.exists()


def test_pictures_are_those_of_the_album_as_this_family_sees_them(cast: Cast, log_in: LogIn) -> None:
    """G03, G08: hidden ones are not there, blurred ones are blurred, and the other family's names neither."""
    hidden, blurred, clear = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor], 3)
    PictureTag.objects.create(file=hidden.file, child=cast.noor)
    PictureTag.objects.create(file=blurred.file, child=cast.noor, **BOX)
    copy = BlurredCopy.objects.create(
        file=blurred.file, boxes=[[*BOX.values()]], digest=mark_of([Box(*BOX.values())]), state=BlurredCopy.State.READY
    )
    for one in (hidden, blurred, clear):
        put(one, f"clear {one.position}".encode())
    put_under(copy, b"blurred")
    package = made(log_in(cast.amina), cast.elsa.pk)
    pictures = [package.read(name) for name in package.namelist() if name.startswith("bilder/")]
    assert pictures == [b"blurred", b"clear 3"]
    assert "Noor" not in words_of(package)
    assert "Yasmin" not in words_of(package)
    package = made(log_in(cast.neighbour), cast.noor.pk)
    assert len([name for name in package.namelist() if name.startswith("bilder/")]) == 3
    assert "Elsa" not in words_of(package)


def test_a_consent_withdrawn_after_it_was_made_closes_it(cast: Cast, log_in: LogIn) -> None:
    """G04: what lies in it and may not be shown any more is not handed out, and asking anew leaves it out."""
    (one,) = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor])
    PictureTag.objects.create(file=one.file, child=cast.noor)
    put(one, b"a picture")
    allow(cast.noor, cast.neighbour)
    amina, address = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/hamta/"
    assert any(name.startswith("bilder/") for name in made(amina, cast.elsa.pk).namelist())
    cast.noor.consents.update(says_yes=False, expires_on=None)
    assert amina.get(address).status_code == 302
    assert "visas inte längre" in amina.get(f"/barn/{cast.elsa.pk}/allt/").content.decode()
    assert not any(name.startswith("bilder/") for name in made(amina, cast.elsa.pk).namelist())


def test_one_that_is_closed_can_be_made_anew_at_once(cast: Cast, log_in: LogIn) -> None:
    """G04: nobody waits for what another family has said; and a yes after the no opens what was closed."""
    (one,) = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor])
    PictureTag.objects.create(file=one.file, child=cast.noor)
    put(one, b"a picture")
    allow(cast.noor, cast.neighbour)
    amina, page = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/"
    made(amina, cast.elsa.pk)
    before = Extract.objects.get()
    assert "från klockan" in amina.get(page).content.decode()
    amina.post(page, {"anew": "1"})
    assert Extract.objects.get() == before
    cast.noor.consents.update(says_yes=False)
    closed = amina.get(page).content.decode()
    assert "från klockan" not in closed
    assert 'name="anew"' in closed
    cast.noor.consents.update(says_yes=True)
    assert "Klart att hämta" in amina.get(page).content.decode()
    cast.noor.consents.update(says_yes=False)
    amina.post(page, {"anew": "1"})
    assert Extract.objects.get() != before


def test_one_in_which_somebody_is_blurred_who_may_be_shown_now_is_still_handed_out(cast: Cast, log_in: LogIn) -> None:
    (one,) = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor])
    PictureTag.objects.create(file=one.file, child=cast.noor, **BOX)
    digest = mark_of([Box(*BOX.values())])
    copy = BlurredCopy.objects.create(
        file=one.file, boxes=[[*BOX.values()]], digest=digest, state=BlurredCopy.State.READY
    )
    put_under(copy, b"blurred")
    amina, address = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/hamta/"
    made(amina, cast.elsa.pk)
    allow(cast.noor, cast.neighbour)
    assert amina.get(address).status_code == 200
    cast.noor.consents.all().delete()
    PictureTag.objects.update(x=300)
    assert amina.get(address).status_code == 302


def test_what_is_withdrawn_after_it_was_made_closes_it(cast: Cast, log_in: LogIn) -> None:
    told(cast.blasippan, cast.maria, [cast.elsa], 0)
    write(cast, cast.johan, "Hemliga ord")
    amina, address = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/hamta/"
    made(amina, cast.elsa.pk)
    Message.objects.update(withdrawn_at=clock.now())
    assert amina.get(address).status_code == 302
    assert "Hemliga ord" not in words_of(made(amina, cast.elsa.pk))
    Post.objects.update(state=Post.State.WITHDRAWN, withdrawn_at=clock.now())
    assert amina.get(address).status_code == 302
    assert "Svampskogen" not in words_of(made(amina, cast.elsa.pk))


@pytest.mark.parametrize("end", [papers.withdraw, papers.remove])
def test_a_document_that_is_withdrawn_after_it_was_made_closes_it(
    end: Callable[..., object], cast: Cast, log_in: LogIn
) -> None:
    """What was only for the other guardian is not told of by that either."""
    (paper,) = shared(cast.blasippan, cast.maria, cast.elsa)
    (others,) = shared(cast.blasippan, cast.maria, cast.elsa, data=pdf(2), only_to=cast.johan.pk)
    amina, page = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/hamta/"
    package = made(amina, cast.elsa.pk)
    assert [name for name in package.namelist() if name.endswith(".pdf")], package.namelist()
    eva = Actor.of_person(cast.eva)
    end(document_id=others.pk, reason="Fel mottagare", actor=eva, now=clock.now())
    assert amina.get(page).status_code == 200
    end(document_id=paper.pk, reason="Fel barn", actor=eva, now=clock.now())
    assert amina.get(page)["Location"] == f"/barn/{cast.elsa.pk}/allt/"
    package = made(amina, cast.elsa.pk)
    assert not [name for name in package.namelist() if name.endswith(".pdf")]


def test_with_something_sensitive_it_is_fetched_behind_the_strong_login(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.11: as the conversation itself."""
    write(cast, cast.amina, "Hon utreds i vår", sensitive=True)
    amina = log_in(cast.amina)
    assert "Hon utreds i vår" in words_of(made(amina, cast.elsa.pk))
    session = amina.session
    session["account_authentication_methods"] = [{"method": "password"}]
    session.save()
    answer = amina.get(f"/barn/{cast.elsa.pk}/allt/hamta/")
    assert answer.status_code == 403
    assert "känsliga" in answer.content.decode()
    assert "Hon utreds i vår" not in words_of(made(log_in(cast.johan), cast.hugo.pk))


def test_two_homes_are_kept_apart(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 2.8: what another home says to the department is not in it; its guardian has no name there."""
    homes = []
    for guardian in (cast.amina, cast.johan):
        home = Household.objects.create(child=cast.elsa)
        home.guardians.add(guardian)
        homes.append(home)
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        starts_on=days.monday_of(days.today()),
        weeks=["AAAAAAA", "BBBBBBB"],
        first=homes[0],
        second=homes[1],
        is_proposed=False,
    )
    write(cast, cast.johan, "Bara från det andra hemmet")
    text = words_of(made(log_in(cast.amina), cast.elsa.pk))
    assert "Bara från det andra hemmet" not in text
    assert "Johan" not in text
    assert "I det andra hemmet" in text


def test_a_killed_worker_is_harmless_and_a_hopeless_one_is_told(cast: Cast, log_in: LogIn) -> None:
    """A claim that runs out is taken by the next; what is left in the store is swept; three times, then it is said."""
    amina, page = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/"
    amina.post(page)
    now = clock.now()
    with patch.object(extracts, "pack", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        extracts.make_waiting(now=now)
    assert extracts.make_waiting(now=now + timedelta(minutes=1)) == 0  # it is still that one's
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.make_waiting(now=now + timedelta(minutes=3)) == 1
    assert Extract.objects.get().is_ready
    wait_for_another()
    amina.post(page, {"anew": "1"})
    with patch.object(extracts, "pack", side_effect=OSError):
        for turn in range(rules.MOST_TRIES + 1):
            extracts.make_waiting(now=now + timedelta(hours=turn + 1))
    assert Extract.objects.get().state == Extract.State.DAMAGED
    assert "från klockan" in amina.get(page).content.decode()
    wait_for_another()
    assert "Försök igen" in amina.get(page).content.decode()
    files.tidy(now=now + timedelta(days=1))


def test_it_stays_that_workers_however_long_it_is_gathered(
    cast: Cast, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A family of many years: what takes longer than a claim is not begun again by the next worker."""
    amina, now, passed = log_in(cast.amina), clock.now(), [0.0]
    amina.post(f"/barn/{cast.elsa.pk}/allt/")

    def slowly(*asked: Any) -> Iterator[Part]:
        for part in parts_of(*asked):
            passed[0] += 90
            yield part
            assert not Extract.objects.free(now + timedelta(seconds=passed[0])).exists()

    monkeypatch.setattr(extracts, "monotonic", lambda: passed[0])
    monkeypatch.setattr(extracts, "parts_of", slowly)
    assert extracts.make_waiting(now=now) == 1
    assert passed[0] > 5 * 90
    assert Extract.objects.get().is_ready


def test_only_its_own_copies_are_made_for_it(cast: Cast, log_in: LogIn) -> None:
    """What the whole municipality waits for is other workers'."""
    one, other = told(cast.blasippan, cast.maria, [cast.elsa, cast.noor], 2)
    PictureTag.objects.create(file=one.file, child=cast.noor, **BOX)
    BlurredCopy.objects.create(file=other.file, boxes=[[1, 1, 9, 9]], digest="0" * 32, state=BlurredCopy.State.WAITING)
    log_in(cast.amina).post(f"/barn/{cast.elsa.pk}/allt/")
    with patch("documents.copying.make") as make:
        assert extracts.make_waiting(now=clock.now()) == 1
    assert [called.args[0].file_id for called in make.call_args_list] == [one.file_id]
    assert BlurredCopy.objects.get(file=other.file).tries == 0


def test_it_holds_what_concerns_its_child_and_goes_stale_for_that_alone(cast: Cast, log_in: LogIn) -> None:
    """G08: nothing of the sibling's places; what others withdraw, or what came later, closes no family's collection."""
    eva = Actor.of_person(cast.eva)
    (own,) = shared(cast.blasippan, cast.maria)
    (siblings,) = shared(cast.ekorren, cast.eva, data=pdf(2))
    amina, address = log_in(cast.amina), f"/barn/{cast.elsa.pk}/allt/hamta/"
    assert all(amina.get(f"/dokument/{one.pk}/").status_code == 200 for one in (own, siblings))
    package = made(amina, cast.elsa.pk)
    data = json.loads(package.read("data.json"))["parts"]
    assert len(data["dokument"][0]["entries"]) == 1
    assert amina.get(address).status_code == 200
    (later,) = shared(cast.blasippan, cast.maria, data=pdf(3))
    now = clock.now()
    Document.objects.filter(pk__in=[siblings.pk, later.pk]).update(withdrawn_at=now)
    words = {"written_by": cast.eva, "language": "sv", "leaves_at": now - timedelta(days=1)}
    others = Bulletin.objects.create(department=cast.ekorren, withdrawn_at=now, **words)
    mine = Bulletin.objects.create(department=cast.blasippan, **words)
    assert amina.get(address).status_code == 200, others
    made(amina, cast.elsa.pk)
    Bulletin.objects.filter(pk=mine.pk).update(withdrawn_at=clock.now())
    assert amina.get(address).status_code == 302
    made(amina, cast.elsa.pk)
    papers.withdraw(document_id=own.pk, reason="Fel", actor=eva, now=clock.now())
    assert amina.get(address).status_code == 302


def test_it_may_be_larger_than_two_gigabytes(cast: Cast, log_in: LogIn) -> None:
    amina = log_in(cast.amina)
    made(amina, cast.elsa.pk)
    StoredFile.objects.update(size=5 << 30, stored=5 << 30)
    assert "Hämta filen (5,0" in amina.get(f"/barn/{cast.elsa.pk}/allt/").content.decode()


def test_it_is_gone_after_seven_days(cast: Cast, log_in: LogIn, tmp_path: Path) -> None:
    amina = log_in(cast.amina)
    made(amina, cast.elsa.pk)
    now = clock.now()
    assert extracts.forget(now=now + timedelta(days=6)) == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert extracts.forget(now=now + timedelta(days=7, minutes=1)) == 1
    assert not StoredFile.objects.exists()
    assert not [found for found in tmp_path.rglob("*") if found.is_file()]
    assert AuditEntry.objects.filter(action="extract.removed").exists()
    assert "Samla allt om Elsa" in amina.get(f"/barn/{cast.elsa.pk}/allt/").content.decode()


def test_memory_stays_flat_for_two_thousand_pictures(tmp_path: Path) -> None:
    """Twenty times the pictures take no more memory than a tenth of them weigh."""
    (tmp_path / "picture").write_bytes(bytes(200_000))
    picture = tmp_path / "picture"
    peaks = []
    for number in (100, 2_000):
        shown = [
            Enclosed("bild.jpg", days.today(), lambda: picture.open("rb"), "bilder", "", 4, 3) for _one in range(number)
        ]
        entries = [Entry("Svamp", clock.now(), files=shown[turn : turn + 10]) for turn in range(0, number, 10)]
        start()
        done = packing.pack(
            tmp_path / f"{number}.zip",
            [Part("inlagg", "Inlägg", [Told("posts", "Inlägg", entries)])],
            name="Elsa",
            now=clock.now(),
            told=lambda _number: None,
        )
        peaks.append(get_traced_memory()[1])
        stop()
        assert (done.number, done.missing) == (number, 0)
    assert peaks[1] < 40_000_000, peaks  # 400 MB of pictures


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Årets sommarfest (2).jpg", "Arets-sommarfest-2.jpg"),
        ("../../etc/passwd", "etc-passwd"),
        ("con:\x00<>.pdf", "con.pdf"),
        ("سلام.pdf", "fil.pdf"),
        ("a" * 300 + ".jpeg", "a" * 60 + ".jpeg"),
    ],
)
def test_names_that_every_system_takes(name: str, safe: str) -> None:
    assert rules.safe_name(name) == safe
    assert rules.place_of("bilder", days.today(), name, set()).count("/") == 2
