"""Papers of the demo: what a department, its preschool and the municipality have shared, in folders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from django.apps import apps
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from children.actors import Actor
from documents.models import Document, Folder
from documents.selectors.places import Place
from documents.selectors.readers import readers_of
from documents.services import folders, sharing
from documents.services.sharing import Sharing
from documents.services.telling import tell_waiting
from portal.demo.cast import Cast
from portal.demo.people import DEPARTMENT as DEPARTMENT_NAME
from portal.demo.people import EVA, KLARA, MARIA
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
