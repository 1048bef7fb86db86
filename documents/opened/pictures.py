"""Pictures: what kind they are, and their sizes."""

from __future__ import annotations

import base64
import io
from pathlib import Path

# Loaded by name: otherwise Pillow loads all that it can read and write to find the one that is meant.
from PIL import Image, ImageCms, ImageFilter, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from pillow_heif import register_heif_opener

from documents.opened import Refused

FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
PLACEHOLDER = 16  # pixels at its longer side
MARGIN = 0.1  # of a blurred place's sides, round it
COLOURS = 5  # that are left along its longer side
_LOADED = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)

register_heif_opener(thumbnails=False, decode_threads=1)
Image.MAX_IMAGE_PIXELS = None  # counted in `_open`, so that it is a refusal and not a warning


def _open(file: str, most_pixels: int) -> Image.Image:
    image = Image.open(file, formats=["JPEG", "PNG", "WEBP", "HEIF"])
    if image.width * image.height > most_pixels:
        raise Refused("pixels")
    return image


def look(*, file: str, most_pixels: int) -> dict[str, str]:
    """Say what kind of picture it is, without decoding it."""
    image = _open(file, most_pixels)
    if image.format not in FORMATS:
        raise Refused("kind")
    return {"media_type": FORMATS[image.format]}


def sizes(*, file: str, most_pixels: int, folder: str, stem: str, widths: dict[str, int]) -> dict[str, object]:
    """Write the picture's sizes, each as WebP and as JPEG: upright, in sRGB, carrying nothing but colours.

    Return each size's width and height, and a `placeholder`: a few dozen bytes of WebP in Base64, all blur.
    """
    made = _made_anew(_open(file, most_pixels), max(widths.values()))
    return {"sizes": _write_sizes(made, folder, stem, widths), "placeholder": _placeholder(made)}


def blurred(
    *, file: str, most_pixels: int, folder: str, stem: str, widths: dict[str, int], boxes: list[list[int]]
) -> dict[str, object]:
    """Write a picture's sizes anew from the largest, with some places blurred; boxes are in thousandths of it."""
    image = _open(file, most_pixels).convert("RGB")
    for box in boxes:
        _blur(image, *box)
    return {"sizes": _write_sizes(image, folder, stem, widths)}


def _blur(image: Image.Image, x: int, y: int, width: int, height: int) -> None:
    """Leave of a place, with some margin round it, a few colours.

    Each is the average of its part of the place, and only then are they blurred into each other: an average cannot be
    undone, as a blur alone can.
    """
    around, down = width * MARGIN, height * MARGIN
    place = (
        max(0, int((x - around) * image.width / 1000)),
        max(0, int((y - down) * image.height / 1000)),
        min(image.width, int((x + width + around) * image.width / 1000) + 1),
        min(image.height, int((y + height + down) * image.height / 1000) + 1),
    )
    part = image.crop(place)
    longest = max(part.size)
    few = part.resize(
        (max(1, round(COLOURS * part.width / longest)), max(1, round(COLOURS * part.height / longest))),
        Image.Resampling.BOX,
    )
    soft = few.resize(part.size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(longest / COLOURS / 3))
    image.paste(soft, place[:2])


def _write_sizes(made: Image.Image, folder: str, stem: str, widths: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Write a picture in each size, the widest first; it is the smallest afterwards."""
    written = {}
    for name, width in sorted(widths.items(), key=lambda pair: -pair[1]):
        made.thumbnail(_box(width), Image.Resampling.LANCZOS, reducing_gap=2.0)
        # Methods beyond the first make them hardly smaller, and take three times as long.
        _write(made, Path(folder) / f"{stem}.{name}.webp", "WEBP", quality=80, method=1)
        _write(made, Path(folder) / f"{stem}.{name}.jpg", "JPEG", quality=75, optimize=True)
        written[name] = made.size
    return written


def _made_anew(image: Image.Image, widest: int) -> Image.Image:
    """Return it on a fresh canvas, upright and no wider than that: nothing that came with it comes along."""
    turned = image.getexif().get(0x0112, 1) >= 5
    box = _box(widest)[::-1] if turned else _box(widest)
    if image.mode in ("1", "P"):  # colours by number cannot be mixed
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "I;16":  # grey in sixteen bits, of which the upper eight are seen
        image = Image.frombytes("L", image.size, image.tobytes()[1::2])
    # A JPEG is decoded at half its size where that is enough, in a third of the time.
    image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=1.05)
    return _on_white(_in_srgb(ImageOps.exif_transpose(image)))


def _write(image: Image.Image, place: Path, kind: str, **how: int) -> None:
    with place.open("xb") as out:
        image.save(out, kind, **how)


def _placeholder(image: Image.Image) -> str:
    image.thumbnail((PLACEHOLDER, PLACEHOLDER), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=40, method=6)
    return base64.b64encode(out.getvalue()).decode()


def _box(width: int) -> tuple[int, int]:
    """Return how wide and how high such a size may be: pictures that stand are higher than wide."""
    return width, width * 4 // 3


def _in_srgb(image: Image.Image) -> Image.Image:
    """Turn the colours into those of screens: the profile that says otherwise is not kept."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _on_white(image: Image.Image) -> Image.Image:
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image if image.mode == "RGBA" else None)
    return canvas
