"""Words for the pages of forms. No queries here."""

from django import template

from documents.selectors.form_results import how_word

register = template.Library()
register.filter("how", how_word)
