"""What a worker does with files and forms: rung after a commit, and run by itself now and then."""

import logging

from celery import shared_task

from documents import copying, drawing, finding, pictures
from documents.services import copies, files, form_telling, hygiene, sharing, telling, uploads
from portal.lib import clock

log = logging.getLogger(__name__)


@shared_task
def make_sizes() -> int:
    """Make the sizes of pictures that wait, for a turn. Any number of workers may do this at once."""
    return pictures.make_waiting(now=clock.now(), seconds=5)


@shared_task
def make_copies() -> int:
    """Make the blurred copies that are asked for, for a turn. Any number of workers may do this at once."""
    return copying.make_waiting(now=clock.now(), seconds=5)


@shared_task
def draw_pages() -> int:
    """Draw the pages of PDFs that wait for it, for a turn. Any number of workers may do this at once."""
    return drawing.draw_waiting(now=clock.now(), seconds=5)


@shared_task
def find_faces() -> int:
    """Look for faces in the pictures of drafts (FIND_FACES), for a turn. Any number of workers may do this at once."""
    return finding.find_waiting(now=clock.now(), seconds=5)


@shared_task
def tell_of_documents() -> int:
    """Tell families of what was shared with them."""
    return telling.tell_waiting(now=clock.now())


@shared_task
def remind_of_documents() -> int:
    """Remind those whose answer is missing, some days before the last one."""
    return telling.remind_due(now=clock.now())


@shared_task
def tidy() -> int:
    """Bring to an end what was interrupted between the store and the database. Run every hour.

    What nobody sent to its end or shared is thrown away, and what was given up is tried once more.
    """
    uploads.forget_old(now=clock.now())
    sharing.throw_away_old_drafts(now=clock.now())
    copies.try_given_up()
    return files.tidy(now=clock.now())


@shared_task
def tell_of_forms() -> int:
    """Tell families of forms that have come to them, and of those that wait for their answer. Run every hour."""
    return form_telling.tell_of_forms(now=clock.now())


@shared_task
def check_files() -> int:
    """Let every row have its file and every file its row again; return how many did not. Run at night."""
    found = hygiene.check(now=clock.now(), mend=True)
    if found.is_held_back:
        log.error("so much is wrong with the store of files that nothing was mended: see docs/files.md")
    if not found.is_clean:
        numbers = len(found.stray), len(found.missing), len(found.lost)
        log.warning("%d files had no row, %d were missing, %d of those are lost", *numbers)
    if found.unused:
        log.warning("%d files are used by nothing", len(found.unused))
    return len(found.stray) + len(found.missing)
