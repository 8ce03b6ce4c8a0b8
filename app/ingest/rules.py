"""The rules of who is who, in one list. The store applies them; what they know of the world is recognition's."""

from app.enrich import spellings
from app.enrich.given import is_given_or_word, may_be_given, variants
from app.enrich.grounds import CLUES
from app.enrich.namesakes import are_unlike, may_differ, part_namesakes
from app.enrich.resolve import display_name
from app.store.diminutives import Diminutives
from app.store.entity_types import EntityTypes
from app.store.linking import Rules
from app.store.lone_names import LoneNames
from app.store.namesakes import Namesakes
from app.store.stated import Stated
from app.store.surnames import Surnames
from app.store.variants import Variants

RULES = Rules(
    (
        Namesakes(may_differ, part_namesakes),
        Diminutives(variants),
        Variants(spellings, are_unlike),
        Surnames(is_given_or_word),
        EntityTypes(CLUES),
        LoneNames(CLUES, may_be_given),
        Stated(),
    ),
    display_name,
)
