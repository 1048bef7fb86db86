"""The account's own pages. What allauth serves is in `accounts.allauth_urls`."""

from django.urls import path

from accounts.views import invitation, own, session

app_name = "accounts"

urlpatterns = [
    path("inbjudan/", invitation.code, name="invitation_code"),
    path("inbjudan/bekrafta/", invitation.confirm, name="invitation_confirm"),
    path("inbjudan/konto/", invitation.account, name="invitation_account"),
    path("inbjudan/<str:code>/", invitation.link, name="invitation"),
    path("valkommen/", own.welcome, name="welcome"),
    path("installningar/", own.settings, name="settings"),
    path("installningar/adress/", own.email, name="email"),
    path("installningar/adress/<str:key>/", own.email_confirm, name="email_confirm"),
    path("installningar/pin/", own.pin, name="pin"),
    path("installningar/frys/", own.freeze, name="freeze"),
    path("sprak/", session.language, name="language"),
    path("sprak/besked/", own.reading_language, name="reading_language"),
    path("vaken/", session.awake, name="awake"),
]
