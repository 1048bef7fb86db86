"""What the worker does for children: ids in, a service called."""

from uuid import UUID

from celery import Task, shared_task

from children.register import runs
from children.register.turns import AnotherRunGoesOn
from children.services import asking_consents, invitations
from portal.lib import clock


@shared_task(bind=True, max_retries=60)
def import_uploaded_register(self: Task, run_id: str) -> None:
    """Read an uploaded register; waits its turn while another is read."""
    try:
        runs.carry_out(UUID(run_id))
    except AnotherRunGoesOn as busy:
        raise self.retry(countdown=30, exc=busy) from None


@shared_task
def import_waiting_registers() -> None:
    """Read the uploads that the bell missed."""
    for run_id in runs.waiting_runs():
        try:
            runs.carry_out(run_id)
        except AnotherRunGoesOn:
            return


@shared_task
def send_letters() -> int:
    """Send the invitations that wait. Rung when asked for and swept every ten seconds; any number run at once."""
    return invitations.send_waiting_letters(now=clock.now())


@shared_task
def ask_for_consents() -> int:
    """Ask for what soon ends, and note what the day changes. Run each day, on the nightly queue."""
    now = clock.now()
    asking_consents.note_what_the_day_changes(now=now)
    return asking_consents.ask_again(now=now)
