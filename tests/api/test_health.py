from __future__ import annotations

from pathlib import Path

from app.api.app import create_api
from app.settings import Settings
from tests.served import Api, serve


def test_the_process_answers(api: Api) -> None:
    assert api.get("/healthz") == {"status": "ok"}


def test_ready_when_the_index_has_everything(api: Api) -> None:
    ready = api.get("/readyz")
    assert ready["status"] == "ready"
    assert ready["lag"] == 0


def test_stats_add_up(api: Api) -> None:
    stats = api.get("/v1/stats")
    assert stats["articles"] == 66
    assert stats["sources"] == 3
    assert stats["first_date"] == "1998-03-03"
    assert stats["last_date"] == "2025-05-13"
    assert stats["index"]["lag"] == 0
    assert stats["entities"] >= api.get("/v1/entities")["total"] > 3
    assert stats["version"] == api.archive.version


def test_stats_and_meters_count_what_relates_articles(api: Api) -> None:
    stats, text = api.get("/v1/stats"), api.http.get("/metrics").text
    assert stats["stories"] == api.get("/v1/stories")["total"]
    assert stats["quotes"] == api.get("/v1/quotes")["total"]
    assert stats["dates"] >= len(api.get("/v1/calendar")["results"]) > 0
    assert stats["copies"] == 66 - api.get("/v1/search", collapse="copies")["total_collapsed"]
    assert stats["stories_waiting"] == 0
    for name in ("copies", "stories", "quotes", "dates", "stories_waiting"):
        assert f"dateline_{name} {float(stats[name])}" in text


def test_metrics_count_by_route_and_never_by_address(api: Api) -> None:
    api.http.get("/v1/articles/anyone")
    api.http.get("/made/up/by/a/client")
    text = api.http.get("/metrics").text
    assert 'dateline_requests_total{method="GET",route="/v1/articles/{article_id}",status="404"}' in text
    assert "dateline_index_lag 0.0" in text
    assert "dateline_articles 66.0" in text
    assert "anyone" not in text
    assert "made" not in text


def test_an_empty_archive_answers(tmp_path: Path) -> None:
    with serve(create_api(Settings(data_dir=tmp_path))) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/search?q=anything").json()["total"] == 0
        assert client.get("/v1/timeline").json()["buckets"] == []
        assert client.get("/v1/stats").json()["articles"] == 0
        assert client.get("/v1/entities").json() == {"total": 0, "results": []}
