"""Every address of the house. Each has a row in `tests/test_doors.py`."""

from django.urls import URLPattern, URLResolver, include, path

from portal.views import assets, health, public, pwa

urlpatterns: list[URLPattern | URLResolver] = [
    path("konto/", include("accounts.allauth_urls")),
    path("", include("accounts.urls")),
    path("", include("attendance.urls")),
    path("", include("children.urls")),
    path("om/", public.about, name="about"),
    path("tillganglighet/", public.accessibility, name="accessibility"),
    path("personuppgifter/", public.privacy, name="privacy"),
    path("stilguide/", public.styleguide, name="styleguide"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.service_worker, name="service_worker"),
    path("offline/", pwa.offline, name="offline"),
    path("halsa/", health.health, name="health"),
    path("robots.txt", pwa.robots, name="robots"),
    path(".well-known/security.txt", pwa.security_txt, name="security_txt"),
    path("t/<str:digest>/<str:name>", assets.asset, name="asset"),
]
