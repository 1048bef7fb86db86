"""The page about files, and what becomes of what is lost, given up or never shared (issue 5, item 8; PROMISES 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client, TestCase
from pytest_django.fixtures import Settings

from accounts.models import User
from children.actors import Actor
from documents import apart, copying, kept, pictures, rules, tasks
from documents.models import BlurredCopy, Document, FileCheck, PdfPage, PdfPreview, SizesRun, StoredFile
from documents.services import copies, files, hygiene
from documents.shown_rules import Box
from documents.stores import store
from messaging.models import Post
from messaging.services import posts
from messaging.services.post_pictures import add
from notifications.models import Kind
from portal.lib import clock
from tests.cast import Cast
from tests.papers import folder_of, shared, uploaded
from tests.test_posts import draft, picture, publish, tag, told

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
LATER = timedelta(days=2)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def desk(cast: Cast, log_in: LogIn) -> Client:
    return log_in(cast.administrator)


def page_of(desk: Client) -> str:
    return " ".join(desk.get("/drift/filer/").content.decode().split())


def kept_text(data: bytes = b"Hej") -> StoredFile:
    made = files.keep(ContentFile(data, "a.txt"), by_id=None, now=clock.now())
    kept.settle(made.key)  # as when its transaction is over
    return made


def ready_picture() -> StoredFile:
    made = files.keep(picture(), by_id=None, now=clock.now())
    pictures.make_waiting(now=clock.now())
    made.refresh_from_db()
    return made


def repair() -> int:
    """Return the status with which the command ends, two days from now."""
    try:
        call_command("check_files", repair=True)
    except SystemExit as end:
        return int(str(end.code))
    return 0


@pytest.fixture
def _in_two_days(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now() + LATER
    monkeypatch.setattr("documents.management.commands.check_files.clock.now", lambda: now)


def test_nothing_is_wrong_and_nothing_is_known(desk: Client) -> None:
    assert "Ingen kontroll är gjord än." in page_of(desk)
    assert "Allt är klart. Inget väntar och inget har fastnat." in page_of(desk)
    kept_text()
    assert tasks.check_files() == 0
    check = FileCheck.objects.get()
    assert (check.rows, check.files, check.mends) == (1, 1, True)
    assert check.ended_at is not None
    assert "Alla filer finns." in page_of(desk)


@pytest.mark.usefixtures("_in_two_days")
def test_what_is_gone_is_said_until_it_is_back(desk: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with a fault where nothing could be mended; what a backup brings back is shown again."""
    lost, whole = kept_text(), kept_text(b"annat")
    store().remove([kept.name_of(lost.key)])
    assert repair() == 1
    said = capsys.readouterr()
    assert kept.name_of(lost.key) in said.out
    assert "Restore it from a backup" in said.err
    assert "1 fil saknas" in page_of(desk)
    assert "Filer som saknas" in page_of(desk)
    assert repair() == 0, "the command says it once, and the page until it is back"
    assert "1 fil saknas" in page_of(desk)
    place = Path(str(store().near(kept.name_of(whole.key), Path()))).parent.parent / kept.name_of(lost.key)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"Hej")
    assert repair() == 0
    lost.refresh_from_db()
    assert (lost.state, lost.problem) == ("ready", "")
    assert store().open(kept.name_of(lost.key)).read() == b"Hej"
    assert "Alla filer finns." in page_of(desk)


@pytest.mark.usefixtures("_in_two_days")
def test_lost_sizes_and_copies_are_made_anew() -> None:
    file = ready_picture()
    copies.ask({file.pk: {frozenset({Box(100, 100, 200, 200)})}})
    copying.make_waiting(now=clock.now())
    copy = BlurredCopy.objects.get()
    small = [kept.name_of(file.key, "small"), kept.name_of(copy.key, "small")]
    store().remove(small)
    assert repair() == 0
    check = FileCheck.objects.get()
    assert (check.missing, check.lost, check.mended) == (2, 0, 2)
    assert store().size(small[0]) > 0
    copying.make_waiting(now=clock.now())
    assert store().size(small[1]) > 0


@pytest.mark.usefixtures("_in_two_days")
def test_a_picture_whose_whole_is_gone_is_lost() -> None:
    file = ready_picture()
    store().remove([kept.name_of(file.key, rules.WHOLE)])
    assert repair() == 1
    file.refresh_from_db()
    assert (file.state, file.problem) == ("damaged", "gone")


