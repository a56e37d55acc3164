"""Durable timers, schedules, and long jobs with progress; docs/adr/0017 says why they are as they are."""
