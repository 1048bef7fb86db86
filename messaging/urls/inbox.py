"""Addresses of what is done in an inbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
