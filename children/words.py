"""What many pages say of the people around a child in the same way."""

from collections.abc import Iterable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from children.selectors.reach import Relation

RELATIONS = {
    Relation.GUARDIAN: gettext_lazy("Vårdnadshavare"),
    Relation.STAFF: gettext_lazy("Pedagog"),
    Relation.SUBSTITUTE: gettext_lazy("Vikarie"),
    Relation.PRINCIPAL: gettext_lazy("Rektor"),
}


def relation_word(relation: Relation) -> str:
    """Return what somebody is to a child, as lists of readers say it."""
    return str(RELATIONS[relation])


def joined(names: Iterable[str]) -> str:
    """Return names as a sentence has them: "Elsa, Hugo och Ida"."""
    found = list(names)
    return get_text_list(found, _("och")) if len(found) > 1 else "".join(found)
