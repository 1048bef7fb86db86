"""Reads of this room, each named for the page that asks."""
