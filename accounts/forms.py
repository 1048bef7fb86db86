"""Forms of the account: they parse and never save."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm

from accounts.models import User


class ResetPasswordForm(AllauthResetPasswordForm):  # type: ignore[misc]  # allauth is untyped
    """Finds the person by the blind index of the address; the answer is the same when nobody has it."""

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        self.users = [person for person in User.objects.with_email(email) if person.has_usable_password()]
        return email

    def save(self, request: Any, **kwargs: Any) -> str:
        """Write to the person who has the address; to nobody when nobody has it, and say the same."""
        if self.users:
            return super().save(request, **kwargs)  # type: ignore[no-any-return]  # allauth is untyped
        return str(self.cleaned_data["email"])
