from __future__ import annotations

import re

import pytest

from deploy.local.home import PROJECT
from deploy.services import PORTS

RULES = PROJECT / "deploy" / "prometheus"
METRIC = re.compile(r"\b((?:bus|http|mail|webhooks)_\w+?)(?:_total|_bucket)?\b")
SOURCES = "".join(path.read_text() for part in ("libs", "services") for path in (PROJECT / part).rglob("*.py"))


def test_every_service_is_scraped() -> None:
    targets = re.findall(r"- (\w+):8080", (RULES / "prometheus.yml").read_text())
    assert sorted(targets) == sorted(PORTS)


def test_every_alert_is_tried() -> None:
    """By `make check`, where promtool is there."""
    alerts = re.findall(r"- alert: (\w+)", (RULES / "alerts.yml").read_text())
    tried = re.findall(r"alertname: (\w+)\n +eval_time: \w+\n +exp_alerts", (RULES / "alerts_test.yml").read_text())
    assert sorted(alerts) == sorted(set(tried))


@pytest.mark.parametrize("metric", sorted(set(METRIC.findall((RULES / "alerts.yml").read_text()))))
def test_alerts_look_at_metrics_that_exist(metric: str) -> None:
    assert f'"{metric}"' in SOURCES
