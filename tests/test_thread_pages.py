"""The pages of conversations: the inbox, one of them, beginning, undoing and withdrawing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from accounts.models import Protection, User
from children import protection
from children.actors import Actor
from children.models import Block, NamedReader, Placement, ProtectedIdentity, StaffRole
from children.tablets import PIN_COOKIE
from messaging.models import Message, ReadMark, Thread
from messaging.selectors.readers import open_thread, stamp_of
from messaging.selectors.unread import unread_threads
from messaging.services.threads import release_due
from notifications.models import Delivery
from portal.lib import clock
from portal.lib.ids import uuid7
from tests.cast import Cast, employ, local, person, tablet
from tests.test_threads import two_homes

LogIn = Callable[[User], Client]
TUESDAY = date(2026, 10, 13)


@pytest.fixture(autouse=True)
def at_seven() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(local(TUESDAY, 7), tick=False) as traveller:
        yield traveller


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    return text_of(response.content.decode())


def seen_on(browser: Client, address: str, **fields: Any) -> str:
    """Return the stamp of the readers that the page shows, after looking where fields are given."""
    answer = browser.post(address, {"do": "look", **fields}) if fields else browser.get(address)
    found = re.search(r'name="seen"\s+value="([^"]+)"', answer.content.decode())
    assert found
    return found.group(1)


def begin(browser: Client, *children: Any, body: str = "Elsa har nya stövlar.", **more: Any) -> Any:
    fields = {"barn": [str(one.pk) for one in children], "till": "department"} | more
    seen = seen_on(browser, "/samtal/nytt/", **fields)
    return browser.post(
        "/samtal/nytt/",
        fields | {"do": "send", "subject": "Stövlar", "body": body, "language": "sv", "seen": seen, "sending": uuid7()},
    )


def answer(browser: Client, thread: Thread, body: str, **more: Any) -> Any:
    address = f"/samtal/{thread.pk}/"
    fields = {"body": body, "language": "sv", "seen": seen_on(browser, address), "sending": uuid7()}
    return browser.post(address, fields | more)


def later(traveller: time_machine.Traveller, **span: float) -> None:
    traveller.shift(timedelta(**span))
    release_due(now=clock.now())


def begun(by: Client, cast: Cast, at_seven: time_machine.Traveller) -> Thread:
    """Let somebody write about Elsa; return the conversation, of which everybody has been told."""
    begin(by, cast.elsa)
    later(at_seven, minutes=1)
    return Thread.objects.get()


def test_it_works(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    """F01: a guardian writes to the department, its staff answer, and the guardian sees the department and who."""
    amina, maria = log_in(cast.amina), log_in(cast.maria)
    assert begin(amina, cast.elsa).status_code == 302
    assert "Inga samtal" in page(maria, "/samtal/")
    later(at_seven, seconds=30)
    assert "Elsa" in page(maria, "/samtal/")
    thread = Thread.objects.get()
    assert "Elsa har nya stövlar." in page(maria, f"/samtal/{thread.pk}/")
    assert answer(maria, thread, "Vad fint!").status_code == 302
    later(at_seven, minutes=5)
    shown = page(amina, f"/samtal/{thread.pk}/")
    assert "Blåsippan" in shown
    assert "Om Elsa" in shown
    assert "Maria Berg · 07:01" in shown
    assert "Läst av Maria · 07:00" in shown
    assert Message.objects.count() == 2


def test_what_nobody_sees_is_not_read(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    """F01: a page fetched ahead, or only asked after, tells nobody that it is read."""
    begin(log_in(cast.amina), cast.elsa)
    later(at_seven, minutes=1)
    maria, thread = log_in(cast.maria), Thread.objects.get()
    for address in (f"/samtal/{thread.pk}/", f"/samtal/{thread.pk}/nytt/"):
        maria.get(address, headers={"Sec-Purpose": "prefetch"})
        maria.head(address)
    assert not ReadMark.objects.filter(person=cast.maria).exists()
    maria.get(f"/samtal/{thread.pk}/")
    assert ReadMark.objects.filter(person=cast.maria).exists()


# Who reads, before and after ------------------------------------------------------------------------------------------


def test_nobody_but_those_on_the_list_opens_it(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    """F02: neither the page nor what is asked for behind it, nor a message of it, nor an answer in it."""
    begin(log_in(cast.amina), cast.elsa)
    later(at_seven, minutes=1)
    message = Message.objects.get()
    there = f"/samtal/{message.thread_id}/"
    for other in (cast.stranger, cast.neighbour, cast.jonas, cast.ulf, cast.specialist, cast.administrator):
        browser = log_in(other)
        for address in (there, f"{there}nytt/", f"/samtal/meddelande/{message.pk}/aterkalla/"):
            assert browser.get(address).status_code == 404
        fields = {"body": "Hej", "language": "sv", "seen": "x", "sending": uuid7()}
        assert browser.post(there, fields).status_code == 404
        assert browser.post(f"/samtal/meddelande/{message.pk}/angra/").status_code == 404
        assert "Stövlar" not in page(browser, "/samtal/")
    assert Message.objects.count() == 1


def test_a_forged_reader_is_nobody(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    """F06: whatever is sent along, an answer is read by those of its conversation."""
    amina = log_in(cast.amina)
    thread = begun(amina, cast, at_seven)
    forged = {"barn": str(cast.noor.pk), "guardians": str(cast.stranger.pk), "till": "principal"}
    assert answer(amina, thread, "Ett svar", **forged).status_code == 302
    later(at_seven, minutes=1)
    assert [row.guardian_id for row in thread.family.all()].count(cast.stranger.pk) == 0
    assert "Ett svar" not in page(log_in(cast.neighbour), "/samtal/")
    assert log_in(cast.stranger).get(f"/samtal/{thread.pk}/").status_code == 404


def test_who_has_read_is_said_once_of_what_follows_each_other(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """DOMAIN 4.7: below the last that they have read, and of an earlier one where more have read it."""
    amina = log_in(cast.amina)
    thread = begun(amina, cast, at_seven)
    answer(amina, thread, "Och en mössa.")
    later(at_seven, minutes=1)
    log_in(cast.maria).get(f"/samtal/{thread.pk}/")
    assert page(amina, f"/samtal/{thread.pk}/").count("Läst av Maria") == 1
    answer(amina, thread, "Den är gul.")
    later(at_seven, minutes=1)
    log_in(cast.vikar).get(f"/samtal/{thread.pk}/")
    shown = page(amina, f"/samtal/{thread.pk}/")
    assert f"Läst av Maria och {cast.vikar.given_name}" in shown
    assert shown.index("Och en mössa.") < shown.index("Läst av Maria och") < shown.index("Den är gul.")
    assert shown.count("Läst av") == 2


def test_a_child_that_is_not_ones_own_cannot_be_written_about(cast: Cast, log_in: LogIn) -> None:
    """F06: a forged child is refused on the field, and told apart from one that is not there by nothing."""
    amina = log_in(cast.amina)
    for forged in (str(cast.noor.pk), str(uuid7()), "x"):
        fields = {"barn": forged, "till": "department", "do": "send", "subject": "A", "body": "B", "language": "sv"}
        refused = amina.post("/samtal/nytt/", fields)
        assert refused.status_code == 422
        assert "Välj bland barnen i listan." in text_of(refused.content.decode())
    assert not Message.objects.exists()


def test_one_persons_list_is_no_ticket_for_another(cast: Cast, log_in: LogIn) -> None:
    """What was shown to somebody else was not shown."""
    fields = {"barn": str(cast.elsa.pk), "till": "department"}
    seen = seen_on(log_in(cast.johan), "/samtal/nytt/", **fields)
    words = {"do": "send", "subject": "A", "body": "B", "language": "sv", "seen": seen}
    refused = log_in(cast.amina).post("/samtal/nytt/", fields | words)
    assert "har ändrats" in text_of(refused.content.decode())
    assert not Message.objects.exists()


def test_nothing_is_sent_to_somebody_who_was_not_on_the_list(cast: Cast, log_in: LogIn) -> None:
    """F02: somebody begins to work there meanwhile; the words are kept, and the list is shown anew."""
    amina = log_in(cast.amina)
    fields = {"barn": str(cast.elsa.pk), "till": "department"}
    seen = seen_on(amina, "/samtal/nytt/", **fields)
    new = person("Nina", "Ny")
    employ(new, department=cast.blasippan)
    words = {"do": "send", "subject": "Stövlar", "body": "Hej alla", "language": "sv", "seen": seen}
    refused = amina.post("/samtal/nytt/", fields | words)
    shown = text_of(refused.content.decode())
    assert refused.status_code == 422
    assert "har ändrats" in shown
    assert "Nina Ny" in shown
    assert "Hej alla" in shown
    assert not Message.objects.exists()
    again = seen_on(amina, "/samtal/nytt/", **fields)
    assert amina.post("/samtal/nytt/", fields | words | {"seen": again}).status_code == 302


def test_nor_as_an_answer(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    amina = log_in(cast.amina)
    thread = begun(amina, cast, at_seven)
    seen = seen_on(amina, f"/samtal/{thread.pk}/")
    new = person("Nina", "Ny")
    StaffRole.objects.create(
        person=new, kind=StaffRole.Kind.STAFF, department=cast.blasippan, starts_on=date(2026, 10, 13)
    )
    refused = answer(amina, thread, "Ett svar", seen=seen)
    assert refused.status_code == 422
    shown = text_of(refused.content.decode())
    assert "har ändrats" in shown
    assert "Ett svar" in shown
    assert Message.objects.count() == 1


# Families -------------------------------------------------------------------------------------------------------------


def test_each_family_gets_its_own_and_all_is_undone_at_once(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """F03, F04: siblings with the same guardians are one conversation, another family has its own."""
    Placement.objects.filter(child=cast.hugo).update(department=cast.blasippan)
    maria = log_in(cast.maria)
    shown = text_of(
        maria.post(
            "/samtal/nytt/",
            {"do": "look", "barn": [one.pk for one in (cast.elsa, cast.hugo, cast.noor)], "till": "department"},
        ).content.decode()
    )
    assert "Detta blir 2 samtal." in shown
    assert "Elsa och Hugo: " in shown
    sent = begin(maria, cast.elsa, cast.hugo, cast.noor)
    assert sent.headers["Location"] == "/samtal/"
    assert Thread.objects.count() == 2
    assert "2 samtal. Skickas om" in page(maria, "/samtal/")
    maria.post(f"/samtal/meddelande/{Message.objects.get(number=0).pk}/angra/")
    assert not Thread.objects.exists()
    later(at_seven, minutes=1)
    assert not Delivery.objects.exists()
    kept = maria.get("/samtal/nytt/").content.decode()
    assert "Elsa har nya stövlar." in kept
    assert kept.count("checked") == 3


def test_both_homes_hear_of_it_and_neither_of_the_other(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    two_homes(cast)
    begin(log_in(cast.maria), cast.elsa)
    later(at_seven, minutes=1)
    assert Thread.objects.count() == 2
    for guardian, other in ((cast.amina, "Johan"), (cast.johan, "Amina")):
        browser = log_in(guardian)
        thread = Thread.objects.get(family__guardian=guardian)
        assert other not in page(browser, f"/samtal/{thread.pk}/")
        assert page(browser, "/samtal/").count("Stövlar") == 1


def test_guardians_are_kept_apart_where_the_sender_chose_so(cast: Cast, log_in: LogIn) -> None:
    begin(log_in(cast.maria), cast.elsa, apart="on")
    assert Thread.objects.count() == 2


def test_whoever_works_where_the_own_child_is_writes_about_it_as_a_guardian(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """And never about it together with others': the other families would not be its own."""
    employ(cast.amina, department=cast.blasippan)
    amina = log_in(cast.amina)
    fields = {"do": "look", "barn": [cast.elsa.pk, cast.noor.pk], "till": "department"}
    assert "Skriv om dina egna barn för sig" in text_of(amina.post("/samtal/nytt/", fields).content.decode())
    begin(amina, cast.elsa)
    assert Message.objects.get().side == Message.Side.FAMILY


