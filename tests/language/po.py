"""Catalogues of gettext as text (.po) and as what is read (.mo): just what ours use, so that both come out the same
everywhere. The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html and MO-Files.html.
"""
import ast
import struct
import textwrap

HEADER = ('Project-Id-Version: nodeprep\nLanguage: {tag}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
          'Content-Transfer-Encoding: 8bit\nPlural-Forms: {plurals}\n')
PLURALS = {'zh_CN': 'nplurals=1; plural=0;'}


class Entry:
    """One message. `where` are the files it stands in; `said` its translations, one for each plural form."""

    def __init__(self, message, context='', plural='', where=(), said=(), flags=()):
        self.message, self.context, self.plural = message, context, plural
        self.where, self.said, self.flags = tuple(where), tuple(said), tuple(flags)

    @property
    def key(self):
        return self.context, self.message

    @property
    def kept_as(self):
        """The id in a .mo file."""
        context, plural = self.context and self.context + '\4', self.plural and '\0' + self.plural
        return context + self.message + plural


def parse(text):
    """The entries of a .po file without its header. ValueError for what is not understood, obsolete ones among it."""
    found = []
    for block in text.strip().split('\n\n'):
        fields, flags, where, name = {}, (), (), None
        for line in block.split('\n'):
            if line.startswith('#,'):
                flags += tuple(flag.strip() for flag in line[2:].split(','))
            elif line.startswith('#:'):
                where += tuple(line[2:].split())
            elif line.startswith('"'):
                fields[name] += ast.literal_eval(line)
            elif line.startswith('msg'):
                name, _, value = line.partition(' ')
                if name in fields:
                    raise ValueError(f'{name} twice in one block: {line}')
                fields[name] = ast.literal_eval(value)
            else:
                raise ValueError(f'not understood: {line}')
        said = [fields[name] for name in sorted(fields) if name.startswith('msgstr')]
        found.append(Entry(fields['msgid'], fields.get('msgctxt', ''), fields.get('msgid_plural', ''), where, said,
                           flags))
    if not found or found[0].message:
        raise ValueError('no header')
    return found[1:]


def written(entries, tag):
    """The .po file: by where they stand, so that a change of the program is a small change here."""
    blocks = ['msgid ""\nmsgstr ""\n' + '\n'.join(_quoted(line) for line in _header(tag).splitlines(True))]
    for one in entries:
        lines = ['#: ' + where for where in one.where] + (['#, ' + ', '.join(one.flags)] if one.flags else [])
        lines += [_field('msgctxt', one.context)] if one.context else []
        lines += [_field('msgid', one.message)]
        if one.plural:
            lines += [_field('msgid_plural', one.plural)]
            lines += [_field(f'msgstr[{at}]', said) for at, said in enumerate(one.said)]
        else:
            lines += [_field('msgstr', one.said[0])]
        blocks.append('\n'.join(lines))
    return '\n\n'.join(blocks) + '\n'


def compiled(entries, tag):
    """The .mo file: sorted ids, no hash table."""
    pairs = sorted([(b'', _header(tag).encode())] + [(one.kept_as.encode(), '\0'.join(one.said).encode())
                                                    for one in entries])
    at = 28 + 16 * len(pairs)
    tables, texts = [b'', b''], b''
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack('<2I', len(pair[side]), at + len(texts))
            texts += pair[side] + b'\0'
    return struct.pack('<7I', 0x950412de, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, at) + b''.join(tables) + texts


def _header(tag):
    return HEADER.format(tag=tag, plurals=PLURALS[tag])


def _field(name, text):
    if len(text) < 90:
        return f'{name} {_quoted(text)}'
    lines = textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False, drop_whitespace=False)
    assert ''.join(lines) == text, text
    return '\n'.join([f'{name} ""'] + [_quoted(line) for line in lines])


def _quoted(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n').replace('\t', '\\t') + '"'
