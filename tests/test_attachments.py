"""Files that go with messages: chosen, sent, shown to those who read, refused to everybody else (DOMAIN 4.6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import AuditEntry, User
from children.actors import Actor
from children.models import Child, StaffRole
from documents.models import StoredFile
from documents.tasks import make_sizes
from messaging.models import Message, MessageAttachment
from messaging.services.attachments import MOST_UNSENT, keep, throw_away_unsent
from messaging.services.threads import Words, release_due, start_threads, undo, withdraw
from portal.lib import clock, days
from tests.cast import Cast, child, employ, guard, person, place, tablet
from tests.test_threads import HALF_A_MINUTE, TO_DEPARTMENT

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's own fixtures
    settings.FILES_ROOT = tmp_path / "files"


def text(name: str = "matsedel.txt", body: bytes = b"Havregryn och fil") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, "text/plain")


def picture(name: str = "stovlar.jpg") -> SimpleUploadedFile:
    held = BytesIO()
    Image.new("RGB", (640, 480), "green").save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


def chosen(by: User, upload: SimpleUploadedFile | None = None) -> UUID:
    return keep(upload=upload or text(), actor=Actor.of_person(by), now=clock.now()).pk


def sent(by: User, *about: Child, files: tuple[UUID, ...] = (), ago: timedelta = timedelta(hours=1)) -> list[Message]:
    now = clock.now() - ago
    made = start_threads(
        child_ids=[one.pk for one in about],
        addressee=TO_DEPARTMENT,
        words=Words("Mat", "Se bilagan", "sv", attachments=files),
        actor=Actor.of_person(by),
        now=now,
    )
    if ago >= HALF_A_MINUTE:
        release_due(now=now + HALF_A_MINUTE)
    return made


def address_of(message: Message) -> str:
    return f"/samtal/bilaga/{message.attachments.get().pk}/"


def test_it_works(cast: Cast, log_in: LogIn) -> None:
    (message,) = sent(cast.amina, cast.elsa, files=(chosen(cast.amina),))
    for reader in (cast.amina, cast.johan, cast.maria, cast.eva):
        answer = log_in(reader).get(address_of(message))
        assert (answer.status_code, b"".join(answer)) == (200, b"Havregryn och fil")
    assert AuditEntry.objects.filter(action="messaging.attachment", is_look=True, person_id=cast.maria.pk).exists()


def test_nobody_else_opens_it(cast: Cast, log_in: LogIn) -> None:
    """F02: another family, another department, who runs the system; and nobody by a guessed id."""
    (message,) = sent(cast.amina, cast.elsa, files=(chosen(cast.amina),))
    for other in (cast.neighbour, cast.stranger, cast.jonas, cast.ulf, cast.administrator, cast.specialist):
        assert log_in(other).get(address_of(message)).status_code == 404
    assert log_in(cast.amina).get(f"/samtal/bilaga/{uuid4()}/").status_code == 404


def test_withdrawn_it_is_refused(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.6: attachments are refused from then on, also to whoever wrote it."""
    (message,) = sent(cast.maria, cast.elsa, files=(chosen(cast.maria),))
    address = address_of(message)
    assert log_in(cast.amina).get(address).status_code == 200
    asked = log_in(cast.maria).get(f"/samtal/meddelande/{message.pk}/aterkalla/").content.decode()
    assert "Filen som följer med försvinner också." in asked
    assert "Om Elsa" in log_in(cast.eva).get(f"/samtal/{message.thread_id}/diariefor/").content.decode()
    withdraw(message_id=message.pk, actor=Actor.of_person(cast.maria), now=clock.now())
    for reader in (cast.amina, cast.maria, cast.eva):
        assert log_in(reader).get(address).status_code == 404


def test_before_it_leaves_only_the_writer_has_it(cast: Cast, log_in: LogIn) -> None:
    (message,) = sent(cast.maria, cast.elsa, files=(chosen(cast.maria),), ago=timedelta())
    assert log_in(cast.maria).get(address_of(message)).status_code == 200
    assert log_in(cast.amina).get(address_of(message)).status_code == 404
    assert log_in(cast.vikar).get(address_of(message)).status_code == 404


def test_until_it_is_sent_it_is_nobody_s_page(cast: Cast, log_in: LogIn) -> None:
    address = f"/samtal/bilaga/{chosen(cast.maria)}/"
    for one in (cast.maria, cast.amina):
        assert log_in(one).get(address).status_code == 404


