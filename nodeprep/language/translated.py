"""Texts from catalogues of gettext. Loaded only when another language than English is spoken."""
import functools
import gettext
import os

from nodeprep.language import ENGLISH_TEXTS, TITLE, Language
from nodeprep.typed import Any, Tuple

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'data', 'locale')
COMMON = 'nodeprep'       # the catalogue that all others fall back to


class Translated(Language):
    """Texts of a language; what its catalogues lack is said in English."""

    def __init__(self, tag: str, catalogue: Any) -> None:
        self.tag, self._catalogue = tag, catalogue

    def __call__(self, text: str, **values: Any) -> str:
        """A text of the program, translated."""
        return super().__call__(self._catalogue.gettext(text), **values)

    def form(self, one: str, more: str, count: int) -> str:
        """The text for a count, by the plural forms of this language."""
        found: str = self._catalogue.ngettext(one, more, count)
        return found

    def title(self, text: str) -> str:
        """The title of a requirement."""
        key = f'{TITLE}\4{text}'         # how a .mo keeps a context; pgettext is not in Python 3.6
        found: str = self._catalogue.gettext(key)
        return text if found == key else found


@functools.lru_cache(None)
def catalogued(tag: str, domains: Tuple[str, ...]) -> Language:
    """The texts of a language that has catalogues; English where they were not installed, as `%_install_langs` of RPM
    leaves out those of other languages.
    """
    first: Any = None
    for domain in domains + (COMMON,):
        try:
            with open(os.path.join(FOLDER, tag, 'LC_MESSAGES', domain + '.mo'), 'rb') as file:
                read = gettext.GNUTranslations(file)
        except FileNotFoundError:
            return ENGLISH_TEXTS
        if first is None:
            first = read
        else:
            first.add_fallback(read)
    return Translated(tag, first)
