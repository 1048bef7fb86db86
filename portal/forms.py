"""Forms of the public pages: they parse and never save."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
