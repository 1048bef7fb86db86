"""The child register (SS 12000): read, checked, written, reported.

`reading` opens the files, `parsing` turns each row into a plain dataclass of `rows`, `relations` decides what refers
to what and what must be left out, `importing` writes, and `report` says what happened. Everything up to `importing`
is pure: no database, no clock.
"""
