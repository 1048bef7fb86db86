"""What happens when Redis is gone: nobody waits for it, and what must be counted is counted in the database.

Redis is asked again a few seconds after it failed; until then whoever asks is told at once, so that a server that is
frozen costs one request half a second, and not each question of each request.
"""

import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

RESTS_FOR = 5.0
"""Seconds from a failure until Redis is asked again."""

_rests_until: dict[str, float] = {}  # by server; for the whole process: each thread has a cache object of its own

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Resting(RedisError):
    """Redis failed a moment ago and is left alone."""


def _rested(
    ask: Callable[Concatenate[Any, Given], Answer],
) -> Callable[Concatenate[Any, Given], Answer]:
    def asked(client: Any, /, *args: Given.args, **more: Given.kwargs) -> Answer:
        if time.monotonic() < _rests_until.get(client.server, 0.0):
            raise Resting
        try:
            return ask(client, *args, **more)
        except RedisError:
            _rests_until[client.server] = time.monotonic() + RESTS_FOR
            raise

    return asked


class RestingClient(RedisCacheClient):
    """Django's own client for one server, which leaves Redis alone for a while after it failed."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self.server = servers[0]
        self._kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the same client each time: making one takes as long as the command. It serves threads."""
        if self._kept is None:
            self._kept = super().get_client(key, write=write)
        return self._kept

    add = _rested(RedisCacheClient.add)
    get = _rested(RedisCacheClient.get)
    set = _rested(RedisCacheClient.set)
    touch = _rested(RedisCacheClient.touch)
    delete = _rested(RedisCacheClient.delete)
    get_many = _rested(RedisCacheClient.get_many)
    has_key = _rested(RedisCacheClient.has_key)
    incr = _rested(RedisCacheClient.incr)
    set_many = _rested(RedisCacheClient.set_many)
    delete_many = _rested(RedisCacheClient.delete_many)
    clear = _rested(RedisCacheClient.clear)


class RestingRedisCache(RedisCache):
    """Redis, or `RedisError` at once while it rests: for stamps, where a lost one is worth less than a wait."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RestingClient


class RedisThenDatabase(BaseCache):
    """Redis, and the database's own cache while Redis does not answer: limits hold and the login stays open.

    Both count for themselves: whoever tries before and after Redis went has at most twice the tries.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RestingRedisCache(server, params)

    def _ask(self, question: Callable[[BaseCache], Answer]) -> Answer:
        try:
            return question(self._redis)
        except RedisError:
            return question(caches["database"])

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.add(key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(lambda cache: cache.get(key, default, version))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(lambda cache: cache.set(key, value, timeout, version))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.touch(key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._ask(lambda cache: cache.delete(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._ask(lambda cache: cache.incr(key, delta, version))

    def clear(self) -> None:
        self._ask(lambda cache: cache.clear())
