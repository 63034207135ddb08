"""The links of documents in Markdown, and which of them lead nowhere."""
import os
import re

FENCED = re.compile(r'^(```|~~~).*?^\1', re.M | re.S)
LINK = re.compile(r'\]\(([^()\s]+)\)')
NAMED = re.compile(r'/usr/share/doc/nodeprep[\w./-]*[\w]')


def dead(paths, root):
    """What is wrong with the links of these files below a root: 'FILE: TARGET', and how many were looked at."""
    found, seen = [], 0
    for path in paths:
        text = _read(path)
        for target in LINK.findall(FENCED.sub('', text)):
            if re.match('[a-z]+:', target):
                continue
            seen += 1
            name, _, anchor = target.partition('#')
            to = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if not os.path.isfile(to) or anchor and anchor not in anchors(_read(to)):
                found.append(f'{path[len(root):]}: {target}')
        found += [f'{path[len(root):]}: {named}' for named in NAMED.findall(text) if not os.path.exists(root + named)]
    return found, seen


def anchors(text):
    """What the headings of a document are called in links, as GitHub makes it of them.

    >>> anchors('# A (big) `one`' + chr(10) + '## a big one')
    ['a-big-one', 'a-big-one-1']
    """
    names = []
    for head in re.findall(r'^#+ +(.+?) *#*$', FENCED.sub('', text), re.M):
        name = re.sub(r'[^\w\- ]', '', head.lower()).replace(' ', '-')
        names.append(f'{name}-{names.count(name)}' if name in names else name)
    return names


def _read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()
