"""The upload form: it parses and never saves."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from children.register.reading import UnreadableRegister, open_register

LARGEST_UPLOAD = 256 << 20


class UploadForm(forms.Form):
    """A zip with the register's files, whether it is only a rehearsal, and whether many may be taken away."""

    file = forms.FileField(
        label=_("Registrets filer i en zip-fil"),
        help_text=_(
            "Zip-filen ska innehålla organisations.json, groups.json, persons.json, placements.json och duties.json."
        ),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={
            "required": _("Välj en zip-fil först."),
            "empty": _("Filen är tom. Välj en annan fil."),
        },
    )
    is_dry_run = forms.BooleanField(
        label=_("Provkör: visa vad som skulle hända, utan att spara"),
        required=False,
        initial=True,
    )
    may_remove_many = forms.BooleanField(
        label=_("Ta bort dem ändå: även om mer än en femtedel saknas i filerna"),
        required=False,
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Return the file when it is a zip with something of a register in it."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_UPLOAD:
            raise forms.ValidationError(_("Filen är för stor. Den får vara högst 256 MB."))
        with tempfile.NamedTemporaryFile(suffix=".zip") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
            copy.flush()
            try:
                open_register(Path(copy.name))
            except UnreadableRegister as refusal:
                raise forms.ValidationError(str(refusal)) from None
        return file
