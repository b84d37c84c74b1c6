"""Tests of the room that decides what tonight trains on."""
