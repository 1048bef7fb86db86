"""Reads about children, by the page or the room that they serve."""

from children.selectors.guardians import tellable_guardian_ids, tellable_guardians

__all__ = ["tellable_guardian_ids", "tellable_guardians"]
