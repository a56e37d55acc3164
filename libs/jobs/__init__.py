"""Durable timers, schedules, and long jobs with progress."""
