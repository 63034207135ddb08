"""What each page shows of a fleet of every kind, read back by html5lib in its strict mode."""
import os
import re
from urllib.parse import parse_qs, urljoin

import pytest

import nodeprep
from nodeprep.compliance import moments
from nodeprep.master import compliance, membership
from nodeprep.master.store import deliveries, joining, nodes, outbox, tokens
from nodeprep.output.compliance import figures, words
from tests.master.fleet import Host
from tests.master.web.browsing import EVIL, HOUR, NAMES, NOW, SCRIPT, Fleet, buttons, parsed, text_of

PAGES = ('/', '/?group=role', '/?group=label:rack', '/?q=fit', '/?standing=drifted',
         '/?requirement=swap&outcome=drifted', '/?label=rack%3Dr01', '/?page=7', '/?group=label:nobody',
         '/?order=heard',
         '/nodes/drifted', '/nodes/fit', '/nodes/away', '/nodes/waived', '/nodes/proposing5',
         '/nodes/drifted?requirement=swap', '/drift', '/drift?show=unknown', '/drift?show=waived',
         '/drift?show=silent', '/drift?show=advised', '/drift?q=nobody', '/fixes', '/fixes?show=failed',
         '/fixes?show=undone', '/fixes?days=all&node=fit', '/fixes?q=nobody&how=person', '/approvals',
         '/approvals?requirement=disk',
         '/waivers', '/waivers?scope=fit&requirement=swap', '/clones', '/compliance', '/compliance?days=7', '/audit',
         '/audit?q=waiver', '/sign-in', '/sign-in?wrong=1', '/nodes/nobody', '/nothing')


def rows(page, table='.//table'):
    """The rows of a table as lists of texts."""
    return [[text_of(cell) for cell in row if cell.tag in ('th', 'td')] for row in page.find(table).findall('.//tr')]


def cells(page, name):
    """requirement -> (class, text) of a node's row of the grid."""
    table = page.find('.//table[@class="grid"]')
    heads = [text_of(cell) for cell in table.findall('./thead/tr/th')][2:]
    row = next(row for row in table.findall('./tbody/tr') if text_of(row.find('th')).split(' ')[0] == name)
    return dict(zip(heads, [(cell.get('class').split(' ')[-1], text_of(cell)) for cell in row.findall('td')[1:]]))


@pytest.mark.parametrize('path', PAGES)
def test_every_page_is_html_without_an_error_and_can_be_listened_to(full, path):
    answer = full.browser('admin').ask('GET', path, headers={'accept': 'text/html'})
    assert answer.status == (404 if path in ('/nodes/nobody', '/nothing') else 200)
    page = parsed(answer)
    assert page.get('lang') == 'en' and text_of(page.find('.//title'))
    assert page.findall('.//main/..') and len(page.findall('.//main')) == 1 and len(page.findall('.//h1')) == 1
    first = page.find('.//body').find('*')
    assert first.get('href') == '#main' and page.find('.//main').get('id') == 'main'
    levels = [int(part.tag[1]) for part in page.iter() if part.tag in ('h1', 'h2', 'h3', 'h4')]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    ids = [part.get('id') for part in page.iter() if part.get('id')]
    assert len(ids) == len(set(ids))
    for part in page.iter():
        for name in ('aria-labelledby', 'aria-describedby', 'for'):
            assert all(one in ids for one in (part.get(name) or '').split()), part.attrib


@pytest.mark.parametrize('path', PAGES)
def test_every_field_has_a_label_and_every_head_of_a_table_a_scope(full, path):
    page = parsed(full.browser('admin').ask('GET', path, headers={'accept': 'text/html'}))
    labelled = {part.get('for') for part in page.iter('label')}
    for part in page.iter():
        if part.tag in ('select', 'textarea') or part.tag == 'input' and part.get('type') != 'hidden' \
                and part.get('hidden') is None:
            assert part.get('id') in labelled, part.attrib
        if part.tag == 'th':
            assert part.get('scope') in ('col', 'row')
        if part.tag in ('a', 'button'):
            assert text_of(part), part.attrib
        if part.tag.endswith('}svg'):
            assert part.get('aria-hidden') == 'true' or part.get('role') == 'img' and part.get('aria-label')


