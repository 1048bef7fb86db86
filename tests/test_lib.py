"""The floor: ids, days, encryption, blind indexes, constraints and stamps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.core.cache import caches
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import User
from children.models import Placement
from portal import environment
from portal.lib import crypto, days, live
from portal.lib.ids import uuid7
from tests.cast import Cast, child, place


class TestIds:
    def test_they_are_version_seven_and_sort_by_time(self) -> None:
        made = [uuid7() for _number in range(1_000)]
        assert {one.version for one in made} == {7}
        assert {one.variant for one in made} == {UUID("018f0000-0000-7000-8000-000000000000").variant}
        assert len(set(made)) == 1_000
        assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)


class TestDays:
    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 20), 24)]
    )
    def test_a_day_has_as_many_hours_as_the_clock_gives_it(self, day: date, hours: int) -> None:
        begins, ends = days.day_bounds(day)
        assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours)

    def test_the_day_is_the_preschools_not_greenwichs(self) -> None:
        assert days.day_of(datetime(2026, 6, 1, 22, 30, tzinfo=UTC)) == date(2026, 6, 2)

    def test_a_week_begins_on_monday(self) -> None:
        assert days.monday_of(date(2026, 11, 22)) == date(2026, 11, 16)
        assert days.week(date(2026, 11, 16), 5)[-1] == date(2026, 11, 20)


class TestKeepingSecrets:
    @given(st.text(max_size=200))
    def test_what_is_sealed_can_be_opened(self, text: str) -> None:
        assert crypto.decrypt(crypto.encrypt(text)) == text

    def test_keys_can_be_changed_while_the_portal_runs(self, settings: Settings) -> None:
        sealed = crypto.encrypt("070-1740605")
        settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
        assert crypto.decrypt(sealed) == "070-1740605"
        assert crypto.decrypt(crypto.encrypt("070-1740606")) == "070-1740606"

    def test_the_database_holds_no_plain_contact_data(self, cast: Cast) -> None:
        cast.amina.phone = "+46701740605"
        cast.amina.save()
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM accounts_user")
            everything = repr(cursor.fetchall())
        assert "amina.lind" not in everything
        assert "1740605" not in everything
        assert User.objects.get(pk=cast.amina.pk).phone == "+46701740605"

    def test_an_address_is_found_by_its_blind_index(self, cast: Cast) -> None:
        assert User.objects.with_email(" Amina.LIND@example.org ").get() == cast.amina
        assert not User.objects.with_email("").exists()

    def test_the_same_value_in_two_columns_is_not_recognised_as_the_same(self) -> None:
        assert crypto.blind_index("1", purpose="a") != crypto.blind_index("1", purpose="b")

    def test_an_encrypted_column_cannot_be_searched(self) -> None:
        with pytest.raises(FieldError):
            User.objects.filter(email="amina.lind@example.org")


class TestOnePlacementAtATime:
    """The database refuses what must not be, PostgreSQL and SQLite alike."""

    def test_overlapping_placements_are_refused(self, cast: Cast) -> None:
        first = place(child("Ines"), cast.ekorren, date(2026, 1, 1), ends_on=date(2026, 6, 30))
        with pytest.raises(IntegrityError), transaction.atomic():
            place(first.child, cast.blasippan, date(2026, 6, 30))
        place(first.child, cast.blasippan, date(2026, 7, 1))
        first.ends_on = date(2026, 7, 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save()

    def test_an_open_end_has_no_end(self, cast: Cast) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            place(cast.elsa, cast.ekorren, date(2199, 1, 1))

    def test_two_children_are_two_matters(self, cast: Cast) -> None:
        place(child("Ines"), cast.ekorren)
        place(child("Otto"), cast.ekorren)

    def test_dates_in_order(self, cast: Cast) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            place(child("Ines"), cast.ekorren, date(2026, 2, 1), ends_on=date(2026, 1, 1))

    def test_a_form_is_told_before_the_database_is_asked(self, cast: Cast) -> None:
        again = Placement(child=cast.elsa, department=cast.ekorren, starts_on=days.today())
        with pytest.raises(ValidationError):
            again.validate_constraints()
        with pytest.raises(ValidationError):
            again.full_clean()


class TestStamps:
    def test_a_stamp_changes_when_something_changed_and_not_before(
        self, cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        one, other = cast.blasippan.pk, cast.ekorren.pk
        before = live.stamp(one), live.stamp(other)
        assert live.stamp(one).rpartition(".")[0] == before[0].rpartition(".")[0]
        with django_capture_on_commit_callbacks(execute=True):
            live.touch([one])
        assert live.stamp(one).rpartition(".")[0] != before[0].rpartition(".")[0]
        assert live.stamp(other).rpartition(".")[0] == before[1].rpartition(".")[0]

    def test_what_is_rolled_back_touches_nothing(self, cast: Cast) -> None:
        before = live.stamp(cast.blasippan.pk).rpartition(".")[0]
        with transaction.atomic():
            live.touch([cast.blasippan.pk])
            transaction.set_rollback(True)
        assert live.stamp(cast.blasippan.pk).rpartition(".")[0] == before

    def test_without_a_cache_a_board_refreshes_rather_than_stands_still(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_args: object, **_kwargs: object) -> None:
            raise ConnectionError("no cache")

        monkeypatch.setattr(caches["stamps"], "get", gone)
        assert live.stamp(cast.blasippan.pk) != live.stamp(cast.blasippan.pk)


class TestEnvironment:
    def test_what_is_wrong_stops_the_start_with_the_variables_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT_COUNT", "many")
        with pytest.raises(ImproperlyConfigured, match="PORT_COUNT"):
            environment.number("PORT_COUNT", 1)
        with pytest.raises(ImproperlyConfigured, match="PORT_COUNT"):
            environment.flag("PORT_COUNT")
        with pytest.raises(ImproperlyConfigured, match="NOT_THERE_AT_ALL"):
            environment.text("NOT_THERE_AT_ALL")

    def test_words_are_split_and_cleaned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOSTS", "a.example, b.example,,")
        assert environment.words("HOSTS") == ["a.example", "b.example"]
