"""Pictures for the demo's posts, drawn here: a wood, a pond and leaves, with nobody in them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from portal.demo.cast import dice

WIDTH, HEIGHT = 1600, 1200
Scene = Callable[[ImageDraw.ImageDraw, str], None]


def wood(draw: ImageDraw.ImageDraw, name: str) -> None:
    """Hills at sunset with firs and birches."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#f2d7a8")
    draw.ellipse((1080, 120, 1320, 360), fill="#fdf3dc")
    draw.ellipse((-300, 640, 1100, 1700), fill="#93b08a")
    draw.ellipse((600, 700, 2100, 1800), fill="#6d9168")
    chance = dice(name)
    for _turn in range(14):
        x, foot, tall = chance.randrange(WIDTH), chance.randrange(700, 1050), chance.randrange(180, 360)
        draw.rectangle((x - 9, foot - 40, x + 9, foot + 30), fill="#7a5b3e")
        draw.polygon(
            [(x, foot - tall), (x - tall // 4, foot), (x + tall // 4, foot)],
            fill=chance.choice(["#3f6b4d", "#4d7d57", "#b9772f"]),
        )


def pond(draw: ImageDraw.ImageDraw, name: str) -> None:
    """Rain over a pond."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#c4d3d6")
    draw.rectangle((0, 620, WIDTH, HEIGHT), fill="#8f8061")
    draw.ellipse((220, 760, 1380, 1100), fill="#9fc0cf")
    chance = dice(name)
    for _turn in range(60):
        x, y = chance.randrange(WIDTH), chance.randrange(HEIGHT)
        draw.line((x, y, x - 8, y + 36), fill="#e6eef1", width=4)
    for ring in range(3):
        size = 60 + 50 * ring
        draw.ellipse((800 - size, 930 - size // 3, 800 + size, 930 + size // 3), outline="#7fa7b9", width=5)


def leaves(draw: ImageDraw.ImageDraw, name: str) -> None:
    """Autumn leaves on sand."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#e9dcc3")
    chance = dice(name)
    for _turn in range(46):
        x, y, size = chance.randrange(WIDTH), chance.randrange(HEIGHT), chance.randrange(50, 130)
        colour = chance.choice(["#c9682c", "#e0a43a", "#8a9a3f", "#a8432c"])
        draw.ellipse((x, y, x + size, y + size // 2), fill=colour)
        draw.line((x, y + size // 4, x + size, y + size // 4), fill="#6f4a25", width=4)


def picture(name: str, scene: Scene) -> ContentFile[bytes]:
    """Return a JPEG of the scene; the same one for the same name."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    scene(ImageDraw.Draw(image), name)
    kept = BytesIO()
    image.save(kept, "JPEG", quality=82)
    return ContentFile(kept.getvalue(), name=f"{name}.jpg")
