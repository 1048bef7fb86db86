"""How a person is reached: what waits to be told, what was told, and what the person wants to be told."""

from datetime import time
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications import rules
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
    BULLETIN_STOPPED = "bulletin_stopped", _("Ett anslag gick inte ut")
    POST_PUBLISHED = "post_published", _("Ett inlägg")
    POST_THANKED = "post_thanked", _("Ett tack från en familj")
    PICTURE_DAMAGED = "picture_damaged", _("En bild kunde inte göras i ordning")
    POST_STOPPED = "post_stopped", _("Ett inlägg gick inte ut")
    DEPARTMENT_QUIET = "department_quiet", _("Dags för ett inlägg")
    PICTURE_HIDDEN = "picture_hidden", _("En bild visas inte längre")
    CONSENT_ASKED = "consent_asked", _("En fråga om medgivande")
    DOCUMENT_SHARED = "document_shared", _("Ett nytt dokument")
    FORM_ASKED = "form_asked", _("En blankett att svara på")
    FORM_UNANSWERED = "form_unanswered", _("En blankett väntar på svar")
    FORM_RECORDED = "form_recorded", _("Ett svar på en blankett är infört")
    REMOVAL_AHEAD = "removal_ahead", _("Något tas bort snart")
    MEMORY_READY = "memory_ready", _("En samling att hämta")
    DIGEST = "digest", _("Kvällens sammanfattning")


class Way(models.TextChoices):
    IN_APP = "in_app", _("I Kapprummet")
    EMAIL = "email", _("E-post")
    PUSH = "push", _("Notis på enheten")
    SMS = "sms", _("Sms")


# What can be chosen for a kind beside the ways: to have it in the evening's one notice.
IN_DIGEST = rules.IN_DIGEST


class DeliveryQuerySet(OutgoingQuerySet["Delivery"]):
    def in_app(self) -> Self:
        return self.filter(way=Way.IN_APP)

    def unread(self) -> Self:
        return self.filter(way=Way.IN_APP, read_at=None)

    def outside(self) -> Self:
        return self.exclude(way=Way.IN_APP)

    def for_digest(self) -> Self:
        """Return what waits for the evening: unread, and in no digest yet."""
        return self.unread().filter(for_digest=True, digest=None)


class Delivery(Outgoing):
    """One notice to one person in one way. Holds ids only, never a name and never content.

    A notice in the portal is delivered by being a row; any other way is a row that a worker claims, tries and
    marks. `event` makes sure that the same thing is told once to the same person in the same way.
    """

    LEAVES_BY = ("-is_urgent", "try_after")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40, choices=Kind)
    way = models.CharField(max_length=10, choices=Way)
    event = models.UUIDField()
    about = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True, blank=True)
    is_urgent = models.BooleanField(default=False, db_default=False)  # goes out in quiet hours, too
    # Of a notice in the portal: that it is told outside in one with others, and in which (the event of that one).
    for_digest = models.BooleanField(default=False, db_default=False)
    digest = models.UUIDField(null=True, blank=True)

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
            models.Index(
                fields=["person"],
                name="notifications_for_digest",
                condition=Q(for_digest=True, digest=None, read_at=None),
            ),
            models.Index(fields=["person", "digest"], name="notifications_in_digest", condition=~Q(digest=None)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Preference(Base):
    """What a person chose about one kind of notice; without a row the house's default holds.

    Of a way outside it says whether the person is told at once in it; of the digest, whether it counts for that.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=40, choices=Kind)
    way = models.CharField(max_length=10, choices=[*Way.choices, (IN_DIGEST, _("I kvällens sammanfattning"))])
    is_wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "way"], name="notifications_preference_one_each")
        ]

    def __str__(self) -> str:
        return str(self.id)


class QuietHours(Base):
    """When a person wants to be left alone, and when the day's digest comes; without a row the house's default holds.

    Clock times in the preschools' time zone. From eight to seven is the late evening and the early morning of each
    such day; the same time twice is all day, and no times at all is never.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiet_hours")
    weekdays_from = models.TimeField(null=True, blank=True)
    weekdays_to = models.TimeField(null=True, blank=True)
    weekend_from = models.TimeField(null=True, blank=True)
    weekend_to = models.TimeField(null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(null=True, blank=True)  # none: no digest

    class Meta:
        verbose_name_plural = "quiet hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(weekdays_from__isnull=True, weekdays_to__isnull=True)
                | Q(weekdays_from__isnull=False, weekdays_to__isnull=False),
                name="notifications_quiet_weekdays_whole",
            ),
            models.CheckConstraint(
                condition=Q(weekend_from__isnull=True, weekend_to__isnull=True)
                | Q(weekend_from__isnull=False, weekend_to__isnull=False),
                name="notifications_quiet_weekend_whole",
            ),
            models.CheckConstraint(
                condition=Q(digest_hour__isnull=True) | Q(digest_hour__lte=23), name="notifications_digest_hour"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @staticmethod
    def columns(hours: rules.Hours) -> dict[str, object]:
        """Return the columns that keep these hours."""
        weekdays, weekend = hours.weekdays or (None, None), hours.weekend or (None, None)
        return {
            "weekdays_from": weekdays[0],
            "weekdays_to": weekdays[1],
            "weekend_from": weekend[0],
            "weekend_to": weekend[1],
            "digest_hour": hours.digest_hour,
        }

    @property
    def hours(self) -> rules.Hours:
        return rules.Hours(
            _span(self.weekdays_from, self.weekdays_to), _span(self.weekend_from, self.weekend_to), self.digest_hour
        )


def _span(begins: time | None, ends: time | None) -> rules.Span | None:
    return (begins, ends) if begins is not None and ends is not None else None
