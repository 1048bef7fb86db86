"""What is said: conversations between families and those who work with their children."""

from messaging.models.threads import Addressee, Incident, Message, ReadMark, Thread, ThreadChild, ThreadGuardian

__all__ = ["Addressee", "Incident", "Message", "ReadMark", "Thread", "ThreadChild", "ThreadGuardian"]
