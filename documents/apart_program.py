"""The program that opens strangers' pictures and PDFs, in a process of its own with little memory and little time.

It knows nothing of the portal: no settings, no secrets, no database. `documents.apart` starts it as
`python -I apart_program.py WORK FILE [FOLDER]`, and it answers with one line of JSON. Whatever a file can do to the
libraries that read it, it does here.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 640 * 1024 * 1024  # of address space; what is really used of it is less
SECONDS = 20  # of processor time
MARGIN = 0.1  # of a blurred place's sides, round it
COLOURS = 5  # that are left along its longer side
LARGEST_OUTPUT = 20 * 1024 * 1024
FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}

# What a PDF can do besides being read.
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/ImportData", "/GoToE",
    "/SubmitForm", "/Rendition", "/Movie", "/Sound",
}  # fmt: skip # words in lines, not one in each


class Refused(Exception):
    """The file is not taken; the word says why."""


def limit() -> None:
    """Take away from this process what it does not need."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))


def _open_picture(file: Path, most_pixels: int) -> Any:
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False, decode_threads=1)
    Image.MAX_IMAGE_PIXELS = None  # counted here, so that it is a refusal and not a warning
    image = Image.open(file, formats=["JPEG", "PNG", "WEBP", "HEIF"])
    if image.width * image.height > most_pixels:
        raise Refused("pixels")
    return image


def look(file: Path, most_pixels: int) -> dict[str, Any]:
    """Say what kind of picture it is and how large, without decoding it."""
    image = _open_picture(file, most_pixels)
    if image.format not in FORMATS:
        raise Refused("kind")
    return {"media_type": FORMATS[image.format]}


def sizes(file: Path, most_pixels: int, folder: Path, stem: str, widths: dict[str, int]) -> dict[str, Any]:
    """Write the picture's sizes: upright, in sRGB, on a fresh canvas that carries nothing but colours."""
    from PIL import Image, ImageOps

    image = _open_picture(file, most_pixels)
    widest = max(widths.values())
    turned = image.getexif().get(0x0112, 1) >= 5
    box = _box(widest)[::-1] if turned else _box(widest)
    if image.mode in ("1", "P"):  # colours by number cannot be mixed
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "I;16":  # grey in sixteen bits, of which the upper eight are seen
        image = Image.frombytes("L", image.size, image.tobytes()[1::2])
    image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    made = _on_white(_in_srgb(ImageOps.exif_transpose(image)))
    return _write(made, folder, stem, widths)


def _write(made: Any, folder: Path, stem: str, widths: dict[str, int]) -> dict[str, Any]:
    """Write a picture in each size, the widest first."""
    from PIL import Image

    written = {}
    for name, width in sorted(widths.items(), key=lambda pair: -pair[1]):
        made.thumbnail(_box(width), Image.Resampling.LANCZOS, reducing_gap=2.0)
        with (folder / f"{stem}.{name}.webp").open("xb") as out:
            made.save(out, "WEBP", quality=80, method=4)
        written[name] = made.size
    return {"sizes": written}


def blurred(
    file: Path, most_pixels: int, folder: Path, stem: str, widths: dict[str, int], boxes: list[list[int]]
) -> dict[str, Any]:
    """Write a picture's sizes anew from the largest, with some places blurred; boxes are in thousandths of it."""
    image = _open_picture(file, most_pixels).convert("RGB")
    for box in boxes:
        _blur(image, *box)
    return _write(image, folder, stem, widths)


def _blur(image: Any, x: int, y: int, width: int, height: int) -> None:
    """Leave of a place, with some margin round it, a few colours.

    Each is the average of its part of the place, and only then are they blurred into each other: an average cannot be
    undone, as a blur alone can.
    """
    from PIL import Image, ImageFilter

    around, down = width * MARGIN, height * MARGIN
    place = (
        max(0, int((x - around) * image.width / 1000)),
        max(0, int((y - down) * image.height / 1000)),
        min(image.width, int((x + width + around) * image.width / 1000) + 1),
        min(image.height, int((y + height + down) * image.height / 1000) + 1),
    )
    part = image.crop(place)
    longest = max(part.size)
    few = part.resize([max(1, round(COLOURS * side / longest)) for side in part.size], Image.Resampling.BOX)
    soft = few.resize(part.size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(longest / COLOURS / 3))
    image.paste(soft, place[:2])


def _box(width: int) -> tuple[int, int]:
    """Return how wide and how high such a size may be: pictures that stand are higher than wide."""
    return width, width * 4 // 3


def _in_srgb(image: Any) -> Any:
    """Turn the colours into those of screens: the profile that says otherwise is not kept."""
    from io import BytesIO

    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            return ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image
    return image


def _on_white(image: Any) -> Any:
    from PIL import Image

    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image if image.mode == "RGBA" else None)
    return canvas


def pdf(file: Path) -> dict[str, Any]:
    """Refuse a PDF that could do anything but be read, or that cannot be looked into."""
    from pypdf import PdfReader

    data = file.read_bytes()
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n \t\0"):
        raise Refused("damaged")
    # Names may be written in figures (/J#61vaScript); what no table names is still there for a reader that repairs.
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), data)
    if re.search(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm)\b", plain):
        raise Refused("active")
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted:
        raise Refused("locked")
    pages = len(reader.pages)
    if not pages:
        raise Refused("damaged")
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        _refuse_active(_object(reader, number, generation))
    _refuse_active(reader.trailer)
    return {"pages": pages}


def _object(reader: Any, number: int, generation: int) -> Any:
    from pypdf.errors import PyPdfError
    from pypdf.generic import IndirectObject

    try:
        return reader.get_object(IndirectObject(number, generation, reader))
    except (PyPdfError, ValueError, KeyError):
        return None  # a free or broken place; what matters could not be opened by others either


def _refuse_active(thing: Any) -> None:
    """Look through one object: what it refers to is looked at by its own number."""
    from pypdf.generic import DictionaryObject

    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            if ACTIVE & {str(key) for key in one} or str(one.raw_get("/S") if "/S" in one else "") in ACTIVE:
                raise Refused("active")
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, list):
            waiting += list.__iter__(one)


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what was asked, and say what came of it."""
    file = Path(asked["file"])
    if asked["work"] == "look":
        return look(file, asked["most_pixels"])
    if asked["work"] == "sizes":
        return sizes(file, asked["most_pixels"], Path(asked["folder"]), asked["stem"], asked["widths"])
    if asked["work"] == "blurred":
        return blurred(
            file, asked["most_pixels"], Path(asked["folder"]), asked["stem"], asked["widths"], asked["boxes"]
        )
    return pdf(file)


if __name__ == "__main__":
    limit()
    try:
        answer = main(json.loads(sys.argv[1]))
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "memory"}
    except OSError as fault:
        answer = {"refused": "disk" if fault.errno in (27, 28, 122) else "damaged"}
    except Exception as fault:  # noqa: BLE001 - whatever a file can make of a library
        answer = {"refused": "damaged", "fault": type(fault).__name__}
    sys.stdout.write(json.dumps(answer))
