"""Pages of PDFs as pictures. What cannot be read, is locked or too much to draw has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from documents.opened import Refused

HIGHEST = 2  # times as high as wide: a longer page is a poster or a trap, and is drawn smaller


def draw(file: str, folder: str, most: int, width: int) -> dict[str, Any]:
    """Write the first pages as 1.png, 2.png, … into the folder; say how many there are, and how many were drawn."""
    import pypdfium2

    try:
        opened = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError:
        raise Refused("damaged") from None
    number = min(len(opened), most)
    for place in range(number):
        page = opened[place]
        across, down = page.get_size()
        if across <= 0 or down <= 0:
            raise Refused("damaged")
        scale = min(width / across, HIGHEST * width / down)
        image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        with (Path(folder) / f"{place + 1}.png").open("xb") as out:
            image.save(out, "PNG", compress_level=1)
        page.close()
    return {"pages": len(opened), "drawn": number}
