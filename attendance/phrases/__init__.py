"""What a family writes about its times, understood by a small grammar: no model, no clock, no guessing.

Plain values in, plain values out. Words become tokens, tokens pieces, pieces clauses, and clauses a plan over dates.
"""

from __future__ import annotations

from datetime import date

from attendance.phrases.clauses import clauses_of
from attendance.phrases.exceptions import with_exceptions_said
from attendance.phrases.pieces import NotUnderstood
from attendance.phrases.plan import plan_of
from attendance.phrases.reading import pieces_of
from attendance.phrases.tokens import LONGEST_TEXT, tokens_of, unknown_words
from attendance.phrases.understood import Said, SaidDay, Understood
from attendance.phrases.window import MOST_WEEKS, Window

__all__ = ["MOST_WEEKS", "Said", "SaidDay", "Understood", "parse"]


def parse(text: str, *, first: date, weeks: int) -> Understood:
    """Return what `text` says about the days from `first` and `weeks` weeks on, or which of its words say nothing.

    Every word counts: where one is not understood, or two clauses contradict each other, there are no days at all.
    The same text always means the same. Never raises; `weeks` beyond MOST_WEEKS are as many as that.
    """
    if len(text) > LONGEST_TEXT:
        return Understood(not_understood=(text[:LONGEST_TEXT],))
    tokens = tokens_of(text)
    if unknown := unknown_words(text, tokens):
        return Understood(not_understood=unknown)
    window = Window(first, weeks)
    try:
        clauses = clauses_of(with_exceptions_said(pieces_of(tokens, window)))
        if not clauses:
            return Understood(not_understood=(text.strip(),) if text.strip() else ())
        days, said = plan_of(text, clauses, window)
    except NotUnderstood as reason:
        places = dict.fromkeys(reason.places)
        return Understood(not_understood=tuple(dict.fromkeys(text[starts:ends] for starts, ends in places)))
    return Understood(days=days, said=said)
