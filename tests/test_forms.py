"""Forms and agreements: built by staff, answered by guardians, and who has not (G06, DOMAIN 5.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Protection, User
from children import protection
from children.actors import Actor
from children.models import Block, Child, Guardianship, Household, HouseholdWeeks
from documents.models import FormAnswer, PaperForm
from documents.models.forms import kept_answers
from documents.selectors.extract import forms_parts
from documents.services.form_telling import tell_of_forms
from documents.views import forms as forms_views
from notifications.models import Delivery, Kind
from portal.lib import clock, days
from tests.cast import Cast, child, employ, fill, guard, person, place, tablet
from tests.test_board import give_pin
from tests.test_query_counts import COUNTS, queries

LogIn = Callable[[User], Client]
MORNING = "2026-11-24T09:00:00+01:00"  # a Tuesday
YES = {"q-1": "yes", "q-3": "070-123 45 67"}


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def _begin(browser: Client, cast: Cast, template: str = "trip") -> PaperForm:
    sent = {"place": cast.blasippan.pk, "template": template}
    begun = browser.post(reverse("documents:form_new"), sent)
    return PaperForm.objects.get(pk=begun["Location"].split("/")[-3])


def _sibling(cast: Cast, guardian: User) -> Child:
    """Place another child of the guardian's at Blåsippan."""
    made = child("Tage")
    place(made, cast.blasippan)
    guard(guardian, made)
    return made


def _page(browser: Client, form: PaperForm) -> str:
    return browser.get(reverse("documents:form_build", args=[form.pk])).content.decode()


def _fields(browser: Client, form: PaperForm, **other: Any) -> dict[str, Any]:
    """Return what the page would send as it stands, with `other` changed."""
    page = _page(browser, form)
    version = re.search(r'name="version"\s+value="(\d+)"', page)
    seen = re.search(r'name="seen"\s+value="(\w+)"', page)
    assert version
    assert seen
    sent: dict[str, Any] = {
        "version": version[1],
        "seen": seen[1],
        "title": form.title,
        "text": form.text,
        "who": "both" if form.needs_both else "one",
        "readers": "all" if form.is_for_all else "some",
        "due_on": form.due_on or "",
        "question": [f"{one['id']}:{one['kind']}" for one in form.questions],
    }
    for name in ("is_signed", "needs_strong", "is_same_for_siblings", "asks_new"):
        sent |= {name: "on"} if getattr(form, name) else {}
    for one in form.questions:
        sent |= {
            f"label-{one['id']}": one["label"],
            f"help-{one['id']}": one["help"],
            f"choices-{one['id']}": "\n".join(one["choices"]),
        }
        sent |= {f"required-{one['id']}": "on"} if one["is_required"] else {}
    return sent | other


def _press(browser: Client, form: PaperForm, do: str, **other: Any) -> Any:
    answer = browser.post(reverse("documents:form_build", args=[form.pk]), _fields(browser, form, **other) | {"do": do})
    form.refresh_from_db()
    return answer


def _sent(log_in: LogIn, cast: Cast, template: str = "trip", **other: Any) -> PaperForm:
    """Let Maria send a form to all of Blåsippan; the list of readers is the one that she saw."""
    browser = log_in(cast.maria)
    form = _begin(browser, cast, template)
    assert _press(browser, form, "save", **other).status_code == 302
    assert _press(browser, form, "open").status_code == 302
    assert form.is_open
    return form


def _answer(browser: Client, form: PaperForm, child_id: UUID, sent: dict[str, Any] | None = None) -> Any:
    return browser.post(reverse("documents:own", args=[form.pk, child_id]), (sent or YES) | {"do": "leave"})


