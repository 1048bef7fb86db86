"""How much is written of what went wrong."""

import logging


class RefusedInOneLine(logging.Filter):
    """Takes the traceback from a request that was refused: only what is wrong on our side needs to say where."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
