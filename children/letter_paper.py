"""The invitation on paper: one page for each person, with a code and the same code as a picture.

It is in Swedish with a short English part, whatever language the person who prints it reads. The library that draws
takes nine megabytes of every process: this module is imported where a letter is printed, and not before.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from children.letters import LetterPage, link, what_to_answer
from children.rules import in_fours

FONT = "Kapprummet"
FONT_FILE = Path(__file__).resolve().parent / "fonts" / "DejaVuSans.ttf"
INK, SECOND, LINE = HexColor("#1C2520"), HexColor("#3F4A43"), HexColor("#8A8577")
WIDTH, HEIGHT = A4
MARGIN = 25 * mm
# The window of a C5 envelope (right-hand, as Swedish envelopes have it), from the sheet's left and upper edges.
WINDOW_LEFT, WINDOW_TOP = 112 * mm, 50 * mm
WINDOW_WIDTH, WINDOW_HEIGHT = 85 * mm, 36 * mm


def print_letters(pages: Iterable[LetterPage], *, base_url: str) -> bytes:
    """Return the letters as one PDF, a page each, with the font inside it."""
    register_font()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle("Kapprummet")
    canvas.setAuthor("Kapprummet")
    for page in pages:
        _draw(canvas, page, base_url)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def register_font() -> None:
    """Make the font known to the library that draws, once."""
    pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE)))


def _draw(canvas: Canvas, page: LetterPage, base_url: str) -> None:
    _draw_address(canvas, page)
    canvas.setFillColor(SECOND)
    canvas.setFont(FONT, 10)
    canvas.drawString(MARGIN, HEIGHT - 22 * mm, page.sender)
    y = HEIGHT - 105 * mm
    with translation.override("sv"):
        y = _write(canvas, _("Välkommen till Kapprummet"), y, size=20)
        y = _write(canvas, _swedish(page), y - 4 * mm)
        y = _draw_code(canvas, page, base_url, y - 6 * mm)
        last_day = date_format(page.last_day, "j F Y")
        y = _write(canvas, _("Koden gäller en gång, till och med {day}.").format(day=last_day), y - 6 * mm)
        y = _write(
            canvas, _("Är brevet inte till dig? Kasta det. Koden öppnar inget utan dina egna uppgifter."), y - mm
        )
    with translation.override("en"):
        english = ENGLISH.format(address=_short(base_url), day=date_format(page.last_day, "j F Y"))
    _write(canvas, english, y - 5 * mm, size=9.5, colour=SECOND)


def _swedish(page: LetterPage) -> str:
    if page.is_for_work:
        why = _("Du arbetar i en verksamhet där kommunen använder Kapprummet.")
    else:
        why = _("Kommunen använder Kapprummet för kontakten mellan hem och verksamhet.")
    text = _("{why} Du får en egen inloggning, och den skapar du med koden här nedanför. {figures}")
    figures = what_to_answer(is_for_work=page.is_for_work, has_number=page.has_number)
    return text.format(why=why, figures=figures)


ENGLISH = (
    "In English: this letter gives you your own login to Kapprummet, the municipality's portal. Scan the picture with "
    "your phone, or go to {address} and type the code. It works once, until {day}. If this letter is not for you, "
    "throw it away."
)


def _short(base_url: str) -> str:
    return f"{base_url.rsplit('://', maxsplit=1)[-1]}/inbjudan"


def _draw_address(canvas: Canvas, page: LetterPage) -> None:
    """Draw the name and the address into the window: broken between words, and smaller where that is not enough."""
    lines = [part for line in (page.name, *page.lines) for part in _broken(line)]
    canvas.setFillColor(INK)
    for number, line in enumerate(lines):
        canvas.setFont(FONT, min(11, 11 * WINDOW_WIDTH / canvas.stringWidth(line, FONT, 11)))
        down = number * min(5.6 * mm, WINDOW_HEIGHT / len(lines))
        canvas.drawString(WINDOW_LEFT, HEIGHT - WINDOW_TOP - down, line)


def _broken(line: str) -> list[str]:
    """Return the line as it is where it fits: the two spaces before a town are the post's."""
    if pdfmetrics.stringWidth(line, FONT, 11) <= WINDOW_WIDTH:
        return [line]
    return list(simpleSplit(line, FONT, 11, WINDOW_WIDTH))


def _draw_code(canvas: Canvas, page: LetterPage, base_url: str, y: float) -> float:
    """Draw the picture, and beside it where to go and what to type; return where it ends."""
    size = 42 * mm
    picture = createBarcodeDrawing(  # type: ignore[no-untyped-call]  # reportlab's
        "QR", value=link(base_url, page.code), barLevel="M", barBorder=0
    )
    left, low, right, high = picture.getBounds()
    canvas.setStrokeColor(LINE)
    canvas.roundRect(MARGIN, y - size - 8 * mm, WIDTH - 2 * MARGIN, size + 8 * mm, 3 * mm)
    canvas.saveState()
    canvas.translate(MARGIN + 4 * mm, y - size - 4 * mm)
    canvas.scale(size / (right - left), size / (high - low))
    renderPDF.draw(picture, canvas, 0, 0)
    canvas.restoreState()
    x, width = MARGIN + size + 11 * mm, WIDTH - 2 * MARGIN - size - 14 * mm
    top = _write(canvas, _("1. Rikta mobilens kamera mot bilden, eller gå till"), y - 5 * mm, x=x, width=width)
    top = _write(canvas, _short(base_url), top - mm, x=x, width=width, size=12)
    top = _write(canvas, _("2. Skriv koden om sidan frågar efter den:"), top - 3 * mm, x=x, width=width)
    canvas.setFillColor(INK)
    canvas.setFont(FONT, 19)
    canvas.drawString(x, top - 9 * mm, in_fours(page.code))
    return y - size - 8 * mm


def _write(
    canvas: Canvas,
    text: str,
    y: float,
    *,
    x: float = MARGIN,
    width: float = WIDTH - 2 * MARGIN,
    size: float = 11,
    colour: Color = INK,
) -> float:
    """Write a paragraph whose upper edge is at `y`; return its lower edge."""
    style = ParagraphStyle(
        "letter", fontName=FONT, fontSize=size, leading=size * 1.45, textColor=colour, alignment=TA_LEFT
    )
    paragraph = Paragraph(text, style)
    _used, height = paragraph.wrap(width, HEIGHT)
    paragraph.drawOn(canvas, x, y - height)
    return float(y - height)