def _result(log_in: LogIn, cast: Cast, form: PaperForm) -> str:
    page = log_in(cast.maria).get(reverse("documents:form", args=[form.pk])).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_form_for_both_is_done_when_both_have_answered(cast: Cast, log_in: LogIn) -> None:
    """G06: it says who has not, and a guardian who is confirmed later opens it again."""
    form = _sent(log_in, cast, who="both")
    looked = log_in(cast.amina).post(reverse("documents:own", args=[form.pk, cast.elsa.pk]), YES)
    assert "Du undertecknar med din inloggning, Amina Lind, 24 november 2026 09:00" in looked.content.decode()
    assert not FormAnswer.objects.exists()
    assert _answer(log_in(cast.amina), form, cast.elsa.pk).status_code == 302
    page = _result(log_in, cast, form)
    assert "0 av 2 barn är klara" in page
    assert "Har svarat Amina Lind" in page
    assert "Väntar Johan Lind" in page
    _answer(log_in(cast.johan), form, cast.elsa.pk)
    assert "1 av 2 barn är klara" in _result(log_in, cast, form)
    guard(person("Ny", "Vård"), cast.elsa)
    page = _result(log_in, cast, form)
    assert "0 av 2 barn är klara" in page
    assert "Väntar Ny Vård" in page


def test_one_of_them_is_enough_where_one_is_asked_for(cast: Cast, log_in: LogIn) -> None:
    form = _sent(log_in, cast)
    _answer(log_in(cast.amina), form, cast.elsa.pk)
    assert "1 av 2 barn är klara" in _result(log_in, cast, form)
    assert "Utflykt" not in log_in(cast.johan).get("/").content.decode()
    Block.objects.create(child=cast.elsa, person=cast.amina, made_by=cast.eva)
    assert "0 av 2 barn är klara" in _result(log_in, cast, form)
    assert "Utflykt" in log_in(cast.johan).get("/").content.decode()


def test_no_button_of_the_builder_loses_what_was_written(cast: Cast, log_in: LogIn) -> None:
    """Without JavaScript: each button saves first. Beginning twice is one draft."""
    browser = log_in(cast.maria)
    form = _begin(browser, cast)
    assert _begin(browser, cast) == form
    answer = _press(browser, form, "add", title="Till skogen", new_kind="one", **{"label-1": "Får barnet gå med?"})
    assert answer["Location"].endswith("#fraga-5")
    assert (form.title, form.questions[0]["label"], len(form.questions)) == ("Till skogen", "Får barnet gå med?", 5)
    _press(browser, form, "earlier.5", **{"label-5": "Med vem?", "choices-5": "Mamma\nPappa\n\n"})
    assert [one["id"] for one in form.questions] == ["1", "2", "3", "5", "4"]
    assert form.questions[3]["choices"] == ["Mamma", "Pappa"]
    _press(browser, form, "remove.2")
    assert [one["id"] for one in form.questions] == ["1", "3", "5", "4"]
    refused = _press(browser, form, "save", title="x" * 200)
    assert refused.status_code == 422
    assert "x" * 200 in refused.content.decode()
    assert "Skriv högst 120 tecken. Nu är det 200." in refused.content.decode()
    for lines, words in (("Mamma\nPappa\nMamma", "Mamma står flera gånger"), ("y" * 101, "Den här är längre: yyy")):
        refused = _press(browser, form, "save", **{"choices-5": lines})
        assert refused.status_code == 422
        assert words in refused.content.decode()
        assert lines in refused.content.decode()
    assert form.questions[2]["choices"] == ["Mamma", "Pappa"]


