"""The rows of the door test for forms."""

from __future__ import annotations

from typing import Any

from children.models import Child, Department
from children.selectors.placing import departments_of
from documents.models import FormChild, PaperForm
from portal.lib import clock, days
from tests.doors import Doors, Row
from tests.paper_doors.consents import FAMILIES

HOUSE = {
    "substitute": "22422",
    "staff": "22422",
    "elsewhere": "44244",
    "principal": "22422",
    "principal_elsewhere": "44244",
    "tablet": "P",
    "tablet_pin": "22422",
}
HOUSE_AND_GOES_ON = {actor: signs.replace("2", "3") for actor, signs in HOUSE.items()}
# Nobody in the house but the named readers is told whose the protected child is.
# What is on paper the employed write in, where they know the family.
RECORDS = {"staff": "22442", "elsewhere": "44244", "principal": "22442", "principal_elsewhere": "44244", "tablet": "P"}
WORKS_HERE = dict.fromkeys(("substitute", "staff", "elsewhere", "principal", "principal_elsewhere", "tablet_pin"), "2")


def _place(doors: Doors, target: str) -> dict[str, Any]:
    return {"place": _department(doors.target(target)).pk}


ROWS: list[Row] = [
    Row("documents:own_list", "GET", dict.fromkeys(FAMILIES, "2")),
    Row("documents:own", "GET", {"guardian": "24442"}, about="form and child"),
    Row("documents:own", "POST", {"guardian": "b444b"}, about="form and child"),  # nothing was answered
    Row("documents:own_answer", "GET", {"guardian": "24442"}, about="form and child"),
    Row("documents:forms", "GET", WORKS_HERE | {"tablet": "P"}),
    Row("documents:form_new", "POST", HOUSE_AND_GOES_ON, sent=_place),
    Row("documents:form", "GET", HOUSE, about="form"),
    Row("documents:form_build", "GET", HOUSE, about="form draft"),
    Row("documents:form_build", "POST", HOUSE_AND_GOES_ON, about="form draft"),
    Row("documents:form_preview", "GET", HOUSE, about="form"),
    Row("documents:form_throw_away", "POST", HOUSE_AND_GOES_ON, about="form draft"),
    Row("documents:form_remind", "POST", HOUSE_AND_GOES_ON, about="form"),
    Row("documents:form_close", "POST", HOUSE_AND_GOES_ON, about="form"),
    Row("documents:form_keep", "POST", HOUSE_AND_GOES_ON, about="form"),
    Row("documents:form_child", "GET", HOUSE, about="form and child"),
    Row("documents:form_paper", "GET", RECORDS, about="form, child and guardian"),
    Row(
        "documents:form_paper",
        "POST",
        {actor: signs.replace("2", "b") for actor, signs in RECORDS.items()},
        about="form, child and guardian",
    ),
    Row("documents:child_forms", "GET", HOUSE, about="child"),
]


def things(doors: Doors, target: str) -> dict[str, dict[str, Any]]:
    """Return what the addresses of these rows are filled with for a child, by the row's `about`."""
    child, cast = doors.target(target), doors.cast
    guardian = {"same": cast.neighbour, "other": cast.stranger, "protected": doors.hidden}.get(target, cast.amina)
    form = {"form_id": _form(doors, child, PaperForm.State.OPEN).pk}
    return {
        "form": form,
        "form draft": {"form_id": _form(doors, child, PaperForm.State.DRAFT).pk},
        "form and child": form | {"child_id": child.pk},
        "form, child and guardian": form | {"child_id": child.pk, "person_id": guardian.pk},
    }


def _department(child: Child) -> Department:
    return Department.objects.get(pk=departments_of([child.pk], days.today())[child.pk].department_id)


def _form(doors: Doors, child: Child, state: PaperForm.State) -> PaperForm:
    """Return what Maria asks about the child at its department, made once."""
    if found := PaperForm.objects.filter(about__child=child, state=state).first():
        return found
    now, department = clock.now(), _department(child)
    form = PaperForm.objects.create(
        preschool_id=department.preschool_id,
        department=department,
        state=state,
        title="Utflykt",
        questions=[{"id": "1", "kind": "yes_no", "label": "Får barnet följa med?", "is_required": True}],
        is_for_all=False,
        made_by=doors.cast.maria,
        changed_by=doors.cast.maria,
        changed_at=now,
        opened_at=now if state == PaperForm.State.OPEN else None,
    )
    FormChild.objects.create(form=form, child=child)
    return form