@pytest.mark.parametrize('path', PAGES)
def test_nothing_from_outside_is_loaded_and_nothing_is_written_into_the_page_that_runs(full, path):
    answer = full.browser('admin').ask('GET', path, headers={'accept': 'text/html'})
    policy = answer.headers['content-security-policy']
    assert "default-src 'none'" in policy and 'unsafe' not in policy
    for part in parsed(answer).iter():
        assert not [name for name in part.attrib if name.startswith('on') or name == 'style'], part.attrib
        assert part.tag != 'style'
        if part.tag == 'script':
            assert part.get('src').startswith('/static/live.js') and not (part.text or '').strip()
        for name in ('src', 'href', 'action'):
            assert (part.get(name) or '/').startswith(('/', '#', '?')) and not (part.get(name) or '').startswith('//')


def test_the_headline_says_first_what_is_wrong(full):
    page = parsed(full.browser().get('/'))
    assert text_of(page.find('.//h1')) == '5 of 9 nodes are not fit, 1 cannot be told, 1 silent'
    assert text_of(page.find('.//title')).startswith('5 of 9 nodes are not fit')


def test_the_grid_has_a_cell_for_each_requirement_and_tells_states_by_symbol_word_and_age(full):
    page = parsed(full.browser().get('/'))
    drifted = cells(page, 'drifted')
    assert sorted(drifted) == sorted(NAMES)
    assert drifted['swap'] == ('drifted', '\u00d7 swap drifted, for 1 h')
    assert drifted['bridge'] == ('unknown', '? bridge could not tell, for 1 h')
    assert drifted['disk'] == ('met', '\u00b7 met')
    assert cells(page, 'booting')['selinux'] == ('boot', '\u21bb selinux drifts at the next boot, for 1 h')
    assert cells(page, 'waived')['disk'] == ('waived', 'w disk waived, for 1 h')


def test_the_legend_of_the_grid_has_every_symbol_that_the_documentation_explains(full):
    said = [text_of(part) for part in parsed(full.browser().get('/')).findall('.//ul[@class="legend"]/li')]
    assert said == ['\u00d7 drifted', '\u21bb drifts at the next boot', '? could not tell', '! advised, not met',
                    'w waived', '\u00b7 met', '\u2013 does not apply', 'z silent', 'q quarantined']
    docs = os.path.join(os.path.dirname(os.path.dirname(nodeprep.__file__)), 'docs', 'page.md')
    with open(docs, encoding='utf-8') as file:
        explained = re.findall(r'^\| (.) \| ', file.read(), re.M)
    assert explained == [one[0] for one in said]


def test_the_worst_nodes_come_first_and_silent_ones_say_for_how_long(full):
    page = parsed(full.browser().get('/'))
    table = rows(page, './/table[@class="grid"]')
    evil = SCRIPT + EVIL.replace('\u202e', '\\u202e') + '/..'
    assert [row[0] for row in table[2:]][:3] == [evil, 'booting', 'drifted']
    assert [row[1] for row in table[2:]][-4:] == ['? could not tell', 'z silent 30 min', '\u2713 fit', '\u2713 fit']
    assert table[1][0].startswith('All nodes')
    assert dict(zip(table[0][2:], table[1][2:]))['swap'] == '3 swap nodes, 3 drifted'


def test_what_is_wrong_with_most_nodes_says_since_when_and_what_to_do(full):
    page = parsed(full.browser().get('/'))
    assert rows(page, './/section[@data-part="worst"]//table')[1] == [
        'swap Swap is off', '3', '1 h on drifted', '2 fixes wait for approval']


@pytest.mark.parametrize('query, names', [
    ('q=PROPOS', ['proposing5', 'proposing6']), ('standing=silent', ['away']), ('standing=unknown', ['untold']),
    ('requirement=swap', ['drifted', 'proposing5', 'proposing6']), ('requirement=swap&outcome=unknown', []),
    ('label=rack%3Dr03', ['booting']), ('label=rack%3Dr', []), ('role=worker&q=fit', ['fit']),
    ('role=control-plane', []),
    ('q=%25', []), ('q=_', []), ('os=CentOS+Stream+8&q=d', ['untold', 'waived']), ('outcome=waived', ['waived'])])
