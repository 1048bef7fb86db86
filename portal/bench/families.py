"""A family plans: the schedule page, and half a year for two siblings, saved as the page itself would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from attendance.drafts import Draft
from attendance.rules import Interval
from portal.bench import subjects
from portal.bench.serving import CSRF, Asked, Browser
from portal.bench.subjects import Parent
from portal.lib import days

LONG, SHORT = (Interval(time(7, 30), time(16)),), (Interval(time(8), time(15)),)
EVERY_OTHER = Draft(((*[LONG] * 5, (), ()), (*[SHORT] * 4, (), (), ())))


def schedule(parent: Parent) -> tuple[Browser, Asked]:
    return parent.browser, Asked("GET", reverse("attendance:schedule"), is_fragment=False)


class Planning:
    """The same plan for family after family, with whatever else each family's own page sends along."""

    def __init__(self, parents: Sequence[Parent]) -> None:
        # One guardian of each family: the other one's page would be older than what was saved.
        self.parents = list({child_id: parent for parent in parents for child_id in parent.child_ids[:1]}.values())
        self.monday = days.monday_of(days.today()) + timedelta(weeks=4)
        self.forms: list[str] = []

    def renew(self) -> None:
        """Let the families plan as before, and open their pages again."""
        subjects.forget_plans([child_id for parent in self.parents for child_id in parent.child_ids], self.monday)
        self.forms = [self._form(parent) for parent in self.parents]

    def save(self, number: int) -> tuple[Browser, Asked]:
        form = self.forms[number]
        return self.parents[number].browser, Asked("POST", reverse("attendance:schedule"), form, expects=204)

    def _form(self, parent: Parent) -> str:
        client = Client(HTTP_HOST="localhost")
        for name, value in parent.browser.cookies.items():
            client.cookies[name] = value
        page = _Forms()
        page.feed(client.get(reverse("attendance:schedule"), {"vecka": str(self.monday)}).content.decode())
        drafts = {f"draft-{child_id}": EVERY_OTHER.packed() for child_id in parent.child_ids}
        form = next((fields for fields in page.hidden if drafts.keys() <= fields.keys()), None)
        if form is None:
            raise RuntimeError("the schedule page does not offer to plan for both children")
        own = {"csrfmiddlewaretoken": CSRF, "do": "save", "repeats": "2", "barn": parent.child_ids, **drafts}
        return urlencode(form | own, doseq=True)


class _Forms(HTMLParser):
    """The hidden fields of each of a page's forms, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[dict[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.hidden.append({})
        elif tag == "input" and given.get("type") == "hidden" and self.hidden:
            self.hidden[-1][given.get("name") or ""] = given.get("value") or ""