# Undone, withdrawn ----------------------------------------------------------------------------------------------------


def test_taken_back_nobody_saw_it_and_the_words_are_kept(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """F04."""
    amina, maria = log_in(cast.amina), log_in(cast.maria)
    begin(amina, cast.elsa)
    message = Message.objects.get()
    at_seven.shift(timedelta(seconds=29))
    assert "Skickas om 1 sekund" in page(amina, f"/samtal/{message.thread_id}/")
    assert maria.get(f"/samtal/{message.thread_id}/").status_code == 404
    assert "Stövlar" not in page(maria, "/samtal/")
    assert "Elsa har nya stövlar." in page(
        amina, amina.post(f"/samtal/meddelande/{message.pk}/angra/").headers["Location"]
    )
    later(at_seven, minutes=1)
    assert not Message.objects.exists()
    assert not Delivery.objects.exists()


def test_half_a_minute_later_it_is_too_late(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    amina = log_in(cast.amina)
    begin(amina, cast.elsa)
    message = Message.objects.get()
    at_seven.shift(timedelta(seconds=30))
    answered = amina.post(f"/samtal/meddelande/{message.pk}/angra/", follow=True)
    assert "har redan skickats" in text_of(answered.content.decode())
    assert Message.objects.exists()


def test_an_answer_that_is_taken_back_lies_in_the_field(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    amina = log_in(cast.amina)
    thread = begun(amina, cast, at_seven)
    answer(amina, thread, "Fel ord")
    last = Message.objects.get(leaves_at__gt=clock.now())
    answered = amina.post(f"/samtal/meddelande/{last.pk}/angra/", follow=True)
    assert re.search(r"<textarea[^>]*>\s*Fel ord</textarea>", answered.content.decode())


def typed(browser: Client, address: str, body: str, **more: str) -> None:
    """Type in the field of a page, and go away."""
    assert browser.post("/samtal/utkast/", {"page": address, "body": body} | more).status_code == 200


def taken_back(browser: Client, **more: str) -> str:
    """Take back what has not left, and return the page on which its words lie."""
    last = Message.objects.filter(leaves_at__gt=clock.now()).latest("created_at")
    return str(browser.post(f"/samtal/meddelande/{last.pk}/angra/", more).headers["Location"])


def field(browser: Client, address: str) -> str:
    found = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", browser.get(address).content.decode(), re.DOTALL)
    assert found
    return unescape(found.group(1))


def test_what_was_begun_since_is_not_overwritten_by_what_is_taken_back(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """F04, F16: both stand in the field, also what was typed so late that no draft of it was kept."""
    amina = log_in(cast.amina)
    thread = begun(amina, cast, at_seven)
    there = f"/samtal/{thread.pk}/"
    answer(amina, thread, "Fel ord")
    typed(amina, there, "Och en sak")
    assert field(amina, taken_back(amina)) == "Fel ord\n\nOch en sak"
    answer(amina, thread, "Fel igen")
    typed(amina, there, "Och en")
    assert field(amina, taken_back(amina, begun="Och en sak till")) == "Fel igen\n\nOch en sak till"


def test_what_was_begun_for_others_stays_apart_from_what_is_taken_back(cast: Cast, log_in: LogIn) -> None:
    """F04: nothing that was meant for one family lands in what is written to another."""
    maria = log_in(cast.maria)
    begin(maria, cast.elsa)
    typed(maria, "/samtal/nytt/", "Till Noors familj", barn=str(cast.noor.pk), subject="Noor")
    back = taken_back(maria)
    assert field(maria, back) == "Elsa har nya stövlar."
    assert "Till Noors familj" not in page(maria, back)
    assert field(maria, "/samtal/nytt/") == "Till Noors familj"
    begin(maria, cast.elsa, page=back)
    assert field(maria, back) == ""
    assert field(maria, "/samtal/nytt/") == "Till Noors familj"


def test_the_longest_message_in_any_script_is_taken_back_whole(cast: Cast, log_in: LogIn) -> None:
    amina, body = log_in(cast.amina), "مرحبا " * 3_300 + "!"
    begin(amina, cast.elsa, body=body)
    assert field(amina, taken_back(amina)) == body


@pytest.mark.parametrize(("seconds", "may"), [(0, True), (1, False)])
def test_withdrawn_on_the_seventh_day(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller, *, seconds: int, may: bool
) -> None:
    """F05: the page says what it does; afterwards a placeholder; on the eighth day it is refused, twice it is said."""
    maria, amina = log_in(cast.maria), log_in(cast.amina)
    begin(maria, cast.elsa, body="Till fel familj")
    later(at_seven, minutes=1)
    message = Message.objects.get()
    there, address = f"/samtal/{message.thread_id}/", f"/samtal/meddelande/{message.pk}/aterkalla/"
    page(amina, there)
    at_seven.move_to(message.leaves_at + timedelta(days=7, seconds=seconds))
    if not may:
        maria, amina = log_in(cast.maria), log_in(cast.amina)
        assert "för sent" in text_of(maria.post(address, follow=True).content.decode())
        assert "Till fel familj" in page(amina, there)
        return
    maria, amina = log_in(cast.maria), log_in(cast.amina)
    asked = page(maria, address)
    assert "Amina har redan läst det." in asked
    assert "Rektor får veta" in asked
    assert "Meddelandet är återkallat." in text_of(maria.post(address, follow=True).content.decode())
    for browser in (amina, maria):
        shown = page(browser, there)
        assert "Till fel familj" not in shown
        assert "Meddelandet är återkallat." in shown
        assert "Till fel familj" not in page(browser, "/samtal/")
    assert "redan återkallat" in text_of(maria.post(address, follow=True).content.decode())
    assert amina.post(address).status_code == 404


def test_it_is_said_who_withdrew_what_another_wrote(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """F05: nobody is taken for having withdrawn what whoever leads has."""
    begin(log_in(cast.maria), cast.elsa, body="Till fel familj")
    later(at_seven, minutes=1)
    message = Message.objects.get()
    log_in(cast.eva).post(f"/samtal/meddelande/{message.pk}/aterkalla/")
    for reader in (cast.amina, cast.maria):
        shown = page(log_in(reader), f"/samtal/{message.thread_id}/")
        assert f"Meddelandet är återkallat av {cast.eva.full_name}." in shown


# Closed, tablets, protected -------------------------------------------------------------------------------------------


def test_after_the_placement_it_is_read_and_not_written_in(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """F07: and the family is told why."""
    amina = log_in(cast.amina)
    thread = begun(amina, cast, at_seven)
    Placement.objects.filter(child=cast.elsa).update(ends_on=date(2026, 10, 12))
    shown = page(amina, f"/samtal/{thread.pk}/")
    assert "Elsa har nya stövlar." in shown
    assert "placeringen är slut för Elsa" in shown
    assert "<textarea" not in amina.get(f"/samtal/{thread.pk}/").content.decode()
    fields = {"body": "Hej", "language": "sv", "seen": seen_of(thread, cast.amina), "sending": uuid7()}
    assert amina.post(f"/samtal/{thread.pk}/", fields).status_code == 404
    assert Message.objects.count() == 1


def seen_of(thread: Thread, reader: User) -> str:
    """Return the stamp of the true list, as somebody may have kept it."""
    opened = open_thread(Actor.of_person(reader), thread.pk)
    return stamp_of([opened.circle], [opened.readers], opened.addressee, reader.pk)


def test_a_tablet_with_a_pin_reads_its_own_department(
    cast: Cast, log_in: LogIn, on_tablet: Callable[[str], Client], at_seven: time_machine.Traveller
) -> None:
    """Answers are by the person; what lies elsewhere, or is sensitive, is not on the wall."""
    begin(log_in(cast.amina), cast.elsa)
    begin(log_in(cast.stranger), cast.leo)
    later(at_seven, minutes=1)
    here, elsewhere = (Thread.objects.get(about__child=one) for one in (cast.elsa, cast.leo))
    made, cookie = tablet(cast.blasippan)
    hall = on_tablet(cookie)
    assert hall.get("/samtal/").headers["Location"].startswith("/platta/pin/")
    employ(cast.maria, department=cast.musslan)
    hall.cookies[PIN_COOKIE] = signing.dumps([str(made.pk), str(cast.maria.pk)], salt="pin")
    for page in ("/samtal/", "/samtal/nytt/", f"/samtal/{here.pk}/"):
        html = hall.get(page).content.decode()
        assert "Du skriver som Maria Berg" in html, page
        assert 'action="/platta/pin/slut/"' in html
    listed = hall.get("/samtal/").content.decode()
    assert str(here.pk) in listed
    assert str(elsewhere.pk) not in listed
    assert hall.get(f"/samtal/{elsewhere.pk}/").status_code == 404
    answer(hall, here, "Från hallen")
    assert Message.objects.get(side=Message.Side.HOUSE).written_by == cast.maria
    Thread.objects.filter(pk=here.pk).update(is_sensitive=True)
    assert hall.get(f"/samtal/{here.pk}/").status_code == 403
    assert str(here.pk) not in hall.get("/samtal/").content.decode()


def test_the_family_of_a_child_with_protected_identity_is_named_to_nobody_but_its_readers(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """DOMAIN 6.1: no name in the list, in the conversation, in the inbox, and no word of why."""
    protection.protect_child(child=cast.elsa, level=Protection.CONFIDENTIAL, now=clock.now())
    named = person("Nina", "Namngiven")
    employ(named, department=cast.blasippan)
    NamedReader.objects.create(
        identity=ProtectedIdentity.objects.get(child=cast.elsa), reader=named, starts_on=date(2026, 10, 1)
    )
    amina = log_in(cast.amina)
    begin(amina, cast.elsa)
    later(at_seven, minutes=1)
    there = f"/samtal/{Thread.objects.get().pk}/"
    for other in (cast.maria, cast.vikar, cast.eva):
        browser = log_in(other)
        answer(browser, Thread.objects.get(), "Tack")
        form = {"do": "look", "barn": str(cast.elsa.pk), "till": "department"}
        for html in (
            browser.get(there).content.decode(),
            browser.get("/samtal/").content.decode(),
            browser.post("/samtal/nytt/", form).content.decode(),
        ):
            for secret in ("Amina", "Johan", "kydda"):
                assert secret not in html.replace("/skyddade/", "").replace("Skyddade", "")
        assert "Vårdnadshavare" in page(browser, there)
    known = page(log_in(named), there)
    assert "Amina Lind" in known
    assert "Skriv inget som röjer" in known
    assert "Skriv inget som röjer" not in page(amina, there)


# Words ----------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_text(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    """Nothing that is written is markup; lines stay; only http(s) can be pressed."""
    body = "<b>Fet</b>\r\nrad två javascript:alert(1) https://example.org/a?b=1&c=2. <http://example.org/x'onclick=y>"
    begin(log_in(cast.amina), cast.elsa, body=body)
    later(at_seven, minutes=1)
    html = log_in(cast.maria).get(f"/samtal/{Thread.objects.get().pk}/").content.decode()
    assert "<b>Fet</b>" not in html
    assert "&lt;b&gt;Fet&lt;/b&gt;\nrad två" in html
    assert 'href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow ugc"' in html
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html))
    assert "onclick" not in re.sub(r">[^<]*<", "><", html)


def test_pressed_twice_it_is_one_message(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    amina = log_in(cast.amina)
    press = uuid7()
    for _turn in range(2):
        fields = {"barn": str(cast.elsa.pk), "till": "department"}
        seen = seen_on(amina, "/samtal/nytt/", **fields)
        words = {"do": "send", "subject": "A", "body": "B", "language": "sv", "seen": seen, "sending": press}
        assert amina.post("/samtal/nytt/", fields | words).status_code == 302
    assert Message.objects.count() == 1
    later(at_seven, minutes=1)
    again = uuid7()
    for _turn in range(2):
        assert answer(amina, Thread.objects.get(), "Svar", sending=again).status_code == 302
    assert Message.objects.count() == 2
    assert answer(log_in(cast.maria), Thread.objects.get(), "Svar", sending=again).status_code == 404


def test_what_is_refused_comes_back_filled_in(cast: Cast, log_in: LogIn) -> None:
    amina = log_in(cast.amina)
    fields = {
        "barn": str(cast.elsa.pk),
        "till": "principal",
        "do": "send",
        "subject": "",
        "body": "Långt",
        "language": "en",
    }
    refused = amina.post("/samtal/nytt/", fields)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Skriv vad det handlar om." in html
    assert "Långt</textarea>" in html
    assert 'value="principal" required id="id_till_1" checked' in html or "checked" in html


# Unread ---------------------------------------------------------------------------------------------------------------


def test_what_is_opened_is_read_and_so_is_its_notice(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    amina, maria = log_in(cast.amina), log_in(cast.maria)
    begin(amina, cast.elsa)
    assert unread_threads(Actor.of_person(cast.maria)) == 0
    later(at_seven, minutes=1)
    thread = Thread.objects.get()
    assert "1" in page(maria, "/samtal/olasta/")
    assert "Oläst" in page(maria, "/samtal/")
    assert unread_threads(Actor.of_person(cast.amina)) == 0
    page(maria, f"/samtal/{thread.pk}/")
    assert page(maria, "/samtal/olasta/").strip() == ""
    assert "Oläst" not in page(maria, "/samtal/")
    assert not Delivery.objects.filter(person=cast.maria).unread().exists()
    assert Delivery.objects.filter(person=cast.johan).unread().exists()


def test_what_one_may_open_no_more_is_not_unread(cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller) -> None:
    begin(log_in(cast.maria), cast.elsa)
    later(at_seven, minutes=1)
    assert unread_threads(Actor.of_person(cast.johan)) == 1
    Block.objects.create(child=cast.elsa, person=cast.johan)
    assert unread_threads(Actor.of_person(cast.johan)) == 0


def test_news_are_asked_for_and_nobody_is_kept_logged_in(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    amina, maria = log_in(cast.amina), log_in(cast.maria)
    thread = begun(amina, cast, at_seven)
    html = amina.get(f"/samtal/{thread.pk}/").content.decode()
    found = re.search(r'hx-get="(/samtal/[^"]+sedan=[^"]+)"', html)
    assert found
    asked = unescape(found.group(1))
    idle = {"X-Idle": "1", "HX-Request": "true"}
    assert amina.get(asked, headers=idle).status_code == 204
    answer(maria, thread, "Vad fint!")
    assert amina.get(asked, headers=idle).status_code in (200, 204)
    later(at_seven, seconds=31)
    assert "Vad fint!" in text_of(amina.get(asked, headers=idle).content.decode())
    at_seven.shift(timedelta(hours=4))
    assert amina.get(asked, headers=idle).status_code in (200, 204)
    at_seven.shift(timedelta(hours=5))
    assert "Vad fint!" not in text_of(amina.get(asked, headers=idle).content.decode())


def test_only_other_readers_than_were_shown_unfold_the_list(cast: Cast, log_in: LogIn) -> None:
    """F01: a list that has changed is laid before the writer; what else is refused leaves it folded."""
    amina = log_in(cast.amina)
    begin(amina, cast.elsa)
    thread = Thread.objects.get()
    for fields, is_unfolded in (({"body": ""}, False), ({"body": "Hej", "seen": "other"}, True)):
        refused = answer(amina, thread, fields.pop("body"), **fields)
        assert refused.status_code == 422
        assert bool(re.search(r'<details class="readers"\s+open', refused.content.decode())) == is_unfolded
    given = {"barn": [str(cast.elsa.pk)], "till": "department", "subject": "Stövlar", "language": "sv", "do": "send"}
    for body, is_unfolded in (("", False), ("Hej", True)):
        sent = amina.post("/samtal/nytt/", given | {"body": body, "seen": "other", "sending": uuid7()})
        assert sent.status_code == 422
        assert bool(re.search(r'<details class="readers"\s+open', sent.content.decode())) == is_unfolded


def test_a_lively_conversation_is_one_row_of_what_is_new(
    cast: Cast, log_in: LogIn, at_seven: time_machine.Traveller
) -> None:
    """F10: the newest message stands for those before it."""
    amina, maria = log_in(cast.amina), log_in(cast.maria)
    begin(amina, cast.elsa)
    later(at_seven, minutes=1)
    for body in ("Så fina!", "Och så gula!"):
        answer(maria, Thread.objects.get(), body)
        later(at_seven, minutes=1)
    assert Delivery.objects.filter(person=cast.amina, kind="message_received").in_app().count() == 2
    assert page(amina, "/nytt/").count("Nytt meddelande: Stövlar") == 1
