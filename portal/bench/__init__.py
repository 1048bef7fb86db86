"""Measuring what is promised: a municipality of full size, floors beside every page, medians and ratios."""
