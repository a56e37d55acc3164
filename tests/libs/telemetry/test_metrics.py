from libs.telemetry.metrics import HttpMetrics, counter, exposition, registry


def sample(name: str, **labels: str) -> float | None:
    return registry().get_sample_value(name, labels)


def test_asking_twice_for_a_metric_gives_the_same_one() -> None:
    counter("test_events", "Events seen.", ("kind",)).labels("a").inc()
    counter("test_events", "Events seen.", ("kind",)).labels("a").inc()

    assert sample("test_events_total", kind="a") == 2


def test_requests_are_counted_by_outcome_and_timed_by_route() -> None:
    http = HttpMetrics()

    for status in (200, 200, 409):
        http.started()
        http.finished("POST", "/test/{id}", status, 0.004)

    assert sample("http_requests_total", method="POST", route="/test/{id}", status="200") == 2
    assert sample("http_requests_total", method="POST", route="/test/{id}", status="409") == 1
    assert sample("http_request_seconds_count", method="POST", route="/test/{id}") == 3
    assert sample("http_request_seconds_bucket", method="POST", route="/test/{id}", le="0.0025") == 0
    assert sample("http_request_seconds_bucket", method="POST", route="/test/{id}", le="0.005") == 3


def test_requests_in_flight_rise_and_fall() -> None:
    http = HttpMetrics()
    before = sample("http_requests_in_flight")

    http.started()
    during = sample("http_requests_in_flight")
    http.finished("GET", "/test", 200, 0.001)

    assert before is not None
    assert during == before + 1
    assert sample("http_requests_in_flight") == before


def test_the_exposition_has_the_process_and_our_metrics() -> None:
    HttpMetrics()

    body, content_type = exposition()

    assert content_type.startswith("text/plain")
    assert b"process_resident_memory_bytes" in body
    assert b"http_requests_in_flight" in body
