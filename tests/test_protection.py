"""Protected identity: the alias everywhere, the sealed name for the named list alone, each look told (B08)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import AuditEntry, Protection, User
from accounts.services import freeze
from children.aliases import BOYS, EITHERS, FAMILY_NAMES, GIRLS, choose_alias
from children.models import Child, NamedReader, ProtectedIdentity
from children.protection import protect_child, protect_person
from notifications.models import Delivery, Kind, Preference, Way
from notifications.services import choose
from portal.lib import clock
from tests.cast import Cast, guard, person, tablet

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

LogIn = Callable[[User], Client]
LABELS = ("Sekretessmarkering", "Skyddad folkbokföring", "Fingerade", "skyddade uppgifter", "Skyddade uppgifter")


@pytest.fixture
def sealed(cast: Cast) -> Cast:
    """Elsa and her guardian Amina have protected identity; nobody is named yet."""
    cast.amina.phone, cast.amina.address = "+46709999999", '{"street": "Gömda gatan 1"}'
    cast.amina.save()
    protect_child(child=cast.elsa, level=Protection.PROTECTED, now=clock.now())
    protect_person(person=cast.amina, level=Protection.CONFIDENTIAL, now=clock.now())
    return cast


def pages_of(cast: Cast, department: str, preschool: str) -> list[str]:
    return [
        f"/barn/{cast.elsa.id}/",
        f"/barn/{cast.elsa.id}/kontakter/",
        f"/barn/{cast.elsa.id}/sparr/",
        f"/barn/{cast.elsa.id}/behorighet/",
        f"/avdelning/{department}/barn/",
        f"/avdelning/{department}/vardnadshavare/",
        f"/avdelning/{department}/inbjudningar/",
        f"/avdelning/{department}/inbjudningar/granska/?barn={cast.elsa.id}",
        f"/forskola/{preschool}/barn/",
        f"/forskola/{preschool}/plattor/",
        "/vardnadshavare/",
    ]


def test_the_real_name_is_on_no_page_of_this_room(sealed: Cast, log_in: LogIn) -> None:
    """B08, for the pages so far; nor does the label stand on any of them."""
    guard(person("Nils", "Gömd"), sealed.elsa, confirmed=False)
    for who in (sealed.maria, sealed.vikar, sealed.eva, sealed.johan, sealed.jonas, sealed.administrator):
        browser = log_in(who)
        for address in pages_of(sealed, str(sealed.blasippan.id), str(sealed.granliden.id)):
            body = browser.get(address).content.decode()
            for planted in ("Elsa", "Amina", "709999999", "70-999", "Gömda gatan", "amina.lind@", "Gömd"):
                assert planted not in body.replace(who.full_name, ""), (who.given_name, address, planted)
            for label in LABELS:
                assert label not in body, (who.given_name, address, label)


def test_who_the_family_is_is_for_named_readers(sealed: Cast, log_in: LogIn) -> None:
    address = f"/barn/{sealed.elsa.id}/"
    assert "Johan Lind" not in log_in(sealed.maria).get(address).content.decode()
    name(sealed, log_in, sealed.maria)
    body = log_in(sealed.maria).get(address).content.decode()
    assert "Johan Lind" in body
    assert "Visa skyddade uppgifter" in body
    assert "Johan Lind" not in log_in(sealed.vikar).get(address).content.decode()


def name(cast: Cast, log_in: LogIn, reader: User, of: str = "child") -> ProtectedIdentity:
    wanted = {"child": cast.elsa} if of == "child" else {"person": cast.amina}
    identity = ProtectedIdentity.objects.get(**wanted)
    answer = log_in(cast.eva).post(f"/skyddade/{identity.id}/", {"reader": str(reader.id)})
    assert answer.status_code == 302
    return identity


def test_a_look_is_logged_and_told_to_the_principals(sealed: Cast, log_in: LogIn) -> None:
    identity = name(sealed, log_in, sealed.maria)
    maria = log_in(sealed.maria)
    assert maria.get(f"/skyddat/{identity.id}/").status_code == 405
    body = maria.post(f"/skyddat/{identity.id}/").content.decode()
    assert "Elsa Lind" in body
    entry = AuditEntry.objects.get(action="identity.read")
    assert (entry.person_id, entry.children) == (sealed.maria.id, [str(sealed.elsa.id)])
    told = Delivery.objects.in_app().filter(kind=Kind.IDENTITY_READ)
    assert [row.person_id for row in told] == [sealed.eva.id]
    assert "Elsa" not in str(told[0].about)


def test_a_look_is_told_whatever_the_principal_has_chosen(sealed: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.1: each look is reported. An empty form, and a row from before, decline nothing."""
    eva, address = log_in(sealed.eva), "/nytt/val/"
    assert eva.get(address).content.decode().count("Allt går inte att välja bort") == 1, "looks, and a locked PIN"
    times = {"weekdays": "never", "weekend": "never", "digest_hour": "18"}
    assert eva.post(address, times).status_code == 302
    for kind in (Kind.IDENTITY_READ, Kind.PIN_LOCKED):
        with pytest.raises(ValidationError):
            choose(person=sealed.eva, kind=kind, way=Way.IN_APP, is_wanted=False)
    Preference.objects.create(person=sealed.eva, kind=Kind.IDENTITY_READ, way=Way.IN_APP, is_wanted=False)
    log_in(sealed.maria).post(f"/skyddat/{name(sealed, log_in, sealed.maria).id}/")
    ways = Delivery.objects.filter(person=sealed.eva, kind=Kind.IDENTITY_READ).values_list("way", flat=True)
    assert set(ways) == {Way.IN_APP, Way.EMAIL}


