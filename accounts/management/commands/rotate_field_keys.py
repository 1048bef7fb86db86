"""`manage.py rotate_field_keys`: seal everything with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import field_keys


class Command(BaseCommand):
    help = (
        "Seals every encrypted value with the first of FIELD_KEYS. Runs while the portal works, and again "
        "without harm. Afterwards the other keys can be taken away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for model, columns in field_keys.encrypted_fields():
            for column in columns:
                changed = field_keys.rotate_column(model, column)
                total += changed
                self.stdout.write(f"{model._meta.label}.{column}: {changed}")
        changed = field_keys.rotate_second_factors()
        self.stdout.write(f"second factors: {changed}")
        self.stdout.write(f"{total + changed} values have the newest key.")
