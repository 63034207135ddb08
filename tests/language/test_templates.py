"""No text of a template is printed as it stands: every word in it is marked, and a mark holds a text of the program."""
import os
import re
from html.parser import HTMLParser

import pytest

from nodeprep.master.web import render

jinja2 = pytest.importorskip('jinja2')
FOLDER = render._FOLDER
TEMPLATES = sorted(os.listdir(FOLDER))
# Attributes that people read or hear.
TOLD = ('title', 'aria-label', 'placeholder', 'alt', 'data-of', 'data-pause', 'data-resume', 'data-over', 'data-again',
        'data-gone', 'content')
# What is the same in every language.
SAME = {'nodeprep', '\u00b7 nodeprep', 'Kubernetes', 'kubeadm', 'product_uuid', 'machine-id', 'rack=a1',
        'ops@example.com', 'width=device-width, initial-scale=1'}
# Texts in an expression that are no words for people: names of files, of fields and of kinds, pieces of HTML.
ODD = re.compile(r'[a-z_-]*$|label:$|.*\.html$|[^ ]*[/?#=&][^ ]*$|[a-z]+="|type="|required maxlength="|%|\d')


def parsed(source):
    environment = jinja2.Environment(extensions=['jinja2.ext.i18n'], autoescape=True)
    environment.newstyle_gettext = True
    return environment.parse(source)


def marks(tree):
    """The calls that translate."""
    return [call for call in tree.find_all(jinja2.nodes.Call) if isinstance(call.node, jinja2.nodes.Name)
            and call.node.name in ('_', 'gettext', 'ngettext')]


class Read(HTMLParser):
    """What a browser would show of it, and what is in attributes that people are told."""

    def __init__(self):
        super().__init__()
        self.inside, self.found = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ('meta', 'link', 'input', 'br', 'rect', 'line'):
            self.inside.append(tag)
        for name, value in attributes:
            if name in TOLD:
                self.found.append(value or '')

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {'code', 'style', 'script'} & set(self.inside):
            self.found.append(data)


def joined(pieces):
    """Pieces of HTML as one: what stands between them is \\0, and nothing within a tag."""
    whole = ''
    for piece in pieces:
        whole += piece if whole.rfind('<') > whole.rfind('>') else '\0' + piece
    return whole


def unmarked(source):
    """The texts of a template that are printed as they stand."""
    tree = parsed(source)
    read = Read()
    read.feed(joined(one.data for one in tree.find_all(jinja2.nodes.TemplateData)))
    read.close()
    texts = [part.strip() for text in read.found for part in text.split('\0')]
    known = {id(constant) for call in marks(tree) for constant in call.find_all(jinja2.nodes.Const)}
    texts += [one.value for one in tree.find_all(jinja2.nodes.Const) if isinstance(one.value, str)
              and id(one) not in known and not ODD.match(one.value.strip())]
    return [text for text in texts if re.search('[A-Za-z]', text) and text not in SAME]


@pytest.mark.parametrize('name', TEMPLATES)
def test_every_text_is_marked(name):
    with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
        assert unmarked(file.read()) == []


@pytest.mark.parametrize('name', TEMPLATES)
def test_only_texts_of_the_program_are_marked(name):
    """What a host says must not be taken for HTML of ours: a mark holds nothing but a literal text."""
    with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
        for call in marks(parsed(file.read())):
            texts = call.args[:2 if call.node.name == 'ngettext' else 1]
            assert all(isinstance(text, jinja2.nodes.Const) for text in texts), call.lineno
            assert not call.dyn_args and not call.dyn_kwargs


@pytest.mark.parametrize('source', [
    '<p>Words</p>', '<p>{{ x }} of {{ y }}</p>', '<p title="Some words">1</p>',
    '<b aria-label="{{ x }} more">{{ x }}</b>',
    "{{ 'Some' if x else y }}", "{{ x ~ ' and more' }}", "{% set said = {'a': 'Some word'} %}",
    "{% for a in (('One word', 2),) %}{% endfor %}", '<h1>{% if x %}Words{% endif %}</h1>',
    "{{ bits.mark('met', 'All fit') }}"])
def test_what_is_not_marked_is_found(source):
    assert unmarked(source)


@pytest.mark.parametrize('source', [
    "<p>{{ _('Words') }}</p>", '{% trans %}Words{% endtrans %}',
    '{% trans n=x %}One{% pluralize n %}More{% endtrans %}',
    '<code>nodeprep status</code>', "<p class=\"count{{ ' wrong' if x }}\">{{ x }}</p>", '<p>· / ( )</p>'])
def test_what_is_marked_is_not(source):
    assert unmarked(source) == []