def test_the_grid_is_narrowed_on_the_server(full, query, names):
    page = parsed(full.browser().get('/?' + query))
    table = page.find('.//table[@class="grid"]')
    found = [] if table is None else [text_of(row.find('th')) for row in table.findall('./tbody/tr')][1:]
    assert sorted(found) == names


def test_groups_summarise_their_nodes_and_lead_to_them(full):
    page = parsed(full.browser().get('/?group=label:site'))
    table = rows(page, './/table[@class="grid"]')
    heads = table[0]
    a, b, c = sorted(table[2:])
    assert [row[0] for row in (a, b, c)] == ['a 3 nodes', 'b 3 nodes', 'c 3 nodes']
    assert dict(zip(heads, c))['swap'] == '2 swap nodes, 2 drifted'
    link = next(part.get('href') for part in page.iter('a') if text_of(part) == 'c')
    narrowed = rows(parsed(full.browser().get(link)), './/table[@class="grid"]')
    assert [row[0] for row in narrowed[2:]] == ['drifted', 'proposing5', 'away']


def test_pages_are_cut_on_the_server(site):
    from tests.master.web.browsing import Fleet
    fleet = Fleet(site.store)
    for number in range(1, 53):
        fleet.join(f'n{number:03}', number)
    browser = site.browser()
    first, last = parsed(browser.get('/')), parsed(browser.get('/?page=2'))
    assert len(rows(first, './/table[@class="grid"]')) == 52
    assert [row[0] for row in rows(last, './/table[@class="grid"]')][2:] == ['n051', 'n052']
    assert first.find('.//a[@rel="next"]').get('href') == '/?page=2'
    assert last.find('.//a[@rel="prev"]').get('href') == '/'
    assert text_of(parsed(browser.get('/?page=99')).find('.//nav[@class="pages"]/span')) == 'Page 2 of 2'


def test_a_node_shows_what_was_found_what_was_wanted_where_and_what_to_do(full):
    page = parsed(full.browser('approver').get('/nodes/drifted'))
    card = page.find('.//article[@id="swap"]')
    assert text_of(card.find('.//h3')) == 'swap Swap is off'
    told = text_of(card)
    for said in ('/dev/sda2 is turned on', 'Wanted swap as wanted', 'Source /etc/swap:1', 'What to do ask its owner',
                 'nodeprep explain swap', 'drifted for 1 h'):
        assert said in told
    assert [part.get('id') for part in page.iter('article')] == ['swap', 'bridge']
    assert len(page.findall('.//details[@class="fold"]')) == 5


def test_a_proposal_is_shown_with_its_plan_its_way_back_and_its_digest(full):
    page = parsed(full.browser('approver').get('/nodes/proposing5'))
    card = page.find('.//article[@id="swap"]')
    digest = full.rows('SELECT DISTINCT digest FROM approval')[0][0]
    assert text_of(card.find('.//ol[@class="plan"]')) == 'swapoff -a Back: swapon -a'
    assert card.find('.//input[@name="digest"]').get('value') == digest and digest[:12] in text_of(card)
    assert buttons(card) == ['Approve the fix of swap', 'Deny the fix of swap']


def test_a_viewer_is_offered_nothing_to_decide(full):
    browser = full.browser('viewer')
    for path in ('/approvals', '/nodes/proposing5', '/waivers', '/clones'):
        page = parsed(browser.get(path))
        assert {form.get('action') for form in page.iter('form') if form.get('method') == 'post'} == {'/sign-out'}
    assert '/audit' not in [part.get('href') for part in parsed(browser.get('/')).iter('a')]
    assert browser.get('/audit').status == 403


def test_a_silent_node_says_that_what_it_shows_is_of_the_past(full):
    page = parsed(full.browser().get('/nodes/away'))
    assert 'Silent for 30 min . All below is what it told last.' in text_of(page)
    assert 'silent' in [text_of(part).split(' ')[-1] for part in page.findall('.//ol[@class="time-line"]//span')]


