"""Names for persons with protected identity: ordinary ones, because a name that says "protected" is itself the leak."""

import secrets

GIVEN = ("Alex", "Charlie", "Ellis", "Eli", "Juni", "Kim", "Lo", "Love", "Mika", "Noa", "Robin", "Sam", "Vide", "Äril")
FAMILY = ("Alm", "Back", "Dal", "Ek", "Fors", "Hed", "Holm", "Lind", "Ljung", "Rönn", "Sjö", "Sten", "Strand", "Vik")


def make_alias(given_name: str, family_name: str) -> tuple[str, str]:
    """Return a given and a family name that are neither of the real ones and tell nothing about them."""
    given = secrets.choice([name for name in GIVEN if name.casefold() != given_name.casefold()])
    family = secrets.choice([name for name in FAMILY if name.casefold() != family_name.casefold()])
    return given, family
