"""The language in which people are spoken to: English, or one of the catalogues below nodeprep/data/locale.

What programs read (json, yaml, junit, tap, nagios, openmetrics, csv, ids, exit codes, the configuration) is English in
every language, and so is what a host says of itself: what was found, what is wanted, hints. The English text is the id
of a message, so English needs neither a catalogue nor gettext, which would cost a check more than its table does.
"""
import os

from nodeprep.typed import Any, Mapping

ENGLISH, CHINESE = 'en', 'zh_CN'
TAGS = (ENGLISH, CHINESE)
TITLE = 'title'           # the context (msgctxt) of the titles of requirements: nothing else that a host says has one
_SIMPLIFIED = ('', 'cn', 'sg', 'my', 'hans')


class Language:
    """Texts as they stand: English. What is said is marked by calling one that is named `_`."""

    tag = ENGLISH

    def __call__(self, text: str, **values: Any) -> str:
        """A text of the program, with {name} replaced by the value of that name."""
        return text.format(**values) if values else text

    def many(self, one: str, more: str, count: int, **values: Any) -> str:
        """The same where the text depends on a count, which is {count} in it; thousands are set apart."""
        return self.form(one, more, count).format(count=f'{count:,}', **values)

    def form(self, one: str, more: str, count: int) -> str:
        """The text for a count, with nothing put in yet."""
        return one if count == 1 else more

    def title(self, text: str) -> str:
        """The title of a requirement, as a report has it. One that is not known stays as it is."""
        return text


ENGLISH_TEXTS = Language()


def N_(text: str) -> str:       # noqa: N802  # gettext's own name for it
    """Marks a text that is translated where it is used."""
    return text


def speaking(tag: str, *domains: str) -> Language:
    """The texts of a language of TAGS: those of nodeprep.po, and before them of other catalogues by name."""
    if tag == ENGLISH:
        return ENGLISH_TEXTS
    from nodeprep.language.translated import catalogued
    return catalogued(tag, domains)


def known(said: str) -> str:
    """The tag for a language as people, locales and browsers write it; '' for one that is not spoken here.

    Traditional Chinese is another script, and its readers are not served by ours.

    >>> known('zh_CN.UTF-8'), known('zh-Hans-CN'), known('zh'), known('en_GB'), known('C'), known('zh_TW'), known('de')
    ('zh_CN', 'zh_CN', 'zh_CN', 'en', 'en', '', '')
    """
    parts = said.partition('.')[0].partition('@')[0].replace('-', '_').lower().split('_')
    if parts[0] in ('en', 'c', 'posix'):
        return ENGLISH
    if parts[0] == 'zh' and (parts[1:] + [''])[0] in _SIMPLIFIED:
        return CHINESE
    return ''


def of_environment(environ: Mapping[str, str]) -> str:
    """The tag that LC_ALL, LC_MESSAGES or LANG chooses, and LANGUAGE before them unless that is C, as for GNU gettext;
    C.UTF-8 counts as C.

    >>> of_environment({'LANG': 'zh_CN.UTF-8'}), of_environment({'LANG': 'zh_CN.UTF-8', 'LC_ALL': 'C.UTF-8'})
    ('zh_CN', 'en')
    >>> of_environment({'LANG': 'de_DE.UTF-8', 'LANGUAGE': 'de:zh_CN'}), of_environment({'LANG': 'de_DE.UTF-8'})
    ('zh_CN', 'en')
    """
    locale = environ.get('LC_ALL') or environ.get('LC_MESSAGES') or environ.get('LANG') or 'C'
    if locale.partition('.')[0] in ('C', 'POSIX'):
        return ENGLISH
    for said in environ.get('LANGUAGE', '').split(':') + [locale]:
        if known(said):
            return known(said)
    return ENGLISH


def chosen(setting: str, stream: Any) -> str:
    """The tag for what is written to a stream: that of the setting `language`, else of the environment.

    English where the stream's encoding could not hold it: a line of \\u8282\\u70b9 is for nobody.
    """
    tag = setting or of_environment(os.environ)
    if tag != ENGLISH:
        try:
            '\u8282\u70b9\uff1a'.encode(getattr(stream, 'encoding', None) or 'utf-8')
        except (UnicodeEncodeError, LookupError):
            return ENGLISH
    return tag


def read_tag(value: Any) -> str:
    """The setting `language`. ValueError for a language that is not there.

    >>> read_tag('zh-CN'), read_tag('en')
    ('zh_CN', 'en')
    """
    found = known(str(value))
    if not found or str(value).lower() in ('c', 'posix'):
        raise ValueError('is none of ' + ', '.join(TAGS))
    return found
