"""What can be chosen about notices: the kinds that can reach somebody, in which ways, and when nothing may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from attendance.forms import TimeField
from children.actors import Actor
from children.models import StaffRole
from notifications import rules, ways
from notifications.models import IN_DIGEST, Kind, Way
from notifications.rules import ALL_DAY, Hours, Side, Span
from notifications.selectors import reached_by_push, wanted_ways

ROLE = StaffRole.Kind
# Each row of the page: in which group, what it is called, which kinds it chooses for. The first names its fields.
OF_FAMILIES = (
    ("day", gettext_lazy("Barnet är lämnat"), (Kind.ARRIVED,)),
    ("day", gettext_lazy("Barnet är hämtat"), (Kind.LEFT,)),
    ("day", gettext_lazy("Barnet kom trots anmäld frånvaro"), (Kind.CAME_THOUGH_ABSENT,)),
    ("planning", gettext_lazy("Nästa vecka saknar tider"), (Kind.PLAN_MISSING,)),
    ("planning", gettext_lazy("Personalen har ändrat barnets tider"), (Kind.PLANNED_BY_STAFF,)),
    ("planning", gettext_lazy("Frågor om lov"), (Kind.ENQUIRY_OPENED, Kind.ENQUIRY_UNANSWERED, Kind.ENQUIRY_WITHDRAWN)),
    ("planning", gettext_lazy("Stängda dagar"), (Kind.DAY_CLOSED, Kind.DAY_OPENED)),
    ("planning", gettext_lazy("Det som händer på förskolan"), (Kind.EVENT_ANNOUNCED, Kind.EVENT_CANCELLED)),
    ("papers", gettext_lazy("Frågor om medgivande"), (Kind.CONSENT_ASKED,)),
    ("papers", gettext_lazy("Blanketter att svara på"), (Kind.FORM_ASKED, Kind.FORM_UNANSWERED, Kind.FORM_RECORDED)),
    ("papers", gettext_lazy("Innan något tas bort"), (Kind.REMOVAL_AHEAD, Kind.MEMORY_READY)),
    ("planning", gettext_lazy("Barnets två hem"), (Kind.HOMES_PROPOSED, Kind.HOMES_AGREED)),
)
OF_BOTH = (
    ("talks", gettext_lazy("Nya meddelanden"), (Kind.MESSAGE_RECEIVED, Kind.MESSAGE_WITHDRAWN)),
    ("bulletins", gettext_lazy("Anslag"), (Kind.BULLETIN_PUBLISHED, Kind.BULLETIN_TO_CONFIRM)),
    ("papers", gettext_lazy("Nya dokument"), (Kind.DOCUMENT_SHARED,)),
)
OF_LEADERS = (("talks", gettext_lazy("Meddelanden till rektor"), (Kind.MESSAGE_RECEIVED, Kind.MESSAGE_WITHDRAWN)),)
OF_HOUSE = (
    ("talks", gettext_lazy("Samtal som är mina att svara på"), (Kind.THREAD_ASSIGNED,)),
    ("bulletins", gettext_lazy("Anslag som inte går ut"), (Kind.BULLETIN_STOPPED,)),
)
OF_STAFF = (
    ("day", gettext_lazy("Frånvaro som familjer anmäler"), (Kind.ABSENCE_REPORTED, Kind.ABSENCE_ENDED)),
    ("posts", gettext_lazy("Tack från familjer"), (Kind.POST_THANKED,)),
    ("posts", gettext_lazy("Inlägg som inte går ut"), (Kind.PICTURE_DAMAGED, Kind.POST_STOPPED)),
    ("posts", gettext_lazy("Bilder som inte visas längre"), (Kind.PICTURE_HIDDEN,)),
    ("posts", gettext_lazy("Dags för ett inlägg"), (Kind.DEPARTMENT_QUIET,)),
)
POSTS = (("posts", gettext_lazy("Nya inlägg"), (Kind.POST_PUBLISHED,)),)
PIN = (("safety", gettext_lazy("Min PIN-kod låst på en platta"), (Kind.PIN_LOCKED,)),)
LOOKS = (("safety", gettext_lazy("Någon läste skyddade uppgifter"), (Kind.IDENTITY_READ,)),)
GROUPS = {
    "day": gettext_lazy("Dagen"),
    "planning": gettext_lazy("Planering"),
    "talks": gettext_lazy("Samtal"),
    "bulletins": gettext_lazy("Anslag"),
    "posts": gettext_lazy("Inlägg"),
    "papers": gettext_lazy("Dokument och blanketter"),
    "safety": gettext_lazy("Säkerhet"),
}


@dataclass(frozen=True)
class Choice:
    """One switch. `is_fixed` where it is on whatever one chooses."""

    field: str
    way: str
    label: str
    is_on: bool
    is_fixed: bool


@dataclass(frozen=True)
class Row:
    """What is chosen together: one or several kinds."""

    label: str
    kinds: tuple[Kind, ...]
    choices: list[Choice]

    @property
    def is_fixed(self) -> bool:
        """Whether something of it cannot be turned off."""
        return any(choice.is_fixed for choice in self.choices)


@dataclass(frozen=True)
class Settings:
    """The page: groups of rows, by which way the digest goes, and who is asked."""

    side: Side
    groups: list[tuple[str, list[Row]]]
    digest: Row

    @property
    def rows(self) -> list[Row]:
        return [*(row for _title, rows in self.groups for row in rows), self.digest]

    @property
    def chosen(self) -> dict[tuple[Kind, str], bool]:
        """What the switches say, for each kind."""
        return {
            (kind, choice.way): choice.is_on
            for row in self.rows
            for choice in row.choices
            for kind in row.kinds
            if not choice.is_fixed
        }


def settings_of(actor: Actor, person: User, *, is_guardian: bool, posted: Mapping[str, Any] | None = None) -> Settings:
    """Return what somebody like this can choose, as it is chosen; or as it was `posted`."""
    side = Side.STAFF if actor.is_staff else Side.FAMILY
    reachable = _reachable(person)
    wanted = wanted_ways(person.id, side)
    groups: dict[str, list[Row]] = {}

    def row(label: str, kinds: tuple[Kind, ...], offered: Iterable[str]) -> Row:
        return Row(label, kinds, [_choice(kinds[0], way, wanted, posted) for way in offered])

    for group, label, kinds in _kinds_of(actor, is_guardian=is_guardian):
        offered = _offered(kinds[0], rules.side_of(kinds[0], works_here=actor.is_staff), reachable)
        groups.setdefault(group, []).append(row(str(label), kinds, offered))
    shown = [(str(title), groups[group]) for group, title in GROUPS.items() if group in groups]
    return Settings(side, shown, row(_("Sammanfattningen"), (Kind.DIGEST,), reachable))


def _kinds_of(actor: Actor, *, is_guardian: bool) -> list[tuple[str, Any, tuple[Kind, ...]]]:
    """Return the kinds of notice that can reach somebody like this."""
    works = actor.has_role(ROLE.STAFF, ROLE.SUBSTITUTE)
    leads = actor.has_role(ROLE.PRINCIPAL)
    found = [*OF_FAMILIES] if is_guardian else []
    found += OF_BOTH if is_guardian or works else OF_LEADERS if leads else ()
    found += OF_HOUSE if works or leads else ()
    found += POSTS if is_guardian else ()
    found += OF_STAFF if works else ()
    found += PIN if works or leads else ()
    return [*found, *(LOOKS if leads or actor.has_role(ROLE.ADMINISTRATOR) else ())]


def _reachable(person: User) -> list[str]:
    """Return the ways outside that the person has."""
    has = {
        Way.PUSH: bool(reached_by_push([person.id])),
        Way.EMAIL: bool(person.email),
        Way.SMS: bool(person.phone),
    }
    offered = ways.offered()
    return [way.value for way in has if has[way] and way in offered]


def _offered(kind: Kind, side: Side, reachable: list[str]) -> list[str]:
    """Return what can be chosen: everything is in the portal, but what is told nobody who has not asked."""
    offered = [Way.IN_APP.value] if kind in rules.ONLY_IF_CHOSEN else []
    if side == Side.FAMILY and rules.by_default(kind, IN_DIGEST, side):
        offered.append(IN_DIGEST)
    return offered + reachable


def _choice(kind: Kind, way: str, wanted: Mapping[tuple[Kind, str], bool], posted: Mapping[str, Any] | None) -> Choice:
    labels = {
        Way.IN_APP: _("I Kapprummet"),
        IN_DIGEST: _("I sammanfattningen"),
        Way.PUSH: _("Notis på enheten") if kind == Kind.DIGEST else _("Direkt som notis"),
        Way.EMAIL: _("E-post") if kind == Kind.DIGEST else _("Direkt med e-post"),
        Way.SMS: _("Sms") if kind == Kind.DIGEST else _("Direkt med sms"),
    }
    field, is_fixed = f"{kind.value}.{way}", not rules.can_be_refused(kind, way)
    is_on = is_fixed or (wanted[kind, way] if posted is None else field in posted)
    return Choice(field, way, labels[way], is_on, is_fixed)


# When -------------------------------------------------------------------------------------------------------------

SPAN, ALL, NEVER = "span", "all", "never"
NO_DIGEST = ""
WRONG_TIME = gettext_lazy("Skriv klockslaget som 20:00.")


def _when(label: Any) -> forms.ChoiceField:
    choices = [
        (SPAN, gettext_lazy("Mellan två tider")),
        (ALL, gettext_lazy("Hela dagen")),
        (NEVER, gettext_lazy("Aldrig")),
    ]
    return forms.ChoiceField(label=label, choices=choices)


def _time(label: Any) -> TimeField:
    return TimeField(label=label, required=False, error_messages={"invalid": WRONG_TIME})


class HoursForm(forms.Form):
    """When somebody wants to be left alone, and when the digest comes. Times count where they are asked for."""

    weekdays = _when(gettext_lazy("Måndag till fredag"))
    weekdays_from, weekdays_to = _time(gettext_lazy("Från")), _time(gettext_lazy("Till"))
    weekend = _when(gettext_lazy("Lördag och söndag"))
    weekend_from, weekend_to = _time(gettext_lazy("Från")), _time(gettext_lazy("Till"))
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("När kommer sammanfattningen?"),
        choices=[
            *((str(hour), f"{hour:02}:00") for hour in range(6, 23)),
            (NO_DIGEST, gettext_lazy("Ingen sammanfattning")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )

    @classmethod
    def showing(cls, hours: Hours, posted: QueryDict | None = None) -> HoursForm:
        initial: dict[str, Any] = {"digest_hour": NO_DIGEST if hours.digest_hour is None else str(hours.digest_hour)}
        for name, span in (("weekdays", hours.weekdays), ("weekend", hours.weekend)):
            is_all_day = span is not None and span[0] == span[1]
            initial[name] = NEVER if span is None else ALL if is_all_day else SPAN
            begins, ends = span if span is not None and not is_all_day else (time(20), time(7))
            initial |= {f"{name}_from": begins, f"{name}_to": ends}
        return cls(posted, initial=initial)

    def clean(self) -> dict[str, Any]:
        for name in ("weekdays", "weekend"):
            if self.cleaned_data.get(name) == SPAN:
                self._check_span(name)
            else:  # what stands in fields that are not asked for is no fault
                for part in ("from", "to"):
                    self.errors.pop(f"{name}_{part}", None)
        if not self.errors:
            self._check_hours()
        return self.cleaned_data

    def _check_span(self, name: str) -> None:
        begins, ends = (self.cleaned_data.get(f"{name}_{part}") for part in ("from", "to"))
        for part, given in (("from", begins), ("to", ends)):
            if given is None and f"{name}_{part}" not in self.errors:
                self.add_error(f"{name}_{part}", WRONG_TIME)
        if begins is not None and begins == ends:
            self.add_error(f"{name}_to", _("Det är samma tid som den börjar. Välj en annan, eller Hela dagen."))

    def _check_hours(self) -> None:
        hours = self.hours()
        # Who wants nothing at all from Monday to Friday has the digest at the weekend.
        days, span = ("weekend", hours.weekend) if hours.weekdays == ALL_DAY else ("weekdays", hours.weekdays)
        # The house's own choice is nobody's fault.
        is_chosen = bool({"digest_hour", "weekdays", f"{days}_from", f"{days}_to", days} & set(self.changed_data))
        if rules.is_always_quiet(hours):
            self.add_error("weekend", _("Då når vi dig aldrig. Lämna någon tid fri."))
        elif hours.digest_hour is not None and is_chosen and _is_within(time(hours.digest_hour), span):
            self.add_error("digest_hour", _("Då vill du vara ostörd. Välj en annan timme, eller Ingen sammanfattning."))

    def hours(self) -> Hours:
        """Return what was chosen, once the form is valid."""
        return Hours(self._span("weekdays"), self._span("weekend"), self.cleaned_data["digest_hour"])

    def _span(self, name: str) -> Span | None:
        match self.cleaned_data[name]:
            case "all":
                return ALL_DAY
            case "never":
                return None
        return self.cleaned_data[f"{name}_from"], self.cleaned_data[f"{name}_to"]


def _is_within(moment: time, span: Span | None) -> bool:
    return span is not None and rules.is_within(moment, span)
