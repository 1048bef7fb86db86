import os

from tests.browser.conftest import PHONE
from tests.cast import *

OUT = "/tmp/shots"
os.makedirs(OUT, exist_ok=True)
D = {"width": 1180, "height": 820}


def test_shots(cast, visit, settings, find_barriers):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    from accounts import services

    cast.amina.personal_number = "198503052384"
    cast.amina.save()
    _i, code = services.invite(person=cast.amina, actor_person=None, now=clock.now())
    found = []
    for size, sn in ((PHONE, "p"), (D, "d")):
        for scheme in ("light", "dark"):
            if (sn, scheme) == ("d", "dark"):
                continue
            page = visit(size=size, color_scheme=scheme)

            def shot(n):
                page.wait_for_load_state("networkidle")
                page.screenshot(path=f"{OUT}/{n}-{sn}-{scheme}.png", full_page=True)
                for b in find_barriers(page):
                    found.append((n, sn, scheme, b))

            page.goto("/konto/logga-in/")
            shot("login")
            page.fill("[name=login]", "amina.lind@example.org")
            page.fill("[name=password]", "fel")
            page.click("text=Logga in >> nth=-1") if False else page.press("[name=password]", "Enter")
            shot("login-wrong")
            page.goto("/konto/losenord/glomt/")
            shot("forgot")
            page.goto("/inbjudan/")
            shot("inv-code")
            page.goto(f"/inbjudan/{code}/")
            shot("inv-confirm")
            page.fill("[name=last_four]", "1111")
            page.press("[name=last_four]", "Enter")
            shot("inv-confirm-wrong")
            page.fill("[name=last_four]", "2384")
            page.press("[name=last_four]", "Enter")
            shot("inv-account")
            page.fill("[name=password]", "kort")
            page.fill("[name=email]", "a@b.se")
            page.press("[name=password]", "Enter")
            shot("inv-account-wrong")
            page.goto("/konto/fryst/")
            shot("frozen")
            for who, wn in ((cast.amina, "g"), (cast.maria, "s")):
                cookie_page = visit(who, size=size, color_scheme=scheme)
                page = cookie_page
                for u, n in (
                    ("/installningar/", "settings"),
                    ("/installningar/pin/", "pin"),
                    ("/installningar/frys/", "freeze"),
                    ("/valkommen/", "welcome"),
                    ("/konto/enheter/", "devices"),
                    ("/konto/tvasteg/", "mfa"),
                    ("/konto/losenord/", "password"),
                    ("/konto/bekrafta/", "reauth"),
                    ("/konto/logga-ut/", "logout"),
                ):
                    page.goto(u)
                    shot(n + "-" + wn)
    print(*found, sep="\n")