def test_where_the_only_principal_looks_the_administrators_are_told(sealed: Cast, log_in: LogIn) -> None:
    """Not of which child: the administrator sees none."""
    eva, adam = log_in(sealed.eva), log_in(sealed.administrator)
    identity = name(sealed, log_in, sealed.eva)
    assert eva.post(f"/skyddat/{identity.id}/").status_code == 200
    told = Delivery.objects.in_app().filter(kind=Kind.IDENTITY_READ)
    assert [row.person_id for row in told] == [sealed.administrator.id]
    body = adam.get("/nytt/").content.decode()
    assert "Eva Sandström läste skyddade uppgifter" in body
    sealed.elsa.refresh_from_db()
    for planted in ("Elsa", sealed.elsa.given_name, "Blåsippan", "Granliden"):
        assert planted not in body
    assert "läste" not in eva.get("/nytt/").content.decode()


def test_a_principal_with_a_frozen_account_controls_nobody(sealed: Cast, log_in: LogIn) -> None:
    identity = name(sealed, log_in, sealed.maria)
    freeze(person=sealed.eva, now=clock.now())
    log_in(sealed.maria).post(f"/skyddat/{identity.id}/")
    told = Delivery.objects.in_app().filter(kind=Kind.IDENTITY_READ)
    assert [row.person_id for row in told] == [sealed.administrator.id]


def test_a_look_at_a_grown_up_is_told_under_the_alias(sealed: Cast, log_in: LogIn) -> None:
    name(sealed, log_in, sealed.maria)
    identity = name(sealed, log_in, sealed.maria, of="person")
    assert log_in(sealed.maria).post(f"/skyddat/{identity.id}/").status_code == 200
    sealed.amina.refresh_from_db()
    body = log_in(sealed.eva).get("/nytt/").content.decode()
    assert f"Maria Berg läste de skyddade uppgifterna om {sealed.amina.given_name}" in body
    assert f"/skyddade/{identity.id}/" in body
    assert "Amina" not in body


def test_a_guardians_identity_is_sealed_by_itself(sealed: Cast, log_in: LogIn) -> None:
    name(sealed, log_in, sealed.maria)
    own = ProtectedIdentity.objects.get(person=sealed.amina)
    assert log_in(sealed.maria).post(f"/skyddat/{own.id}/").status_code == 404
    name(sealed, log_in, sealed.maria, of="person")
    body = log_in(sealed.maria).post(f"/skyddat/{own.id}/").content.decode()
    for words in ("Amina Lind", "070-999 99 99", "Gömda gatan 1"):
        assert words in body


