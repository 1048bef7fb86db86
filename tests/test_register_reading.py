"""Opening a register: what providers send, and what nobody should send."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from children.register.parsing import parse
from children.register.reading import UnreadableFile, UnreadableRegister, _rows, open_register
from children.register.report import Report
from children.register.rows import Entity
from tests.registers import Register

ROWS = [{"id": str(number), "name": "Åsa ”x” \\ \n"} for number in range(3)]


def rows_of(text: str) -> list[Any]:
    return list(_rows(io.StringIO(text)))


@pytest.mark.parametrize(
    "content",
    [
        {"data": ROWS, "pageToken": None},
        {"pageToken": "x", "meta": {"data": [1]}, "data": ROWS},
        [{"data": ROWS[:2], "pageToken": "x"}, {"data": ROWS[2:], "pageToken": None}],
        ROWS,
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_pages_lists_of_pages_and_bare_lists(monkeypatch: pytest.MonkeyPatch, content: Any, chunk: int) -> None:
    monkeypatch.setattr("children.register.reading.CHUNK", chunk)
    monkeypatch.setattr("children.register.reading._Text.fill.__defaults__", (chunk,), raising=False)
    assert rows_of(json.dumps(content)) == ROWS
    assert rows_of(json.dumps(content, indent=3, ensure_ascii=False)) == ROWS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "null",
        "7",
        '"x"',
        "{",
        "[",
        '{"data": [',
        '{"data": [{}',
        '{"data": {}}',
        "{}",
        "[1 2]",
        "[]]",
        '{"data": []} x',
        "[" * 100_000,
        '{"a":' * 100_000,
        "[NaNa]",
        '["\ud800',
    ],
)
def test_what_is_not_a_register_file_says_so(text: str) -> None:
    with pytest.raises(UnreadableFile):
        rows_of(text)


def test_a_list_split_over_files_is_read_in_order(tmp_path: Path) -> None:
    for part, row in ((1, "a"), (2, "b"), (10, "c")):
        (tmp_path / f"persons.{part}.json").write_text(json.dumps({"data": [row]}), encoding="utf-8-sig")
    source = open_register(tmp_path)
    assert [row for file in source.of(Entity.PERSONS) for row in file.rows()] == ["a", "b", "c"]


def test_a_zip_is_as_good_as_a_folder_also_with_a_folder_in_it(tmp_path: Path) -> None:
    folder = Register().write(tmp_path / "register")
    packed = tmp_path / "register.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"export 2026/{file.name}")
    source = open_register(packed)
    assert {file.entity for file in source.files} == set(Entity)
    assert len(list(source.of(Entity.PERSONS)[0].rows())) == 8


@pytest.mark.parametrize("name", ["../persons.json", "/persons.json", "a/../../persons.json", "C:\\persons.json"])
def test_a_zip_with_a_way_out_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, "[]")
    with pytest.raises(UnreadableRegister, match="sökväg"):
        open_register(tmp_path / "x.zip")


def test_a_zip_that_grows_beyond_measure_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("persons.json", " " * 30_000_000)
    with pytest.raises(UnreadableRegister, match="för stor"):
        open_register(tmp_path / "x.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all", b"\x00" * 1000])
def test_what_is_not_a_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(UnreadableRegister, match="zip"):
        open_register(tmp_path / "x.zip")


def test_a_zip_without_register_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(UnreadableRegister, match="inga registerfiler"):
        open_register(tmp_path / "x.zip")


def test_a_damaged_zip_entry_is_an_unreadable_file(tmp_path: Path) -> None:
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("persons.json", json.dumps([{"id": str(n)} for n in range(5000)]))
    content = bytearray(packed.read_bytes())
    content[300:340] = b"\xff" * 40
    packed.write_bytes(content)
    with pytest.raises(UnreadableFile):
        list(open_register(packed).files[0].rows())


# Whatever a row holds, it becomes a row or a sentence -------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def bent_rows(draw: st.DrawFn) -> tuple[Entity, Any]:
    """Return a good row in which a few fields hold anything at all."""
    entity = draw(st.sampled_from(list(Entity)))
    row = dict(draw(st.sampled_from(Register().lists[entity])))
    for name in draw(
        st.lists(st.sampled_from([*row, "endDate", "responsibles", "emails", "assignmentRole"]), max_size=3)
    ):
        value = draw(anything)
        row[name] = [value] if draw(st.booleans()) and isinstance(row.get(name), list) else value
    return entity, row


@settings(max_examples=300, deadline=None)
@given(bent=bent_rows() | st.tuples(st.sampled_from(list(Entity)), anything))
def test_whatever_a_row_holds_it_becomes_a_row_or_a_sentence(bent: tuple[Entity, Any]) -> None:
    """B02: never a traceback."""
    entity, raw = bent
    report = Report()
    row_id, row, faults = parse(entity, raw, date(2026, 11, 20), report)
    assert row is not None or faults or (entity is Entity.PLACEMENTS and row_id)
    for fault in faults:
        assert fault.problem.endswith(".")
        assert fault.advice.endswith(".")
    assert all(isinstance(note, str) for note in report.notes)
