"""Logging in with an address and a password."""

from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User


class LoginBackend:
    """Finds a person by the blind index of the address. An unknown address takes as long as a wrong password."""

    def authenticate(
        self, _request: HttpRequest | None, email: str | None = None, password: str | None = None, **_other: Any
    ) -> User | None:
        if not email or not password:
            return None
        person = User.objects.with_email(email).first()
        if person is None or not person.has_usable_password():
            make_password(password)
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: UUID | str) -> User | None:
        person = User.objects.sealed().filter(pk=user_id).first()
        return person if person and person.is_active else None
