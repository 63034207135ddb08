"""`python -m tests.language.update`: brings the catalogues up to date with what is marked in the program.

New messages come in untranslated, those that are gone go, and every .mo file is written anew. An optional argument is
a JSON file of {message: translation} to put in.
"""
import json
import os
import sys

from nodeprep.language import CHINESE
from nodeprep.language.translated import FOLDER
from tests.language import marked, po


def path(tag, domain, suffix):
    """The file of a catalogue; `suffix` is po or mo."""
    return os.path.join(FOLDER, tag, 'LC_MESSAGES', f'{domain}.{suffix}')


def read(tag, domain):
    """The entries of a catalogue; none when there is no file yet."""
    if not os.path.exists(path(tag, domain, 'po')):
        return []
    with open(path(tag, domain, 'po'), encoding='utf-8') as file:
        return po.parse(file.read())


def merged(entries, old):
    """What is marked, with the translations that there are."""
    said = {one.key: one.said for one in old if 'fuzzy' not in one.flags}
    for one in entries:
        one.said = said.get(one.key) or ('',)
    return entries


def main(argv):
    """Updates all catalogues, and says what is not translated."""
    given = {}
    for name in argv:
        with open(name, encoding='utf-8') as file:
            given.update(json.load(file))
    left = 0
    for domain, entries in marked.messages().items():
        merged(entries, read(CHINESE, domain))
        for one in entries:
            if one.message in given:
                one.said = (given[one.message],)
            left += not all(one.said)
        with open(path(CHINESE, domain, 'po'), 'w', encoding='utf-8') as file:
            file.write(po.written(entries, CHINESE))
        with open(path(CHINESE, domain, 'mo'), 'wb') as binary:
            binary.write(po.compiled([one for one in entries if all(one.said)], CHINESE))
    print(f'{left} messages are not translated')


if __name__ == '__main__':
    main(sys.argv[1:])
