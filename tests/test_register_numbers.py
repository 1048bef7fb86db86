"""Personal numbers: what is one, and what is not. All are invented."""

from datetime import date

import pytest

from children.register.fields import read_day, read_phone
from children.register.numbers import NumberFault, read_number

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "stored", "born"),
    [
        ("199003072391", "199003072391", date(1990, 3, 7)),
        ("19900307-2391", "199003072391", date(1990, 3, 7)),
        ("900307-2391", "199003072391", date(1990, 3, 7)),
        ("9003072391", "199003072391", date(1990, 3, 7)),
        (" 19900307 2391 ", "199003072391", date(1990, 3, 7)),
        ("199003672398", "199003672398", date(1990, 3, 7)),  # a coordination number: day + 60
        ("199003602390", "199003602390", None),  # its day is not known
        ("20230102TF12", "20230102TF12", date(2023, 1, 2)),
        ("20230102-R123", "20230102R123", date(2023, 1, 2)),
    ],
)
def test_a_number_is_brought_to_one_form(text: str, stored: str, born: date | None) -> None:
    from children.register.numbers import check_digit

    if text.strip()[-4:].isdigit() and stored[2:11].isdigit():
        stored = stored[:11] + str(check_digit(stored[2:11]))
        text = text.strip()[:-1] + stored[-1]
    found = read_number(text, TODAY)
    assert (found.value, found.birth_date) == (stored, born)


def test_a_plus_sign_means_over_a_hundred() -> None:
    from children.register.numbers import check_digit

    digit = check_digit("200307239")
    assert read_number(f"200307+239{digit}", TODAY).birth_date == date(1920, 3, 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nio",
        "20220230-8090",
        "202213018090",
        "199003072392",
        "20300101-0009",
        "17900101-0009",
        "199003002391",
        "1990030723911",
        "１９９００３０７２３９１",
        "\x00" * 12,
        "9" * 5000,
    ],
)
def test_what_is_not_a_number_is_refused_without_repeating_it(text: str) -> None:
    """B02: a malformed personal number."""
    with pytest.raises(NumberFault) as refusal:
        read_number(text, TODAY)
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("070-174 06 05", "+46701740605"),
        ("+46 (0)70-174 06 05", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("+358 40 1234567", "+358401234567"),
        ("08\u2013123 456", "+468123456"),
        ("ring mamma", ""),
        ("12", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_telephone_numbers_are_brought_to_one_form(text: object, stored: str) -> None:
    assert read_phone(text) == stored


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-10", date(2026, 8, 10)),
        ("2026-08-09T22:30:00Z", date(2026, 8, 10)),
        ("2026-08-10T23:30:00+02:00", date(2026, 8, 10)),
        ("2026-08-10T00:00:00", date(2026, 8, 10)),
        ("9999-12-31T23:59:59Z", None),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("i morgon", None),
        (20260810, None),
    ],
)
def test_dates_may_be_moments(text: object, day: date | None) -> None:
    assert read_day(text)[0] == day
