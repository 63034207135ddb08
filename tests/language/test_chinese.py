"""What is read in Chinese: the table, the page of a check and `explain`; and what stays English for programs."""
import json
import re

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep import catalogue
from nodeprep.language import CHINESE, speaking
from nodeprep.output import FORMATS, TRANSLATED, Options, renderer
from nodeprep.output.columns import columns, wrapped
from nodeprep.output.words import shown
from tests.cli.runner import run
from tests.language.widths import narrow, sentences
from tests.output.samples import SAMPLES, finding, report
from tests.output.samples import seen as observed
from tests.output.trees import RUDE, trees

_ = speaking(CHINESE)
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    """An environment of a Chinese reader."""
    for name in ('LC_ALL', 'LC_MESSAGES', 'LANGUAGE'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('LANG', 'zh_CN.UTF-8')


@given(trees(RUDE), st.integers(40, 120), st.booleans(), st.booleans())
@SETTINGS
def test_no_line_of_the_table_is_wider_than_asked(tree, width, verbose, quiet):
    for one in tree['findings']:
        for observation in one['observations']:
            for change in observation['fix']:
                change.pop('diff', None)
    options = Options(False, width, verbose, quiet, language=_)
    assert [line for line in renderer('table')(tree, options).split('\n') if columns(line) > options.width] == []


@pytest.mark.parametrize('name', sorted(SAMPLES))
def test_the_table_has_the_rows_of_the_english_one_with_its_words_in_the_same_columns(name):
    english, said = (renderer('table')(SAMPLES[name], Options(language=one)) for one in (Options().language, _))
    places = []
    for text in (english, said):
        rows = [re.match(r'([a-z-]+) +(\S+ +)\S', line) for line in text.split('\n')]
        rows = [row for row in rows if row and row.group(1) in catalogue.ids()]
        places.append([(row.group(1), columns(row.string[:row.start(2)]), columns(row.string[:row.end(2)]))
                       for row in rows])
    assert places[0] == places[1] and said != english


@pytest.mark.parametrize('name', sorted(set(SAMPLES) - {'hostile'}))      # whose host speaks Chinese itself
def test_no_sentence_of_a_check_has_punctuation_of_english(name):
    host = json.dumps(SAMPLES[name], ensure_ascii=False)
    for verbose in (False, True):
        said = renderer('table')(SAMPLES[name], Options(width=300, verbose=verbose, language=_))
        assert narrow(said, host) == []
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        renderer('html')(SAMPLES[name], Options(language=_)))
    assert [one for said in sentences(page) for one in narrow(said, host)] == []


def test_the_words_of_the_table_are_chinese():
    said = renderer('table')(SAMPLES['drifted'], Options(language=_))
    for word in ('DRIFT', 'NOW', 'BOOT', 'wanted', 'fix:', 'hint', 'NOT FIT', 'Next', 'more', 'after', 'met'):
        assert word not in said, word
    assert _('DRIFT') in said and _.title('Swap is off') in said
    # What a host says, and what is typed, is the same in every language.
    assert '/etc/fstab' in said and 'nodeprep fix --dry-run' in said


@pytest.mark.parametrize('form', TRANSLATED)
def test_the_title_that_is_wanted_of_what_could_not_be_told_is_chinese(form):
    """The engine wants what the title says when a whole requirement could not be looked at."""
    title = 'Swap is off'
    tree = report(finding('swap', title, observed('now', '/proc/swaps', 'permission denied', title, None)))
    said = ' '.join(renderer(form)(tree, Options(verbose=True, width=120, language=_)).split())
    assert title not in said and said.count(_.title(title)) >= 2
    assert title in renderer(form)(tree, Options())


@pytest.mark.parametrize('name', sorted(SAMPLES))
def test_the_page_is_html_in_chinese(name):
    text = renderer('html')(SAMPLES[name], Options(language=_))
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert page.get('lang') == 'zh-CN'
    for word in ('Evidence', 'All requirements', 'Wanted', 'After a reboot', 'observed', 'Taken'):
        assert word not in text, word


