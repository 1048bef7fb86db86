"""What is done under the roof itself."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from portal.models import Feedback


def leave_feedback(*, text: str, reply_to: str) -> Feedback:
    """Keep what somebody wrote about the portal; the administrators see it on their home page."""
    return Feedback.objects.create(text=text.strip(), reply_to=reply_to.strip())


def mark_feedback_read(*, feedback: Feedback, actor_person: User, now: datetime) -> None:
    """Take it off the list of what waits. Done by two at once, the first one counts."""
    with transaction.atomic():
        if Feedback.objects.unread().filter(pk=feedback.pk).update(read_at=now, read_by=actor_person):
            audit.did("feedback.read", person_id=actor_person.id, now=now, feedback=feedback.id)