@pytest.mark.usefixtures("_in_two_days")
def test_what_gets_a_new_name_during_the_check_is_neither_lost_nor_stray(monkeypatch: pytest.MonkeyPatch) -> None:
    """PROMISES 2: a consent changes while a shelf is listed; both its rows and its files are as they were after it."""
    early, late = ready_picture(), ready_picture()
    real = hygiene._rows
    done: list[str] = []

    def rows(shelf: str) -> Iterator[StoredFile | BlurredCopy]:
        if not done:  # the first shelf is listed, its rows are not read
            done.append(shelf)
            monkeypatch.setattr("documents.services.copies.uuid4", lambda: UUID(hex=shelf + "1" * 30))
            with TestCase.captureOnCommitCallbacks(execute=True):
                copies.rename([early])
            linked = UUID(hex="ff" + "1" * 30)
            kept.link(late.key, linked)  # another worker is between its two names
        yield from real(shelf)

    monkeypatch.setattr(hygiene, "_rows", rows)
    assert repair() == 0
    for file in (early, late):
        file.refresh_from_db()
        assert (file.state, file.problem) == ("ready", "")
    assert store().size(kept.name_of(UUID(hex="ff" + "1" * 30), "small")) > 0
    check = FileCheck.objects.get()
    assert (check.strays, check.missing) == (0, 0)


