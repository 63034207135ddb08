"""Nothing that people read is left untranslated, and no translation says more or less than its message."""
import gettext
import re

import pytest

from nodeprep.language import TAGS, speaking
from nodeprep.output.columns import columns
from tests.language import marked, po, update
from tests.language.widths import narrow

MESSAGES = marked.messages()
CATALOGUES = [(tag, domain) for tag in TAGS[1:] for domain in sorted(MESSAGES)]
each = pytest.mark.parametrize('tag, domain', CATALOGUES)
PUT_IN = re.compile(r'\{\w*\}|%\(\w+\)s')
# What is the same in every language.
SAME = re.compile(r'[\W\d]*$')


@each
def test_every_text_that_is_marked_is_in_the_catalogue_and_nothing_else(tag, domain):
    """`python -m tests.language.update` puts them in."""
    found = update.read(tag, domain)
    assert sorted((one.key, one.plural) for one in found) == sorted((one.key, one.plural) for one in MESSAGES[domain])
    assert [one.message for one in found if one.flags] == []          # fuzzy ones among them


@each
def test_every_text_is_translated(tag, domain):
    found = update.read(tag, domain)
    assert [one.message for one in found if len(one.said) != 1 or not one.said[0].strip()] == []
    assert [one.message for one in found
            if columns(one.said[0]) == len(one.said[0]) and not SAME.match(PUT_IN.sub('', one.said[0]))] == []


def placeholders(text):
    """{name} of str.format and %(name)s of templates."""
    return set(PUT_IN.findall(text))


def kept(text):
    """What no translation may lose or bring in: what is filled in, code, tags of HTML, paths and options."""
    return sorted(set(re.findall(r'</?[a-z]+[^<>]*>|`[^`]*`|(?<![\w.])/[a-z][\w./*-]*\w|--[a-z-]+', text)))


@each
def test_a_translation_has_the_placeholders_of_its_message(tag, domain):
    for one in update.read(tag, domain):
        for said in one.said:
            # `{count}` may lack in the singular alone.
            assert placeholders(said) == placeholders(one.plural or one.message), one.message


@each
def test_a_translation_names_the_same_files_options_and_tags(tag, domain):
    assert [(one.message, kept(one.said[0])) for one in update.read(tag, domain)
            if kept(one.said[0]) != kept(one.plural or one.message)] == []


@each
def test_a_translation_begins_and_ends_like_its_message(tag, domain):
    """A blank at an end is what keeps it apart from its neighbour; full-width punctuation needs none."""
    for one in update.read(tag, domain):
        said, message = one.said[0], one.message
        assert said[:1] != ' ' or message[:1] == ' ', message
        assert said[-1:] != ' ' or message[-1:] == ' ', message
        assert message[-1:] != ' ' or said[-1] in ' \uff1a\uff0c\uff1b\u3002\u3001', message


@each
def test_no_chinese_sentence_has_punctuation_of_english(tag, domain):
    """But for what is filled in and code, which is as it is."""
    for one in update.read(tag, domain):
        assert narrow(re.sub(r'`[^`]*`|<code>.*?</code>|<[^>]*>|' + PUT_IN.pattern, 'x', one.said[0])) == []


@each
def test_what_is_read_is_what_the_catalogue_says(tag, domain):
    """The .mo files are kept, since the package has no build step."""
    with open(update.path(tag, domain, 'mo'), 'rb') as file:
        raw = file.read()
    assert raw == po.compiled(update.read(tag, domain), tag)
    with open(update.path(tag, domain, 'mo'), 'rb') as file:
        read = gettext.GNUTranslations(file)
    for one in update.read(tag, domain):
        key = (one.context + '\4' if one.context else '') + one.message
        assert (read.ngettext(key, one.plural, 3) if one.plural else read.gettext(key)) == one.said[0]


@each
def test_a_catalogue_is_written_as_it_was_read(tag, domain):
    with open(update.path(tag, domain, 'po'), encoding='utf-8') as file:
        text = file.read()
    assert po.written(po.parse(text), tag) == text


@pytest.mark.parametrize('text', ['', 'msgid "a"\nmsgstr "b"\n', '{header}\n\n#~ msgid "a"\n#~ msgstr "b"\n',
                                  '{header}\n\nmsgid "a"\nmsgid "b"\nmsgstr "c"\n'])
def test_a_catalogue_that_is_not_whole_or_has_obsolete_texts_is_refused(text):
    header = po.written([], 'zh_CN').strip()
    with pytest.raises((ValueError, KeyError)):
        po.parse(text.replace('{header}', header))
    assert po.parse(header) == []


def test_fuzzy_translations_are_not_taken_over():
    old = [po.Entry('a', said=['x'], flags=['fuzzy']), po.Entry('b', said=['y'])]
    assert [one.said for one in update.merged([po.Entry('a'), po.Entry('b')], old)] == [('',), ('y',)]


@pytest.mark.parametrize('tag', TAGS[1:])
def test_counts_and_values_are_put_in(tag):
    _ = speaking(tag)
    assert '1,234' in _.many('{count} could not be told', '{count} could not be told', 1234)
    assert '/etc/fstab' in _('write {path}', path='/etc/fstab') and '{' not in _('write {path}', path='x')
    assert _('a text that nobody has {x}', x=1) == 'a text that nobody has 1'
    assert _.title('Swap is off') != 'Swap is off' and _.title('met') == 'met' != _('met')