def test_the_past_of_a_node_goes_on_page_by_page_without_losing_one(full):
    host = full.fleet.hosts['fit']
    for number in range(40):
        for name in ('swap', 'docker'):
            host.set(name, 'drifted' if number % 2 == 0 else 'met')
        full.fleet.tell('fit', after=1)
    browser, path, seen = full.browser(), '/nodes/fit', []
    for _ in range(2):
        page = parsed(browser.get(path))
        past = page.find('.//section[@data-part="past"]')
        seen += [text_of(row) for row in past.findall('.//li')]
        path = '/nodes/fit' + next((part.get('href').partition('#')[0] for part in past.iter('a')
                                    if text_of(part) == 'Older'), '?over')
    assert path == '/nodes/fit?over'
    assert len(seen) == 80 + len(NAMES) == full.rows(
        "SELECT COUNT(*) FROM transition t JOIN node n ON n.id = t.node WHERE n.name = 'fit'")[0][0]
    assert seen == sorted(seen, key=lambda said: said[:23], reverse=True)
    assert parsed(browser.get('/nodes/fit?before=x-1')) is not None


def test_drift_is_the_longest_first_with_waived_and_silent_apart(full):
    full.fleet.hosts['fit'].set('docker', 'drifted')
    full.fleet.tell('fit', after=600)
    page = parsed(full.browser().get('/drift'))
    assert text_of(page.find('.//h1')) == '6 requirements have drifted'
    listed = rows(page)[1:]
    assert listed[-1][:3] == ['50 min', 'fit', 'docker \u00d7 drifted'] and listed[-1][3].startswith('/etc/docker:1: ')
    assert [row[2] for row in listed if row[1] == 'booting'] == ['selinux \u21bb drifts at the next boot']
    tabs = [text_of(part) for part in page.findall('.//ul[@class="tabs"]/li')]
    assert tabs == ['Drifted 6', 'Could not tell 2', 'Advised 0', 'Waived 1', 'On silent nodes 1']
    waived = rows(parsed(full.browser().get('/drift?show=waived')))[1:]
    assert [row[1] for row in waived] == ['waived']
    silent = rows(parsed(full.browser().get('/drift?show=silent')))[1:]
    assert [row[1] for row in silent] == ['away silent for 30 min']


@pytest.mark.parametrize('numbers, said', [
    ((20,), 'One node is in quarantine and is not counted; see Clones .'),
    ((20, 21, 22), '3 nodes are in quarantine and are not counted; see Clones .')])
@pytest.mark.parametrize('path', ['/drift?q=copy', '/drift?q=copy&show=waived', '/approvals?q=copy'])
def test_whoever_is_in_quarantine_is_told_of_where_he_is_not_counted(full, numbers, said, path):
    ann = full.browser()
    assert 'quarantine' not in text_of(parsed(ann.get(path)))
    for number in numbers:
        full.fleet.join(f'copy{number}', number, swap=dict(state='drifted'))
        full.fleet.hosts[f'copy{number}'].about['machine_id'] = full.fleet.hosts['fit'].about['machine_id']
        full.fleet.tell(f'copy{number}')
    page = parsed(ann.get(path))
    found = [part for part in page.findall('.//p[@class="lead"]') if 'quarantine' in text_of(part)]
    assert [text_of(part) for part in found] == [said] and found[0].find('a').get('href') == '/clones'
    assert 'quarantine' not in text_of(parsed(ann.get('/drift?q=away')))


def test_where_only_nodes_in_quarantine_drift_not_every_node_is_said_to_be_fit(site):
    made = site.fleet = Fleet(site.store)
    made.join('fit', 1)
    assert 'Every node that speaks has what is required' in text_of(parsed(site.browser().get('/drift')))
    made.join('copy', 2)
    made.hosts['copy'].about['machine_id'] = made.hosts['fit'].about['machine_id']
    made.tell('copy')
    made.hosts['copy'].set('swap', 'drifted')
    made.tell('copy')
    page = text_of(parsed(site.browser().get('/drift')))
    assert 'Every other node that speaks has what is required of it.' in page and 'Every node that' not in page


def test_drift_says_where_a_fix_waits(full):
    listed = rows(parsed(full.browser().get('/drift?q=proposing')))[1:]
    assert [row[4] for row in listed] == ['A fix waits for approval'] * 2


def test_the_same_plan_of_several_nodes_is_shown_once(full):
    page = parsed(full.browser('approver').get('/approvals'))
    (card,) = page.findall('.//article')
    assert text_of(page.find('.//h1')) == '2 fixes wait for approval'
    assert [text_of(part) for part in card.findall('.//ul[@class="ticks"]/li')] == ['proposing5', 'proposing6']


