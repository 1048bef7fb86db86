"""A municipality of full size in an empty PostgreSQL: through the real importer, then a year of days.

Register, guardianships and plans go through the importer and the services' own tables. The year of stays is written
with one INSERT … SELECT: at 20 taps a second the services would need two days for it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

from portal.lib import days


@dataclass(frozen=True)
class ImportFigures:
    """What the import took: seconds, the most memory in MB, and its report's counts."""

    seconds: float
    peak_mb: float
    counts: dict[str, int]


def import_register(folder: Path, children: int) -> ImportFigures:
    """Make a register of this size and import it with the command, as an operator would, in a process of its own."""
    command = [sys.executable, "manage.py"]
    subprocess.run([*command, "make_register", str(folder), "--children", str(children)], check=True)
    report = folder / "report.json"
    before = time.perf_counter()
    process = subprocess.Popen([*command, "import_register", str(folder), "--report", str(report)], env=os.environ)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - before
    if process.returncode not in (0, 1):
        raise RuntimeError(f"the import ended with {process.returncode}")
    counts = {name: value for name, value in json.loads(report.read_text()).items() if isinstance(value, int)}
    return ImportFigures(seconds, usage.ru_maxrss / 1024, counts)


def confirm_guardianships() -> int:
    """Confirm every guardianship, as staff would over a few weeks."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE children_guardianship SET confirmed_at = now() WHERE confirmed_at IS NULL")
        return int(cursor.rowcount)


def lay_plans() -> int:
    """Give every placed child a plan for each week, 07:30-16:00."""
    weeks = json.dumps([[[["07:30", "16:00"]]] * 5 + [[], []]])
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO attendance_weekplan (id, created_at, starts_on, ends_on, child_id, weeks, made_by_id)
               SELECT gen_random_uuid(), now(), %s, NULL, child_id, %s::jsonb, NULL
               FROM (SELECT DISTINCT child_id FROM children_placement) placed""",
            [days.monday_of(days.today()) - timedelta(weeks=52), weeks],
        )
        return int(cursor.rowcount)


def say_otherwise(day: date) -> None:
    """Let families say of one day what they say: three children of ten come at other times, one of twenty is away for
    some hours, one of ten has two homes."""
    begins, turns = days.monday_of(day) - timedelta(weeks=8), json.dumps(["AAAAAAA", "BBBBBBB"])
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE families AS
               SELECT child_id, row_number() OVER (ORDER BY child_id) AS n,
                      gen_random_uuid() AS first, gen_random_uuid() AS second
               FROM (SELECT DISTINCT child_id FROM children_placement) placed"""
        )
        cursor.execute(
            """INSERT INTO attendance_dayplan (id, created_at, child_id, day, intervals, note, changed_at)
               SELECT gen_random_uuid(), now(), child_id, %s, jsonb_build_array(jsonb_build_array(
                        to_char(time '06:30' + n %% 150 * interval '1 minute', 'HH24:MI'), '15:30')), '', now()
               FROM families WHERE n %% 10 < 3""",
            [day],
        )
        cursor.execute(
            """INSERT INTO attendance_absence
               (id, created_at, child_id, starts_on, ends_on, reason, words, from_time, to_time, is_by_staff)
               SELECT gen_random_uuid(), now(), child_id, %s, %s, 'other', '', '10:00', '12:00', false
               FROM families WHERE n %% 20 = 7""",
            [day, day],
        )
        cursor.execute(
            """INSERT INTO children_household (id, created_at, child_id, shares)
               SELECT unnest(ARRAY[first, second]), now(), child_id, false FROM families WHERE n % 10 = 5"""
        )
        cursor.execute(
            """INSERT INTO children_householdweeks
               (id, created_at, starts_on, child_id, first_id, second_id, weeks, handover, is_proposed)
               SELECT gen_random_uuid(), now(), %s, child_id, first, second, %s::jsonb, 'there', false
               FROM families WHERE n %% 10 = 5""",
            [begins, turns],
        )
        cursor.execute("DROP TABLE families")
        cursor.execute("VACUUM ANALYZE")


def live_a_year(working_days: int) -> int:
    """Write one stay, with its two taps, for each placed child and working day before today; return the stays.

    Each child has its habit, which is not its plan, and each day is a little different from it.
    """
    today = days.today()
    past = [
        day for day in days.span(today - timedelta(days=working_days * 2), today) if day.weekday() < 5 and day < today
    ]
    chosen = past[-working_days:]
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.17)")
        cursor.execute(
            """CREATE TEMPORARY TABLE lived AS
               SELECT gen_random_uuid() AS came, gen_random_uuid() AS went, p.child_id, p.department_id,
                      (d.day + time '06:45') AT TIME ZONE 'Europe/Stockholm'
                      + ((hashtext('comes' || p.child_id) & 2147483647) %% 90 + 15 * (random() + random() - 1))
                      * interval '1 minute' AS arrived,
                      (d.day + time '14:45') AT TIME ZONE 'Europe/Stockholm'
                      + ((hashtext('goes' || p.child_id) & 2147483647) %% 90 + 20 * (random() + random() - 1))
                      * interval '1 minute' AS departed
               FROM children_placement p CROSS JOIN unnest(%s::date[]) AS d(day)
               WHERE p.starts_on <= d.day AND (p.ends_on IS NULL OR p.ends_on >= d.day)""",
            [chosen],
        )
        for kind, event, moment in (("arrived", "came", "arrived"), ("left", "went", "departed")):
            cursor.execute(
                f"""INSERT INTO attendance_tapevent
                    (id, child_id, department_id, kind, undoes, occurred_at, received_at, tablet_id, person_id,
                     "offset", reason)
                    SELECT {event}, child_id, department_id, %s, NULL, {moment}, {moment}, NULL, NULL, 0, ''
                    FROM lived""",  # noqa: S608 (the two column names above)
                [kind],
            )
        cursor.execute(
            """INSERT INTO attendance_stay
               (id, child_id, department_id, arrived_at, left_at, left_event, is_forgotten, flagged_on)
               SELECT came, child_id, department_id, arrived, departed, went, false, NULL FROM lived"""
        )
        lived = int(cursor.rowcount)
        cursor.execute("DROP TABLE lived")
        cursor.execute("VACUUM ANALYZE")
    return lived


def own_peak_mb() -> float:
    """Return the most memory that this process has used so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
