"""Forms of the account: they parse and never save."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import rules, services
from accounts.models import User

BAD_ADDRESS = _("Adressen ser inte ut som en e-postadress. Skriv den som namn@exempel.se.")
PASSWORD_HINT = _("Minst tio tecken. Tre eller fyra ord på rad är lätta att minnas och svåra att gissa.")
FOUR_FIGURES = _("Skriv de fyra sista siffrorna, bara siffror.")


def _reword(form: forms.BaseForm, **labels: Any) -> None:
    """Give allauth's fields our words, and take away its placeholders: a label is always there, they are not."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in labels:
            field.label = labels[name]


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Address and password. The session keeps neither."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(
            self, login=_("E-postadress"), password=_("Lösenord"), remember=_("Håll mig inloggad på den här telefonen")
        )
        self.fields["login"].error_messages |= {"required": _("Skriv din e-postadress."), "invalid": BAD_ADDRESS}
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = _("Skriv ditt lösenord.")
        self.fields["remember"].help_text = _("I trettio dagar. Gäller bara dig som är vårdnadshavare.")

    def _login_with_password(self, request: HttpRequest, redirect_url: str | None, _credentials: Any) -> HttpResponse:
        # allauth would keep the address in the session, in plain text.
        record_authentication(request, self._login.user, "password")
        self._login.redirect_url, self._login.email = redirect_url, None
        request.session["stays"] = bool(self.cleaned_data["remember"])
        response: HttpResponse = perform_login(request, self._login)
        request.session.set_expiry(settings.SESSION_COOKIE_AGE if self.cleaned_data["remember"] else 0)
        return response


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]  # allauth is untyped
    """Asks for a link to a new password. The answer is the same when nobody has the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, email=_("E-postadress"))
        self.fields["email"].error_messages |= {"required": _("Skriv din e-postadress."), "invalid": BAD_ADDRESS}

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        return email

    def save(self, request: HttpRequest, **_kwargs: Any) -> str:  # noqa: ARG002 (allauth's signature)
        email = str(self.cleaned_data["email"])
        services.ask_for_new_password(email=email)
        return email


class NewPasswordMixin:
    """One field for the new password, with what it takes said before."""

    fields: dict[str, forms.Field]

    def reword(self, **labels: Any) -> None:
        self.fields.pop("password2", None)
        _reword(self, password1=_("Nytt lösenord"), **labels)  # type: ignore[arg-type]  # a mixin of forms
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password1"].error_messages["required"] = _("Skriv ett nytt lösenord.")


class ChangePasswordForm(NewPasswordMixin, allauth_forms.ChangePasswordForm):  # type: ignore[misc]  # as above
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reword(oldpassword=_("Lösenordet du har nu"))
        self.fields["oldpassword"].help_text = ""
        self.fields["oldpassword"].error_messages["required"] = _("Skriv lösenordet som du har nu.")


class SetPasswordForm(NewPasswordMixin, allauth_forms.SetPasswordForm):  # type: ignore[misc]  # as above
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reword()


class ResetPasswordKeyForm(NewPasswordMixin, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # as above
    """A new password by a link in a mail, and the last figures of the personal number.

    The address may have been mistyped once and belong to somebody else: the mailbox alone opens nothing.
    """

    last_four = forms.CharField(
        label=_("De fyra sista siffrorna i ditt personnummer"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": FOUR_FIGURES},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reword()
        if self.user is None or not self.user.personal_number:
            del self.fields["last_four"]

    def clean_last_four(self) -> str:
        if not ratelimit.consume(context.request, action="reset_identity", key=str(self.user.pk)):
            raise get_adapter().validation_error("too_many_login_attempts")
        if not services.is_last_four(person=self.user, last_four=self.cleaned_data["last_four"]):
            raise ValidationError(_("Siffrorna stämmer inte."), code="last_four")
        return str(self.cleaned_data["last_four"])


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, password=_("Ditt lösenord"))
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = _("Skriv ditt lösenord.")


class CodeMixin:
    """A code from an app: figures on the phone's keyboard."""

    fields: dict[str, forms.Field]

    def reword_code(self, label: Any) -> None:
        _reword(self, code=label)  # type: ignore[arg-type]  # a mixin of forms
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "autofocus": True}
        self.fields["code"].error_messages["required"] = _("Skriv koden.")


