"""Addresses of what was handed over to the registry."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
