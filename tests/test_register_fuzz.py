"""Whole imports of registers in which anything may stand anywhere: never a traceback, never half a row."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from children.models import Child, Guardianship, ProtectedIdentity, StaffRole
from tests.registers import Register, rid

NAMES = ("Amina", "Elsa", "Leo", "blåbär", "eken", "placering Elsa", "nobody", "öster")
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["2026-08-10", "2026-01-01T00:00:00Z", "1850-01-01", "9999-12-31", "\x00", "x" * 5000, "\ud800"]),
    st.sampled_from(NAMES).map(rid),
    st.sampled_from(NAMES).map(lambda name: {"id": rid(name)}),
    st.sampled_from(NAMES).map(lambda name: [{"person": {"id": rid(name)}, "relationType": "Vårdnadshavare"}]),
    st.sampled_from(["Avliden", "Sekretessmarkering", "Rektor", "Barnskötare", "Avdelning", "Klass", "FS", "FTH"]),
    st.just([]),
    st.just({}),
)


@st.composite
def bent_registers(draw: st.DrawFn) -> dict[str, Any]:
    """Return a good register in which some fields, rows and lists were bent."""
    lists = Register().lists
    for entity in draw(st.lists(st.sampled_from(list(lists)), min_size=1, max_size=6)):
        row = draw(st.sampled_from(lists[entity]))
        if not isinstance(row, dict) or not row:
            continue
        match draw(st.sampled_from(["field", "field", "field", "row", "double", "gone"])):
            case "field":
                row[draw(st.sampled_from([*row, "endDate", "responsibles"]))] = draw(anything)
            case "row":
                lists[entity].append(draw(anything))
            case "double":
                lists[entity].append(dict(row))
            case "gone" if len(lists[entity]) > 1:
                lists[entity].remove(row)
    return lists


def take_in(lists: dict[str, Any]) -> Any:
    register = Register()
    register.lists = lists
    with tempfile.TemporaryDirectory() as folder:
        return register.take_in(Path(folder), may_remove_many=True)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(first=bent_registers(), second=bent_registers())
def test_no_register_breaks_the_import(first: dict[str, Any], second: dict[str, Any]) -> None:
    """B01, B02: whatever comes, the report says it, and the same again changes nothing."""
    with transaction.atomic():
        for lists in (first, second):
            report = take_in(lists)
            json.dumps(report.as_dict()).encode()
            again = take_in(lists)
            assert (again.created, again.removed) == (0, 0)
            assert again.skipped == report.skipped
            for row in report.skipped:
                assert row.problem
                assert row.advice
            third = take_in(lists)
            assert third.updated == 0
        _check_that_nothing_is_half()
        transaction.set_rollback(True)


def _check_that_nothing_is_half() -> None:
    assert not Guardianship.objects.confirmed().exists()
    assert not StaffRole.objects.filter(person__register_id=None).exists()
    holders: list[Child | User] = [*Child.objects.all(), *User.objects.all()]
    for holder in holders:
        assert holder.given_name
        column = "child" if isinstance(holder, Child) else "person"
        assert ProtectedIdentity.objects.filter(**{column: holder}).exists() == holder.is_protected
