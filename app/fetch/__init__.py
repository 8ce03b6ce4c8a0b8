"""Fetching from other servers: pages and feeds, never from the machine's own networks, and within bounds."""

from app.fetch.client import LONGEST_URL, Client, Fetched, Limits, checked_address, joined_address
from app.fetch.robots import Robots

__all__ = ["LONGEST_URL", "Client", "Fetched", "Limits", "Robots", "checked_address", "joined_address"]
