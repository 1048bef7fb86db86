"""Writing areas, preschools and departments."""

from typing import Any
from uuid import UUID

from children.models import Area, Department, Municipality, Preschool
from children.register.rows import Address
from children.register.writing import Run, print_of


def write_places(run: Run) -> None:
    """Create and change places so that they are as the register says. Those that vanished are not touched here."""
    _name_municipality(run)
    areas, preschools = _ids(Area), _ids(Preschool)
    for row in run.plan.places.areas:
        dates = {"starts_on": row.starts_on, "ends_on": row.ends_on}
        areas[row.id] = _write(run, Area, row.id, {"name": row.name, **dates})
    for row, area_id in run.plan.places.preschools:
        address = row.address or Address("", "", "", "")
        values: dict[str, Any] = {
            "name": row.name,
            "area_id": areas.get(area_id),
            "school_unit_code": row.unit_code,
            "street": address.street,
            "postal_code": address.postal_code[:20],
            "locality": address.locality[:100],
            "email": row.email,
            "phone": row.phone,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        }
        preschools[row.id] = _write(run, Preschool, row.id, values)
    for group, preschool_id in run.plan.places.departments:
        values = {
            "name": group.name,
            "preschool_id": preschools[preschool_id],
            "starts_on": group.starts_on,
            "ends_on": group.ends_on,
        }
        run.departments[group.id] = _write(run, Department, group.id, values)
    run.departments = _ids(Department)


def _name_municipality(run: Run) -> None:
    """Take the municipality's name from its organisation, unless somebody has already given it one."""
    named = [row for row in run.gathered.organisations.values() if row.kind == "Huvudman"]
    if len(named) != 1:
        return
    present = Municipality.objects.filter(pk=1).first()
    if present is None:
        Municipality.objects.create(pk=1, name=named[0].name)
        run.report.created += 1
    elif present.name == str(Municipality._meta.get_field("name").default):
        Municipality.objects.filter(pk=1).update(name=named[0].name)
        run.report.updated += 1
    else:
        run.report.unchanged += 1


def _ids(model: type[Area] | type[Preschool] | type[Department]) -> dict[str, UUID]:
    rows = model.objects.exclude(register_id=None).values_list("register_id", "pk")
    return {str(register_id): pk for register_id, pk in rows}


def _write(run: Run, model: Any, register_id: str, values: dict[str, Any]) -> UUID:
    """Create or change one place, and count it."""
    place = model.objects.filter(register_id=register_id).first()
    register_print = print_of(register_id, values)
    if place is None:
        place = model(register_id=UUID(register_id), register_print=register_print, **values)
        place.save(force_insert=True)
        run.report.created += 1
    elif place.register_print != register_print:
        for name, value in values.items():
            setattr(place, name, value)
        place.register_print = register_print
        place.save()
        run.report.updated += 1
    else:
        run.report.unchanged += 1
    pk: UUID = place.pk
    return pk
