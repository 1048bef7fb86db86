"""What the log says of a fault of the database: which one and where, and nobody's name (PROMISES 3.3, 3.9)."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from celery import Celery
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client

from children.models import Child, Placement
from portal import logs
from tests.cast import Cast

PLANTED = ("Zebulon", "Hemlighetsson", "2022-05-17")


@pytest.fixture
def written(db: None) -> Iterator[io.StringIO]:
    """Return what our own handler writes, as an installation has it."""
    (handler,) = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def break_a_row(*_given: object, **_more: object) -> None:
    """Write a child whose row PostgreSQL quotes when it refuses it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO children_child (given_name, family_name, birth_date) VALUES (%s, %s, %s)", list(PLANTED)
        )


def break_a_date(*_given: object, **_more: object) -> None:
    """Ask with a name where a date belongs; on SQLite nothing is wrong with that."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM children_child WHERE birth_date = CAST(%s AS date)", [PLANTED[0]])


def silent_about(text: str) -> bool:
    return not any(name in text for name in PLANTED)


needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite quotes no values")


@pytest.mark.parametrize("breaking", [break_a_row, pytest.param(break_a_date, marks=needs_postgresql)])
def test_a_page_that_the_database_broke(written: io.StringIO, client: Client, breaking: Callable[..., None]) -> None:
    client.raise_request_exception = False
    with patch("portal.views.public.Municipality.current", side_effect=breaking):
        assert client.get("/om/").status_code == 500
    text = written.getvalue()
    assert text.count("Traceback") == 2  # the driver's and Django's
    assert silent_about(text)
    assert "DETAIL" not in text
    assert "LINE 1" not in text


@needs_postgresql
def test_the_constraint_and_the_code_are_told(written: io.StringIO, cast: Cast) -> None:
    twin = Placement.objects.get(child=cast.elsa)
    twin.pk = None
    for act in (break_a_row, lambda: Child.objects.filter(pk=cast.elsa.pk).update(birth_date=None), twin.save):
        try:
            with transaction.atomic():
                act()
        except IntegrityError:
            logging.getLogger("portal").exception("refused")
    text = written.getvalue()
    assert "[23502 children_child" in text
    assert "[23P01 " in text
    assert silent_about(text)
    assert str(cast.elsa.pk) not in text
    assert "Elsa" not in text


def test_what_was_raised_because_of_it_tells_no_more(written: io.StringIO) -> None:
    """Chained, grouped, and quoted in another fault's words."""
    try:
        try:
            break_a_row()
        except IntegrityError as refused:
            raise ExceptionGroup(f"not written: {refused}", [ValueError(repr(refused)), refused]) from refused
    except ExceptionGroup:
        logging.getLogger("portal").exception("refused")
    assert "not written" in written.getvalue()
    assert silent_about(written.getvalue())


def test_a_text_that_quotes_a_fault_loses_its_details(written: io.StringIO) -> None:
    """Without the fault itself at hand."""
    try:
        break_a_row()
    except IntegrityError as refused:
        spelled, plain = repr(refused), str(refused)
    logging.getLogger("portal").error("task failed: %s\n%s", spelled, plain)
    assert silent_about(written.getvalue())


@pytest.mark.parametrize("breaking", [break_a_row, pytest.param(break_a_date, marks=needs_postgresql)])
def test_a_task_that_the_database_broke(written: io.StringIO, breaking: Callable[..., None]) -> None:
    """As the worker logs it, which prints the fault in its own sentence too."""
    app = Celery("test", set_as_current=False)
    task = app.task(breaking, name="test.broken")
    task.apply()
    assert "test.broken" in written.getvalue()
    assert silent_about(written.getvalue())


@pytest.mark.parametrize("breaking", [break_a_row, pytest.param(break_a_date, marks=needs_postgresql)])
def test_a_command_that_the_database_broke(
    db: None, capsys: pytest.CaptureFixture[str], breaking: Callable[..., None]
) -> None:
    with pytest.raises((IntegrityError, DataError)) as broken:
        breaking()
    logs.print_without_values(broken.type, broken.value, broken.tb)
    told = capsys.readouterr().err
    assert "Error" in told
    assert silent_about(told)