def test_nobody_else_opens_it(sealed: Cast, log_in: LogIn, on_tablet: Callable[[str], Client]) -> None:
    identity = name(sealed, log_in, sealed.maria)
    for who in (sealed.eva, sealed.vikar, sealed.jonas, sealed.administrator, sealed.amina, sealed.johan):
        assert log_in(who).post(f"/skyddat/{identity.id}/").status_code == 404
    _tablet, cookie = tablet(sealed.blasippan)
    assert on_tablet(cookie).post(f"/skyddat/{identity.id}/").status_code == 404


def test_taken_off_the_list_or_gone_from_work_it_is_shut_at_once(sealed: Cast, log_in: LogIn) -> None:
    identity = name(sealed, log_in, sealed.maria)
    maria = log_in(sealed.maria)
    assert maria.post(f"/skyddat/{identity.id}/").status_code == 200
    sealed.maria.staff_roles.update(department=sealed.musslan)
    assert maria.post(f"/skyddat/{identity.id}/").status_code == 404
    sealed.maria.staff_roles.update(department=sealed.blasippan)
    log_in(sealed.eva).post(f"/skyddade/{identity.id}/bort/", {"reader": str(sealed.maria.id)})
    assert not NamedReader.objects.exists()
    assert maria.post(f"/skyddat/{identity.id}/").status_code == 404


def test_the_list_is_kept_by_the_principal_there(sealed: Cast, log_in: LogIn) -> None:
    identity = ProtectedIdentity.objects.get(child=sealed.elsa)
    page = log_in(sealed.eva).get("/skyddade/").content.decode()
    assert sealed.elsa.full_name in page
    assert "Elsa" not in page
    assert sealed.elsa.full_name not in log_in(sealed.ulf).get("/skyddade/").content.decode()
    for who in (sealed.maria, sealed.amina):
        assert log_in(who).get("/skyddade/").status_code == 404
    assert sealed.elsa.full_name not in log_in(sealed.administrator).get("/skyddade/").content.decode()
    for who in (sealed.maria, sealed.ulf, sealed.administrator):
        assert log_in(who).get(f"/skyddade/{identity.id}/").status_code == 404
    answer = log_in(sealed.eva).post(f"/skyddade/{identity.id}/", {"reader": str(sealed.jonas.id)})
    assert answer.status_code == 422


def test_lifted_by_a_person_and_only_once_the_register_has_let_go(sealed: Cast, log_in: LogIn) -> None:
    identity = ProtectedIdentity.objects.get(child=sealed.elsa)
    lift = f"/skyddade/{identity.id}/hav/"
    assert log_in(sealed.eva).post(lift).status_code == 422
    ProtectedIdentity.objects.update(is_marked_in_register=False)
    assert log_in(sealed.maria).post(lift).status_code == 404
    assert log_in(sealed.eva).post(lift).status_code == 302
    sealed.elsa.refresh_from_db()
    assert (sealed.elsa.full_name, sealed.elsa.protection) == ("Elsa Lind", "none")


def test_an_alias_shares_nothing_with_the_real_name() -> None:
    for _number in range(300):
        given, family = choose_alias([("Alex", "Ek")], real=("Kim", "Holm"))
        assert not {given, family} & {"Kim", "Holm", "Alex", "Ek"}


def test_an_alias_is_an_ordinary_name_of_the_same_sex() -> None:
    for names in (GIRLS, BOYS, FAMILY_NAMES):
        assert len(set(names)) == len(names) >= 60
    for _number in range(50):
        assert choose_alias(number="202205172384")[0] in GIRLS
        assert choose_alias(number="202205172392")[0] in BOYS
        assert choose_alias()[0] in EITHERS


def test_the_birth_date_of_a_protected_child_is_for_its_readers(sealed: Cast, log_in: LogIn) -> None:
    address = f"/barn/{sealed.elsa.id}/"
    assert "17 maj 2022" not in log_in(sealed.maria).get(address).content.decode()
    name(sealed, log_in, sealed.maria)
    assert "17 maj 2022" in log_in(sealed.maria).get(address).content.decode()
    assert "17 maj 2022" not in log_in(sealed.vikar).get(address).content.decode()


