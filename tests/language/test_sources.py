"""What people read of the program's own is marked where it stands in Python too; templates have a test of their own."""
import ast
import os
import re

import pytest

from tests.language import marked

# What is printed for people in their language. What is for programs, or for the journal, is not among it.
SPOKEN = ('output/table.py', 'output/html_.py', 'output/words.py', 'output/compliance/chart.py',
          'output/compliance/events.py', 'output/compliance/figures.py', 'output/compliance/html_.py',
          'output/compliance/pieces.py', 'output/compliance/table.py', 'output/compliance/times.py',
          'output/compliance/vocabulary.py', 'output/compliance/words.py', 'output/wrong.py')
FOLDERS = ('master/web/',)
# What is compared with, and names of CSS.
NOT_SAID = ('permission denied', 'scroll short', 'chart narrow')
# Two words beside each other, and nothing of HTML, CSS, SQL or addresses.
WORDS = re.compile(r'^[^<>{}=/]*[A-Za-z]{2,},? [a-z]{2,}[^<>{}=]*$')
FILES = [path for path in marked._files('.py') if path in SPOKEN or path.startswith(FOLDERS)]


def unmarked(source):
    """(line, text) of each that reads like a sentence, is no docstring and has no mark."""
    tree = ast.parse(source)
    apart = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):                      # a docstring
            apart.add(id(node.value))
        if isinstance(node, ast.Dict):                      # what is looked up
            apart |= {id(key) for key in node.keys}
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, 'id', '')
            if name in ('_', 'N_', 'many'):
                apart |= {id(arg) for arg in node.args}
            if name == 'Route':                             # the document of the interface
                apart |= {id(arg) for arg in node.args}
    return [(node.lineno, marked._text(node)) for node in ast.walk(tree)
            if marked._text(node) and id(node) not in apart and WORDS.match(marked._text(node))
            and marked._text(node) not in NOT_SAID]


@pytest.mark.parametrize('path', FILES)
def test_every_sentence_is_marked(path):
    with open(os.path.join(marked.TOP, path), encoding='utf-8') as file:
        assert unmarked(file.read()) == []


def test_what_is_not_marked_is_found():
    for source in ("page.text('could not tell')", "x = f'{a} of the time'", "{'a b': 'two words'}",
                   "f('One, and more')"):
        assert unmarked(source), source
    for source in ("'''A docstring of words.'''", "_('two words')", "N_('two words')",
                   "_.many('one node', 'more of them', n)", "x = '<td class=\"a b\">'", "x = 'word'"):
        assert not unmarked(source), source


def test_all_that_speaks_is_there():
    assert len(FILES) > len(SPOKEN) + 15 and set(SPOKEN) <= set(FILES)
