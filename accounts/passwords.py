"""What a password must not resemble."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.utils.translation import gettext as _


class NotTheOwnName(UserAttributeSimilarityValidator):
    """Refuses what is close to the person's own names or address: whoever knows the person guesses those first.

    Compares with the columns that everybody sees: for a person with protected identity that is the alias.
    """

    def get_error_message(self) -> str:
        # Django would name the column, in a word that nobody uses.
        return _("Lösenordet är för likt ditt namn eller din e-postadress. Välj något annat.")
