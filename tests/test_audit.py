"""The log: only ever added to, sealed in a chain, and honest about the first row that does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from importlib import import_module
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet, InvalidToken
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from pytest_django.fixtures import Settings

from accounts import audit
from accounts.models import AuditEntry, AuditSeal, User
from accounts.tasks import seal_audit
from portal.lib import clock, crypto
from tests.cast import Cast, person

CHILD, OTHER = UUID(int=7), UUID(int=8)
LONG_AGO = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _fresh_cache(db: None) -> None:
    cache.clear()
    audit.NOTED.clear()


@pytest.fixture
def as_delivered(db: None) -> Iterator[None]:
    """The table as an installation has it: on SQLite the tests have put one refusal aside (tests/conftest.py)."""
    migration = import_module("accounts.migrations.0003_sessions_end_for_good")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in migration.REFUSE_REMOVAL:
                cursor.execute(statement)
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in migration.ALLOW_REMOVAL:
                cursor.execute(statement)


def write(number: int, *, ago: timedelta = LONG_AGO) -> list[AuditEntry]:
    """Write rows that the log has had for so long."""
    then = clock.now() - ago
    return [
        AuditEntry.objects.create(
            at=then,
            written_at=then,
            action="test.done",
            is_look=False,
            children=[str(CHILD)],
            about={"step": str(step)},
        )
        for step in range(number)
    ]


def tamper(statement: str, *values: int) -> None:
    """Do what somebody with the database, and without its refusals, could do."""
    vendor = connection.vendor
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            for table in ("accounts_auditentry", "accounts_auditseal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        else:
            for table in ("accounts_auditentry", "accounts_auditseal"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only")
        cursor.execute(statement, values)


def test_the_database_refuses_to_change_or_remove(as_delivered: None) -> None:
    """PROMISES 3.5: append-only is not a habit of ours but the database's."""
    entry = write(1)[0]
    seal_audit()
    for statement in (
        "UPDATE accounts_auditentry SET action = 'another'",
        "UPDATE accounts_auditseal SET digest = 'another'",
        "DELETE FROM accounts_auditentry",
        "DELETE FROM accounts_auditseal",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_a_deed_and_a_look(db: None) -> None:
    who = uuid4()
    audit.did("thing.done", person_id=who, now=clock.now(), children=[OTHER, CHILD], preschool=CHILD)
    audit.looked("page", person_id=who, children=[OTHER, CHILD, CHILD], back_to=date(2026, 1, 1))
    deed, look = AuditEntry.objects.order_by("id")
    assert (deed.is_look, deed.about, deed.person_id) == (False, {"preschool": str(CHILD)}, who)
    assert (look.is_look, look.back_to, set(look.children)) == (True, date(2026, 1, 1), {str(CHILD), str(OTHER)})


def test_the_looks_at_a_child_are_found_by_an_index(db: None) -> None:
    """G08: a municipality's year is many million looks, and a child's are some thousand of them."""
    audit.looked("page", person_id=None, children=[CHILD, OTHER])
    audit.looked("page", person_id=None, children=[OTHER])
    audit.did("thing.done", person_id=None, now=clock.now(), children=[CHILD])
    assert audit.looks_at(CHILD, since=clock.now() - LONG_AGO).count() == 1
    assert audit.looks_at(OTHER, since=clock.now() - LONG_AGO).count() == 2
    assert not audit.looks_at(OTHER, since=clock.now()).exists()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "accounts_audit_by_child" in audit.looks_at(CHILD, since=clock.now() - LONG_AGO).explain()


def test_a_page_without_children_is_no_look(db: None) -> None:
    audit.looked("page", person_id=None, children=[])
    assert not AuditEntry.objects.exists()


def test_a_board_that_refreshes_itself_is_one_look_an_hour(db: None) -> None:
    """And another one as soon as it shows another child, or somebody else looks."""
    for _time in range(30):
        audit.looked("board", person_id=None, tablet_id=CHILD, children=[CHILD], once_an_hour=True)
    assert AuditEntry.objects.count() == 1
    audit.looked("board", person_id=None, tablet_id=CHILD, children=[CHILD, OTHER], once_an_hour=True)
    audit.looked("board", person_id=OTHER, tablet_id=CHILD, children=[CHILD], once_an_hour=True)
    assert AuditEntry.objects.count() == 3


def test_a_look_that_could_not_be_written_is_written_the_next_time(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def look() -> None:
        audit.looked("board", person_id=None, tablet_id=CHILD, children=[CHILD], once_an_hour=True)

    with monkeypatch.context() as broken:
        broken.setattr(AuditEntry.objects, "create", Mock(side_effect=OperationalError))
        with pytest.raises(OperationalError):
            look()
    look()
    assert AuditEntry.objects.count() == 1


def test_a_deed_that_was_rolled_back_was_not_done(db: None) -> None:
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_a_chain_that_holds(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "SEALED_AT_ONCE", 4)
    write(10)
    assert seal_audit() == 10
    assert seal_audit() == 0
    assert AuditSeal.objects.count() == 3
    call_command("verify_audit")
    assert "10 rows in 3 seals" in capsys.readouterr().out


def test_what_is_not_settled_waits(db: None) -> None:
    """A row that is seconds old may still have an older neighbour in an open transaction."""
    write(3)
    write(2, ago=timedelta(seconds=30))
    assert seal_audit() == 3


def test_an_unsettled_row_between_settled_ones_is_not_left_out(db: None) -> None:
    """Two requests that began in another order than they wrote: the seal waits for both."""
    write(2)
    write(1, ago=timedelta(minutes=4))
    write(2)
    assert audit.seal(clock.now()) == 2
    assert audit.seal(clock.now() + timedelta(minutes=2)) == 3
    assert audit.verify().broken is None


def test_what_tells_of_long_ago_is_as_fresh_as_what_tells_of_now(db: None) -> None:
    """An import writes its row minutes after the moment that it gives: the row is sealed by when it was written."""
    write(2)
    audit.did("import_register", person_id=None, now=clock.now() - LONG_AGO)
    assert audit.seal(clock.now()) == 2
    assert audit.seal(clock.now() + LONG_AGO) == 1


@pytest.mark.django_db(transaction=True)
def test_a_seal_waits_for_a_transaction_that_takes_long() -> None:
    """Written first and committed last: however late it comes, it is sealed in its place."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: rows come in the order of their numbers")
    later = clock.now() + LONG_AGO
    with closing(connection.copy()) as slow, slow.cursor() as cursor:
        slow.set_autocommit(autocommit=False)
        cursor.execute(
            "INSERT INTO accounts_auditentry (at, action, is_look, children, about)"
            " VALUES (now() - interval '1 hour', 'slow', false, '[]', '{}') RETURNING id"
        )
        first = cursor.fetchone()[0]
        second = audit.did("quick", person_id=None, now=clock.now() - LONG_AGO)
        assert first < second.pk
        assert audit.seal(later) == 0
        slow.commit()
    assert audit.seal(later) == 2
    assert audit.verify().broken is None
    assert AuditSeal.objects.get().first_id == first


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_writes_nothing_holds_no_seal_up() -> None:
    """Such as a backup, or the one that keeps an import's turn."""
    write(2)
    with closing(connection.copy()) as idle, idle.cursor() as cursor:
        idle.set_autocommit(autocommit=False)
        cursor.execute("SELECT 1")
        assert audit.seal(clock.now() + LONG_AGO) == 2


def test_two_workers_make_one_chain(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    write(3)
    assert audit.seal(clock.now()) == 3
    write(2)
    monkeypatch.setattr(AuditSeal.objects, "order_by", lambda *_names: _Nothing(), raising=False)
    assert audit.seal(clock.now()) == 0
    monkeypatch.undo()
    assert AuditSeal.objects.count() == 1
    assert audit.verify().broken is None


class _Nothing:
    """What a second worker saw before the first one had sealed."""

    def first(self) -> None:
        return None


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE accounts_auditentry SET action = 'nothing' WHERE id = %s", "changed"),
        ("UPDATE accounts_auditentry SET person_id = NULL, is_look = NOT is_look WHERE id = %s", "changed"),
        ("UPDATE accounts_auditentry SET children = '[]' WHERE id = %s", "changed"),
        ("DELETE FROM accounts_auditentry WHERE id = %s", "removed"),
    ],
)
def test_the_first_broken_row_is_named(db: None, statement: str, says: str) -> None:
    """Exit status 1, and the row; later ones are not what matters."""
    rows = write(6)
    seal_audit()
    for broken in (rows[4], rows[2]):
        tamper(statement, broken.pk)
    with pytest.raises(CommandError, match=f"row {rows[2].pk}: {says}") as refused:
        call_command("verify_audit")
    assert refused.value.returncode == 1


def test_a_row_put_in_afterwards_is_named(db: None) -> None:
    rows = write(5)
    gap = rows[2].pk
    tamper("DELETE FROM accounts_auditentry WHERE id = %s", gap)
    seal_audit()
    AuditEntry.objects.create(pk=gap, at=clock.now(), action="never.happened", is_look=False)
    assert audit.verify().broken == f"row {gap}: added after the sealing"


def test_a_changed_seal_and_a_missing_one_are_named(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "SEALED_AT_ONCE", 2)
    write(6)
    seal_audit()
    first, second, third = AuditSeal.objects.order_by("last_id")
    with transaction.atomic():
        tamper("DELETE FROM accounts_auditseal WHERE id = %s", second.pk)
        assert audit.verify().broken == f"seal {third.pk}: a seal before it is missing"
        transaction.set_rollback(True)
    tamper("UPDATE accounts_auditseal SET row_digests = '[]' WHERE id = %s", first.pk)
    assert audit.verify().broken == f"seal {first.pk}: the seal itself was changed"


def test_without_the_key_nobody_makes_a_chain_that_holds(db: None, settings: Settings) -> None:
    write(2)
    key = settings.INDEX_KEY
    settings.INDEX_KEY = "somebody else's key, long enough to be one"
    seal_audit()
    settings.INDEX_KEY = key
    assert audit.verify().broken is not None


# Keys ----------------------------------------------------------------------------------------------------------------


def test_everything_gets_the_newest_key(
    cast: Cast, settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PROMISES 3.9: after `rotate_field_keys` the old key can be taken away; second factors are among it."""
    monkeypatch.setattr("accounts.field_keys.BATCH", 3)
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    TOTP.activate(cast.maria, "JBSWY3DPEHPK3PXP")
    people = User.objects.count()
    settings.FIELD_KEYS = [new, old]
    late = person("Sen")
    call_command("rotate_field_keys")
    assert f"accounts.User.email: {people}" in capsys.readouterr().out
    settings.FIELD_KEYS = [new]
    assert {one.email for one in User.objects.all()} >= {cast.amina.email, late.email}
    assert User.objects.with_email(cast.amina.email).get() == cast.amina
    assert crypto.decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    call_command("rotate_field_keys")
    assert "0 values have" in capsys.readouterr().out
    settings.FIELD_KEYS = [old]
    with pytest.raises(InvalidToken):
        User.objects.get(pk=cast.amina.pk)
