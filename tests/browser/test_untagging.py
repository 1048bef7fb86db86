"""Who is taken out of a picture that families see already: asked once more, with what follows (DOMAIN 5.2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from documents.models import PictureTag
from tests.browser.conftest import PHONE, FindBarriers, Visit
from tests.cast import Cast
from tests.test_posts import tag
from tests.test_shown_at_once import noisy, out, with_one

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False])
def test_a_tag_is_taken_off_only_by_whoever_read_what_follows(
    *,
    cast: Cast,
    visit: Visit,
    tuesday: date,
    settings: Settings,
    tmp_path: Path,
    find_barriers: FindBarriers,
    script: bool,
) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    post, one = with_one(cast, noisy())
    out(post, cast)
    tag(one.file, cast.noor)
    maria = visit(cast.maria, size=PHONE, java_script_enabled=script)
    maria.goto(f"/inlagg/bild/{one.pk}/barn/")
    chip = maria.get_by_role("checkbox", name="Noor")
    maria.locator("label.chip", has_text="Noor").click()
    if not script:
        maria.get_by_role("button", name="Spara").click()
    asked = maria.get_by_role("heading", name="Noor syns då för alla familjer som läser inlägget")
    expect(asked).to_be_in_viewport()
    expect(chip).to_be_checked()
    assert PictureTag.objects.count() == 1
    if script:
        assert find_barriers(maria) == []
    maria.get_by_role("button", name="Ta bort taggen").click()
    expect(asked).to_have_count(0)
    expect(chip).not_to_be_checked()
    assert not PictureTag.objects.exists()