def test_compliance_has_the_numbers_of_its_picture(full):
    page = parsed(full.browser().get('/compliance'))
    days = rows(page, './/table[caption="Share of the time, the worst requirement first"]')
    assert {row[0]: row[1] for row in days[1:]}['swap'].endswith('%')
    picture = next(part for part in page.iter() if part.tag.endswith('}svg') and part.get('role') == 'img')
    today = [text_of(part) for part in picture.iter() if part.tag.endswith('}title')][-1]
    numbers = rows(page, './/table[caption="The numbers of the chart, the newest day first"]')[1]
    assert numbers[0] == '2023-11-14 (until now)'
    names = ('met', 'drifted', 'could not tell', 'silent')
    assert today == '2023-11-14: ' + ', '.join(map(' '.join, zip(names, numbers[1:])))
    assert 'Silent time counts, and never as met' in text_of(page)
    links = {text_of(one): one.get('href') for one in page.iter() if one.tag.endswith('a')
             and one.get('href', '').startswith('/v1/compliance?')}
    assert sorted(links) == ['CSV', 'HTML', 'JSON', 'JUnit']
    asked = parse_qs(links['JSON'].partition('?')[2])
    assert asked == {'format': ['json'], 'since': ['2023-10-16T00:00:00Z'], 'until': ['2023-11-14T22:13:20Z']}
    now = full.clock()
    since, until = moments.span(asked['since'][0], asked['until'][0], now)
    tree = full.store.read(lambda cursor: compliance.report(cursor, since, until, now))
    said = {one['requirement']: figures.percent(one['share'])
            for one in tree['requirements'] if one['share'] is not None}
    assert {row[0]: row[1] for row in days[1:]} == said
    assert list(said) == [row[0] for row in days[1:]]


def test_compliance_says_what_it_leaves_out_and_since_when_there_is_a_record(full):
    said = text_of(parsed(full.browser().get('/compliance')))
    now = full.clock()
    since, until = moments.span('2023-10-16T00:00:00Z', '', now)
    tree = full.store.read(lambda cursor: compliance.report(cursor, since, until, now))
    assert words.record(tree) and words.record(tree) in said
    assert 'Left out' not in said
    host = Host(77, 'elsewhere', requirements=('swap', 'docker', 'disk'))
    host.set('docker', 'not-applicable')
    host.set('disk', 'drifted', severity='advised')
    host.id = full.store.do(lambda cursor: nodes.make(cursor, 'elsewhere', now - 600))
    full.store.reports(host.id, [host.report(0)], now - 500).result(30)
    said = text_of(parsed(full.browser().get('/compliance?q=elsewhere')))
    assert 'Left out, since no second of them counts: disk (advised, not met), docker (does not apply).' in said


def test_compliance_tells_of_reports_that_are_not_taken(full):
    assert 'made by themselves' not in text_of(parsed(full.browser().get('/compliance')))

    def fill(cursor):
        deliveries.note(cursor, deliveries.WRITTEN, day='2023-11-14', at=1.7e9, host='vm')
        deliveries.note(cursor, deliveries.MAIL, day='2023-11-14', at=1.7e9, problem='it answers <452>', refused=0)
        deliveries.note(cursor, deliveries.WEBHOOK, day='2023-11-14', at=1.7e9, problem='', refused=0)
        outbox.add(cursor, deliveries.MAIL, ['{}'], 1.7e9)
    full.store.do(fill)
    said = text_of(parsed(full.browser().get('/compliance')))
    assert 'The last one, of 2023-11-14, was written on vm at 2023-11-14 22:13:20 UTC.' in said
    assert 'not taken as e-mail at 2023-11-14 22:13:20 UTC: it answers <452>. It is tried again.' in said
    assert 'The webhook took the report of 2023-11-14' in said
    full.store.do(lambda cursor: outbox.drop(cursor, deliveries.MAIL))
    assert 'It is not tried any more; it is in the folder.' in text_of(parsed(full.browser().get('/compliance')))


@pytest.mark.parametrize('uses, language, said', [
    (None, 'en', 'expires: 2023-11-14T23:13:20Z uses: any'), (2, 'en', 'expires: 2023-11-14T23:13:20Z uses: 2'),
    (None, 'zh', '\u5230\u671f\uff1a 2023-11-14T23:13:20Z \u53ef\u7528\u6b21\u6570\uff1a \u4efb\u610f')])