def test_looking_at_the_lists_is_a_look(sealed: Cast, log_in: LogIn) -> None:
    identity = ProtectedIdentity.objects.get(person=sealed.amina)
    eva = log_in(sealed.eva)
    eva.get("/skyddade/")
    seen = AuditEntry.objects.get(action="identities.kept", is_look=True)
    assert (seen.person_id, seen.children) == (sealed.eva.id, sorted([str(sealed.elsa.id), str(sealed.hugo.id)]))
    eva.get(f"/skyddade/{identity.id}/")
    seen = AuditEntry.objects.get(action="identity.readers", is_look=True)
    assert seen.children == sorted([str(sealed.elsa.id), str(sealed.hugo.id)])


# By hand --------------------------------------------------------------------------------------------------------------


def protect(browser: Client, bearer: Child | User, name: str, *readers: User) -> Answer:
    form = {"level": "protected", "readers": [str(reader.id) for reader in readers], "name": name}
    return browser.post(f"/skydda/{bearer.id}/", form)


def test_an_administrator_protects_a_child_by_hand(cast: Cast, log_in: LogIn) -> None:
    """DOMAIN 6.1: at once, with its readers; the register needs to know nothing of it."""
    adam = log_in(cast.administrator)
    found = adam.get("/skydda/?namn=lind elsa").content.decode()
    assert f"/skydda/{cast.elsa.id}/" in found
    assert "Blåsippan, Förskolan Granliden" in found
    page = adam.get(f"/skydda/{cast.elsa.id}/").content.decode()
    assert "Maria Berg" in page
    assert "Jonas Ek" not in page, "who works elsewhere"
    answer = protect(adam, cast.elsa, "elsa  LIND", cast.maria)
    assert answer.status_code == 302
    cast.elsa.refresh_from_db()
    identity = ProtectedIdentity.objects.get(child=cast.elsa)
    assert (identity.given_name, identity.family_name, identity.is_marked_in_register) == ("Elsa", "Lind", False)
    assert cast.elsa.protection == Protection.PROTECTED
    assert "Elsa" not in cast.elsa.full_name
    assert "Elsa Lind" in log_in(cast.maria).post(f"/skyddat/{identity.id}/").content.decode()
    for action in ("child.protected", "identity.reader_named"):
        assert AuditEntry.objects.get(action=action).person_id == cast.administrator.id
    for who in (cast.eva, cast.vikar, cast.administrator):
        assert log_in(who).post(f"/skyddat/{identity.id}/").status_code == 404
    assert str(cast.elsa.id) not in adam.get(f"/skydda/?namn={cast.elsa.full_name}").content.decode()
    again = protect(adam, cast.elsa, "Elsa Lind", cast.vikar)
    assert again.headers["Location"] == f"/skyddade/{identity.id}/"
    assert NamedReader.objects.count() == 1, "sent twice is done once"


def test_an_administrator_protects_a_grown_up_and_lifts_it(cast: Cast, log_in: LogIn) -> None:
    cast.amina.phone = "+46709999999"
    cast.amina.save()
    adam = log_in(cast.administrator)
    assert "Vårdnadshavare" in adam.get("/skydda/?namn=Amina Lind").content.decode()
    assert protect(adam, cast.amina, "Amina Lind", cast.eva).status_code == 302
    cast.amina.refresh_from_db()
    assert (cast.amina.phone, cast.amina.is_protected) == ("", True)
    identity = ProtectedIdentity.objects.get(person=cast.amina)
    kept = adam.get("/skyddade/").content.decode()
    assert cast.amina.full_name in kept
    assert cast.amina.full_name in adam.get(f"/skyddade/?namn={cast.amina.given_name}").content.decode()
    assert "Ingen med det namnet" in adam.get("/skyddade/?namn=Amina Lind").content.decode()
    assert adam.post(f"/skyddade/{identity.id}/hav/").status_code == 302
    cast.amina.refresh_from_db()
    assert (cast.amina.full_name, cast.amina.phone) == ("Amina Lind", "+46709999999")
    assert AuditEntry.objects.get(action="protection.lifted").person_id == cast.administrator.id


