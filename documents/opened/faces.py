"""Where in a picture faces are: rectangles, and nothing about whose they are."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.data import haarcascades
from PIL import Image, WebPImagePlugin

CASCADE = "haarcascade_frontalface_alt2.xml"  # comes in the package; takes least that is no face
SMALLEST = 1 / 30  # of the picture's shorter side
MOST = 40
_LOADED = WebPImagePlugin  # by name, as in `pictures`


def find(*, file: str) -> dict[str, list[list[int]]]:
    """Return the `faces` in a picture of ours as x, y, width and height in thousandths of it, from left to right."""
    cv2.setNumThreads(1)
    grey = np.asarray(Image.open(file, formats=["WEBP"]).convert("L"))
    high, wide = grey.shape
    least = max(24, round(min(high, wide) * SMALLEST))
    cascade = cv2.CascadeClassifier(haarcascades + CASCADE)
    found = cascade.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=4, minSize=(least, least))
    return {"faces": sorted(_thousandths(rectangle, wide, high) for rectangle in found)[:MOST]}


def _thousandths(rectangle: Sequence[int], wide: int, high: int) -> list[int]:
    x, y, width, height = (int(number) for number in rectangle)
    left, top = x * 1000 // wide, y * 1000 // high
    return [left, top, min(1000 - left, width * 1000 // wide), min(1000 - top, height * 1000 // high)]
