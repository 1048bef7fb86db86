"""What a worker does with what is said: rung after a commit, and run every ten seconds."""

from celery import shared_task

from messaging.services import attachments, bulletin_release, bulletin_stopping, escalation, post_hiding, posts, threads
from portal.lib import clock


@shared_task
def release() -> int:
    """Let out everything whose time has come, each once. Any number of workers may do this at once."""
    return threads.release_due(now=clock.now())


@shared_task
def publish_posts() -> int:
    """Publish the posts whose time has come and whose pictures are ready, each once."""
    return posts.release_due(now=clock.now())


@shared_task
def follow_shown_changes() -> int:
    """See to pictures of children of whom it has changed to whom they may be shown, for a turn, on the queue images."""
    return post_hiding.follow_changes(now=clock.now(), seconds=5)


@shared_task
def release_bulletins() -> int:
    """Make the copies of every bulletin that has left, and tell its readers."""
    return bulletin_release.release_due(now=clock.now())


@shared_task
def stop_bulletins() -> int:
    """Stop what is to go out by the word of somebody who may write there no more."""
    return bulletin_stopping.stop_waiting(now=clock.now())


@shared_task
def ask_new_readers() -> int:
    """Ask those who have become readers of what everybody must know."""
    return bulletin_release.ask_newcomers(now=clock.now())


@shared_task
def escalate_bulletins() -> int:
    """Tell once more those who have not confirmed what they must know."""
    return escalation.escalate_due(now=clock.now())


@shared_task
def throw_away_unsent() -> int:
    """Throw away the files that were chosen for a message long ago and never sent."""
    return attachments.throw_away_unsent(now=clock.now())
