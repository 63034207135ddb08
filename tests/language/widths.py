"""Punctuation of Chinese sentences, which is as wide as their letters."""
import re

HAN = '[\u4e00-\u9fff]'
# Beside a Chinese letter; a full stop only where a sentence ends, for 1.5 and .conf have one too. What follows on a
# bracket tells nothing: fork(2) is a name.
_NARROW = re.compile(f'(?:{HAN} ?[,;:!(]|{HAN}\\)|[,;:!] ?{HAN}|\\({HAN}|{HAN}\\.(?:\\s|$))')


def narrow(text, kept=''):
    """Places where a Chinese sentence has the punctuation of English; not within `kept`, which is shown as it is."""
    return [text[max(0, found.start() - 20):found.end() + 20] for found in _NARROW.finditer(text)
            if found.group() not in kept]


def sentences(page, tags=('p', 'h1', 'h2', 'h3', 'td', 'th', 'dt', 'summary', 'figcaption', 'caption', 'label',
                          'legend', 'button', 'title')):
    """What is read in one piece on a page (html5lib)."""
    return [''.join(part.itertext()) for part in page.iter() if part.tag in tags]
