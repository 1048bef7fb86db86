"""Posts: a story with pictures, for a department's families or for those of some of its children."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from children.models import Child, Department
from documents.models import StoredFile
from messaging.rules import may_withdraw
from portal.lib.crypto import EncryptedTextField
from portal.lib.models import Base


class PostQuerySet(models.QuerySet["Post"]):
    def shown(self) -> Self:
        """Return what families may find: published, or a placeholder for what was."""
        return self.filter(state__in=[Post.State.PUBLISHED, Post.State.WITHDRAWN])

    def unpublished(self) -> Self:
        return self.filter(state__in=[Post.State.DRAFT, Post.State.PUBLISHING])

    def due(self, now: datetime) -> Self:
        """Return what nobody can take back any more, and what waits for its pictures at most."""
        return self.filter(state=Post.State.PUBLISHING, leaves_at__lte=now)


class Post(Base):
    """A story with pictures. A draft is the department's: any of its staff may go on with it.

    "Publicera" makes it `publishing`: until `leaves_at` it can be taken back, and then it is published as soon as its
    pictures are ready. Its children (PostChild) are chosen, or are all who are at the department when it is published:
    their guardians read it, whoever they are on the day (DOMAIN 4.1). Withdrawn, it keeps its place and says nothing.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Utkast")
        PUBLISHING = "publishing", _("Publiceras")
        PUBLISHED = "published", _("Publicerat")
        WITHDRAWN = "withdrawn", _("Återkallat")

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    title = EncryptedTextField(blank=True, default="")
    text = EncryptedTextField(blank=True, default="")
    language = models.CharField(max_length=10)
    is_for_all = models.BooleanField(default=True)  # who is at the department, not only chosen children
    # The newest of the pictures of which somebody has said that everybody in them is tagged or blurred.
    all_tagged = models.CharField(max_length=32, blank=True, default="", db_default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    leaves_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="messaging_post_moments_of_its_state",
                condition=(
                    Q(state="draft", leaves_at=None, published_at=None, withdrawn_at=None)
                    | Q(state="publishing", leaves_at__isnull=False, published_at=None, withdrawn_at=None)
                    | Q(state="published", published_at__gte=F("leaves_at"), withdrawn_at=None)
                    | Q(state="withdrawn", published_at__gte=F("leaves_at"), withdrawn_at__isnull=False)
                ),
            )
        ]
        indexes = [
            models.Index(fields=["department", "-published_at"], name="messaging_post_by_department"),
            models.Index(fields=["-published_at", "-id"], name="messaging_post_newest"),
            models.Index(fields=["leaves_at"], name="messaging_post_due", condition=Q(state="publishing")),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN

    def may_be_withdrawn(self, now: datetime) -> bool:
        return self.published_at is not None and may_withdraw(self.published_at, self.withdrawn_at, now)


class PostChild(models.Model):
    """A child whose guardians read a post: chosen for it, or at its department when it was published."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="about")
    child = models.ForeignKey(Child, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "post"], name="messaging_postchild_once")]

    def __str__(self) -> str:
        return str(self.id)


class PostPicture(Base):
    """A picture of a post, in its place; `alt` says what it shows to those who do not see it.

    `hidden_since` is written down when other families are found not to see it, and taken away when they do again.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="pictures")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    alt = EncryptedTextField(blank=True, default="")
    hidden_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["file", "post"], name="messaging_postpicture_once")]

    def __str__(self) -> str:
        return str(self.id)


class PostGoal(models.Model):
    """A goal of the curriculum that a post is about, by its key (messaging.curriculum)."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="goals")
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "post"], name="messaging_postgoal_once")]

    def __str__(self) -> str:
        return str(self.id)


class PostRead(models.Model):
    """That a guardian has read a post, and whether it has the guardian's heart."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="reads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    read_at = models.DateTimeField()
    hearted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="messaging_postread_once")]

    def __str__(self) -> str:
        return str(self.id)


class PostThanks(Base):
    """A guardian's short thank-you, which the department reads and no other family (DOMAIN 4.2)."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="thanks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    text = EncryptedTextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="messaging_postthanks_once")]

    def __str__(self) -> str:
        return str(self.id)


class PostRhythm(models.Model):
    """After how many days without a post a department is reminded; 0 is never, no row the house's default."""

    department = models.OneToOneField(Department, models.CASCADE, related_name="+")
    days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return str(self.pk)
