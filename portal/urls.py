"""Every address of the house. Each has a row in `tests/test_doors.py`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from portal.bench import floors
from portal.views import (
    assets,
    demo,
    devices,
    files,
    health,
    home,
    municipality,
    notices,
    principal,
    public,
    pwa,
    stays,
    waiting,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("idag/kommunen/", municipality.municipality_day, name="municipality_day"),
    path("mina-barn/", home.my_children, name="my_children"),
    path("mina-barn/inlagg/", home.newest_posts, name="newest_posts"),
    path("nytt/", notices.notices, name="notices"),
    path("nytt/val/", notices.notice_settings, name="notice_settings"),
    path("nytt/enheter/", devices.devices, name="devices"),
    path("nytt/enheter/<uuid:device_id>/ta-bort/", devices.device_removal, name="device_removal"),
    path("drift/avisering/", waiting.waiting, name="waiting"),
    path("drift/filer/", files.state, name="files_state"),
    path("regler/utrymme/", files.room, name="room"),
    path("forskola/<uuid:preschool_id>/", principal.preschool_day, name="preschool_day"),
    path("forskola/<uuid:preschool_id>/manad/<str:month>/", principal.preschool_month, name="preschool_month"),
    path("forskola/<uuid:preschool_id>/timmar/", principal.preschool_hours, name="preschool_hours"),
    path("vistelse/<uuid:stay_id>/ratta/", stays.stay_correction, name="stay_correction"),
    path("surfplattor/", home.tablets_overview, name="tablets_overview"),
    path("synpunkter/", home.feedback, name="feedback"),
    path("", include("oversight.urls")),
    path("", include("attendance.urls")),
    path("", include("messaging.urls")),
    path("", include("documents.urls")),
    path("", include("children.urls")),
    path("", include("accounts.urls")),
    path("konto/", include("accounts.allauth_urls")),
    path("demo/", demo.chooser, name="demo"),
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

if settings.BENCH:
    urlpatterns += floors.urlpatterns
