"""The part of a package that is read: everything that JSON holds, as pages. In Swedish, the registry's language.

PDF/A-2b in form: every font inside, the colours' profile, the metadata, no encryption, nothing that runs. The library
that draws knows nothing of PDF/A; what it lacks is added here. It takes nine megabytes of every process: this module is
imported where something is sealed, and not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from PIL import ImageCms
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from children.letter_paper import FONT, INK, SECOND, register_font
from children.selectors.reach import Relation
from children.words import relation_word
from portal.lib import days

MARGIN = 22 * mm
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=18, leading=24, textColor=INK, spaceAfter=4)
HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=12.5, leading=18, textColor=INK, spaceBefore=12)
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10.5, leading=15.5, textColor=INK)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=9, leading=13, textColor=SECOND, spaceBefore=9)


def print_record(said: Mapping[str, Any], *, number: int, sealed_at: datetime) -> bytes:
    """Return what is sealed as a PDF."""
    register_font()
    out = BytesIO()
    title = said["subject"]
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN, title=title
    )
    foot = _("Diariefört i Kapprummet, nummer {number}, {moment}").format(number=number, moment=_moment(sealed_at))
    draw_foot = partial(_draw_foot, text=foot)
    document.build(
        list(_of_bulletin(said) if said["kind"] == "bulletin" else _of_thread(said)),
        onFirstPage=draw_foot,
        onLaterPages=draw_foot,
        canvasmaker=_canvas,
    )
    return _archived(out.getvalue(), title)


def _canvas(*given: Any, **options: Any) -> Canvas:
    """Return what is drawn on, with no other font than the one that goes with it."""
    return Canvas(*given, **options | {"initialFontName": FONT, "invariant": 1})


def _draw_foot(canvas: Canvas, _document: object, *, text: str) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 8.5)
    canvas.setFillColor(SECOND)
    canvas.drawString(MARGIN, 12 * mm, text)
    canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()


def _text(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def _moment(moment: datetime | str) -> str:
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{days.local(at):%Y-%m-%d %H:%M}"


def _people(said: Mapping[str, Any]) -> dict[str, str]:
    """Return by each person's sign in the package the name, and as what the person reads."""
    return {
        one["id"]: f"{one['name']} ({relation_word(Relation(one['reads_as'])).lower()})"
        if one["reads_as"] and not one["name"].startswith(relation_word(Relation(one["reads_as"])))
        else one["name"]
        for one in said["people"]
    }


def _of_thread(said: Mapping[str, Any]) -> Iterator[Flowable]:
    people = _people(said)
    to = _("Rektor") if said["addressee"] == "principal" else _("Avdelningen")
    yield _text(said["subject"], TITLE)
    yield _text(_("Samtal om {children}. Till: {to}.").format(children=", ".join(said["children"]), to=to))
    if said["is_sensitive"]:
        yield _text(_("Samtalet är markerat som känsligt."))
    yield _text(_("Vilka som läser när det diarieförs"), HEADING)
    readers = [people[one["id"]] for one in said["people"] if one["reads_as"]]
    yield _text("\n".join(readers) or _("Ingen"))
    yield _text(_("Meddelanden"), HEADING)
    for message in said["messages"]:
        yield from _message(message, people)
    yield _text(_("Vilka som har läst, och till och med när"), HEADING)
    read = [f"{people[one['person']]}: {_moment(one['until'])}" for one in said["read"]]
    yield _text("\n".join(read) or _("Ingen"))


def _of_bulletin(said: Mapping[str, Any]) -> Iterator[Flowable]:
    people = _people(said)
    yield _text(said["subject"], TITLE)
    yield _text(_("Anslag till: {to}.").format(to=", ".join(said["children"]) or said["to"]))
    yield _text(f"{_moment(said['at'])}  {people[said['by']]}", SMALL)
    if "withdrawn_at" in said:
        withdrawn = _("Återkallat {moment} av {person}. Hade lästs av {number}.")
        moment, person = _moment(said["withdrawn_at"]), people[said["withdrawn_by"]]
        yield _text(withdrawn.format(moment=moment, person=person, number=said["had_read"]))
    else:
        yield _text(said["words"])
    yield _text(_("Vårdnadshavare som har fått det"), HEADING)
    counted = _(
        "{copies} har fått det, {read} har läst, {confirmed} har bekräftat, {reached} har personalen pratat med."
    )
    yield _text(counted.format(**said))
    for one in said["guardians"]:
        told = {
            _("läst {moment}"): one["read_at"],
            _("bekräftat {moment}"): one["confirmed_at"],
            _("personalen har pratat med {moment}"): one["reached_at"],
        }
        words = [text.format(moment=_moment(moment)) for text, moment in told.items() if moment]
        yield _text(f"{people[one['person']]}: {', '.join(words) or _('inte läst')}")


def _message(message: Mapping[str, Any], people: Mapping[str, str]) -> Iterator[Flowable]:
    yield _text(f"{_moment(message['at'])}  {people[message['by']]}", SMALL)
    if "withdrawn_at" in message:
        had_read = ", ".join(people[one] for one in message["had_read"]) or _("ingen")
        withdrawn = _("Återkallat {moment} av {person}. Hade lästs av: {readers}.")
        yield _text(
            withdrawn.format(
                moment=_moment(message["withdrawn_at"]), person=people[message["withdrawn_by"]], readers=had_read
            )
        )
        return
    yield _text(message["words"])
    for name in message["files"]:
        yield _text(_("Bilaga: {file}").format(file=name), SMALL)
    for file in message["damaged"]:
        yield _text(_("Bilaga som inte kunde sparas: {file}. {why}").format(file=file["name"], why=file["why"]), SMALL)
    yield Spacer(0, 2)


# What makes an archive's PDF of it ------------------------------------------------------------------------------------

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 pdfaid:part="2" pdfaid:conformance="B">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@cache
def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _archived(drawn: bytes, title: str) -> bytes:
    """Return the same with what an archive asks for, and without what the library that draws says of itself."""
    writer = PdfWriter()
    writer.append(PdfReader(BytesIO(drawn)), import_outline=False)
    writer.pdf_header = "%PDF-1.7"
    writer.metadata = {"/Title": title}
    metadata = _stream(XMP.format(title=escape(title)).encode())
    metadata.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    profile = _stream(_profile())
    profile[NameObject("/N")] = NumberObject(3)
    intent = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB"),
            NameObject("/DestOutputProfile"): writer._add_object(profile),
        }
    )
    root = writer.root_object
    root[NameObject("/Metadata")] = writer._add_object(metadata)
    root[NameObject("/OutputIntents")] = ArrayObject([intent])
    root[NameObject("/Lang")] = TextStringObject("sv")
    writer.generate_file_identifiers()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _stream(data: bytes) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    return made
