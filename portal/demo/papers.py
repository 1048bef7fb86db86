"""Papers of the demo: what a department, its preschool and the municipality have shared, in folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from django.apps import apps
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from children.access import Action
from children.actors import Actor
from children.selectors.reach import Relation, who_may
from children.services.relations import confirm_guardianships
from documents.models import Document, Folder, PaperForm
from documents.selectors.forms import audience_of, children_of
from documents.selectors.places import Place
from documents.selectors.readers import readers_of
from documents.services import folders, forms, sharing
from documents.services.form_answers import answer
from documents.services.sharing import Sharing
from documents.services.telling import tell_waiting
from oversight.services import removal
from portal.demo.cast import Cast
from portal.demo.people import ADAM, AMINA, EVA, KLARA, MARIA
from portal.demo.people import DEPARTMENT as DEPARTMENT_NAME
from portal.demo.register import LEFT
from portal.lib import days

A4 = (1240, 1754)
WEEK = (
    "Hej alla familjer!",
    "I veckan fortsätter vi med skogens djur. På onsdag går vi",
    "till biblioteket och på fredag bakar vi bröd ute.",
    "Ta gärna med extra vantar: de blir fort våta.",
)
TALK = ("Så här har hösten varit, och det här vill vi prata om.", "Läs igenom innan vi ses, och skriv upp dina frågor.")
TRIPS = ("Så gör vi när vi åker på utflykt med buss.", "Barnen har väst, och vi räknar dem vid varje dörr.")
MEALS = ("Måndag: fiskgratäng", "Tisdag: linssoppa och bröd", "Onsdag: köttbullar", "Torsdag: ärtsoppa och pannkaka")
FAREWELL = ("Tack för åren, Lova!", "Här är några av de saker som du tyckte om att göra.")
FEES = ("Avgifter för förskola från januari.", "Här står hur avgiften räknas ut och när den betalas.")


def paper(title: str, lines: Iterable[str]) -> ContentFile[bytes]:
    """Return a page as a PDF, written large enough to be read on a phone."""
    image = Image.new("L", A4, 255)
    draw = ImageDraw.Draw(image)
    draw.text((120, 140), title, fill=20, font=_font(64))
    for number, line in enumerate(lines):
        draw.text((120, 300 + 70 * number), line, fill=40, font=_font(34))
    kept = BytesIO()
    image.save(kept, "PDF", resolution=150)
    return ContentFile(kept.getvalue(), name=f"{title}.pdf")


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that the house's letters are printed in."""
    return ImageFont.truetype(str(Path(apps.get_app_config("children").path) / "fonts" / "DejaVuSans.ttf"), size)


def share_documents(cast: Cast, now: datetime) -> None:
    """Let the house share a few papers; a worker draws their pages."""
    department, today = cast.department(DEPARTMENT_NAME), days.day_of(now)
    here, house = Place(department=department), Place(preschool=department.preschool)
    elsa = frozenset(child.id for child in cast.at(today)[department.id] if child.given_name == "Elsa")
    agree = Sharing(asks=Document.Asks.AGREE, asks_each=True, due_on=today + timedelta(days=9))
    week = today.isocalendar().week
    for figure, place, folder, title, lines, how in (
        (KLARA, Place(), "Information", "Avgifter i förskolan", FEES, Sharing()),
        (EVA, house, "Matsedel", f"Matsedel vecka {week}", MEALS, Sharing()),
        (MARIA, here, "Veckobrev", f"Veckobrev {week}", WEEK, Sharing()),
        (MARIA, here, "Pedagogisk planering", "Rutin vid utflykter", TRIPS, agree),
        (MARIA, here, "Om barnen", "Inför utvecklingssamtalet", TALK, Sharing(elsa, asks=Document.Asks.READ)),
    ):
        actor = Actor.of_person(User.objects.with_email(figure.email).get(), today)
        folders.begin(place)
        _share(place.folders().get(name=folder), title, lines, how, actor, now)
    tell_waiting(now=now)


