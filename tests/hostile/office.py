"""Office files that would do something when they are opened, unpack without end, or are damaged; and ordinary ones."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping

from tests.hostile import PLANTED, Fate, Hostile, broken_off, with_faults
from tests.hostile.papers import packed

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document"
Parts = dict[str, "str | bytes"]


def types(media_type: str = WORD) -> str:
    return f'<Types><Override PartName="/a.xml" ContentType="{media_type}.main+xml"/></Types>'


def document(parts: Mapping[str, str | bytes] | None = None, media_type: str = WORD) -> bytes:
    """Return an Office file with these parts besides what each has."""
    given: Parts = {"[Content_Types].xml": types(media_type), "word/document.xml": "<w/>"}
    return packed(given | dict(parts or {}))


def relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> str:
    return f'<Relationships><Relationship Type="http://x/{kind}" Target="{target}"{mode}/></Relationships>'


def office() -> Iterator[Hostile]:
    """Office files with programs, with what fetches from elsewhere, that unpack without end, and mere ones."""
    sheet, slides = f"{OFFICE}spreadsheetml.sheet", f"{OFFICE}presentationml.presentation"
    for media_type in (WORD, sheet, slides):
        yield Hostile(f"mere {media_type[-20:]}", document(media_type=media_type), Fate.CLEANED)
    rels = "word/_rels/document.xml.rels"
    yield Hostile("a link", document({rels: relation("hyperlink", "https://example.org")}), Fate.CLEANED)
    for name in (
        "word/vbaProject.bin", "word/vbaData.xml", "xl/macrosheets/sheet1.xml", "xl/dialogsheets/sheet1.xml",
        "word/activeX/activeX1.xml", "word/embeddings/oleObject1.bin", "a.exe", "a.js", "a.hta", "a.lnk", "a.vbs",
        "a.ps1",
        "word/media/a.svg", "a.html", "a.zip", "a.docm", "customUI/a.dll", "A.EXE", "word/VBAPROJECT.BIN",
    ):  # fmt: skip # names in lines, not one in each
        yield Hostile(f"Office with {name}", document({name: b"MZ" + PLANTED}))
    for kind in ("attachedTemplate", "oleObject", "frame", "image", "subDocument", "externalLink", "audio"):
        yield Hostile(f"Office, {kind} from elsewhere", document({rels: relation(kind, "https://example.org/a")}))
    for target in (
        "file:///etc/passwd",
        r"\\example.org\a",
        "//example.org/a",
        "mhtml:https://example.org",
        " HTTP://a",
    ):
        yield Hostile(f"Office, {target}", document({rels: relation("image", target, "")}))
    for macro in ("vnd.ms-word.document.macroEnabled", "vnd.ms-excel.sheet.macroEnabled", "vnd.ms-office.vbaProject"):
        yield Hostile(f"Office, {macro}", packed({"[Content_Types].xml": types(f"application/{macro}")}))
    lol = "<!DOCTYPE a [" + "".join(f"<!ENTITY b{n + 1} '{f'&b{n};' * 10}'>" for n in range(9)) + "]><a>&b9;</a>"
    outside = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"
    entities: Parts = {"a billion laughs": lol, "a file of ours": outside, "in UTF-16": lol.encode("utf-16")}
    for what, xml in entities.items():
        yield Hostile(f"Office, {what} in its types", packed({"[Content_Types].xml": xml}))
        yield Hostile(f"Office, {what} in its relations", document({rels: xml}))
    ours = packed({"[Content_Types].xml": types(), "a": "b"})
    more = {
        "climbing": document({"../../etc/passwd": "x"}),
        "from the root": document({"/etc/passwd": "x"}),
        "by letters of drives": document({"..\\..\\a": "x"}),
        "a bomb": document({"word/big.xml": bytes(50_000_000)}),
        "a bomb of many": document({f"word/{n}.xml": bytes(900_000) for n in range(300)}),
        "ten thousand parts": document({f"{n}": "" for n in range(10_000)}),
        "a zip in a zip in a zip": document({"a.docx": document({"b.docx": document()})}),
        "a bomb in a document inside": document({"a.docx": document({"big.xml": bytes(50_000_000)})}),
        "something before it": PLANTED + document(),
        "something after it": document() + PLANTED,
        "a comment": ours[:-2] + len(PLANTED).to_bytes(2, "little") + PLANTED,
        "locked": _locked(document()),
        "a mere zip": packed({"a.txt": "hej"}),
        "an empty zip": packed({}),
        "a program for Android": packed({"AndroidManifest.xml": "<a/>", "classes.dex": "dex"}),
        "a Java program": packed({"META-INF/MANIFEST.MF": "a", "A.class": b"\xca\xfe\xba\xbe"}),
        "packed in a rare way": packed({"[Content_Types].xml": types()}, zipfile.ZIP_LZMA),
        "of 2003": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }
    for what, data in more.items():
        fate = Fate.EITHER if what == "packed in a rare way" else Fate.REFUSED
        yield Hostile(f"Office, {what}", data, fate)
    yield from _office_words()
    yield from _open_documents()
    yield from broken_off("Office", document(), 8)
    yield from with_faults("Office", document({"word/vbaProject.bin": PLANTED * 9}), 8)


def field(*runs: str) -> str:
    """Return a field of Word whose words stand in that many runs; what is markup already stands between them."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + "".join(one if "<" in one else f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in runs)
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def word(body: str, **parts: str | bytes) -> bytes:
    """Return a letter with that paragraph, and other parts (word__footer1_xml)."""
    namespaces = (
        'xmlns:w="w" xmlns:v="v" xmlns:a="a" xmlns:o="o" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    whole = f"<w:document {namespaces}><w:body><w:p>{body}</w:p></w:body></w:document>"
    return document(
        {"word/document.xml": whole}
        | {name.replace("__", "/").replace("1_", "1."): part for name, part in parts.items()}
    )


def sheet(formula: str) -> bytes:
    rows = f'<worksheet><sheetData><row><c r="A1"><f>{formula}</f><v>1</v></c></row></sheetData></worksheet>'
    return document({"xl/worksheets/sheet1.xml": rows}, f"{OFFICE}spreadsheetml.sheet")


def _office_words() -> Iterator[Hostile]:
    """Office files whose words fetch or run something, and ordinary ones that have the same kinds of words."""
    rels = "word/_rels/document.xml.rels"
    link = relation("hyperlink", "https://example.org/link?import")
    ordinary = {
        "contents": word(
            field(r' TOC \o "1-3" \h \z \u ', field(r" PAGEREF _Toc1 \h "))
            + field(' HYPERLINK "https://example.org/link/dde" ')
            + field(" HYPER", 'LINK "https://example.org/hidden" '),
        ),
        "a header and a number on each page": word(
            '<w:fldSimple w:instr=" PAGE "/><w:hyperlink r:id="rId1"/>',
            word__footer1_xml=f"<w:ftr xmlns:w='w'>{field('PAGE')}{field('NUMPAGES')}</w:ftr>",
        ),
        "names to merge that sound like other fields": word(
            "".join(field(f" {words} ") for words in ("MERGEFIELD Bredden", "MERGEFIELD Vidden", "REF _Ref_Vidden"))
        ),
        "a date": word(field(r' DATE \@ "yyyy-MM-DD" ') + field(r" STYLEREF  Rubrik 1 ")),
        "links": document({rels: link, "word/document.xml": '<w:a xmlns:w="w"><w:hyperlink id="rId1"/></w:a>'}),
        "formulas": sheet(
            "IF(A1&gt;2,SUM(B:B),&quot;a|b&quot;) &amp; 'Plan|B'!A1 &amp; HYPERLINK(&quot;https://a&quot;)"
        ),
        "a picture on a slide": document(
            {
                "ppt/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
                "ppt/slides/_rels/slide1.xml.rels": relation("image", "../media/image1.png", ""),
                "ppt/slides/slide1.xml": '<p:sld xmlns:p="p"><p:pic><p:blip embed="rId1"/></p:pic></p:sld>',
            },
            f"{OFFICE}presentationml.presentation",
        ),
    }
    for what, data in ordinary.items():
        yield Hostile(f"Office with {what}", data, Fate.CLEANED)
    template = relation("attachedTemplate", "https://example.org/a.dotm")
    hostile = {
        "a template in large letters": document({"word/_rels/settings.xml.RELS": template}),
        "relations in figures": document({"word/_rels/settings.xml%2Erels": template}),
        "two of a name": document({"word/a.xml": "<a/>", "WORD/A.XML": "<a/>"}),
        "two of a name by strokes": document({"word/a.xml": "<a/>", "word\\a.xml": "<a/>"}),
        "a document under another name": document({"word/a.png": f"<w:a xmlns:w='w'>{field('DDEAUTO cmd')}</w:a>"}),
        "a part in UTF-16": document({"word/a.xml": f"<w:a xmlns:w='w'>{field('DDE cmd')}</w:a>".encode("utf-16")}),
        "a file with an entity": document({"word/a.xml": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///a'>]><a>&b;</a>"}),
        "DDE": word(field(r'DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc"')),
        "DDE in pieces": word(field("D", "DE", "AU", "TO cmd")),
        "DDE in pieces, a field between": word(field("DD", field("PAGE"), "EAUTO cmd")),
        "DDE in figures": word(field("&#68;&#68;E cmd")),
        "DDE within a field": word(field('QUOTE "', field("ddeauto cmd"), '"')),
        "DDE by itself": word('<w:fldSimple w:instr=" DDE cmd a "/>'),
        "DDE in a header": word("", word__header1_xml=f"<w:hdr xmlns:w='w'>{field('DDE cmd')}</w:hdr>"),
        "a name in numbers": word(field(field("QUOTE 68 68 69"), " cmd")),
        "a picture by a field": word(r'<w:fldSimple w:instr="INCLUDEPICTURE &quot;http://example.org/a&quot; \d"/>'),
        "a text by a field": word(field(r"INCLUDE", r'TEXT "\\\\example.org\\a"')),
        "an object by a field": word(field(r'LINK Excel.Sheet.8 "\\\\example.org\\a"')),
        "a file within": word(
            '<w:altChunk r:id="a1"/>', **{rels: relation("aFChunk", "chunk.rtf", ""), "word/chunk.rtf": r"{\rtf1}"}
        ),
        "a file within, by relation": document({rels: relation("aFChunk", "chunk.xml", ""), "word/chunk.xml": "<a/>"}),
        "a page within": document({"word/chunk.mht": "MIME-Version: 1.0"}),
        "frames": word("<w:frameset/>"),
        "documents within": word('<w:subDoc r:id="a"/>'),
        "a picture by its address": word('<a:blip r:link="rId1"/>', **{rels: link}),
        "a picture by its address, the older way": word('<v:imagedata src="https://example.org/a"/>'),
        "a picture by a link": word('<v:imagedata r:href="rId1"/>', **{rels: link}),
        "an object elsewhere": word('<o:OLEObject Type="Link" r:id="rId1"/>', **{rels: link}),
        "a program when pointed at": word(
            '<a:hlinkMouseOver action="ppaction://program" r:id="rId1"/>', **{rels: link}
        ),
        "a query": document(
            {"xl/connections.xml": "<connections><connection><webPr url='a'/></connection></connections>"}
        ),
        "a link to a program": document({"xl/externalLinks/externalLink1.xml": "<a><ddeLink ddeService='cmd'/></a>"}),
        "a drawing called otherwise": document({"word/media/a.png": "<svg xmlns='a'><a/></svg>"}),
        "a window of a shop": document(
            {"word/webextensions/taskpanes.xml": "<t:taskpanes xmlns:t='t'><t:taskpane/></t:taskpanes>"}
        ),
        "an addition of a shop": document({"word/webextensions/a.xml": "<w:webextension xmlns:w='w' id='a'/>"}),
        "a mail merge": word('<w:connectString w:val="a"/>'),
    }
    for number, formula in enumerate((
        "WEBSERVICE(&quot;https://a&quot;)", "_xlfn.WEBSERVICE(A1)", "cmd|'/c calc'!A0", "'cmd'|'/c calc'!A0",
        "1+DDE (&quot;soffice&quot;,A1)", "_xlfn.IMAGE(A1)", "RTD(A1)", "&quot;a&quot;&amp;cmd|a!A1",
    )):  # fmt: skip # formulas in lines, not one in each
        hostile[f"formula {number}"] = sheet(formula)
    for what, data in hostile.items():
        yield Hostile(f"Office with {what}", data)


def _locked(whole: bytes) -> bytes:
    data = bytearray(whole)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            data[place + flags] |= 1
    return bytes(data)


def _open_documents() -> Iterator[Hostile]:
    def odt(content: str = "<a/>", **more: str) -> bytes:
        return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, **more})

    yield Hostile("mere odt", odt(), Fate.CLEANED)
    yield Hostile("odt with Basic", odt(**{"Basic/Standard/Module1.xml": "<a/>"}))
    yield Hostile("odt with Python", odt(**{"Scripts/python/a.py": "import os"}))
    yield Hostile("odt with a script", odt('<o:a xmlns:o="o"><o:script/></o:a>'))
    yield Hostile("odt that listens", odt('<o:a xmlns:o="o"><o:event-listener/></o:a>'))
    yield Hostile("odt with an entity", odt("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"))
    for drawn in ("image", "object", "plugin", "floating-frame"):
        link = f'<d:a xmlns:d="d" xmlns:x="x"><d:{drawn} x:href="https://example.org/1"/></d:a>'
        yield Hostile(f"odt, {drawn} from elsewhere", odt(link))
    xlink = 'xmlns:x="http://www.w3.org/1999/xlink" xmlns:o="o"'
    yield Hostile("odt with a link", odt(f'<o:p {xlink}><o:a x:href="https://example.org"/></o:p>'), Fate.CLEANED)
    yield Hostile("odt, a background from elsewhere", odt(f'<o:background-image {xlink} x:href="//example.org/a"/>'))
    yield Hostile("odt, a formula that fetches", odt('<o:p xmlns:o="o" o:formula="of:=WEBSERVICE(A1)"/>'))
    yield Hostile("odt with DDE", odt('<o:dde-connection xmlns:o="o"/>'))
    yield Hostile("odt with DDE in large letters", odt(**{"STYLES.XML": '<o:dde-connection xmlns:o="o"/>'}))
