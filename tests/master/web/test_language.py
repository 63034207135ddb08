"""The page in the language of its reader: as the browser asks, or as master.yaml says."""
import ast
import glob
import json
import os
import re

import pytest

from nodeprep.language import CHINESE, speaking
from nodeprep.language.accepting import accepted
from nodeprep.master import store
from nodeprep.master.store import clones, reports
from nodeprep.master.web import words
from nodeprep.output.compliance import holes, vocabulary
from tests.language.marked import _text
from tests.language.widths import narrow, sentences
from tests.master.web.browsing import EVIL, NAMES, SCRIPT, parsed, text_of
from tests.master.web.test_pages import PAGES

_ = speaking(CHINESE, 'page')
ASKS = {'accept': 'text/html', 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8'}
# Latin words that a Chinese page has of its own: names, units of measure, and what is typed as it stands.
OURS = {'nodeprep', 'kubernetes', 'kubeadm', 'agent', 'pod', 'utc', 'mac', 'product', 'uuid', 'machine', 'id', 'admin',
        'approver', 'rack', 'a1', 'name', 'value', 'yyyy', 'mm', 'dd', 'nobody', 'unit', 'mode', 'fix', 'master'}


def asked(site, path, role='admin', **more):
    return site.browser(role).ask('GET', path, headers=dict(ASKS, **more))


def heard(page):
    """Every text and every attribute of a page that somebody reads or hears, with where it stands."""
    for part in page.iter():
        if part.tag in ('script', 'style', 'code'):
            continue
        yield part, part.text or ''
        for child in part:
            yield part, child.tail or ''
        for name in ('title', 'aria-label', 'data-of', 'data-pause', 'data-resume', 'data-over', 'data-again',
                     'data-gone'):
            yield part, part.get(name, '')


def latin(text):
    return {word.lower() for word in re.findall(r'[A-Za-z][a-z0-9]+', text)}


def kept(site):
    """The Latin words of all that hosts and people have said: it is shown as it is."""
    found = latin(f'{SCRIPT} {EVIL}') | {word for name in NAMES for word in name.split('-')}
    for host in site.fleet.hosts.values():
        found |= latin(json.dumps(host.findings) + json.dumps(host.about) + host.boot_id)
    for what in ('* FROM waiver', '* FROM audit', '* FROM person', '* FROM approval', 'says FROM state',
                 'who, why, undone_by FROM fix'):
        for row in site.rows(f'SELECT {what}'):
            found |= latin(' '.join(map(str, row)))
    return found


@pytest.mark.parametrize('path', PAGES)
def test_no_sentence_of_a_chinese_page_has_punctuation_of_english(full, path):
    page, host = parsed(asked(full, path)), said_by_others(full)
    assert [one for said in sentences(page) for one in narrow(said, host)] == []
    assert [one for _part, said in heard(page) for one in narrow(said, host)] == []


def said_by_others(site):
    """All that hosts and people have said, as one text."""
    rows = [row for what in ('* FROM waiver', '* FROM audit', '* FROM approval', 'says FROM state')
            for row in site.rows(f'SELECT {what}')]
    return f'{SCRIPT} {EVIL} {rows} ' + ' '.join(str(host.findings) for host in site.fleet.hosts.values())


@pytest.mark.parametrize('path', PAGES)
def test_no_english_is_left_on_a_chinese_page(full, path):
    page = parsed(asked(full, path))
    assert page.get('lang') == 'zh-CN' and re.search('[\u4e00-\u9fff]', text_of(page.find('.//title')))
    known = kept(full) | OURS
    left = {(word, text.strip()) for part, text in heard(page) for word in latin(text) - known
            if not re.match('[0-9a-f]{20,}$', word)}          # the digest of a plan
    assert left == set()


@pytest.mark.parametrize('path', PAGES)
def test_the_pages_of_both_languages_are_built_alike(full, path):
    """A translation brings in no element and loses none."""
    def shape(page):
        return sorted((part.tag, part.get('href', ''), part.get('name', ''), part.get('value', ''))
                      for part in page.iter() if part.get('name') != 'csrf')
    assert shape(parsed(asked(full, path))) == shape(parsed(asked(full, path, **{'accept-language': 'en'})))


def test_states_and_times_are_translated(full):
    said = text_of(parsed(asked(full, '/nodes/drifted')))
    assert _(words.WORDS['drifted']) in said and _(words.VERDICTS['drifted']) in said and _('{n} h', n=1) in said
    # Beside what the host said, where the word is its own.
    for english in ('not fit', 'could not tell', ' ago', ' h ', 'never'):
        assert english not in said, english


def test_a_title_that_only_a_host_knows_stays_as_it_is_and_is_no_html(full):
    host = full.fleet.hosts['fit']
    host.set('swap', state='drifted')
    host.set('disk', state='drifted')
    host.findings['swap']['title'], host.findings['disk']['title'] = 'Swap is off', f'{SCRIPT}%(x)s{{y}}'
    full.fleet.tell('fit')
    text = asked(full, '/nodes/fit').text
    assert '&lt;script&gt;alert(1)&lt;/script&gt;%(x)s{y}' in text and SCRIPT not in text
    assert _.title('Swap is off') in text and _.title('Swap is off') != 'Swap is off'


def test_the_title_that_is_wanted_of_what_could_not_be_told_is_translated(full):
    host, title = full.fleet.hosts['fit'], 'Swap is off'
    host.set('swap', state='unknown')
    host.findings['swap'].update(title=title, observations=[{
        'subject': '/proc/swaps', 'when': 'now', 'found': 'permission denied', 'wanted': title, 'met': None,
        'source': '/proc/swaps', 'fix': [], 'hint': '', 'advised': False, 'kubeadm': ''}])
    full.fleet.tell('fit')
    text = asked(full, '/nodes/fit').text
    assert 'permission denied' in text and _.title(title) in text and title not in text


def test_a_gap_in_the_reports_of_a_node_is_told_in_chinese(full):
    node, at = full.rows("SELECT id, joined FROM node WHERE name = 'fit'")[0]
    full.store.do(lambda cursor: reports.add_gaps(cursor, [(node, 7, 9, 'missing', 'reports 7 to 9 never came', at)]))
    said = text_of(parsed(asked(full, '/nodes/fit')))
    assert holes.noted('reports 7 to 9 never came', _) in said and _('missing') in said
    assert 'never came' not in said and 'missing' not in said
    assert 'reports 7 to 9 never came' in text_of(parsed(asked(full, '/nodes/fit', **{'accept-language': 'en'})))


@pytest.mark.parametrize('setting, header, lang', [
    ('', '', 'en'), ('', 'zh-CN', 'zh-CN'), ('', 'en-GB,zh;q=0.5', 'en'), ('', 'zh-TW', 'en'), ('', 'de,fr', 'en'),
    ('en', 'zh-CN', 'en'), ('zh_CN', 'en', 'zh-CN'), ('zh_CN', '', 'zh-CN')])
def test_the_setting_wins_over_what_the_browser_asks(site, setting, header, lang):
    site.master.settings = site.master.settings._replace(language=setting)
    headers = {'accept-language': header} if header else {}
    for path in ('/', '/nodes/nobody', '/waivers'):
        assert parsed(site.browser('viewer').ask('GET', path, headers=headers)).get('lang') == lang
    assert parsed(site.browser('viewer').ask('GET', '/nothing', headers=dict(headers, accept='text/html'))).get(
        'lang') == lang


@pytest.mark.parametrize('header', [
    'zh' * 5000, ',' * 10000, 'zh;q=' + '9' * 1000, '*;q=1', 'zh;q=-1', ';;;', 'zh_CN', '\u8282', 'en;q=1.0001',
    'de,' * 100 + 'zh'])
def test_a_header_that_makes_no_sense_means_english(header):
    assert accepted(header) == 'en'


def test_what_programs_get_is_english(full):
    admin = full.browser('admin')
    for path in ('/v1/nowhere', '/static/nothing.css'):
        answer = admin.ask('GET', path, headers={'accept-language': 'zh-CN'})
        assert answer.tree['title'] == 'Not Found' if 'json' in answer.headers['content-type'] else True
        assert 'lang="zh' not in answer.text or path == '/static/nothing.css'


def test_what_came_of_a_form_is_said_in_chinese(full):
    for query, count in (('done=approved&n=1', '1'), ('done=denied&n=1234', '1,234'), ('done=none', ''),
                         ('done=held-mac&n=3', '3')):
        note = text_of(parsed(asked(full, '/approvals?' + query)).find('.//*[@role="status"]'))
        assert re.search('[\u4e00-\u9fff]', note) and count in note
    from tests.master.web.browsing import csrf
    ann = full.browser('approver')
    answer = ann.submit('/waivers', {'do': 'waive', 'csrf': csrf(ann), 'scope_kind': 'node', 'scope': 'nobody'},
                        **{'accept-language': 'zh-CN'})
    assert answer.status == 422 and _('there is no node of this name') in answer.text
    assert _('say why') in answer.text


def test_every_deed_of_the_audit_log_has_words():
    """What the store notes, found in its source; a decision or an answer stands for each that there is."""
    noted = set()
    for path in glob.glob(os.path.join(os.path.dirname(store.__file__), '*.py')):
        with open(path, encoding='utf-8') as file:
            for call in ast.walk(ast.parse(file.read())):
                if isinstance(call, ast.Call) and getattr(call.func, 'attr', '') == 'note':
                    said = _text(call.args[3])
                    noted |= {said} if said else {'plan approved', 'plan denied'} | {
                        f'clone {decision}' for decision in clones.DECISIONS}
    assert noted == set(vocabulary.DEEDS)
