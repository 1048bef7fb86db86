"""The administrator's pages: upload a register, follow the import, read its report."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from children.access import Action, demand
from children.http import ActorRequest
from children.models import RegisterRun
from children.register.forms import UploadForm
from children.register.runs import OPEN, start_run
from portal.lib import bell, clock
from portal.lib.http import is_fragment_wanted

RUNS_SHOWN = 20
ROWS_SHOWN = 500


@require_http_methods(["GET", "POST"])
def register(request: ActorRequest) -> HttpResponse:
    """Show earlier runs and the form; take a zip and start a run."""
    demand(request.actor, Action.IMPORT_REGISTER)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        assert request.actor.person  # noqa: S101 (an administrator is a person)
        run = start_run(
            file=form.cleaned_data["file"],
            started_by=request.actor.person,
            is_dry_run=form.cleaned_data["is_dry_run"],
            may_remove_many=form.cleaned_data["may_remove_many"],
            now=clock.now(),
        )
        bell.ring("children.tasks.import_uploaded_register", str(run.id))  # unheard, the sweep finds the row
        return redirect("children:register_run", run.id)
    runs = RegisterRun.objects.select_related("started_by")[:RUNS_SHOWN]
    status = 422 if request.method == "POST" else 200
    return render(request, "children/register/runs.html", {"form": form, "runs": runs}, status=status)


@require_GET
def register_run(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is, and its report once it is done."""
    demand(request.actor, Action.IMPORT_REGISTER)
    run = get_object_or_404(RegisterRun, pk=run_id)
    skipped = run.report.get("skipped", [])
    stopped = run.report.get("stopped", [])
    context: dict[str, Any] = {
        "run": run,
        "is_open": run.state in OPEN,
        "stopped": stopped,
        "notes": [note for note in run.report.get("notes", []) if note not in stopped],
        "skipped": skipped[:ROWS_SHOWN],
        "skipped_left": max(0, len(skipped) - ROWS_SHOWN),
    }
    part = "children/register/_run.html" if is_fragment_wanted(request) else "children/register/run.html"
    return render(request, part, context)
