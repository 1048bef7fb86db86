"""What is said: conversations between families and those who work with their children."""

from messaging.models.bulletins import Bulletin, BulletinChild, BulletinCopy, BulletinReminder
from messaging.models.drafts import Draft
from messaging.models.inbox import Away, Label, MessageAttachment, ThreadLabel
from messaging.models.journal import JournalPackage, JournalPart
from messaging.models.posts import Post, PostChild, PostGoal, PostPicture, PostRead, PostRhythm, PostThanks
from messaging.models.threads import (
    Addressee,
    Incident,
    IncidentPlace,
    Message,
    ReadMark,
    Thread,
    ThreadChild,
    ThreadGuardian,
)

__all__ = [
    "Addressee",
    "Away",
    "Bulletin",
    "BulletinChild",
    "BulletinCopy",
    "BulletinReminder",
    "Draft",
    "Incident",
    "IncidentPlace",
    "JournalPackage",
    "JournalPart",
    "Label",
    "Message",
    "MessageAttachment",
    "Post",
    "PostChild",
    "PostGoal",
    "PostPicture",
    "PostRead",
    "PostRhythm",
    "PostThanks",
    "ReadMark",
    "Thread",
    "ThreadChild",
    "ThreadGuardian",
    "ThreadLabel",
]
