"""Editions: published, noticed, swapped, taken back."""
