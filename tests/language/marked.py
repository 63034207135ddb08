"""Every text of the program that is to be translated, found where it is marked; by catalogue.

Marked is what `_('...')`, `_.many('...', '...', n)` and N_('...') hold in Python, and in templates what stands in
{% trans %} or is given to _(). Titles, explanations and settings of requirements need no mark.
"""
import ast
import os

import nodeprep
from nodeprep import catalogue
from nodeprep.cli.explain import paragraphs
from nodeprep.language import TITLE
from tests.language.po import Entry

TOP = os.path.dirname(nodeprep.__file__)
# The catalogue of a folder; the longest name wins. A text of explain.py is said with its own before the common one.
DOMAINS = {'nodeprep': 'nodeprep', 'nodeprep/master': 'page'}


def messages():
    """catalogue -> entries without translations, in the order of files and lines; each once."""
    found = {}
    for path in _files('.py'):
        with open(os.path.join(TOP, path), encoding='utf-8') as file:
            for message, plural in _calls(ast.parse(file.read())):
                _add(found, _domain(path), message, plural, 'nodeprep/' + path)
    for path in _files('.html'):
        with open(os.path.join(TOP, path), encoding='utf-8') as file:
            for message, plural in _printed(file.read()):
                _add(found, _domain(path), message, plural, 'nodeprep/' + path)
    for one in catalogue.load_all().values():
        path = f'nodeprep/requirements/{one.id.replace("-", "_")}.py'
        _add(found, 'nodeprep', one.title, '', path, TITLE)
        kinds = [option.kind for option in one.defaults.values() if ' | ' not in option.kind]
        for text in paragraphs(one.__doc__) + kinds + [option.help for option in one.defaults.values()]:
            if text:
                _add(found, 'explain', text, '', path)
    return {domain: list(entries.values()) for domain, entries in found.items()}


def _add(found, domain, message, plural, path, context=''):
    entry = found.setdefault(domain, {}).setdefault((context, message), Entry(message, context, plural))
    entry.plural = entry.plural or plural
    if path not in entry.where:
        entry.where += (path,)


def _domain(path):
    whole = 'nodeprep/' + path
    return DOMAINS[max((name for name in DOMAINS if whole.startswith(name)), key=len)]


def _files(suffix):
    for folder, folders, names in os.walk(TOP):
        folders.sort()
        for name in sorted(names):
            if name.endswith(suffix):
                yield os.path.relpath(os.path.join(folder, name), TOP)


def _calls(tree):
    """(text, plural or '') of each call that marks one, as they stand; a mark around anything else is a mistake."""
    for node in _inside(tree):
        name = node.func.id if isinstance(node.func, ast.Name) else ''
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ''
        many = attribute == 'many' and isinstance(node.func.value, ast.Name) and node.func.value.id == '_'
        texts = [text for text in map(_text, node.args[:2 if attribute == 'many' else 1]) if text is not None]
        unmarked = attribute == 'language' and texts or attribute == 'many' and len(texts) == 2
        assert many or not unmarked, f'line {node.lineno}: call it _'
        if many:
            assert len(texts) == 2, f'line {node.lineno}: many() takes two texts'
            yield texts[0], texts[1]
        elif name == 'N_':
            assert len(texts) == 1, f'line {node.lineno}: N_() takes a text'
            yield texts[0], ''
        elif name == '_' and texts:
            yield texts[0], ''


def _printed(source):
    """(text, plural or '') of each that a template prints, as it is asked for when the page is made."""
    import jinja2
    environment = jinja2.Environment(extensions=['jinja2.ext.i18n'], autoescape=True)       # noqa: S701
    environment.newstyle_gettext = True
    calls = environment.parse(source).find_all(jinja2.nodes.Call)
    for node in calls:
        name = node.node.name if isinstance(node.node, jinja2.nodes.Name) else ''
        if name in ('_', 'gettext', 'ngettext'):
            texts = [arg.value for arg in node.args[:2 if name == 'ngettext' else 1]]     # whatever else is a mistake
            yield texts[0], texts[1] if name == 'ngettext' else ''


def _inside(node):
    """The calls in it, in the order of the source. Lines and columns within f-strings are not the same everywhere."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child
        yield from _inside(child)


def _text(node):
    """The text that a node is; None when it is none. What it is called changed in Python 3.8."""
    value = getattr(node, {'Str': 's', 'Constant': 'value'}.get(type(node).__name__, ''), None)
    return value if isinstance(value, str) else None