def test_the_wrong_name_protects_nobody(cast: Cast, log_in: LogIn) -> None:
    """And what was chosen is still chosen."""
    adam = log_in(cast.administrator)
    answer = protect(adam, cast.elsa, "Hugo Lind", cast.maria)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Det är inte namnet som står överst" in page
    assert "Hugo Lind" in page
    assert page.count("checked") == 2
    assert protect(adam, cast.elsa, "Elsa Lind", cast.jonas).status_code == 422, "works elsewhere"
    cast.elsa.refresh_from_db()
    assert not cast.elsa.is_protected
    assert not ProtectedIdentity.objects.exists()


SEARCHES = [
    "Elsa",
    "li",
    "",
    "a n",
    "n a",
    "e l",
    "els lin",
    "elsa elsa",
    "Elsa Noor",
    ". .",
    ".* .*",
    "a-n l-d",
    "% _",
]


@pytest.mark.parametrize("search", SEARCHES)
def test_nobody_leafs_through_the_municipality(cast: Cast, log_in: LogIn, search: str) -> None:
    """Whole words only, of a given name and of a family name."""
    body = log_in(cast.administrator).get("/skydda/", {"namn": search}).content.decode()
    assert re.search(r"/skydda/\w", body) is None


@pytest.mark.parametrize("search", ["åsa öberg", "ÖBERG Åsa", "Karin öberg", "Åsa-Karin Öberg", "åsa karin öberg"])
def test_the_words_may_stand_in_any_order_and_case(cast: Cast, log_in: LogIn, search: str) -> None:
    wanted = person("Åsa-Karin", "Öberg")
    assert f"/skydda/{wanted.id}/" in log_in(cast.administrator).get("/skydda/", {"namn": search}).content.decode()


def test_one_word_finds_who_has_no_other_name(cast: Cast, log_in: LogIn) -> None:
    wanted, other = person("Xi", ""), person("Xi", "Lind")
    body = log_in(cast.administrator).get("/skydda/", {"namn": "xi"}).content.decode()
    assert f"/skydda/{wanted.id}/" in body
    assert f"/skydda/{other.id}/" not in body


def test_a_common_name_hides_nobody(cast: Cast, log_in: LogIn) -> None:
    """Those whose name only begins like it take no place; where there are too many of the same, the page says so."""
    User.objects.bulk_create([User(given_name="Johanna", family_name="Andersson") for _ in range(60)])
    anna, adam = person("Anna", "Andersson"), log_in(cast.administrator)
    body = adam.get("/skydda/?namn=Anna Andersson").content.decode()
    assert f"/skydda/{anna.id}/" in body
    assert "Johanna" not in body
    assert "Fler har det namnet" not in body
    body = adam.get("/skydda/?namn=Johanna Andersson").content.decode()
    assert body.count("Johanna Andersson") >= 50
    assert "Fler har det namnet" in body


def test_looking_at_a_grown_up_is_a_look(cast: Cast, log_in: LogIn) -> None:
    """Ids only, in the search and on the page."""
    adam = log_in(cast.administrator)
    adam.get("/skydda/?namn=Johan Lind")
    adam.get(f"/skydda/{cast.johan.id}/")
    for page in ("protection.search", "protection.one"):
        entry = AuditEntry.objects.get(action=page, is_look=True)
        assert (entry.person_id, entry.children) == (cast.administrator.id, [])
        assert entry.about == {"people": [str(cast.johan.id)]}


def test_only_an_administrator_protects(cast: Cast, log_in: LogIn) -> None:
    for who in (cast.eva, cast.maria, cast.amina, cast.communicator):
        assert log_in(who).get("/skydda/?namn=Elsa Lind").status_code == 404
        assert protect(log_in(who), cast.elsa, "Elsa Lind").status_code == 404
    assert not ProtectedIdentity.objects.exists()
