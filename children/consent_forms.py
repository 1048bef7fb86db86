"""What a guardian answers, and what is decided and written down about consents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from children.consent_words import title_of
from children.models import ConsentRule, Purpose
from children.selectors.consents_page import MyConsents, Question, Topic
from children.services.consents import LONGEST_MONTHS, Reply

YES, NO = "ja", "nej"
ANSWERS = [(YES, gettext_lazy("Ja")), (NO, gettext_lazy("Nej"))]
SIGN = "lydelse"
Asked = tuple[Topic, BoundField | None, list[tuple[Question, BoundField]]]


class AnswerField(forms.ChoiceField):
    """Yes or no, and neither until somebody has chosen."""

    widget = forms.RadioSelect

    def __init__(self) -> None:
        super().__init__(choices=ANSWERS, required=False)


class ConsentsForm(forms.Form):
    """A guardian's answers: any number of them, one at least. One for all children counts where a child has none."""

    def __init__(self, sent: Mapping[str, Any] | None, *, page: MyConsents) -> None:
        super().__init__(sent, label_suffix="")
        self.page = page
        self.fields[SIGN] = forms.CharField(required=False, widget=forms.HiddenInput, initial=page.sign)
        for topic in page.topics:
            self.fields[topic.purpose] = AnswerField()
            for question in topic.questions:
                self.fields[question.field] = AnswerField()

    @property
    def asked(self) -> Iterator[Asked]:
        """Yield what waits for an answer: each purpose, its one answer for all where there are several, and each."""
        for topic in self.page.topics:
            if due := topic.due:
                both = self[topic.purpose] if len(due) > 1 else None
                yield topic, both, [(question, self[question.field]) for question in due]

    def clean(self) -> dict[str, Any]:
        super().clean()
        replies = self.replies
        if not replies:
            raise forms.ValidationError(_("Välj ja eller nej på minst en fråga, eller svara senare."), code="nothing")
        if self.cleaned_data.get(SIGN) != self.page.sign and any(reply.says_yes for reply in replies):
            raise forms.ValidationError(
                _("Texten har ändrats sedan du öppnade sidan. Läs den en gång till. Det du valde står kvar."),
                code="other words",
            )
        return self.cleaned_data

    @property
    def replies(self) -> list[Reply]:
        """Return what was answered. The one answer for all children is for those that are asked about."""
        found = []
        for topic in self.page.topics:
            for question in topic.questions:
                said = self.cleaned_data.get(question.field)
                if not said and question.is_due:
                    said = self.cleaned_data.get(topic.purpose)
                if said:
                    found.append(Reply(question.child_id, topic.purpose, said == YES, question.wording))
        return found


class PaperForm(forms.Form):
    """What a guardian has signed on paper: who, which day, and yes or no to what the paper asked."""

    guardian = forms.ChoiceField(label=gettext_lazy("Vem har skrivit under?"), widget=forms.RadioSelect)
    given_on = forms.DateField(
        label=gettext_lazy("Dagen på pappret"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, sent: Mapping[str, Any] | None, *, people: Iterable[User], today: date) -> None:
        super().__init__(sent, label_suffix="", initial={"given_on": today})
        choices = cast("forms.ChoiceField", self.fields["guardian"])
        choices.choices = [(str(person.pk), person.full_name) for person in people]
        for purpose in Purpose:
            self.fields[purpose] = AnswerField()
            self.fields[purpose].label = title_of(purpose)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not any(self.cleaned_data.get(purpose) for purpose in Purpose):
            raise forms.ValidationError(_("Välj ja eller nej på det som pappret gäller."), code="nothing")
        return self.cleaned_data

    @property
    def said(self) -> dict[str, Any]:
        """Return what is written down, as `services.consents.record_on_paper` takes it."""
        answers = {purpose: self.cleaned_data.get(purpose) for purpose in Purpose}
        return {
            "guardian_id": UUID(self.cleaned_data["guardian"]),
            "given_on": self.cleaned_data["given_on"],
            "says": {purpose: said == YES for purpose, said in answers.items() if said},
        }


class RulesForm(forms.Form):
    """What the municipality decides for each purpose."""

    def __init__(self, sent: Mapping[str, Any] | None, *, rules: Mapping[Purpose, ConsentRule]) -> None:
        super().__init__(sent, label_suffix="")
        for purpose, rule in rules.items():
            self.fields[f"{purpose}-is_asked"] = forms.BooleanField(
                label=_("Fråga familjerna"), required=False, initial=rule.is_asked
            )
            self.fields[f"{purpose}-needs"] = forms.ChoiceField(
                label=_("Vem måste säga ja?"),
                choices=[
                    (ConsentRule.Needs.BOTH, _("Alla vårdnadshavare")),
                    (ConsentRule.Needs.ONE, _("Det räcker med en, om ingen säger nej")),
                ],
                widget=forms.RadioSelect,
                initial=rule.needs,
            )
            self.fields[f"{purpose}-months"] = forms.IntegerField(
                label=_("Så många månader gäller ett ja"),
                min_value=1,
                max_value=LONGEST_MONTHS,
                initial=rule.months,
            )

    @property
    def purposes(self) -> Iterator[tuple[str, str, list[BoundField]]]:
        """Yield each purpose with its title and its fields."""
        for purpose in Purpose:
            fields = [self[f"{purpose}-{name}"] for name in ("is_asked", "needs", "months")]
            yield purpose, title_of(purpose), fields

    @property
    def decided(self) -> list[dict[str, Any]]:
        """Return the decision for each purpose, as `services.consents.decide` takes it."""
        return [
            {"purpose": purpose}
            | {name: self.cleaned_data[f"{purpose}-{name}"] for name in ("needs", "months", "is_asked")}
            for purpose in Purpose
        ]
