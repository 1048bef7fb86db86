"""`manage.py run`: the whole portal on one machine with nothing else installed.

One gunicorn and one Celery worker with beat, on whatever database and broker the settings name. In the demo it
fills an invented municipality first. A worker that ends by itself is brought back: its work waits in rows. One that
ends again and again stops everything, as the web server does at once.
"""

import fcntl
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from portal.processes import Process, Supervisor

DEMO_DATABASE = "kapprummet.sqlite3"
OF_THE_DEMO = (DEMO_DATABASE, f"{DEMO_DATABASE}-wal", f"{DEMO_DATABASE}-shm", f"{DEMO_DATABASE}-journal")


class Command(BaseCommand):
    help = "Start the portal: web server and worker. Fills an invented municipality first when DEMO is on."
    requires_system_checks = ()  # the processes that it starts make them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument(
            "--start-over", action="store_true", help="throw the demo's data away, fill it again, and stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the supervisor takes over
        try:
            self._run(options)
        except KeyboardInterrupt:
            self.stdout.write("Stopped before it was ready.")
            sys.exit(130)

    def _run(self, options: dict[str, Any]) -> None:
        var = Path(settings.VAR)
        for folder in (var, var / "log"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _only_one(var):
            if options["start_over"]:
                self._start_over(var)
                self._prepare(var)
                self.stdout.write("The demo is as new. `make run` starts it.")
                return
            host, port = options["host"], _port(options["host"], options["port"])
            self._prepare(var)
            self._serve(var, host, port)

    def _prepare(self, var: Path) -> None:
        """Bring the database up to date and, in an empty demo, fill it."""
        new = _is_sqlite() and not Path(str(connection.settings_dict["NAME"])).exists()
        try:
            self._say("Preparing the database")
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            if settings.DEMO:
                self._prepare_demo()
        except BaseException:
            if new:  # half a municipality is none: the next start begins again
                _remove_demo(var)
            raise
        finally:
            connection.close()

    def _prepare_demo(self) -> None:
        """Fill an empty demo; in one that has stood still, let the days pass. Other people's data are left alone."""
        if not get_user_model()._default_manager.exists():
            self._say("Filling an invented municipality (once)")
            call_command("demo")
            return
        try:
            call_command("demo")
        except CommandError as refusal:
            self.stdout.write(str(refusal))

    def _start_over(self, var: Path) -> None:
        """Remove the demo's database and files. Raises `CommandError` for anything but the demo's own."""
        name = Path(str(connection.settings_dict["NAME"])).resolve() if _is_sqlite() else None
        if settings.PRODUCTION or not settings.DEMO or name != (var / DEMO_DATABASE).resolve():
            raise CommandError("Nothing was removed: this is not the demo with its own database.")
        connection.close()
        _remove_demo(var)
        empty(var / "files")  # not `FILES_ROOT`, which may be anybody's

    def _serve(self, var: Path, host: str, port: int) -> None:
        self._say("Starting the web server and the worker")
        python = sys.executable
        web = [python, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", f"{host}:{port}"]
        worker = [python, "-m", "celery", "--app", "portal", "worker", "--beat", "--loglevel", "WARNING"]
        worker += ["--schedule", str(var / "celerybeat-schedule"), "--pool", "threads", "--concurrency", "2"]
        worker += ["--queues", "default,images,nightly", "--without-gossip", "--without-mingle"]
        base_url = os.environ.get("BASE_URL") or f"http://{_shown(host)}:{port}"
        supervisor = Supervisor(
            *(
                Process(
                    name,
                    command,
                    log=var / "log" / f"{name}.log",
                    folder=Path(settings.BASE_DIR),
                    environment={"BASE_URL": base_url},
                    returns=name == "worker",
                )
                for name, command in (("web", web), ("worker", worker))
            ),
            tell=self._say_it_came_back,
        )
        with supervisor:
            if supervisor.wait_until(lambda: _answers(host, port), seconds=60):
                self._welcome(host, port)
            failed = supervisor.wait()
        if failed is None:
            self.stdout.write("Stopped.")
            return
        self.stderr.write(failed.last_lines())
        again = " again and again" if failed.returns else ""
        raise CommandError(
            f"The {failed.name} stopped by itself{again}, so everything is stopped. Its log: {failed.log}"
        )

    def _say_it_came_back(self, process: Process) -> None:
        self.stderr.write(f"The {process.name} stopped by itself and is started again. Its log: {process.log}")

    def _welcome(self, host: str, port: int) -> None:
        self.stdout.write(f"\nKapprummet is at http://{_shown(host)}:{port}/ (Ctrl-C stops it)\n\n")
        if settings.DEMO:
            call_command("demo", who=True)
        self.stdout.flush()

    def _say(self, text: str) -> None:
        self.stdout.write(f"{text} …")
        self.stdout.flush()


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _remove_demo(var: Path) -> None:
    for name in OF_THE_DEMO:
        (var / name).unlink(missing_ok=True)
    empty(var / "broker")


def empty(folder: Path) -> None:
    """Remove all files in the folder, and leave it and what lies beside it."""
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()


def _only_one(var: Path) -> IO[str]:
    """Hold the folder for this process; released when it ends, however it ends."""
    holder = (var / "run.lock").open("w")
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder.close()
        raise CommandError(f"Kapprummet runs already from {var}. Stop it first.") from None
    return holder


def _shown(host: str) -> str:
    """Return the name by which somebody at this machine reaches what listens on `host`."""
    return "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host  # noqa: S104 - compared, not listened on


def _port(host: str, text: str) -> int:
    """Return the port, known to be free. Raises `CommandError` with what to do otherwise."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, and is {text!r}.")
    port = int(text)
    try:
        with socket.create_server((host, port)):
            return port
    except OSError as error:
        raise CommandError(
            f"Port {port} cannot be used ({error.strerror}). Choose another: PORT={port % 65000 + 1} make run"
        ) from None


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        time.sleep(0.05)
        return False