def test_whoever_has_just_begun_does_not_get_what_is_older(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.12."""
    (message,) = sent(cast.amina, cast.elsa, files=(chosen(cast.amina),), ago=timedelta(days=20))
    newcomer = person("Nils")
    employ(newcomer, department=cast.blasippan)
    StaffRole.objects.filter(person=newcomer).update(starts_on=days.today())
    assert log_in(newcomer).get(address_of(message)).status_code == 404
    StaffRole.objects.filter(person=newcomer).update(starts_on=days.today() - timedelta(days=14))
    assert log_in(newcomer).get(address_of(message)).status_code == 200


def test_on_the_tablet_with_a_pin(cast: Cast, on_tablet: Callable[[str], Client]) -> None:
    (message,) = sent(cast.amina, cast.elsa, files=(chosen(cast.amina),))
    assert "/platta/pin/" in on_tablet(tablet(cast.blasippan)[1]).get(address_of(message)).headers["Location"]


def test_a_picture_has_a_small_one_once_it_is_made(cast: Cast, log_in: LogIn) -> None:
    (message,) = sent(cast.amina, cast.elsa, files=(chosen(cast.amina, picture()),))
    phone, address = log_in(cast.johan), address_of(message)
    assert phone.get(f"{address}?storlek=liten").status_code == 404
    make_sizes()
    answer = phone.get(f"{address}?storlek=liten")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("image/")
    assert "inline" in answer.headers.get("Content-Disposition", "inline")
    assert "attachment" in phone.get(f"{address}?spara").headers["Content-Disposition"]


def test_several_families_get_the_same_file_each_for_itself(cast: Cast, log_in: LogIn) -> None:
    half = child("Ida")
    place(half, cast.blasippan)
    guard(cast.neighbour, half)
    messages = sent(cast.maria, cast.elsa, half, files=(chosen(cast.maria),))
    assert len(messages) == 2
    assert StoredFile.objects.count() == 1
    for message in messages:
        allowed = log_in(cast.amina).get(address_of(message)).status_code == 200
        assert allowed != (log_in(cast.neighbour).get(address_of(message)).status_code == 200)


def test_a_picture_goes_to_one_family_at_a_time(cast: Cast) -> None:
    """DOMAIN 5.2: Elsa is not shown to Noor's family; both of her own homes get it."""
    with pytest.raises(ValidationError, match="en familj i taget"):
        sent(cast.maria, cast.elsa, cast.noor, files=(chosen(cast.maria), chosen(cast.maria, picture())))
    assert not Message.objects.exists()
    photo = chosen(cast.maria, picture())
    apart = start_threads(
        child_ids=[cast.elsa.pk],
        addressee=TO_DEPARTMENT,
        words=Words("Stövlar", "Se bilden", "sv", attachments=(photo,)),
        actor=Actor.of_person(cast.maria),
        now=clock.now(),
        apart=True,
    )
    assert len(apart) == 2


class TestForgedForms:
    def test_somebody_else_s_file(self, cast: Cast) -> None:
        with pytest.raises(ValidationError):
            sent(cast.amina, cast.elsa, files=(chosen(cast.stranger),))
        assert not Message.objects.exists()

    def test_what_another_message_took(self, cast: Cast) -> None:
        """The id of a file that was sent about one child is no way to send it about another."""
        (message,) = sent(cast.maria, cast.elsa, files=(chosen(cast.maria),))
        with pytest.raises(ValidationError):
            sent(cast.maria, cast.noor, files=(message.attachments.get().pk,))
        assert MessageAttachment.objects.count() == 1

    def test_more_than_five(self, cast: Cast) -> None:
        with pytest.raises(ValidationError, match="högst 5"):
            sent(cast.amina, cast.elsa, files=tuple(chosen(cast.amina) for _each in range(6)))

    def test_heaps_of_what_is_never_sent(self, cast: Cast) -> None:
        for _each in range(MOST_UNSENT + 3):
            chosen(cast.amina)
        assert MessageAttachment.objects.count() == StoredFile.objects.count() == MOST_UNSENT


def test_undone_it_is_the_writer_s_again_and_can_be_sent(cast: Cast) -> None:
    """F04: it was never there; and what was chosen is not lost."""
    half = child("Ida")
    place(half, cast.blasippan)
    guard(cast.neighbour, half)
    messages = sent(cast.maria, cast.elsa, half, files=(chosen(cast.maria),), ago=timedelta())
    undone = undo(message_id=messages[0].pk, actor=Actor.of_person(cast.maria), now=clock.now())
    assert not Message.objects.exists()
    left = MessageAttachment.objects.get()
    assert (left.message, undone.words.attachments) == (None, (left.pk,))
    sent(cast.maria, cast.elsa, files=undone.words.attachments)


def test_what_is_never_sent_is_thrown_away(cast: Cast) -> None:
    chosen(cast.amina)
    sent(cast.amina, cast.elsa, files=(chosen(cast.amina),))
    assert throw_away_unsent(now=clock.now() + timedelta(days=29)) == 0
    assert throw_away_unsent(now=clock.now() + timedelta(days=31)) == 1
    assert MessageAttachment.objects.exclude(message=None).count() == StoredFile.objects.count() == 1


def test_what_is_refused_is_named(cast: Cast) -> None:
    with pytest.raises(ValidationError, match=r"tom\.txt"):
        chosen(cast.amina, text("tom.txt", b""))
    assert not MessageAttachment.objects.exists()


class TestTheForm:
    """What somebody chooses while writing, through the pages (F16: nothing that was chosen is lost)."""

    def answer(self, browser: Client, message: Message, **fields: object) -> str:
        address = f"/samtal/{message.thread_id}/"
        seen = re.search(r'name="seen"\s+value="([^"]+)"', browser.get(address).content.decode())
        assert seen
        filled = {"language": "sv", "body": "Se bilagan", "seen": seen[1], **fields}
        return re.sub(r"\s+", " ", browser.post(address, filled, follow=True).content.decode())

    def test_several_files_go_with_an_answer(self, cast: Cast, log_in: LogIn) -> None:
        (message,) = sent(cast.maria, cast.elsa)
        html = self.answer(log_in(cast.amina), message, files=[text("ett.txt"), text("två.txt")])
        mine = Message.objects.get(written_by=cast.amina)
        assert [one.file.name for one in mine.attachments.order_by("created_at")] == ["ett.txt", "två.txt"]
        for one in mine.attachments.all():
            assert f'href="/samtal/bilaga/{one.pk}/"' in html

    def test_a_refused_one_is_named_and_the_rest_is_kept(self, cast: Cast, log_in: LogIn) -> None:
        (message,) = sent(cast.maria, cast.elsa)
        phone = log_in(cast.amina)
        html = self.answer(phone, message, files=[text("bra.txt"), text("tom.txt", b"")])
        assert "tom.txt följer inte med. Filen är tom." in html
        assert "Se bilagan</textarea>" in html
        kept = MessageAttachment.objects.get(message=None)
        assert f'name="kept" value="{kept.pk}"' in html
        assert not Message.objects.filter(written_by=cast.amina).exists()
        self.answer(phone, message, kept=[str(kept.pk)])
        assert Message.objects.get(written_by=cast.amina).attachments.get() == kept

    def test_a_refused_one_takes_none_of_the_others_out_of_the_draft(self, cast: Cast, log_in: LogIn) -> None:
        """F16: whoever goes away and comes back finds what was written and what was taken."""
        (message,) = sent(cast.maria, cast.elsa)
        phone = log_in(cast.amina)
        self.answer(phone, message, files=[text("bra.txt"), text("tom.txt", b"")])
        html = phone.get(f"/samtal/{message.thread_id}/").content.decode()
        assert f'value="{MessageAttachment.objects.get(message=None).pk}"' in html
        assert "Se bilagan</textarea>" in html

    def test_where_the_text_is_missing_the_file_is_kept(self, cast: Cast, log_in: LogIn) -> None:
        (message,) = sent(cast.maria, cast.elsa)
        html = self.answer(log_in(cast.amina), message, body=" ", files=[text("bra.txt")])
        assert "Skriv något först." in html
        assert f'value="{MessageAttachment.objects.get().pk}"' in html

    def test_the_sixth_is_refused(self, cast: Cast, log_in: LogIn) -> None:
        (message,) = sent(cast.maria, cast.elsa)
        html = self.answer(log_in(cast.amina), message, files=[text(f"{turn}.txt") for turn in range(6)])
        assert "5.txt följer inte med." in html
        assert MessageAttachment.objects.count() == 5

    def test_somebody_else_s_is_neither_sent_nor_shown(self, cast: Cast, log_in: LogIn) -> None:
        (message,) = sent(cast.maria, cast.elsa)
        theirs = chosen(cast.stranger, text("hemligt.txt"))
        html = self.answer(log_in(cast.amina), message, kept=[str(theirs), "trams"])
        assert "hemligt" not in html
        assert "En fil finns inte kvar." in html
        assert MessageAttachment.objects.get(pk=theirs).message is None

    def test_undone_it_lies_in_the_field_again(self, cast: Cast, log_in: LogIn) -> None:
        """F04: text and file are both there to be sent anew."""
        (message,) = sent(cast.maria, cast.elsa)
        phone = log_in(cast.amina)
        self.answer(phone, message, files=[text("bra.txt")])
        mine = Message.objects.get(written_by=cast.amina)
        html = phone.post(f"/samtal/meddelande/{mine.pk}/angra/", follow=True).content.decode()
        assert f'name="kept" value="{MessageAttachment.objects.get().pk}"' in re.sub(r"\s+", " ", html)
        assert "Se bilagan</textarea>" in html

    def test_a_new_conversation_takes_files_and_a_mark(self, cast: Cast, log_in: LogIn) -> None:
        desk = log_in(cast.maria)
        fields = {"barn": [str(cast.elsa.pk)], "till": "department", "subject": "Papper", "body": "Se bilagan"}
        fields |= {"language": "sv", "is_sensitive": "on", "do": "look"}
        shown = desk.post("/samtal/nytt/", fields).content.decode()
        seen = re.search(r'name="seen"\s+value="([^"]+)"', shown)
        assert seen
        desk.post("/samtal/nytt/", fields | {"do": "send", "seen": seen[1], "files": [text("ett.txt")]})
        message = Message.objects.get()
        assert message.thread.is_sensitive
        assert message.attachments.count() == 1
