"""Faces that nobody has: drawn from ellipses, so that a cascade takes them for one."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter


def face(wide: int) -> Image.Image:
    drawn = Image.new("L", (wide, wide * 5 // 4), 70)
    draw, scale = ImageDraw.Draw(drawn), wide / 200
    for left, top, right, bottom, grey in (
        (20, 15, 180, 240, 190),
        (35, 45, 165, 200, 200),
        (45, 85, 92, 118, 120),  # where the eyes lie
        (108, 85, 155, 118, 120),
        (55, 95, 85, 110, 60),
        (115, 95, 145, 110, 60),
        (48, 79, 90, 88, 70),  # brows
        (110, 79, 152, 88, 70),
        (88, 95, 112, 155, 225),  # nose
        (86, 145, 114, 158, 150),
        (70, 175, 130, 192, 100),
    ):
        draw.ellipse((left * scale, top * scale, right * scale, bottom * scale), fill=grey)
    return drawn.filter(ImageFilter.GaussianBlur(2.5 * scale))


def with_faces(*places: tuple[int, int, int]) -> SimpleUploadedFile:
    """Return a photograph of 1920 × 1440 with faces: from the left, from the top, how wide."""
    drawn = Image.new("L", (1920, 1440), 110)
    for left, top, wide in places:
        drawn.paste(face(wide), (left, top))
    out = io.BytesIO()
    drawn.convert("RGB").save(out, "JPEG")
    return SimpleUploadedFile("klassen.jpg", out.getvalue(), "image/jpeg")
