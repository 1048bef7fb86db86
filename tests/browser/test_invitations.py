"""Letters on paper in a real browser: the page says when the file is there, and asks before letters stop working."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts.models import Invitation, User
from tests.browser.conftest import DESKTOP, FindBarriers, Visit
from tests.cast import Cast, guard


def newcomer(cast: Cast) -> User:
    newcomer = User.objects.create(given_name="Nils", family_name="Öst", password="!")
    guard(newcomer, cast.elsa)
    return newcomer


def test_the_page_says_that_the_letters_are_there(cast: Cast, visit: Visit, find_barriers: FindBarriers) -> None:
    newcomer(cast)
    page = visit(cast.maria, size=DESKTOP)
    page.goto(f"/avdelning/{cast.blasippan.id}/inbjudningar/granska/?barn={cast.elsa.id}")
    with page.expect_download() as first:
        page.get_by_role("button", name="Gör brev att skriva ut").click()
    assert first.value.suggested_filename == "inbjudningar.pdf"
    assert first.value.path().read_bytes().startswith(b"%PDF")
    done = page.get_by_role("region", name="Breven är klara")
    expect(done).to_be_focused()
    expect(page.get_by_role("button", name="Gör brev att skriva ut")).to_have_count(0)
    assert find_barriers(page) == []
    with page.expect_download() as again:
        done.get_by_role("link", name="Hämta filen igen").click()
    assert again.value.path().read_bytes() == first.value.path().read_bytes()
    assert Invitation.objects.count() == 1  # the same letters, no new codes


def test_a_page_from_before_asks_first(cast: Cast, visit: Visit) -> None:
    newcomer(cast)
    maria, other = visit(cast.maria, size=DESKTOP), visit(cast.eva, size=DESKTOP)
    for page in (maria, other):
        page.goto(f"/avdelning/{cast.blasippan.id}/inbjudningar/granska/?barn={cast.elsa.id}")
    with maria.expect_download():
        maria.get_by_role("button", name="Gör brev att skriva ut").click()
    other.get_by_role("button", name="Gör brev att skriva ut").click()
    expect(other.get_by_role("alert")).to_contain_text("1 person har redan ett brev som gäller")
    expect(other.get_by_role("alert")).to_be_focused()
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1
    other.get_by_label("Nils Öst").check()
    with other.expect_download():
        other.get_by_role("button", name="Gör brev att skriva ut").click()
    expect(other.get_by_role("region", name="Breven är klara")).to_be_visible()
    assert Invitation.objects.count() == 2
