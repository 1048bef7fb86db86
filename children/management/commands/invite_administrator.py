"""`manage.py invite_administrator`: the first person of an installation, who lets in all others."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from children.services.administrators import invite_administrator
from portal.lib import clock, days


class Command(BaseCommand):
    help = "Makes an administrator, and prints the link and the code by which the account is opened once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help='"Given Family"')
        parser.add_argument("--personal-number", default="", help="twelve digits; who has none answers 0000")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person, invitation, code = invite_administrator(
                name=options["name"],
                email=options["email"],
                personal_number=options["personal_number"],
                now=clock.now(),
            )
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        typed = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
        figures = "the last four of the personal number" if person.personal_number else "0000"
        until = days.local(invitation.expires_at)
        self.stdout.write(
            f"{person.full_name} opens the account once, until {until:%Y-%m-%d %H:%M}, with\n"
            f"  {settings.BASE_URL}{reverse('accounts:invitation', args=[code])}\n"
            f"or at {settings.BASE_URL}{reverse('accounts:invitation_code')} with the code {typed}.\n"
            f"The four figures that are asked for: {figures}."
        )
