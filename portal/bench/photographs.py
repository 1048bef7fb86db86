"""Pictures: what one takes, and five hundred that are uploaded at once, through the web server and real workers."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.urls import reverse
from PIL import Image
from pillow_heif import register_heif_opener

from accounts.models import User
from children.actors import Actor
from children.models import Department, StaffRole
from documents import kept, taking
from documents.models import BlurredCopy, PictureTag, StoredFile
from documents.services import copies
from documents.shown_rules import Box
from messaging.models import Post, PostPicture
from messaging.selectors.post_tags import wanted_of
from messaging.services import posts
from portal.bench import subjects
from portal.bench.serving import Asked, Browser, Connection
from portal.lib import clock, days
from portal.lib.ids import uuid7

WIDTH, HEIGHT = 4_032, 3_024  # what most phones take: twelve megapixels
DEPARTMENTS = 20
ROUNDS = 9
FORM = "multipart/form-data; boundary=photograph"


def photograph(kind: str) -> bytes:
    """Return a picture as heavy as those of phones: soft shapes, and grain over them."""
    register_heif_opener()
    shapes = [
        Image.merge("RGB", [Image.effect_noise((wide, wide * 3 // 4), 90).resize((WIDTH, HEIGHT)) for _band in "RGB"])
        for wide in (16, 64, 256, 1_024)
    ]
    drawn = shapes[0]
    for shape in shapes[1:]:
        drawn = Image.blend(drawn, shape, 0.4)
    grain = Image.merge("RGB", [Image.effect_noise((WIDTH, HEIGHT), 14)] * 3)
    out = io.BytesIO()
    Image.blend(drawn, grain, 0.15).save(out, kind, quality=90 if kind == "JPEG" else 60)
    return out.getvalue()


def one(kind: str) -> tuple[float, float]:
    """Return what a photograph's sizes take: the median of the processor's seconds, with their process, and MB at most.

    By the clock on the wall it is the same where nothing else runs.
    """
    data, taken, peak = photograph(kind), [], 0.0
    for _round in range(ROUNDS):
        with TemporaryDirectory() as folder:
            place = Path(folder).resolve() / "whole"
            place.write_bytes(data)
            before = _processor_seconds()
            peak = max(peak, taking.make_sizes(place, place.parent, "made")["peak_mb"])
            taken.append(_processor_seconds() - before)
    return statistics.median(taken), peak


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Crowd:
    """How long five hundred took: until the last was uploaded, and until the last was ready. Seconds."""

    uploaded: float
    ready: float


def many(port: int, number: int, log: Path) -> Crowd:
    """Let twenty departments upload so many photographs at once, and one worker of two processes make their sizes."""
    data = photograph("JPEG")
    desks = [_desk(department) for department in Department.objects.order_by("pk")[:DEPARTMENTS]]
    faults: list[Exception] = []

    def upload(desk: tuple[Browser, UUID], times: int) -> None:
        connection = Connection(port)
        try:
            for turn in range(times):
                connection.send(desk[0], _asked(desk[1], data + turn.to_bytes(4, "big") + desk[1].bytes))
        except (RuntimeError, OSError) as fault:
            faults.append(fault)

    share, rest = divmod(number, len(desks))
    threads = [threading.Thread(target=upload, args=(desk, share + (place < rest))) for place, desk in enumerate(desks)]
    with _worker(log):
        before = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        uploaded = time.perf_counter() - before
        while StoredFile.objects.waiting().exists():
            time.sleep(0.2)
        ready = time.perf_counter() - before
    is_whole = not StoredFile.objects.exclude(state=StoredFile.State.READY).exists()
    for file in StoredFile.objects.all():
        kept.remove(file.key)
    if faults:
        raise faults[0]
    if not is_whole:
        raise RuntimeError("not every picture could be made ready")
    return Crowd(uploaded, ready)


def _desk(department: Department) -> tuple[Browser, UUID]:
    """Let somebody work at a department, with a draft before it."""
    person = User.objects.filter(staff_roles__kind=StaffRole.Kind.STAFF).order_by("?")[0]
    person.staff_roles.create(kind=StaffRole.Kind.STAFF, department=department, starts_on=days.today())
    actor = Actor.of_person(person)
    draft = posts.begin(department_id=department.pk, language="sv", actor=actor, now=clock.now())
    return subjects.logged_in(person), draft.pk


def _asked(post_id: UUID, data: bytes) -> Asked:
    head = '--photograph\r\nContent-Disposition: form-data; name="pictures"; filename="IMG.jpg"\r\n\r\n'
    body = head.encode() + data + b"\r\n--photograph--\r\n"
    return Asked("POST", reverse("messaging:post_pictures", args=[post_id]), body, kind=FORM)


@contextlib.contextmanager
def _worker(log: Path) -> Iterator[None]:
    """Run the worker of docker-compose.yml that makes pictures: two processes."""
    command = [sys.executable, "-m", "celery", "--app", "portal", "worker", "--loglevel", "ERROR", "--concurrency", "2"]
    with log.open("w") as out:
        process = subprocess.Popen([*command, "--queues", "images"], stdout=out, stderr=out, env=os.environ)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


def hang(post: Post, child_ids: Sequence[UUID], number: int) -> None:
    """Hang so many pictures in a post, ready, each of these children: a box blurs each but for its own family."""
    boxes = [Box(50 + 200 * place, 300, 150, 200) for place in range(len(child_ids))]
    for place in range(1, number + 1):
        file = StoredFile.objects.create(
            name="IMG.webp",
            kind=StoredFile.Kind.PICTURE,
            media_type="image/webp",
            size=300_000,
            digest=uuid7().hex,
            state=StoredFile.State.READY,
            width=1_920,
            height=1_440,
            placeholder="UklGRiwAAABXRUJQVlA4ICAAAABwAQCdASoQAAwAA4BaJZQAANLkAAC2KqZ+KE2X6IQAAA==",
        )
        tags = [
            PictureTag(file=file, child_id=child_id, x=box.x, y=box.y, width=box.width, height=box.height)
            for child_id, box in zip(child_ids, boxes, strict=True)
        ]
        PictureTag.objects.bulk_create(tags)
        PostPicture.objects.create(post=post, file=file, position=place, alt="Grävlingen sover")
    copies.ask(wanted_of(post, days.today()))
    BlurredCopy.objects.update(state=BlurredCopy.State.READY)