def test_the_audit_log_writes_times_as_times_and_what_is_not_limited_in_words(site, uses, language, said):
    token = tokens.Token('abcdef', 'x', NOW, NOW + 3600.25, uses, '', 'ada')
    site.store.do(lambda cursor: tokens.create(cursor, token))
    answer = site.browser('admin').ask('GET', '/audit', headers={'accept': 'text/html', 'accept-language': language})
    assert [row[4] for row in rows(parsed(answer)) if row[3] == 'abcdef'] == [said]


def test_an_empty_fleet_says_how_the_first_node_joins(site):
    page = parsed(site.browser().get('/'))
    assert text_of(page.find('.//h1')) == 'No node has joined yet'
    assert 'nodeprep master token create --print-join-command' in text_of(page)
    for path in ('/drift', '/approvals', '/fixes', '/waivers', '/clones', '/compliance'):
        assert parsed(site.browser().get(path)).findall('.//p[@class="empty"]')


def test_who_has_not_signed_in_is_led_there_and_back(full):
    from tests.master.asking import Asking
    stranger = Asking(full.app)
    for path in ('/', '/nodes/fit', '/drift?show=waived', '/approvals', '/fixes', '/waivers', '/clones', '/compliance',
                 '/audit'):
        answer = stranger.get(path)
        assert answer.status == 303 and answer.headers['location'].startswith('/sign-in?next=%2F')
    assert parsed(stranger.get('/sign-in?next=%2Fdrift')).find('.//input[@name="next"]').get('value') == '/drift'


def test_texts_of_hosts_are_texts(full):
    browser = full.browser('admin')
    names = [row[0] for row in full.rows('SELECT name FROM node')]
    evil = next(name for name in names if SCRIPT in name)
    from urllib.parse import quote
    for path in ('/', '/drift', '/fixes', '/waivers', '/audit', '/nodes/' + quote(evil, safe=''), '/?q=' + quote(evil),
                 '/fixes?node=' + quote(evil), '/fixes?days=all&node=' + quote(SCRIPT),
                 '/drift?q=' + quote(SCRIPT), '/nodes/' + quote(SCRIPT + 'x', safe=''),
                 '/waivers?scope=' + quote(evil)):
        answer = browser.get(path)
        page = parsed(answer)
        assert len(list(page.iter('script'))) == 1 and not list(page.iter('img'))
        assert SCRIPT.encode() not in answer.body and b'\xe2\x80\xae' not in answer.body
        assert SCRIPT in ''.join(page.itertext()) or any(SCRIPT in (value or '') for part in page.iter()
                                                         for value in part.attrib.values())


def test_of_a_machine_that_was_forgotten_and_joined_again_the_page_says_that_it_was_here_before(site):
    host = Host(1, 'again', requirements=NAMES, start=NOW - HOUR)
    machine = [host.about[name] for name in ('machine_id', 'product_uuid')]
    for number in (1, 2):
        joined = site.store.do(lambda cursor, number=number: joining.join(
            cursor, joining.Joining('again', f'request{number}', f'hash{number}', *machine), NOW - HOUR))
        assert site.store.reports(joined.node, [host.report()], NOW).result(30).new == 1
        if number == 1:
            site.store.do(lambda cursor: membership.forget(cursor, 'again', 'ada', NOW))
    told = text_of(parsed(site.browser().get('/nodes/again')).find('.//*[@data-part="about"]'))
    assert 'was here before: reports 1 to 1 are of before it joined' in told and 'never came' not in told


