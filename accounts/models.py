"""Who you are: people with or without a login, invitations, PINs, and the log of what was done and looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.lib import languages
from portal.lib.crypto import BlindIndexField, EncryptedTextField
from portal.lib.models import Base
from portal.lib.outbox import Outgoing, OutgoingQuerySet


class Protection(models.TextChoices):
    """Protected identity, as the population register marks it."""

    NONE = "none", _("Inget skydd")
    CONFIDENTIAL = "confidential", _("Sekretessmarkering")
    PROTECTED = "protected", _("Skyddad folkbokföring")
    FICTITIOUS = "fictitious", _("Fingerade personuppgifter")


class UserQuerySet(models.QuerySet["User"]):
    def sealed(self) -> Self:
        """Return them without what is encrypted: it takes time to open, and is read where it is asked for."""
        return self.defer("email", "phone", "address", "personal_number")

    def with_email(self, email: str) -> Self:
        """Return the person with this address, if any; upper and lower case make no difference."""
        return self.filter(email_index=_index("email_index", email)).exclude(email_index=None)

    def with_personal_number(self, number: str) -> Self:
        """Return the person with this personal number (twelve digits), if any."""
        return self.filter(personal_number_index=_index("personal_number_index", number)).exclude(
            personal_number_index=None
        )


def _index(field_name: str, value: str) -> str | None:
    field = User._meta.get_field(field_name)
    assert isinstance(field, BlindIndexField)  # noqa: S101 (for the type checker)
    return field.index_of(value)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def sealed(self) -> UserQuerySet:
        return self.get_queryset().sealed()

    def with_email(self, email: str) -> UserQuerySet:
        return self.get_queryset().with_email(email)

    def with_personal_number(self, number: str) -> UserQuerySet:
        return self.get_queryset().with_personal_number(number)


class User(AbstractBaseUser, Base):
    """A grown-up: a guardian, a member of staff, or both. Has a login only once an invitation was accepted.

    The names here are those that everybody sees. For a person with protected identity they are the alias, and the
    real ones lie sealed elsewhere: nothing that prints a name can leak them.
    """

    given_name = models.CharField(max_length=150)
    family_name = models.CharField(max_length=150, blank=True)
    email = EncryptedTextField(blank=True, default="")
    email_index = BlindIndexField(source="email", unique=True)
    phone = EncryptedTextField(blank=True, default="")
    address = EncryptedTextField(blank=True, default="")
    personal_number = EncryptedTextField(blank=True, default="")
    personal_number_index = BlindIndexField(source="personal_number", unique=True)
    protection = models.CharField(max_length=20, choices=Protection, default=Protection.NONE)
    language = models.CharField(max_length=10, blank=True)
    # Set phrases, and what leaves the house; empty is the language of the pages. Pages are in fewer languages.
    reads_in = models.CharField(max_length=10, choices=list(languages.NAMES.items()), blank=True)
    register_id = models.UUIDField(null=True, blank=True, unique=True)
    register_print = models.CharField(max_length=64, blank=True, editable=False)
    left_register_on = models.DateField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    # Sessions that began before this moment are over, on every device; never moved back.
    sessions_ended_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email_index"
    is_staff = False
    is_superuser = False

    objects = UserManager()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name"], name="accounts_user_by_name")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def reading_language(self) -> str:
        """The language in which set phrases, and what leaves the house, are read."""
        return self.reads_in or languages.known(self.language)

    @property
    def is_protected(self) -> bool:
        return self.protection != Protection.NONE

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django has a plain attribute here
        """Whether the person may log in at all: not while the account is frozen."""
        return self.frozen_at is None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # A new moment changes the hash, so every session ends at its next request. Opening a frozen account again
        # does not move it back: a session from before the freezing stays dead.
        ended = self.sessions_ended_at.isoformat() if self.sessions_ended_at else ""
        return salted_hmac(
            "accounts.User.session", f"{self.password}:{ended}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Ask the authentication backends: Django's own door to `children.access`."""
        for backend in get_backends():
            if hasattr(backend, "has_perm"):
                try:
                    if backend.has_perm(self, perm, obj):
                        return True
                except PermissionDenied:
                    return False
        return False

    def has_module_perms(self, _app_label: str) -> bool:
        return False