def _share(folder: Folder, title: str, lines: Iterable[str], how: Sharing, actor: Actor, now: datetime) -> None:
    sharing.upload(folder_id=folder.pk, uploads=[paper(title, lines)], actor=actor, now=now)
    draft = Document.objects.drafts().get(folder=folder)
    seen = readers_of(how.about(folder), actor.today).sign
    sharing.share(folder_id=folder.pk, titles={draft.pk: title}, sharing=how, seen=seen, actor=actor, now=now)


def send_forms(cast: Cast, now: datetime) -> None:
    """Let the department send a trip and an agreement, both answered by some, and begin a third."""
    today = days.day_of(now)
    actor = Actor.of_person(User.objects.with_email(MARIA.email).get(), today)
    trip = _send(cast, "trip", "Utflykt till skogen", 6, actor, now)
    _answer_some(trip, {"1": "yes", "2": ["Buss"], "3": "070-174 06 12"}, 9, now)
    together = _send(cast, "agreement", "Så gör vi vid lämning och hämtning", 12, actor, now)
    _answer_some(together, {"1": "yes"}, 11, now)
    forms.begin(place_id=cast.department(DEPARTMENT_NAME).pk, template="swimming", actor=actor, now=now)


def _send(cast: Cast, template: str, title: str, due_in: int, actor: Actor, now: datetime) -> PaperForm:
    form = forms.begin(place_id=cast.department(DEPARTMENT_NAME).pk, template=template, actor=actor, now=now)
    draft = forms.draft_of(form)
    titled = replace(draft.wording, title=title)
    draft = replace(draft, wording=titled, due_on=actor.today + timedelta(days=due_in))
    form = forms.save(form_id=form.pk, draft=draft, version=1, actor=actor, now=now)
    seen = audience_of(actor, children_of(form, actor.today)).print
    return forms.open_form(form_id=form.pk, seen=seen, actor=actor, now=now)


def _answer_some(form: PaperForm, said: dict[str, str | list[str]], number: int, now: datetime) -> None:
    """Let so many guardians answer, but not Amina: a visitor finds something to do."""
    today = days.day_of(now)
    children = children_of(form, today)
    left = User.objects.with_email(AMINA.email).get().pk
    asked = [one for one in who_may(Action.ANSWER_FORMS, children, today) if one.person_id != left]
    people = User.objects.in_bulk({one.person_id for one in asked})
    for reach in [one for one in asked if one.relation == Relation.GUARDIAN][:number]:
        guardian = Actor.of_person(people[reach.person_id], today)
        answer(form_id=form.pk, child_ids=[reach.child_id], answers=said, is_signed=True, actor=guardian, now=now)


def count_down_for_one_who_left(now: datetime) -> None:
    """Let there be something of a child that has left, which its family can fetch for another month."""
    amina, adam = (User.objects.with_email(figure.email).get() for figure in (AMINA, ADAM))
    lova = amina.guardianships.get(child__given_name=LEFT).child
    placement = lova.placements.select_related("department").get()
    last = placement.ends_on or days.day_of(now)
    at = days.at(last, time(9))
    eva, maria = (Actor.of_person(User.objects.with_email(figure.email).get(), last) for figure in (EVA, MARIA))
    lova.guardianships.update(starts_on=placement.starts_on)  # the register does not tell since when
    confirm_guardianships(actor=eva, guardianship_ids=[row.pk for row in lova.guardianships.all()], now=at)
    folder = Place(department=placement.department).folders().get(name="Om barnen")
    _share(folder, "Lovas tid på Blåsippan", FAREWELL, Sharing(frozenset([lova.pk])), maria, at)
    removal.decide(months=12, actor=Actor.of_person(adam), now=at)
    for before in (30, 0):
        removal.count_down(now=now - timedelta(days=before))
