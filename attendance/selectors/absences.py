"""What pages about absence show: who takes own words, what stands, and what staff may still read of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attendance.selectors.facts import rules_for
from children.models import Child
from children.selectors.placing import departments_of


def takes_words(children: Sequence[Child], today: date) -> bool:
    """Tell whether all of these children's places take a family's own words about absence: one query, and per place.

    What the municipality has decided, for children who are placed nowhere yet.
    """
    placed = departments_of([child.pk for child in children], today)
    places = {place.preschool_id: place for place in placed.values()}
    decided = [rules_for(place) for place in places.values()] or [rules_for(None)]
    return all(one.takes_absence_words for one in decided)
