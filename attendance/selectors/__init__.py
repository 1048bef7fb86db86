"""Reads that are shaped for their page: rows ready to print, in a fixed number of queries."""

from attendance.selectors.board import Board, Counts, Mark, Tile, board_of, tiles_of
from attendance.selectors.guardian import ChildCard, History, child_card, child_history, guardian_home, own_children
from attendance.selectors.month import PreschoolMonth, preschool_month
from attendance.selectors.preschool import (
    DepartmentTotal,
    ForgottenStay,
    PreschoolDay,
    department_totals,
    forgotten_stays,
    preschool_day,
)

__all__ = [
    "Board",
    "ChildCard",
    "Counts",
    "DepartmentTotal",
    "ForgottenStay",
    "History",
    "Mark",
    "PreschoolDay",
    "PreschoolMonth",
    "Tile",
    "board_of",
    "child_card",
    "child_history",
    "department_totals",
    "forgotten_stays",
    "guardian_home",
    "own_children",
    "preschool_day",
    "preschool_month",
    "tiles_of",
]
