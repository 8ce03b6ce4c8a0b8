from __future__ import annotations

import pytest

from app.enrich import committees


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("House Permanent Select Committee on Intelligence", "House Intelligence Committee"),
        ("Senate Select Committee on Intelligence", "Senate Intelligence Committee"),
        ("Senate Committee on the Judiciary", "Senate Judiciary Committee"),
        ("U.S. Senate Committee on Foreign Relations", "Senate Foreign Relations Committee"),
        ("House of Representatives Ways and Means Committee", "House Ways and Means Committee"),
        ("House Ways & Means Committee", "House Ways and Means Committee"),
        ("House intelligence committee", "House Intelligence Committee"),
        ("Senate Intelligence Committees", "Senate Intelligence Committee"),
        ("House Budget", "House Budget Committee"),
        ("House Select Committee on Benghazi", "House Benghazi Committee"),
        ("House Judiciary Subcommittee on Antitrust", "House Judiciary Antitrust Subcommittee"),
        ("House Committee on Oversight and Reform", "House Oversight Committee"),
        ("Senate Health, Education, Labor and Pensions Committee", "Senate Health Committee"),
    ],
)
def test_a_committee_of_a_chamber_has_one_name(name: str, usual: str) -> None:
    assert committees.committee_name(name) == usual


@pytest.mark.parametrize(
    "name", ["Republican National Committee", "Committee to Protect Journalists", "House Freedom Caucus", "Senate"]
)
def test_any_other_name_stays(name: str) -> None:
    assert committees.committee_name(name) == name
