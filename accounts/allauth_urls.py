"""Those of allauth's pages that the house uses, one by one, under the names by which allauth finds them.

Whatever is not here does not exist: no signup, no list of addresses, no connecting of other accounts. The answer to
somebody who tries is "not found", the same for everybody (A03).
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from accounts import sign_on
from accounts.views import security, session

urlpatterns = [
    path("logga-in/", account.login, name="account_login"),
    path("logga-ut/", session.leave, name="account_logout"),
    path("fryst/", login_not_required(account.account_inactive), name="account_inactive"),
    path("bekrafta/", account.reauthenticate, name="account_reauthenticate"),
    path("losenord/", account.password_change, name="account_change_password"),
    path("losenord/valj/", account.password_set, name="account_set_password"),
    path("losenord/glomt/", account.password_reset, name="account_reset_password"),
    path("losenord/glomt/skickat/", account.password_reset_done, name="account_reset_password_done"),
    path("losenord/nytt/klart/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("enheter/", security.Devices.as_view(), name="usersessions_list"),
    path("tvasteg/", mfa.index, name="mfa_index"),
    path("tvasteg/kod/", mfa.authenticate, name="mfa_authenticate"),
    path("tvasteg/bekrafta/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("tvasteg/app/", security.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("tvasteg/app/ta-bort/", security.DeactivateApp.as_view(), name="mfa_deactivate_totp"),
    path("tvasteg/reservkoder/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("tvasteg/reservkoder/nya/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("tvasteg/reservkoder/fil/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkey/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passkey/ny/", security.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("passkey/bekrafta/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkey/logga-in/", login_not_required(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("passkey/<int:pk>/namn/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkey/<int:pk>/ta-bort/", security.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("kommun/<str:provider_id>/", sign_on.begin, name="openid_connect_login"),
    path("kommun/<str:provider_id>/svar/", sign_on.answer, name="openid_connect_callback"),
]
