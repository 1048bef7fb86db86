"""Reads that are shaped for their page: rows ready to print, in a fixed number of queries."""

from attendance.selectors.board import Board, Counts, Mark, Tile, board_of, tiles_of

__all__ = ["Board", "Counts", "Mark", "Tile", "board_of", "tiles_of"]
