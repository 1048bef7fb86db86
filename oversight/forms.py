"""What is decided about removal."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

NEVER = "0"
CHOICES = (3, 6, 12, 18, 24, 36, 60)


class RuleForm(forms.Form):
    """For how many months pictures and documents are kept; None: they are not removed."""

    months = forms.TypedChoiceField(
        label=gettext_lazy("Hur länge sparas bilder och dokument när ett barn har slutat?"),
        coerce=int,
        widget=forms.RadioSelect,
    )

    def __init__(self, sent: QueryDict | None, *, decided: int | None) -> None:
        super().__init__(sent, label_suffix="", initial={"months": str(decided or NEVER)})
        offered = sorted({*CHOICES, decided or CHOICES[0]})
        said = [
            (str(one), ngettext("%(months)d månad", "%(months)d månader", one) % {"months": one}) for one in offered
        ]
        cast("forms.ChoiceField", self.fields["months"]).choices = [*said, (NEVER, _("Tills vidare: inget tas bort"))]

    @property
    def decided(self) -> int | None:
        """Return what was chosen, once the form is valid."""
        return self.cleaned_data["months"] or None
