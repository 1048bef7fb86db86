"""Taking fields out of a row that may hold anything: each reader gives a value or notes a fault, and never raises."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from children.register.report import Fault, Report, shown_code
from children.register.rows import Address, Entity
from portal.lib import days

LONGEST_TEXT = 1000
EARLIEST, LATEST = 1900, 2199
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
EMAIL = re.compile(r"[^@\s<>\"(),:;]{1,64}@[^@\s<>\"(),:;]+\.[^@\s<>\"(),:;.]{2,}")


class Fields:
    """One row of the register, read field by field.

    `faults` says what makes the row unusable, `gaps` what had to be left out of a row that is otherwise good.
    """

    def __init__(self, raw: dict[str, Any], entity: Entity, report: Report, known: frozenset[str]):
        self.raw, self.entity, self.report = raw, entity, report
        self.faults: list[Fault] = []
        self.gaps: list[Fault] = []
        for name in raw.keys() - known:
            report.note(_("Okänt fält ”%s” i %s: %%(count)s gånger.") % (shown_code(name), entity))

    def fault(self, field: str, problem: str, advice: str = "") -> None:
        """Say that the row cannot be used, and why."""
        advice = advice or _("Rätta uppgiften i registersystemet och läs in igen.")
        self.faults.append(Fault(field, problem, advice))

    def gap(self, field: str, problem: str) -> None:
        """Say that a part of the row is left out, and why."""
        self.gaps.append(Fault(field, problem, _("Rätta uppgiften i registersystemet och läs in igen.")))

    def text(self, name: str, longest: int = LONGEST_TEXT, *, is_required: bool = False) -> str:
        """Return the text with single spaces, or nothing."""
        value = self.raw.get(name)
        if value is None or value == "":
            if is_required:
                self.fault(name, _("Uppgiften saknas."))
            return ""
        text = plain_text(value)
        if text is None or len(text) > longest:
            self.fault(name, _("Uppgiften är inte läsbar text, eller är för lång."))
            return ""
        if is_required and not text:
            self.fault(name, _("Uppgiften är tom."))
        return text

    def code(self, name: str) -> str:
        """Return a code word; anything that is not text counts as none."""
        return plain_text(self.raw.get(name)) or ""

    def reference(self, name: str, *, is_required: bool = True) -> str:
        """Return the id inside `{"id": …}`."""
        value = self.raw.get(name)
        if value is None and not is_required:
            return ""
        found = reference_id(value)
        if not found:
            self.fault(name, _("Hänvisningen saknas eller går inte att läsa."))
        return found

    def day(self, name: str, *, is_required: bool = False) -> date | None:
        """Return the date; of a date-time, the day in the preschools' time zone."""
        value = self.raw.get(name)
        if value is None or value == "":
            if is_required:
                self.fault(name, _("Datumet saknas."))
            return None
        found, has_no_zone = read_day(value)
        if found is None:
            self.fault(name, _("Datumet går inte att läsa."), _("Datum skrivs som 2026-08-10."))
            return None
        if has_no_zone:
            self.report.note(_("Tidpunkter utan tidszon räknades som svensk tid: %(count)s."))
        if found.year > LATEST:
            return None
        if found.year < EARLIEST:
            self.fault(name, _("Datumet är inte rimligt."))
        return found

    def period(self) -> tuple[date | None, date | None]:
        """Return `startDate` and `endDate`, in order."""
        starts_on, ends_on = self.day("startDate"), self.day("endDate")
        if starts_on and ends_on and ends_on < starts_on:
            self.fault("endDate", _("Slutdatum ligger före startdatum."))
        return starts_on, ends_on

    def items(self, name: str) -> list[dict[str, Any]]:
        """Return the list of objects; other things in it are noted and left out."""
        value = self.raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(name, _("Uppgiften ska vara en lista."))
            return []
        objects = [item for item in value if isinstance(item, dict)]
        if len(objects) < len(value):
            self.fault(name, _("Listan innehåller något som inte går att läsa."))
        return objects

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return the list of objects where nothing hangs on it: what cannot be read is noted and left out."""
        value = self.raw.get(name)
        if value is None:
            return []
        objects = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        if not isinstance(value, list) or len(objects) < len(value):
            self.report.note(_("Oläsliga uppgifter i fältet ”%s” lämnades tomma: %%(count)s.") % name)
        return objects

    def phone(self) -> str:
        """Return the best telephone number: a mobile one first."""
        numbers = self.objects("phoneNumbers")
        numbers.sort(key=lambda item: item.get("mobile") is not True)
        return self._first_phone([item.get("value") for item in numbers])

    def _first_phone(self, values: list[Any]) -> str:
        for value in values:
            number = read_phone(value)
            if number:
                return number
            self.report.note(_("Telefonnummer som inte gick att läsa lämnades tomma: %(count)s."))
        return ""

    def single_phone(self, name: str) -> str:
        """Return the telephone number in one field."""
        value = self.raw.get(name)
        return self._first_phone([value]) if value else ""

    def emails(self, *kinds: str) -> str:
        """Return the first usable address of one of the kinds; without kinds, of any."""
        for item in self.objects("emails"):
            if not kinds or item.get("type") in kinds:
                address = read_email(item.get("value"))
                if address:
                    return address
                self.report.note(_("E-postadresser som inte gick att läsa lämnades tomma: %(count)s."))
        return ""

    def address(self, values: list[dict[str, Any]]) -> Address | None:
        """Return the best of several addresses: where the person is registered first."""
        order = ("Särskild postadress", "Folkbokföring", "Postadress", "Tillfällig adress")
        values = sorted(values, key=lambda item: order.index(item["type"]) if item.get("type") in order else 9)
        for value in values:
            parts = [(plain_text(value.get(key)) or "")[:200] for key in ADDRESS_FIELDS]
            if any(parts[:3]):
                if not parts[3]:
                    self.report.note(_("Adresser utan land räknades som svenska: %(count)s."))
                return Address(*parts)
        return None


ADDRESS_FIELDS = ("streetAddress", "postalCode", "locality", "country")


def plain_text(value: object) -> str | None:
    """Return text without control characters and doubled spaces; None for what is not text."""
    if not isinstance(value, str) or len(value) > 100_000 or UNPRINTABLE.search(value):
        return None
    return " ".join(value.split())


def read_id(value: object) -> str:
    """Return an id in its one form, or nothing. The standard's ids are UUIDs."""
    if not isinstance(value, str) or not 32 <= len(value) <= 45:
        return ""
    try:
        return str(UUID(value.strip()))
    except ValueError:
        return ""


