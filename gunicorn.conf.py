"""How gunicorn serves the portal: few processes, each with a few threads, for a machine with two cores.

More nodes rather than more processes when a municipality outgrows it. WEB_WORKERS and WEB_THREADS change the size.
"""

import gc
import os
from typing import Any

wsgi_app = "portal.wsgi:application"
bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))

# The code is loaded once and shared by the workers: a third less memory.
preload_app = True
# A worker that hangs for this long is replaced; an import by upload is the longest a request may take.
timeout = 60
graceful_timeout = 10
keepalive = 15
# Workers are renewed now and then, not all at once, so that nothing can grow for weeks.
max_requests = 20_000
max_requests_jitter = 2_000
# Heartbeats in memory: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - a folder to write in, no name

# Nobody steers it but by signals; its control socket would lie in the home folder.
control_socket_disable = True

# Addresses of pages hold ids of children: what was looked at is in the audit, sealed, and not in a log.
accesslog = None
errorlog = "-"
loglevel = "info"
# Who we believe about the visitor's address and https: only the proxy in front of us.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")


def when_ready(server: Any) -> None:
    """Load the pages' code before the workers are forked, and leave it alone: what nobody writes to they share.

    Python's collector writes in every object that it looks at, and so copies it for each worker, unless it is told
    that what is here now will stay. Gunicorn's own log is kept free from the values of rows, as Django's is.
    """
    from django.conf import settings
    from django.core.cache import caches
    from django.template import engines
    from django.urls import reverse
    from django.utils import translation

    from portal import logs

    for handler in server.log.error_log.handlers:
        handler.setFormatter(logs.WithoutValues(server.log.error_fmt, server.log.datefmt))
    # Redis' client and the words of templates come with the first page, and would come with it in each worker.
    caches.all(initialized_only=False)
    engines.all()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            reverse("home")
            translation.gettext("")
    gc.collect()
    gc.freeze()
