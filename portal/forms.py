"""Forms of the roof's own pages: they parse and never save."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.forms import TimeField
from portal.lib import days


class FeedbackForm(forms.Form):
    """What was hard, and where to send an answer."""

    text = forms.CharField(
        label=_("Vad försökte du göra, och vad hände?"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Skriv något om vad som var svårt, så kan vi rätta det.")},
    )
    reply_to = forms.EmailField(
        label=_("Din e-postadress, om du vill ha svar"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Adressen ser inte ut som en e-postadress. Skriv den som namn@exempel.se.")},
    )


class CorrectionForm(forms.Form):
    """When a child whose departure nobody tapped left, and how that is known."""

    left_at = TimeField(
        label=_("När gick barnet?"),
        error_messages={"required": _("Fyll i klockslaget."), "invalid": _("Skriv klockslaget som 16:30.")},
    )
    reason = forms.CharField(
        label=_("Hur vet ni det?"),
        max_length=200,
        help_text=_("Sparas tillsammans med rättelsen. Till exempel: enligt pedagogen som stängde."),
        error_messages={"required": _("Skriv en orsak. Den behövs för att rättelsen ska gå att förstå senare.")},
    )

    def __init__(self, *args: Any, arrived_at: datetime, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arrived_at, self.now = days.local(arrived_at), now

    def clean_left_at(self) -> datetime:
        """Return the moment on the day of the arrival. Raises `ValidationError` for one that cannot be."""
        moment = days.at(self.arrived_at.date(), self.cleaned_data["left_at"])
        if moment <= self.arrived_at:
            raise forms.ValidationError(
                _("Barnet kom %(time)s. Välj en tid efter det.") % {"time": f"{self.arrived_at:%H:%M}"}
            )
        if moment > self.now:
            raise forms.ValidationError(_("Den tiden har inte varit än."))
        return moment
