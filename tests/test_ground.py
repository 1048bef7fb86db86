"""The ground that the house stands on: commands, locks, private services, supervision, containers."""

import importlib
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import yaml
from celery import Celery

from portal.processes import Process, Supervisor

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")

pytestmark = pytest.mark.tools


def environment(**more: str) -> dict[str, str]:
    """Our environment without the servers that this test run has, and with `more`."""
    return {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "BROKER_URL"}
    } | more


def services(*command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["scripts/services", "run", "--", *command],
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def is_answering(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def ports_of(text: str) -> list[int]:
    return [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", text)]


# Commands


@pytest.mark.parametrize(
    "target",
    ["run", "demo", "install", "test", "check", "format", "bench", "screenshots", "messages", "lock", "clean", "help"],
)
def test_make_knows_the_command(target: str) -> None:
    answer = subprocess.run(
        ["make", "--dry-run", target, "ARGS=-k one"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


def test_arguments_reach_pytest() -> None:
    answer = subprocess.run(
        ["make", "--dry-run", "test", "ARGS=-k 'one or two'"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "scripts/test -k 'one or two'" in answer.stdout


@pytest.mark.parametrize("program", sorted(path.name for path in (ROOT / "scripts").iterdir() if "." not in path.name))
def test_programs_can_be_started(program: str) -> None:
    path = ROOT / "scripts" / program
    assert path.stat().st_mode & stat.S_IXUSR
    interpreter = path.read_text().splitlines()[0]
    assert interpreter in {"#!/bin/sh", "#!/usr/bin/env bash", "#!/usr/bin/env python3"}
    if not interpreter.endswith("python3"):
        subprocess.run(["bash", "-n", path], check=True)


def test_what_is_missing_is_named_with_its_package(tmp_path: Path) -> None:
    """Somebody who may not install is told what to install, and the tests do not start."""
    for tool in ("dirname", "sh", "grep"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    for tool in ("apt-get", "id"):
        (tmp_path / tool).chmod(0o755)
    answer = subprocess.run(
        ["scripts/need", "gettext", "redis"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "sudo apt-get install --no-install-recommends gettext redis-server" in answer.stderr


# Locks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "/" not in text  # neither an address nor a path
    assert not re.search(r"^-|find-links|index-url", text, re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    packages = [entry for entry in entries if "==" in entry.partition("\n")[0]]
    assert len(packages) > 30
    assert [entry.partition("\n")[0] for entry in packages if "--hash=sha256:" not in entry] == []


def test_tests_run_on_the_versions_that_the_portal_runs_on() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9-]+==\S+)", (ROOT / lock).read_text(), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")


def test_development_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    make = [sys.executable, "scripts/secrets"]
    subprocess.run(make, cwd=ROOT, env=environment(VAR=str(tmp_path)), check=True)
    file = tmp_path / "secrets.env"
    first = file.read_text()
    subprocess.run(make, cwd=ROOT, env=environment(VAR=str(tmp_path)), check=True)
    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys = ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "VAPID_PRIVATE_KEY"]
    assert re.findall(r"^([A-Z_]+)=.{32,}$", first, re.MULTILINE) == keys
    *older, _newest = first.splitlines(keepends=True)
    file.write_text("".join(older))
    subprocess.run(make, cwd=ROOT, env=environment(VAR=str(tmp_path)), check=True)
    assert file.read_text().startswith("".join(older))
    assert re.findall(r"^([A-Z_]+)=.{32,}$", file.read_text(), re.MULTILINE) == keys


# Private services


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files. Unlike pytest's own, the user whom PostgreSQL runs as can walk through it."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_command_finds_its_private_servers_and_they_are_gone_afterwards(temporary: Path) -> None:
    look = "import os, psycopg2, redis; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']);"
    look += "psycopg2.connect(os.environ['DATABASE_URL']).cursor().execute('SELECT 1');"
    look += "assert redis.Redis.from_url(os.environ['REDIS_URL']).ping()"
    answer = services(sys.executable, "-c", look, TMPDIR=str(temporary))
    assert answer.returncode == 0, answer.stderr
    ports = ports_of(answer.stdout)
    assert len(ports) == 2
    assert not any(is_answering(port) for port in ports)
    assert list(temporary.iterdir()) == []


def test_servers_that_are_there_are_used() -> None:
    given = {"DATABASE_URL": "postgres://somewhere/else", "REDIS_URL": "redis://somewhere/else"}
    started = time.monotonic()
    answer = services("sh", "-c", "echo $DATABASE_URL $REDIS_URL", **given)
    assert answer.stdout.split() == list(given.values())
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(("command", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_commands_exit_status_is_passed_on(command: str, status: int) -> None:
    given = {"DATABASE_URL": "postgres://somewhere/else", "REDIS_URL": "redis://somewhere/else"}
    assert services("sh", "-c", command, **given).returncode == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_services_clean_up_when_they_are_stopped(number: signal.Signals, temporary: Path) -> None:
    process = subprocess.Popen(
        ["scripts/services", "run", "--", "sh", "-c", "echo $DATABASE_URL $REDIS_URL; exec sleep 60"],
        cwd=ROOT,
        env=environment(TMPDIR=str(temporary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ports = ports_of(process.stdout.readline())
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(ports) == 2
    assert all(is_answering(port) for port in ports)
    process.send_signal(number)
    process.stdout.close()
    assert process.wait(20) == 128 + number
    assert not any(is_answering(port) for port in ports)
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert list(temporary.iterdir()) == []


# Supervision


def sleeper(name: str, folder: Path, script: str, *, returns: bool = False) -> Process:
    return Process(
        name,
        ["sh", "-c", script],
        log=folder / f"{name}.log",
        folder=folder,
        environment={"GREETING": "hej"},
        returns=returns,
    )


@pytest.fixture
def handlers() -> Iterator[None]:
    """Give the signals back to whoever had them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_when_one_process_ends_the_other_is_stopped_and_its_log_is_kept(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    lasting = sleeper("lasting", tmp_path, "sleep 60 & wait", returns=True)
    failing = sleeper("failing", tmp_path, "echo $GREETING; exit 3")
    told: list[Process] = []
    with Supervisor(lasting, failing, tell=told.append) as supervisor:
        assert supervisor.wait() is failing
    assert told == []
    assert failing.last_lines() == "hej"
    assert set(psutil.Process().children(recursive=True)) <= before


@pytest.mark.usefixtures("handlers")
def test_what_ends_again_and_again_is_not_brought_back_for_ever(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    lasting = sleeper("lasting", tmp_path, "sleep 60 & wait")
    failing = sleeper("failing", tmp_path, "sleep 60 & echo $GREETING; exit 3", returns=True)
    told: list[Process] = []
    with Supervisor(lasting, failing, tell=told.append) as supervisor:
        assert not supervisor.wait_until(lambda: False, seconds=20)
        assert supervisor.wait() is failing
    assert told == [failing] * 3
    assert failing.last_lines() == "\n".join(["hej"] * 4)
    assert set(psutil.Process().children(recursive=True)) <= before


@pytest.mark.usefixtures("handlers")
def test_what_ends_now_and_then_is_always_brought_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.processes.WITHIN", 0.0)
    failing = sleeper("failing", tmp_path, "exit 3", returns=True)
    told: list[Process] = []

    def tell(process: Process) -> None:
        told.append(process)
        supervisor.is_asked_to_stop = len(told) == 6

    supervisor = Supervisor(failing, tell=tell)
    with supervisor:
        assert supervisor.wait() is None
    assert len(told) == 6


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A whole portal in a folder of its own, started by its command, and the port on which it answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=ROOT,
        env=environment(VAR=str(tmp_path), DEMO="false"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert any("Ctrl-C stops it" in line for line in process.stdout)
    yield process, port
    process.terminate()
    process.communicate(timeout=20)


def family(process: "subprocess.Popen[str]") -> dict[str, psutil.Process]:
    """Return the two processes that the command started, by name."""
    children = psutil.Process(process.pid).children()
    return {name: child for child in children for name in ("gunicorn", "celery") if name in child.cmdline()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_portal_stops_cleanly(portal: tuple["subprocess.Popen[str]", int], number: signal.Signals) -> None:
    process, port = portal
    everybody = psutil.Process(process.pid).children(recursive=True)
    assert set(family(process)) == {"gunicorn", "celery"}
    assert is_answering(port)
    process.send_signal(number)
    assert process.wait(20) == 0
    assert psutil.wait_procs(everybody, timeout=5)[1] == []
    assert not is_answering(port)


def test_the_portal_stops_when_its_web_server_dies(portal: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = portal
    everybody = psutil.Process(process.pid).children(recursive=True)
    family(process)["gunicorn"].kill()
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "The web stopped by itself, so everything is stopped" in output
    assert psutil.wait_procs(everybody, timeout=5)[1] == []
    assert not is_answering(port)


def test_a_worker_that_dies_is_brought_back(portal: tuple["subprocess.Popen[str]", int], tmp_path: Path) -> None:
    process, port = portal
    web, worker = family(process)["gunicorn"], family(process)["celery"]
    left = worker.children(recursive=True)
    worker.kill()
    assert process.stdout is not None
    assert any("The worker stopped by itself and is started again" in line for line in process.stdout)
    assert psutil.wait_procs(left, timeout=5)[1] == []
    assert family(process)["celery"] != worker
    assert family(process)["gunicorn"] == web
    assert is_answering(port)
    ring(tmp_path / "broker")
    assert comes_true(lambda: not waiting(tmp_path / "broker"))


def test_an_unreadable_message_does_not_stop_the_worker(
    portal: tuple["subprocess.Popen[str]", int], tmp_path: Path
) -> None:
    process, port = portal
    worker, broker = family(process)["celery"], tmp_path / "broker"
    garbled = {f"{number}_aaaa.default.msg": content for number, content in enumerate(("", "{", "null", "{}"))}
    for name, content in garbled.items():
        (broker / name).write_text(content)
    ring(broker)
    assert comes_true(lambda: not waiting(broker))
    assert {file.name for file in (broker / "aside").iterdir()} == set(garbled)
    assert family(process)["celery"] == worker
    assert worker.is_running()
    assert is_answering(port)


def ring(broker: Path) -> None:
    """Leave a message for the worker that reads in this folder."""
    options = {"data_folder_in": str(broker), "data_folder_out": str(broker), "control_folder": str(broker / "control")}
    with Celery("bell", set_as_current=False, broker="filesystem://") as bell:
        bell.conf.update(broker_transport="portal.lib.spool:Transport", broker_transport_options=options)
        bell.conf.task_default_queue = "default"
        bell.send_task("notifications.tasks.sweep", ["email"])
    assert waiting(broker)


def waiting(broker: Path) -> list[Path]:
    return list(broker.glob("*.default.msg"))


def comes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_a_taken_port_is_a_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = manage("run", "--port", str(port), VAR=str(tmp_path), DEMO="false")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"CommandError: Port {port} cannot be used (Address already in use")


def test_starting_over_touches_nothing_but_the_demos_own_database(tmp_path: Path) -> None:
    other = tmp_path / "somebody-elses.sqlite3"
    other.write_text("")
    answer = manage("run", "--start-over", VAR=str(tmp_path), DEMO="true", DATABASE_URL=f"sqlite:///{other}")
    assert answer.returncode == 1
    assert "Nothing was removed" in answer.stderr
    assert other.exists()


def manage(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Containers

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = [name for name, service in COMPOSE["services"].items() if service["image"] == "kapprummet"]


def test_compose_has_every_part() -> None:
    assert {"web", "worker", "beat", "postgres", "redis", "nginx"} <= set(COMPOSE["services"])


def test_nginx_reads_the_files_that_the_portal_writes() -> None:
    """Where nginx sends them it has their volume where its file says, and the group that may read them."""
    nginx, dockerfile = COMPOSE["services"]["nginx"], (ROOT / "Dockerfile").read_text()
    [group] = re.findall(r"groupadd --system --gid (\d+) portal", dockerfile)
    assert "--gid portal" in dockerfile
    [command] = [part for part in nginx["command"] if "exec nginx" in part]
    assert f"groupadd --force --gid {group} portal && usermod --append --groups portal nginx && exec nginx" in command
    [volume] = [volume for volume in nginx["volumes"] if volume.startswith("files:")]
    assert volume == f"{COMPOSE['services']['web']['volumes'][0]}:ro"
    place = volume.split(":")[1]
    assert f"alias {place}/;" in (ROOT / "deploy/nginx.conf").read_text()
    for name in OURS:
        assert COMPOSE["services"][name]["environment"]["FILES_BEHIND_NGINX"] == "true"


@pytest.mark.parametrize("name", OURS)
def test_the_command_of_each_service_exists(name: str) -> None:
    """Each program is installed, understands its options, and finds the portal."""
    program, *options = COMPOSE["services"][name]["command"]
    installed = Path(sys.executable).parent / program
    if program == "gunicorn":
        answer = subprocess.run(
            [installed, *options, "--check-config"],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
    elif program == "celery":
        assert installed.exists()
        importlib.import_module(options[options.index("--app") + 1] + ".celery")
        command = options[options.index("--app") + 2]
        parameters = {text for parameter in app_command(command) for text in parameter}
        assert {option for option in options if option.startswith("--")} - {"--app"} <= parameters
    else:
        assert [program, options[0]] == ["python", "manage.py"]
        assert manage(options[1], "--help").returncode == 0


def app_command(name: str) -> list[list[str]]:
    """Return the options that a command of celery understands."""
    celery = importlib.import_module("celery.bin.celery").celery
    return [parameter.opts for parameter in celery.commands[name].params]


def test_the_worker_takes_from_every_queue() -> None:
    taken = {
        queue
        for service in COMPOSE["services"].values()
        if "worker" in service.get("command", [])
        for queue in service["command"][service["command"].index("--queues") + 1].split(",")
    }
    assert taken == {"default", "images", "nightly"}


def test_what_strangers_files_take_is_not_taken_from_the_database() -> None:
    """PROMISES 2: two files of half a gigabyte each, and the program itself, fit into what each container has."""
    opening = [one for one in COMPOSE["services"].values() if {"gunicorn", "worker"} & set(one.get("command", []))]
    assert [one.get("mem_limit") for one in opening] == ["2g"] * 4


@pytest.mark.skipif(
    subprocess.run("docker compose version", shell=True, capture_output=True, check=False).returncode != 0,  # noqa: S602 (our line)
    reason="docker compose is not installed; the other tests read the file",
)
def test_compose_accepts_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "deploy"
    folder.mkdir()
    shutil.copy(ROOT / "deploy/portal.env.example", folder / "portal.env")
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    subprocess.run(
        ["docker", "compose", "config", "--quiet"], cwd=tmp_path, env=environment(POSTGRES_PASSWORD="x"), check=True
    )
