"""The names that people with protected identity go by. Pure decisions.

The names are among the commonest in the country, and the given name is one that others of the same sex have: whoever
reads a list sees nobody who stands out.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

GIRLS = (
    "Agnes", "Alice", "Alicia", "Alma", "Alva", "Amanda", "Anna", "Astrid", "Cornelia", "Ebba", "Edith", "Elin",
    "Elina", "Elise", "Ella", "Ellen", "Ellie", "Elvira", "Emilia", "Emma", "Ester", "Felicia", "Filippa", "Freja",
    "Greta", "Hanna", "Hedda", "Hilda", "Hilma", "Ida", "Ines", "Ingrid", "Iris", "Isabelle", "Jasmine", "Josefin",
    "Julia", "Juni", "Kerstin", "Leah", "Lilly", "Linnea", "Lisa", "Liv", "Lova", "Lovisa", "Luna", "Märta", "Meja",
    "Molly", "Nellie", "Nora", "Novalie", "Olivia", "Ronja", "Saga", "Selma", "Signe", "Siri", "Sofia", "Stella",
    "Svea", "Thea", "Tilda", "Tuva", "Tyra", "Vera", "Wilma",
)  # fmt: skip # words in lines, not one in each
BOYS = (
    "Adrian", "Albin", "Alfred", "Algot", "Anton", "Aron", "August", "Axel", "Benjamin", "Björn", "Casper", "Charles",
    "Colin", "Daniel", "David", "Ebbe", "Edvin", "Elias", "Elis", "Elliot", "Emil", "Erik", "Filip", "Folke", "Frank",
    "Gabriel", "Gustav", "Harry", "Henry", "Isak", "Ivar", "Jack", "Jakob", "Joel", "Josef", "Julian", "Kalle",
    "Kevin", "Liam", "Linus", "Loke", "Loui", "Lucas", "Ludvig", "Malte", "Matteo", "Max", "Melker", "Melvin", "Milo",
    "Milton", "Nicolas", "Noah", "Oliver", "Oscar", "Otto", "Sam", "Samuel", "Sebastian", "Sigge", "Simon", "Sixten",
    "Theo", "Tage", "Valter", "Vidar", "Vilgot", "Vincent", "William",
)  # fmt: skip # words in lines, not one in each
EITHERS = (
    "Alex", "Alexis", "Billie", "Bobbie", "Charlie", "Chris", "Dani", "Eddie", "Eli", "Elia", "Ellis", "Frankie",
    "Jackie", "Jamie", "Jo", "Joey", "Jordan", "Juno", "Kai", "Kelly", "Kim", "Kit", "Kris", "Lee", "Lo", "Lou",
    "Love", "Luca", "Marion", "Mika", "Mio", "Nico", "Nikki", "Noa", "Robin", "Sascha", "Sol", "Stevie", "Toni",
    "Vanja",
)  # fmt: skip # words in lines, not one in each
FAMILY_NAMES = (
    "Abrahamsson", "Andersson", "Arvidsson", "Axelsson", "Bengtsson", "Berggren", "Berglund", "Bergman", "Bergqvist",
    "Bergström", "Björk", "Blomqvist", "Carlsson", "Claesson", "Dahlberg", "Danielsson", "Ek", "Eklund", "Ekström",
    "Engström", "Eriksson", "Falk", "Forsberg", "Fransson", "Fredriksson", "Gunnarsson", "Gustafsson", "Hansson",
    "Hedlund", "Hellström", "Henriksson", "Holm", "Holmberg", "Holmgren", "Håkansson", "Isaksson", "Jakobsson",
    "Jansson", "Jonsson", "Jönsson", "Karlsson", "Larsson", "Lindberg", "Lindgren", "Lindqvist", "Lindström",
    "Lundberg", "Lundgren", "Lundin", "Lundqvist", "Löfgren", "Magnusson", "Martinsson", "Mattsson", "Månsson",
    "Nilsson", "Norberg", "Nordin", "Nyberg", "Nyström", "Olofsson", "Olsson", "Persson", "Pettersson", "Samuelsson",
    "Sandberg", "Sjöberg", "Ström", "Sundberg", "Svensson", "Söderberg", "Wallin", "Wikström", "Åberg", "Åkesson",
    "Öberg",
)  # fmt: skip # words in lines, not one in each


def choose_alias(
    taken: Iterable[tuple[str, str]] = (), real: tuple[str, str] = ("", ""), number: str = ""
) -> tuple[str, str]:
    """Return a given and a family name by chance: neither part of the `real` name, and no pair that is `taken`.

    As long as there are enough of them, no part of a taken name is used either. The given name suits the sex that the
    personal `number` tells; without one it suits either.
    """
    avoided = set(taken)
    parts = {part for pair in avoided for part in pair}
    names = [name for name in _given_names(number) if name not in real]
    pairs = [(given, family) for given in names for family in FAMILY_NAMES if family not in real]
    free = [pair for pair in pairs if pair not in avoided]
    apart = [pair for pair in free if not parts & set(pair)]
    return secrets.choice(apart or free or pairs)


def _given_names(number: str) -> tuple[str, ...]:
    """Return the names to choose among: the last figure but one of a personal number is even for women."""
    figure = number[-2:-1]
    if not figure.isdecimal():
        return EITHERS
    return BOYS if int(figure) % 2 else GIRLS
