"""Starts the house at login and keeps the machine awake for the night: launchd on macOS, systemd on Linux."""
