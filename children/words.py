"""What many pages say of the people around a child in the same way."""

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