def reference_id(value: object) -> str:
    """Return the id of `{"id": …}`, or nothing."""
    return read_id(value.get("id")) if isinstance(value, dict) else ""


def read_day(value: object) -> tuple[date | None, bool]:
    """Return the date in a text, and whether it was a moment without a time zone."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None, False
    try:
        if DAY.fullmatch(value):
            return date.fromisoformat(value), False
        moment = datetime.fromisoformat(value)
        return (moment.date(), True) if moment.tzinfo is None else (days.day_of(moment), False)
    except (ValueError, OverflowError):
        return None, False


def read_phone(value: object) -> str:
    """Return a telephone number as +46701234567; nothing for what is not one. Swedish without a country code."""
    text = plain_text(value)
    if not text or len(text) > 40:
        return ""
    text = re.sub(r"[\s\-/().\u2010-\u2015]", "", text.replace("(0)", ""))
    if text.startswith("00"):
        text = "+" + text[2:]
    elif text.startswith("0"):
        text = "+46" + text[1:]
    if text.startswith("+460"):
        text = "+46" + text[4:]
    return text if re.fullmatch(r"\+[1-9][0-9]{6,14}", text) else ""


def read_email(value: object) -> str:
    """Return an e-mail address, or nothing for what is not one."""
    text = plain_text(value)
    return text if text and len(text) <= 254 and EMAIL.fullmatch(text) else ""
