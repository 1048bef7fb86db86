#!/usr/bin/env python
"""Django's command line for Kapprummet."""

import os
import sys

from django.core.management import execute_from_command_line

from portal import logs

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    sys.excepthook = logs.print_without_values
    execute_from_command_line(sys.argv)