def latin(value):
    """The Latin words of a text, or of a tree as it is shown."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return {word for one in value for word in latin(one)}
    return {word.lower() for word in re.findall('[A-Za-z][a-z]+', shown(value))}


@pytest.mark.parametrize('form', TRANSLATED)
@pytest.mark.parametrize('name', sorted(SAMPLES))
def test_no_english_is_left_beside_what_the_host_says(name, form):
    text = renderer(form)(SAMPLES[name], Options(verbose=True, language=_))
    if form == 'html':
        page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
        text = ' '.join(part or '' for one in page.iter() if one.tag != 'style' for part in (one.text, one.tail))
    said = latin(SAMPLES[name]['node']) | {'nodeprep', 'kubernetes', 'kubeadm', 'iptables', 'root'}
    for one in SAMPLES[name]['findings']:
        said |= latin([one[key] for key in ('requirement', 'title', 'note', 'kubeadm')]) | latin(one['waiver'] or '')
        for seen in one['observations']:
            said |= latin([seen[key] for key in ('subject', 'found', 'wanted', 'source', 'hint', 'kubeadm')])
            said |= latin([change.get(key, '') for change in seen['fix'] for key in ('run', 'undo', 'write', 'diff')])
    said |= latin(SAMPLES[name]['agent']) | latin(SAMPLES[name]['id']) | latin(SAMPLES[name]['taken'])
    # What is typed next is no text, and a word that is longer than a line is broken.
    left = latin(' '.join(re.sub('nodeprep .*', '', text).split() if form == 'table' else text.split())) - said
    assert {word for word in left if 'xxxx' not in word} == set()


@pytest.mark.parametrize('name', sorted(set(FORMATS) - set(TRANSLATED)))
def test_what_programs_read_is_english(name):
    for sample in SAMPLES.values():
        assert renderer(name)(sample, Options(language=_)) == renderer(name)(sample, Options())


@pytest.fixture
def here(host, monkeypatch):
    """The host whose configuration is read."""
    monkeypatch.setattr('nodeprep.cli.explain.Host', lambda root: host)
    return host


@pytest.mark.parametrize('requirement_id', catalogue.ids())
def test_each_requirement_explains_itself_in_chinese(here, requirement_id):
    done = run('explain', requirement_id)
    assert done.code == 0 and not [line for line in done.out.splitlines() if columns(line) > 80]
    assert all(name in done.out for name in catalogue.load(requirement_id).defaults)
    for english in ('Why:', 'Read:', 'Fix:', 'Left to a person:', 'Settings', 'default ', '(required)', '(advised)'):
        assert english not in done.out
    assert sum(columns(letter) == 2 for letter in done.out) > 150 and '\n\n\n' not in done.out


def test_a_line_of_chinese_ends_where_its_readers_expect_it():
    for one in catalogue.load_all().values():
        for width in range(20, 81, 7):
            for line in wrapped(_(' '.join(one.__doc__.split('\n\n')[0].split())), width)[1:]:
                assert line[0] not in '\uff0c\u3002\uff1b\uff1a\u3001\uff09', line


def test_the_configuration_of_a_host_wins_over_the_environment(here):
    here.files({'/etc/nodeprep/nodeprep.yaml': 'language: en\n'})
    assert 'Why:' in run('explain', 'swap').out
    here.files({'/etc/nodeprep/nodeprep.yaml': 'languages: en\n'})       # what is wrong with it is told by others
    assert 'Why:' not in run('explain', 'swap').out and run('explain', 'swap').code == 0


def test_the_list_is_chinese_and_fits(tmp_path):
    (tmp_path / 'etc').mkdir()
    lines = run('requirements', '--root', tmp_path).out.splitlines()
    assert not [line for line in lines if columns(line) > 80 and not line.strip().startswith('(FileContent--')]
    assert any(_.title('Swap is off') in line for line in lines)
    assert '"Swap is off"' in run('requirements', '--root', tmp_path, '-o', 'json').out


def test_a_check_is_printed_in_the_language_that_is_chosen(tmp_path):
    (tmp_path / 'etc' / 'nodeprep').mkdir(parents=True)
    (tmp_path / 'etc' / 'fstab').write_text('/dev/sda2 none swap sw 0 0\n')
    asked = ('check', '--root', tmp_path, 'swap')
    assert _('BOOT') in run(*asked).out and '"Swap is off"' in run(*asked, '-o', 'json').out
    assert 'lang="zh-CN"' in run(*asked, '-o', 'html').out
    (tmp_path / 'etc' / 'nodeprep' / 'nodeprep.yaml').write_text('language: en\n')
    assert 'BOOT' in run(*asked).out and 'lang="en"' in run(*asked, '-o', 'html').out