@pytest.mark.usefixtures("_in_two_days")
def test_a_store_that_is_not_there_loses_nothing(
    desk: Client,
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A folder that is not mounted: it is said, and nothing is marked until somebody says that it is all gone."""
    file, mounted = ready_picture(), settings.FILES_ROOT
    settings.FILES_ROOT = tmp_path / "not mounted"
    assert repair() == 1
    with monkeypatch.context() as night:
        later = clock.now() + LATER
        night.setattr("documents.tasks.clock.now", lambda: later)
        tasks.check_files()
    assert "so much is wrong" in caplog.text
    assert "So much is wrong" in capsys.readouterr().err
    assert "Så mycket stämmer inte" in page_of(desk)
    file.refresh_from_db()
    assert file.state == "ready"
    settings.FILES_ROOT = mounted
    assert repair() == 0
    assert "Alla filer finns." in page_of(desk)
    settings.FILES_ROOT = tmp_path / "not mounted"
    with pytest.raises(SystemExit):
        call_command("check_files", repair=True, all=True)
    file.refresh_from_db()
    assert (file.state, file.problem) == ("damaged", "gone")


@pytest.mark.usefixtures("_in_two_days")
def test_another_portals_files_are_not_taken_for_strays() -> None:
    """A copy of the portal with an earlier database on the same bucket removes nothing of the other's."""
    kept_text()
    others = [kept.name_of(uuid4()) for _one in range(hygiene.FEW + 1)]
    for name in others:
        store().mark(name)
    assert repair() == 1
    assert [name for name in others if not kept.is_there(name)] == []
    store().remove(others[:1])
    assert repair() == 0
    assert [name for name in others if kept.is_there(name)] == []


def test_what_a_check_missed_is_not_removed_for_its_note() -> None:
    """It was marked as gone, and a backup brings it back before its note is swept."""
    file = ready_picture()
    StoredFile.objects.update(state="damaged", problem="gone")
    kept.begin(file.key)
    files.tidy(now=clock.now() + LATER)
    assert store().size(kept.name_of(file.key, rules.WHOLE)) > 0


def aged(file: StoredFile, **ago: float) -> StoredFile:
    StoredFile.objects.filter(pk=file.pk).update(created_at=clock.now() - timedelta(**ago))
    return file


def test_what_nothing_uses_is_counted_and_thrown_away_after_a_week(
    cast: Cast, desk: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files with a row that nothing refers to, drawn pages and blurred copies with them; never what a draft has."""
    (draft_of_it,) = uploaded(folder_of(cast.blasippan), cast.maria, b"Utkast", "utkast.txt")
    for file in StoredFile.objects.all():
        aged(file, days=29)
    in_draft = draft_of_it.versions.get().file
    new, young = kept_text(), aged(kept_text(b"ung"), days=6)
    old, picture_of_old = aged(kept_text(b"gammal"), days=8), aged(ready_picture(), days=8)
    copies.ask({picture_of_old.pk: {frozenset({Box(100, 100, 200, 200)})}})
    copying.make_waiting(now=clock.now())
    lying = [kept.name_of(old.key), *kept.names_of_sizes(BlurredCopy.objects.get().key)]
    preview = PdfPreview.objects.create(file=old, state="ready", pages=1)
    PdfPage.objects.create(preview=preview, number=1, picture=aged(ready_picture(), days=8))

    assert set(hygiene.check(now=clock.now(), mend=False).unused) == {
        kept.name_of(file.key) for file in (young, old, picture_of_old)
    }
    assert StoredFile.objects.count() == 6, "nothing is thrown away unasked"
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert repair() == 0
    assert "used by nothing: 3" in capsys.readouterr().out
    assert set(StoredFile.objects.all()) == {in_draft, new, young}
    page = page_of(desk)
    assert "Filer som inget använder" in page
    assert tasks.check_files() == 0
    assert FileCheck.objects.latest("created_at").unused == 1
    assert store().size(kept.name_of(young.key)) > 0
    assert [name for name in lying if kept.is_there(name)] == []


def test_when_very_much_is_unused_nothing_is_thrown_away(desk: Client) -> None:
    """A database whose rows were lost is no reason to throw their files away."""
    for number in range(hygiene.FEW + 1):
        aged(kept_text(f"{number}".encode()), days=8)
    assert hygiene.check(now=clock.now(), mend=True).is_held_back
    assert StoredFile.objects.count() == hygiene.FEW + 1
    assert "Så mycket stämmer inte att inget är ändrat." in page_of(desk)
    assert not hygiene.check(now=clock.now(), mend=True, however_much=True).is_held_back
    assert not StoredFile.objects.exists()


def test_reports_are_kept_some_weeks() -> None:
    FileCheck.objects.create(mends=True)
    FileCheck.objects.update(created_at=clock.now() - timedelta(weeks=9))
    tasks.check_files()
    assert FileCheck.objects.get().ended_at is not None


def test_sizes_that_are_made_anew_say_how_far_they_are(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _turn in range(2):
        ready_picture()
    seen = []

    def make(_file: StoredFile) -> None:
        seen.append(page_of(desk))

    monkeypatch.setattr("documents.management.commands.make_sizes.TOLD_EVERY", 0.0)
    monkeypatch.setattr("documents.pictures.make_again", make)
    call_command("make_sizes")
    assert "0 av 2 bilder" in seen[0]
    assert "1 av 2 bilder" in seen[1]
    assert SizesRun.objects.get().done == 2
    assert "2 bilder, 0 gick inte." in page_of(desk)
    SizesRun.objects.update(ended_at=None, done=1, seen_at=clock.now() - timedelta(hours=1))
    assert "avbröts" in page_of(desk)


def refuse(*_asked: Any, **_more: Any) -> None:
    raise apart.Refused("memory")


def test_a_copy_that_cannot_be_made_holds_its_post_with_a_word(
    cast: Cast, desk: Client, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F10: whoever wrote it is told, the page says why, and every hour it is tried again, for a day."""
    post = draft(cast)
    assert add(post_id=post.pk, uploads=[picture()], actor=Actor.of_person(cast.maria), now=clock.now()) == []
    pictures.make_waiting(now=clock.now())
    tag(post.pictures.get().file, cast.elsa, box=Box(100, 100, 200, 200))
    publish(post, cast.maria)
    maria, now = log_in(cast.maria), clock.now()
    tries = []

    def count(*asked: Any, **_more: Any) -> None:
        tries.append(asked)
        refuse()

    with monkeypatch.context() as broken:
        broken.setattr("documents.apart.run", count)
        for turn in range(6):
            copying.make_waiting(now=now + turn * timedelta(minutes=3))
    assert len(tries) == rules.MOST_TRIES, "and then it rests"
    assert posts.release_due(now=clock.now() + timedelta(minutes=1)) == 0
    assert posts.release_due(now=clock.now() + timedelta(minutes=1)) == 0
    assert told(Kind.PICTURE_DAMAGED) == ["Maria"]
    assert "Bild 1 gick inte att sudda" in maria.get(f"/inlagg/{post.pk}/").content.decode()
    assert "Suddade kopior som inte gick att göra" in page_of(desk)
    tasks.tidy()
    copying.make_waiting(now=clock.now() + timedelta(hours=1))
    assert "gick inte att sudda" not in maria.get(f"/inlagg/{post.pk}/").content.decode()
    assert posts.release_due(now=clock.now() + timedelta(minutes=1)) == 1
    assert Post.objects.get().state == Post.State.PUBLISHED
    page = f"/inlagg/{post.pk}/"
    assert "gick inte att sudda än" not in maria.get(page).content.decode()
    BlurredCopy.objects.update(state="damaged")
    assert "Bild 1 gick inte att sudda än" in maria.get(page).content.decode()
    assert "gick inte att sudda än" not in log_in(cast.neighbour).get(page).content.decode()


def test_nobody_tries_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    file = ready_picture()
    copies.ask({file.pk: {frozenset({Box(100, 100, 200, 200)})}})
    monkeypatch.setattr("documents.apart.run", refuse)
    now = clock.now()
    for hour in range(2 * rules.MOST_ROUNDS):
        tasks.tidy()
        for turn in range(5):
            copying.make_waiting(now=now + timedelta(hours=hour, minutes=3 * turn))
    copy = BlurredCopy.objects.get()
    assert (copy.state, copy.tries) == ("damaged", rules.MOST_ROUNDS * (rules.MOST_TRIES + 1))


def test_what_was_never_shared_is_thrown_away_after_a_month(cast: Cast, desk: Client) -> None:
    (paper,) = shared(cast.blasippan, cast.maria)
    (draft_of_old,) = uploaded(folder_of(cast.blasippan), cast.maria, b"Gammalt", "gammalt.txt")
    assert "Dokument som inte är delade" in page_of(desk)
    old = clock.now() - timedelta(days=31)
    Document.objects.update(created_at=old)
    before = StoredFile.objects.count()
    tasks.tidy()
    assert list(Document.objects.all()) == [paper]
    assert not Document.objects.filter(pk=draft_of_old.pk).exists()
    assert StoredFile.objects.count() == before - 1
    assert hygiene.check(now=clock.now(), mend=False).is_clean
