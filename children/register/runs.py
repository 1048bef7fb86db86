"""Imports that were started in the browser: the file is kept privately until it has been read, then it is gone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from children.models import RegisterRun
from children.register.importing import import_register
from children.register.report import Report
from children.register.turns import AnotherRunGoesOn
from portal.lib import clock

State = RegisterRun.State
OPEN = (State.WAITING, State.RUNNING)


def _file_of(run_id: UUID) -> Path:
    return Path(settings.FILES_ROOT) / "register" / f"{run_id}.zip"


def start_run(
    *, file: UploadedFile[bytes], started_by: User, is_dry_run: bool, may_remove_many: bool = False, now: datetime
) -> RegisterRun:
    """Keep the file and write down that it is to be read; the worker does it. Nothing is read here."""
    name = Path((file.name or "register.zip").replace("\\", "/")).name[:200]
    run = RegisterRun(started_by=started_by, file_name=name, is_dry_run=is_dry_run, may_remove_many=may_remove_many)
    target = _file_of(run.id)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with target.open("xb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        target.chmod(0o600)
        with transaction.atomic():
            run.save(force_insert=True)
            audit.did("register.upload", person_id=started_by.id, now=now, run=run.id)
    except BaseException:
        target.unlink(missing_ok=True)  # no file without a row
        raise
    return run


def carry_out(run_id: UUID) -> None:
    """Import the file of a run and keep its report. Does nothing for one that is done.

    Raises `AnotherRunGoesOn` when it has to be tried again later.
    """
    run = RegisterRun.objects.filter(pk=run_id, state__in=OPEN).select_related("started_by").first()
    if run is None:
        return
    with translation.override(run.started_by.language or settings.LANGUAGE_CODE):
        try:
            report = import_register(
                _file_of(run.id),
                now=clock.now(),
                person_id=run.started_by_id,
                is_dry_run=run.is_dry_run,
                may_remove_many=run.may_remove_many,
                progress=lambda _step, done, size: _tell(run.id, done, size),
                began=lambda: _begin(run.id),
            )
        except (AnotherRunGoesOn, OperationalError):
            raise  # it is tried again
        except Exception as fault:  # noqa: BLE001 (whatever it is, the run must not stand as if it went on)
            # The fault's own text may hold what stood in a row, and is kept out of the log.
            _end(run.id, State.FAILED, _broken_off())
            raise RuntimeError(f"register run {run.id} broke off: {type(fault).__name__}") from None
        _end(run.id, State.FAILED if report.exit_status == 2 else State.DONE, report)


def waiting_runs() -> list[UUID]:
    """Return the runs that the worker has not finished, oldest first: what a lost bell left behind."""
    return list(RegisterRun.objects.filter(state__in=OPEN).order_by("created_at").values_list("pk", flat=True))


def _begin(run_id: UUID) -> None:
    RegisterRun.objects.filter(pk=run_id).update(state=State.RUNNING, began_at=clock.now())


def _tell(run_id: UUID, done: int, size: int) -> None:
    RegisterRun.objects.filter(pk=run_id).update(rows_done=done, rows_in_all=size)


def _end(run_id: UUID, state: str, report: Report) -> None:
    kept = report.as_dict() | {"stopped": report.stopped}
    RegisterRun.objects.filter(pk=run_id).update(state=state, report=kept, ended_at=clock.now())
    _file_of(run_id).unlink(missing_ok=True)


def _broken_off() -> Report:
    report = Report()
    report.note(_("Inläsningen avbröts av ett fel hos oss. Det som hann läsas in är helt. Försök igen."))
    return report