class AuthenticateForm(CodeMixin, mfa_forms.AuthenticateForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reword_code(_("Kod från appen, eller en reservkod"))


class ReauthenticateCodeForm(CodeMixin, mfa_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reword_code(_("Kod från appen, eller en reservkod"))


class ActivateTOTPForm(CodeMixin, AllauthActivateTOTPForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reword_code(_("Koden som appen visar nu"))
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """A passkey, always one that logs in by itself: the device asks for a face, a finger or its own code."""

    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, name=_("Vad ska den heta?"))
        self.fields["name"].required = True
        self.fields["name"].max_length = 60
        self.fields["name"].help_text = _("Så att du känner igen den om du har flera.")
        self.fields["credential"].error_messages["required"] = _("Enheten svarade inte. Försök igen.")

    def clean(self) -> dict[str, Any]:
        # Whatever the page's script asked for: without the device's own check of who holds it, it is no passkey.
        self.cleaned_data["passwordless"] = True
        found: dict[str, Any] = super().clean()
        return found


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, name=_("Namn"))
        self.fields["name"].error_messages["required"] = _("Skriv ett namn.")


# Our own pages --------------------------------------------------------------------------------------------------


class InvitationCodeForm(forms.Form):
    """The code of a letter, as somebody types it."""

    code = forms.CharField(
        label=_("Koden i brevet"),
        max_length=40,
        help_text=_("Tolv bokstäver och siffror. Streck och mellanslag spelar ingen roll."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code"}
        ),
        error_messages={"required": _("Skriv koden som står i brevet.")},
    )

    def clean_code(self) -> str:
        code = services.plain(self.cleaned_data["code"])
        if len(code) != services.CODE_LENGTH:
            raise ValidationError(
                _("En kod är tolv bokstäver och siffror. 0, 1, I, L och O finns aldrig i den, och inte Å, Ä eller Ö."),
                code="shape",
            )
        return code


class LastFourForm(forms.Form):
    """Who it is, by what the letter does not say."""

    last_four = forms.CharField(
        label=_("De fyra sista siffrorna i ditt personnummer"),
        max_length=40,
        help_text=_("Har du inget svenskt personnummer? Skriv 0000."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code"}),
        error_messages={"required": FOUR_FIGURES},
    )

    def clean_last_four(self) -> str:
        figures = "".join(sign for sign in str(self.cleaned_data["last_four"]) if sign not in " -+")
        if not figures.isdecimal() or len(figures) not in (4, 10, 12):  # or the whole number, as many are used to
            raise ValidationError(FOUR_FIGURES, code="figures")
        return figures[-4:]


class NewAccountForm(forms.Form):
    """How an invited person will log in, and in which language."""

    email = forms.EmailField(
        label=_("E-postadress"),
        max_length=254,
        help_text=_("Den loggar du in med. Hit kommer också besked, om du vill."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Skriv din e-postadress."), "invalid": BAD_ADDRESS},
    )
    password = forms.CharField(
        label=_("Välj ett lösenord"),
        max_length=200,
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Välj ett lösenord.")},
    )
    language = forms.ChoiceField(label=_("Språk"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "password" in found:
            trial = User(given_name=self.person.given_name, family_name=self.person.family_name)
            trial.email = found.get("email", "")
            try:
                validate_password(found["password"], trial)
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return found


class EmailForm(forms.Form):
    """Another address to log in with; the password says that it is the person who asks."""

    email = forms.EmailField(
        label=_("Ny e-postadress"),
        max_length=254,
        help_text=_("Dit skickar vi en länk. Adressen gäller när du har öppnat den."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Skriv den nya adressen."), "invalid": BAD_ADDRESS},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email.casefold() == self.person.email.casefold():
            raise ValidationError(_("Det är adressen som du loggar in med nu."), code="same")
        return email


class PinForm(forms.Form):
    """A PIN for the department's tablet, twice, since nobody sees what is typed."""

    pin = forms.CharField(
        label=_("Ny PIN-kod"),
        help_text=_("Fyra till åtta siffror. Inte 1234, inte 0000 och inget ur ditt personnummer."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code"}),
        error_messages={"required": _("Skriv en PIN-kod.")},
    )
    again = forms.CharField(
        label=_("Samma PIN-kod en gång till"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code"}),
        error_messages={"required": _("Skriv PIN-koden en gång till.")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_pin(self) -> str:
        pin = str(self.cleaned_data["pin"])
        weakness = rules.weakness_of_pin(pin, self.person.personal_number)
        sentences = {
            rules.Weakness.SHAPE: _("Skriv fyra till åtta siffror, inget annat."),
            rules.Weakness.PATTERN: _("Den är för lätt att gissa. Välj siffror utan mönster."),
            rules.Weakness.PERSONAL: _("Den finns i ditt personnummer. Välj några andra siffror."),
        }
        if weakness:
            raise ValidationError(sentences[weakness], code=weakness)
        return pin

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if {"pin", "again"} <= found.keys() and found["pin"] != found["again"]:
            self.add_error("again", _("De två är inte lika. Skriv samma PIN-kod igen."))
        return found