def test_what_a_form_lacks_is_said_where_it_lacks_it(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    form = _begin(browser, cast, "")
    assert "Lägg till minst en fråga" not in _page(browser, form)
    _press(browser, form, "add", new_kind="one")
    page = _press(browser, form, "open", due_on="2026-11-01").content.decode()
    for words in ("Skriv vad blanketten gäller.", "Skriv frågan, eller ta bort den.", "Dagen har varit."):
        assert words in page
    form.refresh_from_db()
    assert form.is_draft


def test_what_a_colleague_has_written_meanwhile_is_not_lost(cast: Cast, log_in: LogIn) -> None:
    maria, vikar = log_in(cast.maria), log_in(cast.vikar)
    form = _begin(maria, cast)
    mine = _fields(maria, form, title="Mitt", do="save")
    _press(vikar, form, "save", title="Vikariens")
    answer = maria.post(reverse("documents:form_build", args=[form.pk]), mine)
    form.refresh_from_db()
    assert (answer.status_code, form.title) == (422, "Vikariens")
    assert 'value="Mitt"' in answer.content.decode()
    version = re.search(r'name="version"\s+value="(\d+)"', answer.content.decode())
    assert version
    maria.post(reverse("documents:form_build", args=[form.pk]), mine | {"version": version[1]})
    form.refresh_from_db()
    assert form.title == "Mitt"


def test_whom_it_asks_is_shown_and_is_who_is_asked(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.5: where the list has changed since it was shown, it is shown anew."""
    browser = log_in(cast.maria)
    form = _begin(browser, cast)
    _press(browser, form, "save")
    before = _fields(browser, form, do="open")
    guard(person("Ny", "Vård"), cast.elsa)
    refused = browser.post(reverse("documents:form_build", args=[form.pk]), before)
    assert "har ändrats sedan du såg listan" in refused.content.decode()
    page = _page(browser, form)
    assert "Går till 4 vårdnadshavare" in page
    _press(browser, form, "open")
    told = Delivery.objects.filter(kind=Kind.FORM_ASKED, way="in_app").values_list("person__given_name", flat=True)
    assert sorted(told) == ["Amina", "Johan", "Ny", "Yasmin"]


def test_siblings_may_be_given_the_same_answer(cast: Cast, log_in: LogIn) -> None:
    tage = _sibling(cast, cast.amina)
    form = _sent(log_in, cast)
    browser = log_in(cast.amina)
    assert "Samma svar för" in browser.get(reverse("documents:own", args=[form.pk, cast.elsa.pk])).content.decode()
    _answer(browser, form, cast.elsa.pk, YES | {"also": str(tage.pk)})
    assert {row.child_id for row in FormAnswer.objects.all()} == {cast.elsa.pk, tage.pk}
    personal = _sent(log_in, cast, "introduction")
    page = browser.get(reverse("documents:own", args=[personal.pk, cast.elsa.pk])).content.decode()
    assert "Samma svar för" not in page


def test_an_error_stands_at_its_question_and_nothing_is_lost(cast: Cast, log_in: LogIn) -> None:
    form = _sent(log_in, cast)
    answer = _answer(log_in(cast.amina), form, cast.elsa.pk, {"q-3": "070-123 45 67"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Svara på den här frågan." in page
    assert "070-123 45 67" in page
    assert not FormAnswer.objects.exists()


def test_a_double_press_is_one_answer_and_a_change_keeps_what_was(cast: Cast, log_in: LogIn, morning: Any) -> None:
    form = _sent(log_in, cast, due_on="2026-12-04")
    browser = log_in(cast.amina)
    for _time in range(2):
        _answer(browser, form, cast.elsa.pk)
    assert FormAnswer.objects.count() == 1
    _answer(browser, form, cast.elsa.pk, YES | {"q-1": "no"})
    assert [row.said["1"] for row in FormAnswer.objects.order_by("ended_at")] == [
        "yes",
        "no",
    ] or FormAnswer.objects.count() == 2
    assert FormAnswer.objects.in_force().get().said["1"] == "no"
    morning.shift(timedelta(days=20))
    browser = log_in(cast.amina)  # the session has ended meanwhile
    late = browser.get(reverse("documents:own", args=[form.pk, cast.elsa.pk]), follow=True).content.decode()
    assert "Det går inte att ändra svaret här längre" in late
    _answer(browser, form, cast.elsa.pk)
    assert FormAnswer.objects.in_force().get().said["1"] == "no"
    neighbour = log_in(cast.neighbour)
    assert _answer(neighbour, form, cast.noor.pk).status_code == 302  # a first answer is welcome late, too


def _live_apart(cast: Cast) -> None:
    first, second = (Household.objects.create(child=cast.elsa) for _home in range(2))
    first.guardians.add(cast.amina)
    second.guardians.add(cast.johan)
    HouseholdWeeks.objects.create(
        child=cast.elsa,
        first=first,
        second=second,
        weeks=["AAAAAAA", "BBBBBBB"],
        starts_on=days.monday_of(days.today()),
        is_proposed=False,
    )


@pytest.mark.parametrize("is_apart", [False, True])
def test_one_guardian_reads_the_others_answer_as_in_conversations(*, is_apart: bool, cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 4.3: not where the homes are apart. Different answers are shown to staff as such."""
    if is_apart:
        _live_apart(cast)
    form = _sent(log_in, cast, who="both")
    waits = log_in(cast.johan).get(reverse("documents:own", args=[form.pk, cast.elsa.pk])).content.decode()
    assert ("Amina Lind har inte svarat än" in waits) is not is_apart
    _answer(log_in(cast.amina), form, cast.elsa.pk, YES | {"q-3": "Hemligt nummer"})
    _answer(log_in(cast.johan), form, cast.elsa.pk, YES | {"q-1": "no"})
    page = log_in(cast.johan).get(reverse("documents:own_answer", args=[form.pk, cast.elsa.pk])).content.decode()
    assert ("Hemligt nummer" in page) is not is_apart
    assert "Olika svar" in _result(log_in, cast, form)


def test_sensitive_answers_ask_for_the_strong_login(cast: Cast, log_in: LogIn) -> None:
    form = _sent(log_in, cast, "medicine")
    browser = log_in(cast.amina)
    page = reverse("documents:own", args=[form.pk, cast.elsa.pk])
    assert browser.get(page).status_code == 200
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password"}]
    session.save()
    asked = browser.get(page)
    assert asked.status_code == 403
    assert "Vad heter medicinen" not in asked.content.decode()
    assert _answer(browser, form, cast.elsa.pk).status_code == 403


def test_paper_is_written_in_and_says_by_whom(cast: Cast, log_in: LogIn) -> None:
    form = _sent(log_in, cast)
    paper = reverse("documents:form_paper", args=[form.pk, cast.elsa.pk, cast.johan.pk])
    assert log_in(cast.maria).post(paper, {}).status_code == 422
    browser, day = log_in(cast.maria), {"given_on": str(days.today())}
    for day_off in (-1, 1):  # before the form was sent, and after today
        assert browser.post(paper, YES | {"given_on": str(days.today() + timedelta(days=day_off))}).status_code == 422
    assert browser.post(paper, YES | day).status_code == 302
    row = FormAnswer.objects.get()
    assert (row.guardian, row.recorded_by, row.is_signed) == (cast.johan, cast.maria, False)
    assert "På papper, infört av Maria Berg" in _result(log_in, cast, form)
    own = log_in(cast.johan).get(reverse("documents:own_answer", args=[form.pk, cast.elsa.pk])).content.decode()
    assert "Lämnat på papper och infört av förskolan" in own
    assert AuditEntry.objects.filter(action="form.recorded", person_id=cast.maria.pk).exists()
    told = Delivery.objects.in_app().filter(kind=Kind.FORM_RECORDED)
    assert [one.person for one in told] == [cast.johan]
    page = reverse("documents:own_answer", args=[form.pk, cast.elsa.pk])
    notices = log_in(cast.johan).get("/nytt/").content.decode()
    assert "Förskolan har fört in ditt svar på en blankett om Elsa" in notices
    assert page in notices
    assert log_in(cast.vikar).get(paper).status_code == 404
    child_page = log_in(cast.vikar).get(reverse("documents:form_child", args=[form.pk, cast.elsa.pk]))
    assert paper not in child_page.content.decode()


@pytest.mark.parametrize(("days_after", "status"), [(-1, 422), (0, 422), (1, 302)])
def test_paper_takes_no_newer_answer_by_login_away(days_after: int, status: int, cast: Cast, log_in: LogIn) -> None:
    """As with consents: of the same day nobody knows which came last."""
    form = _sent(log_in, cast)
    _answer(log_in(cast.amina), form, cast.elsa.pk)
    FormAnswer.objects.update(answered_at=clock.now() - timedelta(days=3))
    PaperForm.objects.update(opened_at=clock.now() - timedelta(days=9))
    paper = reverse("documents:form_paper", args=[form.pk, cast.elsa.pk, cast.amina.pk])
    day = days.today() - timedelta(days=3) + timedelta(days=days_after)
    browser, other = log_in(cast.maria), YES | {"q-3": "Efter klockan 16"}
    answer = browser.post(paper, other | {"given_on": str(day)})
    assert answer.status_code == status
    assert ("Det finns redan ett svar från" in answer.content.decode()) is (status == 422)
    assert FormAnswer.objects.in_force().get().recorded_by == (cast.maria if status == 302 else None)
    assert Delivery.objects.filter(kind=Kind.FORM_RECORDED).exists() is (status == 302)
    if status == 302:  # a paper of the same day as a paper mends it
        assert browser.post(paper, YES | {"given_on": str(day)}).status_code == 302
        assert days.day_of(FormAnswer.objects.in_force().get().answered_at) == day


def test_sensitive_answers_are_not_read_on_the_tablet(
    cast: Cast, log_in: LogIn, on_tablet: Callable[..., Client]
) -> None:
    """`needs_strong`: by PIN nobody reads them; without a second factor nobody of the house does."""
    form = _sent(log_in, cast, "medicine")
    FormAnswer.objects.create(
        form=form,
        child=cast.elsa,
        guardian=cast.amina,
        answers=kept_answers({"1": "Hemlig medicin"}),
        answered_at=clock.now(),
    )
    assert FormAnswer.objects.exists()
    hall, cookie = tablet(cast.blasippan)
    wall, desk = give_pin(on_tablet(cookie), hall, cast.maria), log_in(cast.maria)
    about = [form.pk, cast.elsa.pk]
    for name, args in (("form", about[:1]), ("form_child", about), ("child_forms", about[1:])):
        page = reverse(f"documents:{name}", args=args)
        assert "Hemlig medicin" in desk.get(page).content.decode()
        shown = wall.get(page)
        assert shown.status_code == (200 if name == "child_forms" else 403)
        assert "Hemlig medicin" not in shown.content.decode()


def test_a_file_holds_no_formula_and_no_protected_child(cast: Cast, log_in: LogIn) -> None:
    hidden = child("Zebulon", "Hemlighetsson")
    place(hidden, cast.blasippan)
    guard(cast.neighbour, hidden)
    protection.protect_child(child=hidden, level=Protection.CONFIDENTIAL, now=clock.now())
    hidden.refresh_from_db()
    form = _sent(log_in, cast)
    _answer(log_in(cast.amina), form, cast.elsa.pk, YES | {"q-3": "=HYPERLINK(1)"})
    _answer(log_in(cast.neighbour), form, hidden.pk)
    page = _result(log_in, cast, form)
    assert hidden.full_name in page
    assert "Zebulon" not in page
    # whose the protected child is, nobody is told: its guardian has no name here
    assert page.count("Yasmin Aziz") == 1
    text = log_in(cast.maria).get(reverse("documents:form", args=[form.pk]), {"format": "csv"}).content.decode()
    assert "'=HYPERLINK(1)" in text
    assert "Noor Aziz" in text
    assert hidden.full_name not in text
    assert AuditEntry.objects.filter(action="form.downloaded").exists()


def test_a_file_has_all_its_days_as_a_spreadsheet_sorts_them(cast: Cast, log_in: LogIn) -> None:
    browser = log_in(cast.maria)
    form = _begin(browser, cast, "")
    _press(browser, form, "add", title="Läger", new_kind="date")
    _press(browser, form, "save", **{"label-1": "Från vilken dag?"})
    _press(browser, form, "open")
    assert _answer(log_in(cast.amina), form, cast.elsa.pk, {"q-1": "2026-12-12"}).status_code == 302
    text = browser.get(reverse("documents:form", args=[form.pk]), {"format": "csv"}).content.decode()
    row = next(line for line in text.splitlines() if "Amina Lind" in line)
    assert "2026-11-24" in row
    assert "2026-12-12" in row


def test_the_extract_says_which_of_two_answers_counts(cast: Cast, log_in: LogIn, morning: Any) -> None:
    """G08: and it says of both how they were given, in the words of the receipt."""
    form = _sent(log_in, cast, is_signed="on")
    _answer(log_in(cast.amina), form, cast.elsa.pk)
    morning.shift(timedelta(minutes=5))
    _answer(log_in(cast.amina), form, cast.elsa.pk, YES | {"q-1": "no"})
    (part,) = forms_parts(Actor.of_person(cast.amina), cast.elsa)
    newest, before = part.entries
    assert newest.by == "Undertecknat med inloggning"
    assert before.by == "Undertecknat med inloggning · Gällde till 24 november 2026, då ett nyare svar kom"


def test_reminders_come_seven_and_two_days_before_and_stop_when_answered(
    cast: Cast, log_in: LogIn, morning: Any
) -> None:
    """Nothing twice, siblings in one notice, nobody who has answered; pressed, once a day."""
    tage = _sibling(cast, cast.amina)
    form = _sent(log_in, cast, due_on="2026-12-04", who="both")
    asked = Delivery.objects.filter(way="in_app", kind=Kind.FORM_ASKED)
    reminded = Delivery.objects.filter(way="in_app", kind=Kind.FORM_UNANSWERED)
    assert asked.filter(person=cast.amina).count() == 1
    assert tell_of_forms(now=clock.now()) == 0
    morning.move_to("2026-11-27T09:00:00+01:00")
    _answer(log_in(cast.johan), form, cast.elsa.pk)
    for _time in range(2):
        tell_of_forms(now=clock.now())
    assert sorted(reminded.values_list("person__given_name", flat=True)) == ["Amina", "Yasmin"]
    maria = log_in(cast.maria)
    for _time in range(2):
        maria.post(reverse("documents:form_remind", args=[form.pk]))
    assert reminded.count() == 4
    morning.move_to("2026-12-02T09:00:00+01:00")
    tell_of_forms(now=clock.now())
    assert reminded.filter(person=cast.amina).count() == 3
    page = log_in(cast.amina).get(reverse("notices")).content.decode()
    assert "Väntar på ditt svar: Utflykt" in page
    for one in (cast.elsa, tage):
        _answer(log_in(cast.amina), form, one.pk)
    assert "Väntar på ditt svar" not in log_in(cast.amina).get(reverse("notices")).content.decode()
    assert not reminded.filter(person=cast.amina, read_at=None).exists()


def test_whoever_comes_later_is_asked_where_the_form_says_so(cast: Cast, log_in: LogIn) -> None:
    """A child that is placed later, and a guardian who is confirmed later."""
    form, closed_list = _sent(log_in, cast, asks_new="on"), _sent(log_in, cast, "agreement")
    ida = _sibling(cast, cast.stranger)
    assert tell_of_forms(now=clock.now()) == 1
    assert form.about.filter(child=ida).exists()
    assert not closed_list.about.filter(child=ida).exists()
    page = log_in(cast.stranger).get("/").content.decode()
    assert "Utflykt" in page
    assert "Överenskommelse" not in page


def test_a_closed_form_takes_no_answers_until_it_is_opened_again(cast: Cast, log_in: LogIn) -> None:
    form = _sent(log_in, cast)
    maria, close = log_in(cast.maria), reverse("documents:form_close", args=[form.pk])
    maria.post(close)
    refused = _answer(log_in(cast.amina), form, cast.elsa.pk, YES | {"q-3": "Efter klockan 16"})
    assert "svaret är inte sparat" in refused.content.decode()
    assert "Efter klockan 16" in refused.content.decode()
    assert not FormAnswer.objects.exists()
    maria.post(close, {"reopen": "1", "due_on": "2026-12-01"})
    _answer(log_in(cast.amina), form, cast.elsa.pk)
    assert FormAnswer.objects.count() == 1


def test_a_form_that_went_to_the_wrong_families_is_taken_away(cast: Cast, log_in: LogIn) -> None:
    """Once it is closed, and only while nobody has answered it."""
    form, other = _sent(log_in, cast), _sent(log_in, cast, title="En annan")
    maria, amina = log_in(cast.maria), log_in(cast.amina)
    page, away = (reverse(f"documents:{name}", args=[form.pk]) for name in ("form", "form_throw_away"))
    maria.post(away)
    assert "Ta bort blanketten" not in maria.get(page).content.decode()
    _answer(amina, other, cast.elsa.pk)
    for one in (form, other):
        maria.post(reverse("documents:form_close", args=[one.pk]))
    kept = reverse("documents:form_throw_away", args=[other.pk])
    assert "Någon har svarat" in maria.post(kept, follow=True).content.decode()
    assert "Ta bort blanketten" in maria.get(page).content.decode()
    assert log_in(cast.jonas).post(away).status_code == 404
    assert "Blanketten är borta." in maria.post(away, follow=True).content.decode()
    assert list(PaperForm.objects.all()) == [other]
    assert form.title not in amina.get("/blanketter/").content.decode()
    assert amina.get("/nytt/").status_code == 200


def test_a_preschool_keeps_its_own_templates(cast: Cast, log_in: LogIn) -> None:
    form = _sent(log_in, cast, title="Vår utflykt")
    for _time in range(2):
        log_in(cast.maria).post(reverse("documents:form_keep", args=[form.pk]))
    kept = PaperForm.objects.get(state=PaperForm.State.TEMPLATE)
    assert "Vår utflykt" in log_in(cast.maria).get(reverse("documents:forms")).content.decode()
    assert _begin(log_in(cast.maria), cast, str(kept.pk)).title == "Vår utflykt"
    elsewhere = {"place": cast.musslan.pk, "template": kept.pk}
    assert log_in(cast.jonas).post(reverse("documents:form_new"), elsewhere).status_code == 404
    gone = reverse("documents:form_throw_away", args=[kept.pk])
    employ(colleague := person("Ekon"), department=cast.ekorren)
    assert "Ta bort ”Vår utflykt”" in log_in(cast.maria).get(reverse("documents:forms")).content.decode()
    assert "Ta bort" not in log_in(colleague).get(reverse("documents:forms")).content.decode()
    for other in (cast.jonas, colleague, cast.amina):
        assert log_in(other).post(gone).status_code == 404
    assert log_in(cast.maria).post(gone).status_code == 302
    assert not PaperForm.objects.filter(state=PaperForm.State.TEMPLATE).exists()
    assert PaperForm.objects.filter(pk=form.pk).exists(), "what was made from it stays"


def test_four_hundred_children_are_read_page_by_page(
    cast: Cast, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts and the file are of all of them."""
    monkeypatch.setattr(forms_views, "ON_A_PAGE", 5)
    signe = person("Signe")
    for one in (children := fill(cast.blasippan, 10)):
        guard(signe, one)
    form, maria = _sent(log_in, cast), log_in(cast.maria)
    for one in children[:7]:
        assert _answer(log_in(signe), form, one.pk).status_code == 302
    address = reverse("documents:form", args=[form.pk])
    first, second = (maria.get(f"{address}{page}").content.decode() for page in ("", "?sida=2"))
    assert "7 av 12 barn är klara" in _result(log_in, cast, form)
    assert [page.count('<th scope="rowgroup"') for page in (first, second)] == [5, 2]
    assert first.count('class="form-asked-child"') == 5
    assert "Sida 1 av 2" in first
    assert maria.get(f"{address}?format=csv").content.decode().count("Signe") == 10


ANSWERS = {"text": "Tulpaner", "long_text": "Tulpaner", "date": "2026-12-01", "yes_no": "yes"}


@pytest.mark.parametrize(
    "template", ["consent", "agreement", "medicine", "allergy", "swimming", "trip", "introduction"]
)
def test_each_template_is_walked_through(template: str, cast: Cast, log_in: LogIn) -> None:
    """Begun, sent as it stands, answered by all who must, read in the result, in the file and by the family."""
    form = _sent(log_in, cast, template)
    sent = {f"q-{one['id']}": ANSWERS.get(one["kind"]) or one["choices"][0] for one in form.questions}
    for guardian in (cast.amina, cast.johan) if form.needs_both else (cast.amina,):
        browser = log_in(guardian)
        assert form.title in browser.get("/blanketter/").content.decode()
        page = browser.get(reverse("documents:own", args=[form.pk, cast.elsa.pk]))
        assert page.status_code == 200
        answer = _answer(browser, form, cast.elsa.pk, sent)
        assert answer.status_code == 302, answer.content.decode()
        receipt = unescape(browser.get(answer["Location"]).content.decode())
        assert [one["label"] for one in form.questions if one["label"] not in receipt] == []
    assert FormAnswer.objects.in_force().filter(is_signed=form.is_signed).count() == (2 if form.needs_both else 1)
    assert "1 av 2 barn är klara" in _result(log_in, cast, form)
    table = log_in(cast.maria).get(f"{reverse('documents:form', args=[form.pk])}?format=csv").content.decode()
    assert "Amina" in table


def test_whoever_works_here_reads_nothing_of_an_own_child(cast: Cast, log_in: LogIn) -> None:
    """As in conversations: what the other guardian has answered is not read on duty."""
    guard(cast.maria, cast.noor)
    form = _sent(log_in, cast)
    _answer(log_in(cast.neighbour), form, cast.noor.pk, YES | {"q-3": "Hemligt nummer"})
    assert "Hemligt nummer" not in _result(log_in, cast, form)
    assert log_in(cast.maria).get(reverse("documents:form_child", args=[form.pk, cast.noor.pk])).status_code == 404
    Guardianship.objects.filter(guardian=cast.maria).delete()
    assert "Hemligt nummer" in _result(log_in, cast, form)


@pytest.mark.parametrize("number", [2, 40])
def test_queries_do_not_grow_with_the_children(*, number: int, cast: Cast, log_in: LogIn) -> None:
    signe = person("Signe")
    for one in fill(cast.blasippan, number):
        guard(signe, one)
    form = _sent(log_in, cast, who="both", is_same_for_siblings="on")
    elsa = cast.elsa.pk
    for row in form.about.exclude(child=elsa):
        answers = kept_answers({"1": "yes"})
        FormAnswer.objects.create(
            form=form, child_id=row.child_id, guardian=signe, answers=answers, answered_at=clock.now()
        )
    guard(signe, cast.elsa)
    phone, desk = log_in(signe), log_in(cast.maria)
    phone.get("/"), desk.get("/")
    draft = _begin(desk, cast, "swimming")
    _press(desk, draft, "save")
    desk.get(reverse("documents:form_build", args=[draft.pk]))
    pages = {
        "own_list": (phone, "own_list", []),
        "own": (phone, "own", [form.pk, elsa]),
        "list": (desk, "forms", []),
        "build": (desk, "form_build", [draft.pk]),
        "result": (desk, "form", [form.pk]),
        "child": (desk, "form_child", [form.pk, elsa]),
        "of_child": (desk, "child_forms", [elsa]),
    }
    assert {
        name: queries(browser, reverse(f"documents:{view}", args=args)) for name, (browser, view, args) in pages.items()
    } == COUNTS["forms"]
