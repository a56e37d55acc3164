"""How much work one query may ask for; each bound is checked before the work is done."""

from typing import Final

DEFAULT_TOP: Final = 50
MAX_TOP: Final = 1000
MAX_SKIP: Final = 100_000

MAX_OPTION_LENGTH: Final = 16 * 1024
"""Characters of one option; `id in (…)` with two hundred ids takes half of it."""

MAX_TERM_LENGTH: Final = 200
"""Characters of one literal."""

MAX_TOKENS: Final = 2000
MAX_CONDITIONS: Final = 100
MAX_LIST_ITEMS: Final = 200
MAX_DEPTH: Final = 20
"""Open brackets."""

MAX_NOTS: Final = 2
"""`not`s in a row."""

MAX_NAMES_IN_PATH: Final = 5
MAX_SORT_KEYS: Final = 8
MAX_SEARCH_WORDS: Final = 10
MAX_LISTED_NAMES: Final = 100
"""Names that a refusal offers as allowed."""
MAX_SELECTED: Final = 100
MAX_EXPANDED: Final = 10
MAX_MEASURES: Final = 20
MAX_ERRORS: Final = 10
"""Wrong options that one refusal names."""
