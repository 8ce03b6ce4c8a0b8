"""The rules by which the store resolves names: recognition has them, the store is handed them."""

from app.enrich.diminutives import agree, variants
from app.enrich.namesakes import apart, may_differ
from app.enrich.resolve import display_name, link
from app.enrich.surnames import owner
from app.store.resolution import Rules

RULES = Rules(link, display_name, owner, may_differ, apart, variants, agree)
