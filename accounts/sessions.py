"""Sessions in the database, saved by one statement.

Django's own opens a transaction around the one UPDATE, which makes it three trips. Every page of a guardian who comes
back after a minute saves the session, to keep how long it has rested.
"""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's own
        """Save as Django does. Raises `UpdateError` when the session has ended meanwhile."""
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        row: Any = self.create_model_instance(dict(self.items()))
        same = self.model.objects.filter(session_key=row.session_key)
        if not same.update(session_data=row.session_data, expire_date=row.expire_date):
            raise UpdateError
