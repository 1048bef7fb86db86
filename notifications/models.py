"""How a person is reached: what waits to be told, what was told, and what the person wants to be told."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.device_models import Device, Pushed  # noqa: F401 (Django looks for models here)
from portal.lib.models import Base
from portal.lib.outbox import Outgoing, OutgoingQuerySet


class Kind(models.TextChoices):
    """What a notice is about. Its words are made where it is read, in the reader's language."""

    ABSENCE_REPORTED = "absence_reported", _("Frånvaro anmäld")
    ABSENCE_ENDED = "absence_ended", _("Frånvaro avslutad")
    CAME_THOUGH_ABSENT = "came_though_absent", _("Kom trots anmäld frånvaro")
    ARRIVED = "arrived", _("Lämnad")
    LEFT = "left", _("Hämtad")
    IDENTITY_READ = "identity_read", _("Skyddade uppgifter lästa")
    PIN_LOCKED = "pin_locked", _("PIN-kod låst på en platta")
    PLAN_MISSING = "plan_missing", _("Nästa vecka saknar tider")
    PLANNED_BY_STAFF = "planned_by_staff", _("Personalen har ändrat barnets tider")
    DAY_CLOSED = "day_closed", _("Stängt en dag")
    DAY_OPENED = "day_opened", _("En stängd dag är öppen igen")
    EVENT_ANNOUNCED = "event_announced", _("Något händer på förskolan")
    EVENT_CANCELLED = "event_cancelled", _("Något är inställt")
    ENQUIRY_OPENED = "enquiry_opened", _("En fråga om lov")
    ENQUIRY_UNANSWERED = "enquiry_unanswered", _("En fråga om lov väntar på svar")
    ENQUIRY_WITHDRAWN = "enquiry_withdrawn", _("En fråga om lov är återtagen")
    HOMES_PROPOSED = "homes_proposed", _("Ett förslag om två hem")
    HOMES_AGREED = "homes_agreed", _("Två hem är överenskomna")
    MESSAGE_RECEIVED = "message_received", _("Ett nytt meddelande")
    MESSAGE_WITHDRAWN = "message_withdrawn", _("Ett meddelande är återkallat")
    THREAD_ASSIGNED = "thread_assigned", _("Ett samtal är ditt att svara på")
    BULLETIN_PUBLISHED = "bulletin_published", _("Ett anslag")
    BULLETIN_TO_CONFIRM = "bulletin_to_confirm", _("Ett anslag att bekräfta")
    POST_PUBLISHED = "post_published", _("Ett inlägg")
    POST_THANKED = "post_thanked", _("Ett tack från en familj")
    PICTURE_DAMAGED = "picture_damaged", _("En bild gick inte att läsa")
    DEPARTMENT_QUIET = "department_quiet", _("Dags för ett inlägg")
    DIGEST = "digest", _("Kvällens sammanfattning")


class Way(models.TextChoices):
    IN_APP = "in_app", _("I Kapprummet")
    EMAIL = "email", _("E-post")
    PUSH = "push", _("Notis på enheten")
    SMS = "sms", _("Sms")


class DeliveryQuerySet(OutgoingQuerySet["Delivery"]):
    def in_app(self) -> Self:
        return self.filter(way=Way.IN_APP)

    def unread(self) -> Self:
        return self.filter(way=Way.IN_APP, read_at=None)


class Delivery(Outgoing):
    """One notice to one person in one way. Holds ids only, never a name and never content.

    A notice in the portal is delivered by being a row; any other way is a row that a worker claims, tries and
    marks. `event` makes sure that the same thing is told once to the same person in the same way.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40, choices=Kind)
    way = models.CharField(max_length=10, choices=Way)
    event = models.UUIDField()
    about = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "kind", "way"], name="notifications_delivery_told_once")
        ]
        indexes = [
            models.Index(
                fields=["try_after"],
                name="notifications_waiting",
                condition=Q(sent_at=None, given_up_at=None),
            ),
            models.Index(fields=["person", "-created_at"], name="notifications_by_person"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Preference(Base):
    """What a person chose about one kind of notice in one way; without a row the house's default holds."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=40, choices=Kind)
    way = models.CharField(max_length=10, choices=Way)
    is_wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "way"], name="notifications_preference_one_each")
        ]

    def __str__(self) -> str:
        return str(self.id)
