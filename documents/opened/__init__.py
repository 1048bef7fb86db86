"""What opens strangers' files. Nothing here runs but in the limited process (`documents/apart_program.py`).

It knows nothing of the portal: no Django, no settings, no rows. Each function takes what `documents.apart.run` is
given, and returns what can be said in JSON.
"""


class Refused(Exception):
    """The file is not taken, and why: kind, damaged, pixels, active, drawn, locked, old, memory, time, disk."""
