"""What is kept about a child itself, as one of its guardians may read it: for the extract that the law gives."""

from __future__ import annotations

from django.utils.translation import gettext as _

from children.actors import Actor
from children.models import Child, Household, Placement
from children.selectors.child_page import contacts
from children.selectors.consents_page import answers_ever
from children.selectors.homes import agreed_homes, seen_homes
from children.selectors.people import guardians_of
from portal.lib.extracts import Facts, Part, Value


def child_part(actor: Actor, child: Child) -> Part:
    """Return who the child is, where it has been, who is around it, and what this guardian has answered.

    Nothing of another home: neither who lives there nor its weeks. No personal number, and of a child with protected
    identity no more than its pages show.
    """
    sections = [_who(child), _placements(child), _guardians(actor, child), _contacts(child), _consents(actor, child)]
    if homes := _homes(actor, child):
        sections.insert(3, homes)
    return Part("barnet", _("Barnet"), sections)


def _who(child: Child) -> Facts:
    rows: list[tuple[Value, ...]] = [(_("Namn"), child.full_name)]
    if child.birth_date and not child.is_protected:
        rows.append((_("Född"), child.birth_date))
    if child.allergy:
        rows.append((_("Allergi och annat att veta"), child.allergy))
    return Facts("child", _("Om barnet"), {"what": _("Uppgift"), "value": _("Värde")}, rows)


def _placements(child: Child) -> Facts:
    columns = {
        "department": _("Avdelning"),
        "preschool": _("Förskola"),
        "starts_on": _("Från"),
        "ends_on": _("Till"),
        "hours_per_week": _("Timmar i veckan"),
    }
    found = [*Placement.objects.filter(child=child).select_related("department__preschool")]
    found += child.backup_placements.select_related("department__preschool")  # type: ignore[arg-type]  # has the same columns
    rows = [
        (
            row.department.name,
            row.department.preschool.name,
            row.starts_on,
            row.ends_on,
            getattr(row, "hours_per_week", None),
        )
        for row in sorted(found, key=lambda row: row.starts_on)
    ]
    return Facts("placements", _("Placeringar"), columns, rows)


def _guardians(actor: Actor, child: Child) -> Facts:
    """Return the guardians of today: the reader with the own contact data, others by name; of another home no name."""
    unseen = seen_homes([child.pk], actor.person_id)[child.pk].unseen if actor.person_id else frozenset()
    columns = {"name": _("Namn"), "since": _("Sedan"), "email": _("E-post"), "phone": _("Telefon")}
    rows: list[tuple[Value, ...]] = []
    for row in guardians_of([child.pk], actor.today).select_related("guardian").order_by("created_at", "pk"):
        is_own = row.guardian_id == actor.person_id
        name = _("I det andra hemmet") if row.guardian_id in unseen else row.guardian.full_name
        known = (row.guardian.email, row.guardian.phone) if is_own else ("", "")
        rows.append((name, row.starts_on, *known))
    return Facts("guardians", _("Vårdnadshavare"), columns, rows)


def _homes(actor: Actor, child: Child) -> Facts | None:
    """Return whether the own home shows the other its times; None for a child with one home."""
    own: Household | None = agreed_homes().filter(child=child, guardians=actor.person_id).first()
    if own is None:
        return None
    said = _("ja") if own.shares else _("nej")
    columns = {"what": _("Uppgift"), "value": _("Värde")}
    return Facts("homes", _("Två hem"), columns, [(_("Ditt hem visar sina tider för det andra hemmet"), said)])


def _contacts(child: Child) -> Facts:
    columns = {"name": _("Namn"), "relation": _("Relation"), "phone": _("Telefon"), "may_collect": _("Får hämta")}
    rows = [(one.name, one.relation, one.dial, one.may_collect) for one in contacts(child)]
    return Facts("contacts", _("Kontakter"), columns, rows, _("Inga kontakter är inskrivna."))


def _consents(actor: Actor, child: Child) -> Facts:
    columns = {
        "purpose": _("Vad det gäller"),
        "says_yes": _("Ja"),
        "given_on": _("Svarade"),
        "until": _("Gäller till"),
        "ended_at": _("Slutade gälla"),
        "why": _("Varför"),
        "wording": _("Det som lästes"),
    }
    rows = [
        (one.title, one.says_yes, one.given_on, one.until, one.ended_at, one.why, one.wording)
        for one in answers_ever([child.pk], actor.today, given_by=actor.person_id)
    ]
    return Facts("consents", _("Dina medgivanden"), columns, rows, _("Du har inte svarat på något än."))
