"""Tables as files that a spreadsheet opens, harmless whatever their cells begin with."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.formats import get_format

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: object) -> str:
    """Return the cell as text that no spreadsheet takes for a formula; numbers stay numbers."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, int | float) or not text.startswith(FORMULA):
        return text
    return f"'{text}"


def csv_answer(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a CSV file for download, as spreadsheets in the reader's language read it, with a mark for UTF-8.

    Where the decimal sign is a comma the cells are parted by semicolons, else by commas; decimals are given with one.
    """
    decimal_sign = str(get_format("DECIMAL_SEPARATOR"))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if decimal_sign == "," else ",", lineterminator="\r\n")
    for row in (head, *rows):
        writer.writerow([_written(cell, decimal_sign) for cell in row])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _written(cell: object, decimal_sign: str) -> str:
    return f"{cell:.1f}".replace(".", decimal_sign) if isinstance(cell, float) else harmless(cell)
