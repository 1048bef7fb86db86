"""Typed readers of the environment. What is missing or wrong stops the start, with the variable's name."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")


def text(name: str, default: str | None = None) -> str:
    """Return the variable; raises `ImproperlyConfigured` when it is not set and there is no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set in the environment")
    return value.strip()


def _parsed(name: str, raw: str, parse: Callable[[str], Value], wanted: str) -> Value:
    try:
        return parse(raw)
    except (KeyError, ValueError):
        raise ImproperlyConfigured(f"{name} must be {wanted}, not {raw!r}") from None


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether the variable says yes: 1/0, true/false, yes/no, on/off."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    raw = text(name, "1" if default else "0")
    return _parsed(name, raw, lambda word: words[word.lower()], "1 or 0")


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return the variable as a whole number that is not below `least`."""

    def parse(word: str) -> int:
        if (found := int(word)) < least:
            raise ValueError
        return found

    return _parsed(name, text(name, str(default)), parse, f"a whole number from {least} up")


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without empty parts."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def socket_address(name: str) -> str:
    """Return where something listens: "host:port", the path of a socket, or nothing where it is not set."""

    def parse(word: str) -> str:
        host, _colon, port = word.rpartition(":")
        if word and not word.startswith("/") and not (host and port.isdecimal()):
            raise ValueError
        return word

    return _parsed(name, text(name, ""), parse, "host:port or the path of a socket")


def fernet_keys(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable of Fernet keys. What is wrong with one is said without showing it."""
    keys = words(name, default)
    for place, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(f"{name}: key {place} is no Fernet key (32 bytes in url-safe base64)") from None
    return keys


def folder(name: str, default: Path) -> Path:
    """Return the variable as a folder's path."""
    return Path(text(name, str(default)))


def load_file(path: Path) -> None:
    """Take NAME=value lines from a file for variables that the environment does not have."""
    if path.is_file():
        for line in path.read_text().splitlines():
            name, separator, value = line.partition("=")
            if separator and not line.startswith("#"):
                os.environ.setdefault(name.strip(), value.strip())