class Invitation(Base):
    """A code on paper that opens an account once. Only its digest is kept."""

    person = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    code_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    wrong_answers = models.PositiveSmallIntegerField(default=0)

    MOST_WRONG_ANSWERS = 5

    class Meta:
        indexes = [models.Index(fields=["person", "expires_at"], name="accounts_invitation_by_person")]

    def __str__(self) -> str:
        return str(self.id)

    def is_open(self, now: datetime) -> bool:
        """Tell whether the invitation can still be used at `now`."""
        return self.used_at is None and self.takes_answers(now)

    def takes_answers(self, now: datetime) -> bool:
        """Tell whether it may be asked whose it is: while it is open, and for good once it was used."""
        if self.wrong_answers >= self.MOST_WRONG_ANSWERS:
            return False
        return self.used_at is not None or (self.withdrawn_at is None and self.expires_at > now)


class AddressChange(Base):
    """Another address that a person wants to log in with, until a link that was sent there has been followed."""

    person = models.ForeignKey(User, models.CASCADE, related_name="address_changes")
    email = EncryptedTextField()
    old_email = EncryptedTextField(blank=True, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class AddressLetter(Outgoing):
    """A letter about another address: the link to the new one, or word of the change to the old one."""

    change = models.ForeignKey(AddressChange, models.CASCADE, related_name="letters")
    is_to_old = models.BooleanField()

    objects = OutgoingQuerySet["AddressLetter"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "is_to_old"], name="accounts_addressletter_one_each")]

    def __str__(self) -> str:
        return str(self.id)


class Pin(Base):
    """A short code by which a member of staff shows who is at the tablet. Worth nothing without a paired tablet."""

    person = models.OneToOneField(User, models.CASCADE, related_name="pin")
    code_hash = models.CharField(max_length=256)

    def __str__(self) -> str:
        return str(self.id)


class PinTriesQuerySet(models.QuerySet["PinTries"]):
    def locked(self) -> Self:
        """Return where a person's PIN no longer works until a new one is chosen."""
        return self.filter(wrong__gte=PinTries.MOST_WRONG)


class PinTries(Base):
    """How often in a row a wrong PIN was given for a person on one tablet; five times locks it there."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    tablet_id = models.UUIDField()
    wrong = models.PositiveSmallIntegerField(default=0)

    MOST_WRONG = 5

    objects = PinTriesQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "tablet_id"], name="accounts_pintries_one_per_tablet")]

    def __str__(self) -> str:
        return str(self.id)


class AuditEntry(models.Model):
    """One thing that was done, or one look at a child's data. Ids only; never changed, never removed.

    The database itself refuses to change a row (see the migrations). `children` are the ids of those concerned.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    """By the database's clock. Only sealing asks: an import is one moment to whoever reads, and minutes to write."""
    person_id = models.UUIDField(null=True)
    tablet_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    is_look = models.BooleanField()
    children = models.JSONField(default=list)
    about = models.JSONField(default=dict)
    back_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "at"], name="accounts_audit_by_person")]

    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class AuditSeal(models.Model):
    """A sealed run of audit rows, chained to the seal before it.

    `row_digests` is a list of `[id, digest]`, so that a broken row can be named. All digests are keyed: somebody who
    can write to the database but does not have the key cannot make a chain that holds.
    """

    id = models.BigAutoField(primary_key=True)
    sealed_at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    row_digests = models.JSONField()
    before = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="accounts_auditseal_in_order", condition=Q(last_id__gte=models.F("first_id"))),
            # Two workers that seal at once would fork the chain.
            models.UniqueConstraint(fields=["before"], name="accounts_auditseal_one_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
