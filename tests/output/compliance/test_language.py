"""The report in Chinese: what people read, to the last word of the program; what programs read is English."""
import re

import html5lib
import pytest

from nodeprep.language import CHINESE, speaking
from nodeprep.output import Options
from nodeprep.output.columns import columns
from nodeprep.output.compliance import renderer
from nodeprep.output.words import shown
from tests.compliance import sample
from tests.language.widths import narrow, sentences
from tests.output.compliance.fleet import fleet

_ = speaking(CHINESE)
TREES = {'small': sample.small(), 'none': fleet(0), 'three': fleet(3), 'seventy': fleet(70, evidence=True)}
# Latin words that it has of its own.
OURS = {'nodeprep', 'utc', 'csv', 'json', 'ca', 'agent', 'cpu'}


def parsed(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def texts(tree):
    """Every text in it, as it is shown."""
    if isinstance(tree, dict):
        tree = [*tree, *tree.values()]
    if isinstance(tree, list):
        return [text for one in tree for text in texts(one)]
    return [shown(tree)]


def latin(text):
    return {word.lower() for word in re.findall(r'[A-Za-z][A-Za-z0-9]+', text)}


@pytest.mark.parametrize('name', sorted(TREES))
def test_no_english_is_left_on_the_page(name):
    page = parsed(renderer('html')(TREES[name], Options(language=_)))
    assert page.get('lang') == 'zh-CN'
    known, left = latin(' '.join(texts(TREES[name]))) - {'met', 'drifted', 'unknown', 'silent', 'waived'} | OURS, set()
    for part in page.iter():
        said = [part.text if part.tag not in ('style', 'code') else '', part.get('title'), part.get('aria-label'),
                 part.get('data-of')] + [child.tail for child in part if part.tag != 'style']
        left |= {(word, text) for text in said if text for word in latin(text) - known}
    assert left == set()


@pytest.mark.parametrize('form', ['html', 'table'])
@pytest.mark.parametrize('name', sorted(TREES))
def test_no_sentence_has_punctuation_of_english(name, form):
    for tree in (TREES[name], dict(TREES[name], scope='host', signature=None)):
        text = renderer(form)(tree, Options(language=_, width=300, verbose=True))
        if form == 'html':
            page = parsed(text)
            heard = [part.get(name, '') for part in page.iter() for name in ('title', 'aria-label', 'data-of')]
            text = '\n'.join(heard + sentences(page))
        assert narrow(text) == []


@pytest.mark.parametrize('name', sorted(TREES))
def test_the_page_is_built_as_the_english_one(name):
    pages = [parsed(renderer('html')(TREES[name], options)) for options in (Options(), Options(language=_))]
    english, chinese = ([(part.tag, part.get('class', ''), part.get('id', '')) for part in page.iter()]
                        for page in pages)
    assert sorted(english) == sorted(chinese)


@pytest.mark.parametrize('width', [80, 120])
@pytest.mark.parametrize('name', sorted(TREES))
def test_the_table_is_no_wider_than_the_english_one_may_be(name, width):
    said = renderer('table')(TREES[name], Options(width=width, language=_))
    english = renderer('table')(TREES[name], Options(width=width))
    most = max(width, max(map(len, english.splitlines())))
    assert [line for line in said.splitlines() if columns(line) > most] == []
    for word in ('REQUIREMENT', 'NODE', 'At the end', 'None:', 'Worst', ' of the time', 'more', 'nodes count'):
        assert word not in said, word


@pytest.mark.parametrize('form', ['html', 'table'])
def test_what_machines_share_and_what_they_are_is_said_in_words(form):
    tree = sample.small()
    tree['nodes'][0]['standing'], tree['nodes'][1]['standing'] = 'gone', 'new'
    tree['clones'] = [dict(tree['clones'][0], kind=kind, decision=decision) for kind, decision in (
        ('mac', 'keep-both'), ('machine_id', 'forget-first'), ('hostname', 'forget-later'), ('product_uuid', ''))]
    said = renderer(form)(tree, Options(width=200))
    for word in ('gone', 'no report yet', 'MAC address', 'machine-id', 'host name', 'two machines',
                 'the first one forgotten', 'the later one forgotten', 'nobody has decided'):
        assert word in said, word
    assert 'keep-both' not in said and 'machine_id' not in said
    chinese = renderer(form)(tree, Options(width=200, language=_))
    for word in ('已离开', '尚无报告', 'MAC 地址', 'machine-id', '主机名', '是两台机器', '移除了先加入的',
                 '移除了后加入的', '尚无人决定'):
        assert word in chinese, word


def test_the_title_that_is_wanted_of_what_could_not_be_told_is_chinese():
    tree = sample.small()
    title, lists = 'Swap is off', ('open', 'reboot', 'advised')
    for name in lists:
        tree[name] = [dict(tree['open'][0], waived_until=None, found='no answer', wanted=title)]
    tree['requirements'] = [dict(one, title='') for one in tree['requirements']]
    tree['evidence'] = None
    page = renderer('html')(tree, Options(language=_))
    assert title not in page and page.count(_.title(title)) == len(lists)


@pytest.mark.parametrize('form', ['csv', 'json', 'junit'])
def test_what_programs_read_is_english(form):
    for name in TREES:
        assert renderer(form)(TREES[name], Options(language=_)) == renderer(form)(TREES[name], Options())
