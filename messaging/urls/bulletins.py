"""Addresses of bulletins."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
