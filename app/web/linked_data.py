"""An article in the words of schema.org, for search engines and programs that keep references."""

from __future__ import annotations

from app.read.models import Article

_MOST_MENTIONS = 50


def news_article(article: Article, address: str, original: str | None, site: str) -> dict[str, object]:
    """Return a `NewsArticle` as JSON-LD. `address` is that of its page, `original` where it was published, `site` the
    address of this server with a slash at its end."""
    mentioned = sorted(article["entities"], key=lambda each: -len(each["mentions"]))[:_MOST_MENTIONS]
    told: dict[str, object | None] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "url": address,
        "sameAs": original,
        "identifier": article["id"],
        "headline": article["headline"],
        "datePublished": article.get("published_at", article.get("date")),
        "dateline": article["dateline"]["text"] if "dateline" in article else None,
        "author": [{"@type": _kind_of_author(name, article), "name": name} for name in article["authors"]],
        "publisher": {"@type": "NewsMediaOrganization", "name": article["source"]} if "source" in article else None,
        "inLanguage": article["language"],
        "wordCount": article["word_count"],
        "mentions": [
            {"@type": each["type"].capitalize(), "name": each["name"], "url": f"{site}entities/{each['id']}"}
            for each in mentioned
        ],
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _kind_of_author(name: str, article: Article) -> str:
    """Tell an agency from a person: it is named by one word, is the source, or an organization of the text."""
    agencies = {each["name"] for each in article["entities"] if each["type"] == "organization"}
    is_agency = " " not in name or name == article.get("source") or name in agencies
    return "Organization" if is_agency else "Person"