@pytest.mark.parametrize('path, said', [
    ('/?verdict=foo', 'This page does not know verdict, which its address asks for. It knows: group, label, order, '
                      'os, outcome, page, q, requirement, role, standing.'),
    ('/drift?labels=rack', 'does not know labels'), ('/fixes?standing=drifted', 'does not know standing'),
    ('/fixes?os=x', 'does not know os'), ('/approvals?node=fit', 'does not know node'),
    ('/nodes/fit?q=x', 'does not know q'), ('/waivers?q=x', 'does not know q'), ('/clones?all=1', 'does not know all'),
    ('/compliance?since=1d', 'does not know since'), ('/audit?who=ada', 'does not know who'),
    ('/?%3Cb%3E%E2%80%AE=1', 'does not know <b>\\u202e'),
    ('/drift?show=foo', 'show: this page does not know foo. It knows: drifted, unknown, advised, waived, silent.'),
    ('/fixes?how=magic', 'how: this page does not know magic'), ('/fixes?days=1', 'days: this page does not know 1'),
    ('/?order=age', 'order: this page does not know age'), ('/compliance?days=8', 'days: this page does not know 8'),
    ('/drift?standing=met', 'does not know standing, which its address asks for. It knows: label, order, os, page, q, '
                            'requirement, role, show.'),
    ('/drift?outcome=waived', 'does not know outcome'), ('/approvals?standing=met', 'does not know standing'),
    ('/approvals?role=worker', 'does not know role'), ('/approvals?outcome=met', 'does not know outcome'),
    ('/?group=magic', 'group: this page does not know magic. It knows: role, os, standing, kubernetes, agent.'),
    ('/?page=x', 'page: this page does not understand x.'), ('/?page=0', 'page: this page does not understand 0.'),
    ('/audit?page=zz', 'page: this page does not understand zz.'), ('/drift?page=-1', 'does not understand -1.'),
    ('/nodes/fit?before=x', 'before: this page does not understand x.'),
    ('/nodes/fit?requirement=foo', 'requirement: this page does not know foo. It knows: '),
    ('/waivers?requirement=bad', 'requirement: this page does not know bad'),
    ('/drift?requirement=foo', 'requirement: this page does not know foo'),
    ('/drift?role=bad', 'role: this page does not know bad. It knows: worker, control-plane.'),
    ('/?role=boss', 'role: this page does not know boss'), ('/fixes?role=bad', 'role: this page does not know bad'),
    ('/?standing=nope', 'standing: this page does not know nope'), ('/?outcome=bad', 'outcome: this page does'),
    ('/approvals?requirement=foo', 'requirement: this page does not know foo'),
    ('/compliance?role=bad', 'role: this page does not know bad')])
def test_what_a_page_does_not_know_in_its_address_is_said_and_shows_not_everything(full, path, said):
    answer = full.browser('admin').get(path)
    page = parsed(answer)
    assert answer.status == 400 and said in text_of(page.find('.//main')) and page.find('.//table') is None


def test_a_waiver_is_not_prepared_for_a_node_that_there_is_not(full):
    answer = full.browser('approver').get('/waivers?scope=bad')
    assert answer.status == 404 and 'There is no node bad.' in text_of(parsed(answer).find('.//main'))


@pytest.mark.parametrize('query', ['label=rack%3Dzz', 'q=zzz', 'label=rack%3Dzz&requirement=swap&show=waived'])
def test_of_nodes_that_there_are_not_it_is_not_said_that_nothing_has_drifted(full, query):
    page = parsed(full.browser().get('/drift?' + query))
    assert text_of(page.find('.//h1')) == 'No node is like that'
    assert text_of(page.find('.//title')).startswith('No node is like that')


def test_of_nodes_that_there_are_not_it_is_not_said_that_nothing_is_on_record_yet(full):
    page = parsed(full.browser().get('/compliance?label=rack%3Dzz'))
    assert text_of(page.find('.//h1')) == 'Nothing that counts is on record of what is asked for'


def test_every_link_of_the_pages_is_understood_where_it_leads(full):
    browser, seen, left = full.browser('admin'), set(), ['/', '/nodes/proposing5', '/fixes?days=all', '/clones']
    while left:
        path = left.pop().partition('#')[0]
        where, _, query = path.partition('?')
        asks = where.split('/')[1], *sorted(parse_qs(query))
        if asks in seen or asks[0] in ('v1', 'static'):
            continue
        seen.add(asks)
        answer = browser.get(path)
        assert answer.status == 200, path
        links = [urljoin(path, one.get('href')) for one in parsed(answer).iter('a') if one.get('href')]
        left += [one for one in links if one.startswith('/')]
    assert len(seen) > 25


def test_empty_fields_of_a_form_ask_for_nothing(full):
    for path in ('/?q=&standing=&requirement=&label=&role=&os=&group=&order=worst', '/fixes?days=30&q=&how=',
                 '/drift?q=&requirement=&label=&role=&order=longest', '/approvals?q=&requirement=&label='):
        assert full.browser().get(path).status == 200
