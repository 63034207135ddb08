"""Deciding with a browser: what a form does, who may, and what a form of another session or another plan cannot do."""
import pytest

from tests.master.asking import Asking
from tests.master.fleet import plan
from tests.master.web.browsing import DAY, NOW, SCRIPT, buttons, csrf, parsed, text_of

WAIVER = {'do': 'waive', 'scope_kind': 'node', 'scope': 'drifted', 'requirement': 'swap', 'reason': 'old disk',
          'owner': 'ops@example.com', 'until': '2023-12-31'}


def proposals(full):
    """name -> id of each plan, and the digest that they share."""
    found = full.rows('SELECT n.name, a.id, a.digest FROM approval a JOIN node n ON n.id = a.node ORDER BY n.name')
    return {name: number for name, number, _ in found}, found[0][2]


def states(full):
    return dict(full.rows('SELECT n.name, a.state FROM approval a JOIN node n ON n.id = a.node ORDER BY a.proposed'))


def send(asking, path, **fields):
    """A form of the page itself, with what belongs to the session."""
    return asking.submit(path, dict({'csrf': csrf(asking)}, **fields))


def approve(full, asking, *names, do='approve', **fields):
    ids, digest = proposals(full)
    more = dict({'seen': f'{NOW:.6f}'}, **fields)
    return send(asking, '/approvals', do=do, digest=digest, id=[ids[name] for name in names], **more)


def after(asking, answer):
    """The page that a form led to."""
    assert answer.status == 303, answer.text
    return parsed(asking.get(answer.headers['location']))


def note(page):
    """The sentence on top."""
    return text_of(page.find('.//div[@role="status"]'))


def test_one_plan_is_approved_and_the_agent_is_told(full):
    ann = full.browser('approver', 'ann')
    page = after(ann, approve(full, ann, 'proposing5', reason='seen'))
    assert note(page) == 'One fix is approved. The agent learns it with its next heartbeat.'
    assert states(full) == {'proposing5': 'approved', 'proposing6': 'proposed'}
    ids, digest = proposals(full)
    host = full.fleet.hosts['proposing5']
    (told,) = full.store.beat(full.fleet.ids['proposing5'], host.beat(), NOW + 1).result(30).approvals
    assert (told['id'], told['digest'], told['by'], told['until']) == (ids['proposing5'], digest, 'ann',
                                                                       '2023-11-15T22:13:20Z')
    who = full.rows("SELECT who, what, detail FROM audit WHERE what LIKE 'plan%'")
    assert [row[:2] for row in who] == [('ann', 'plan approved')] and digest in who[0][2] and 'seen' in who[0][2]


def test_many_that_are_ticked_are_approved_or_denied_together(full):
    ann = full.browser('approver')
    assert note(after(ann, approve(full, ann, 'proposing5', 'proposing6', do='deny'))).startswith('2 fixes are denied.')
    assert set(states(full).values()) == {'denied'}


def test_all_of_a_plan_are_denied_without_ticking(full):
    ann = full.browser('approver')
    assert note(after(ann, approve(full, ann, do='deny-all', q='ing5'))).startswith('One fix is denied.')
    assert states(full) == {'proposing5': 'denied', 'proposing6': 'proposed'}


def test_all_of_a_plan_are_approved_without_ticking(full):
    ann = full.browser('approver')
    assert note(after(ann, approve(full, ann, do='approve-all'))).startswith('2 fixes are approved.')
    assert set(states(full).values()) == {'approved'}


def test_all_are_those_that_were_there_when_the_page_was_made(full):
    ann = full.browser('approver')
    full.fleet.join('late', 30, swap=dict(state='drifted', mode='approve', changes=plan()))
    full.store.do(lambda cursor: cursor.run("UPDATE approval SET proposed = ? WHERE node = ?",
                                            (NOW + 1, full.fleet.ids['late'])))
    assert note(after(ann, approve(full, ann, do='approve-all'))).startswith('2 fixes are approved.')
    assert states(full)['late'] == 'proposed'
    for wrong in ('', 'inf', 'nan', '1e99', '-1'):
        assert note(after(ann, approve(full, ann, do='approve-all', seen=wrong))).startswith('Nothing was done')


@pytest.mark.parametrize('fields, names', [
    ({'label': 'rack=r05'}, {'proposing5'}), ({'q': 'ing6'}, {'proposing6'}), ({'label': 'rack=r99'}, set()),
    ({'requirement': 'disk'}, set()), ({'requirement': 'swap', 'label': 'rack=r06'}, {'proposing6'})])
def test_all_means_those_that_the_filter_showed(full, fields, names):
    ann = full.browser('approver')
    page = after(ann, approve(full, ann, do='approve-all', **fields))
    assert {name for name, state in states(full).items() if state == 'approved'} == names
    assert (note(page).startswith('One fix is approved')) == bool(names)


def test_an_approval_is_for_the_plan_that_was_shown_or_for_none(full):
    ann = full.browser('approver')
    ids, digest = proposals(full)
    token = csrf(ann)
    host = full.fleet.hosts['proposing5']
    host.set('swap', 'drifted', mode='approve', changes=plan('rm'))
    full.fleet.tell('proposing5')
    page = after(ann, ann.submit('/approvals', {'csrf': token, 'do': 'approve', 'digest': digest,
                                                'id': ids['proposing5']}))
    assert note(page).startswith('Nothing was done: somebody was quicker, or the plan is another one now.')
    assert sorted(full.rows('SELECT n.name, a.state FROM approval a JOIN node n ON n.id = a.node')) == [
        ('proposing5', 'proposed'), ('proposing5', 'superseded'), ('proposing6', 'proposed')]
    newest = full.rows("SELECT id FROM approval WHERE state = 'proposed' AND digest <> ?", digest)[0][0]
    send(ann, '/approvals', do='approve', digest=digest, id=newest)
    assert full.rows("SELECT COUNT(*) FROM approval WHERE state = 'approved'") == [(0,)]


def test_nothing_ticked_is_said_and_does_nothing(full):
    ann = full.browser('approver')
    assert note(after(ann, approve(full, ann))) == 'Nothing was ticked.'
    assert set(states(full).values()) == {'proposed'}


def test_deciding_on_the_page_of_a_node_leads_back_there(full):
    ann = full.browser('approver')
    answer = approve(full, ann, 'proposing5', back='proposing5')
    assert answer.headers['location'] == '/nodes/proposing5?done=approved&n=1'
    card = after(ann, answer).find('.//article[@id="swap"]')
    assert 'Approved by approver, 0 s ago' in ' '.join(text_of(card).split()).replace(' , ', ', ')
    assert buttons(card) == ['Take it back the fix of swap']
    assert after(ann, approve(full, ann, 'proposing5', do='deny', back='proposing5')) is not None
    assert states(full)['proposing5'] == 'denied'


def test_a_waiver_beside_another_one_for_the_same_says_so_when_it_is_given_and_ended(full):
    ann = full.browser('approver')
    send(ann, '/waivers', **WAIVER)
    assert note(after(ann, send(ann, '/waivers', **WAIVER))) == \
        'The waiver holds. Another one covers the same already; each holds until its own day.'
    first, second = [one for one, in full.rows("SELECT id FROM waiver WHERE reason = 'old disk' ORDER BY id")]
    assert note(after(ann, send(ann, '/waivers', do='end', id=second))) == \
        'The waiver is ended; another one still covers what it covered.'
    assert note(after(ann, send(ann, '/waivers', do='end', id=first))) == \
        'The waiver is ended: what it covered counts again.'


def test_a_waiver_is_given_covers_at_once_and_is_ended(full):
    ann = full.browser('approver', 'ann')
    assert note(after(ann, send(ann, '/waivers', **WAIVER))) == 'The waiver holds.'
    where = ("SELECT outcome FROM state s JOIN node n ON n.id = s.node WHERE n.name = 'drifted' "
             "AND requirement = 'swap'")
    assert full.rows(where) == [('waived',)]
    number = full.rows("SELECT id FROM waiver WHERE reason = 'old disk'")[0][0]
    assert note(after(ann, send(ann, '/waivers', do='end', id=number))).startswith('The waiver is ended')
    assert full.rows(where) == [('drifted',)]
    assert full.rows('SELECT "by", ended_by FROM waiver WHERE id = ?', number) == [('ann', 'ann')]
    assert note(after(ann, send(ann, '/waivers', do='end', id=number))).startswith('Nothing was done')


@pytest.mark.parametrize('fields, said', [
    ({'scope': 'nobody'}, 'there is no node of this name'), ({'scope': ''}, 'there is no node of this name'),
    ({'scope_kind': 'label', 'scope': 'rack'}, 'a label is written name=value'),
    ({'scope_kind': 'x'}, 'choose what it is for'),
    ({'requirement': ''}, 'choose a requirement'), ({'requirement': SCRIPT}, 'choose a requirement'),
    ({'reason': ' '}, 'say why'), ({'owner': ''}, 'say who answers for it'),
    ({'until': '2023-11-13'}, 'the day is over'),
    ({'until': 'soon'}, 'a day is written YYYY-MM-DD'), ({'until': '2023-13-01'}, 'a day is written YYYY-MM-DD')])
def test_a_wrong_waiver_is_said_beside_its_field_and_what_was_written_stays(full, fields, said):
    ann = full.browser('approver')
    answer = send(ann, '/waivers', **dict(WAIVER, **fields))
    page = parsed(answer)
    assert answer.status == 422 and said in text_of(page.find('.//div[@role="alert"]'))
    assert full.rows('SELECT COUNT(*) FROM waiver') == [(1,)]
    kept = {part.get('name'): part.get('value') for part in page.iter('input')}
    assert kept['owner'] == dict(WAIVER, **fields)['owner'].strip()


def test_a_waiver_for_all_needs_no_scope_and_one_for_a_label_covers_its_nodes(full):
    ann = full.browser('approver')
    send(ann, '/waivers', **dict(WAIVER, scope_kind='label', scope='rack=r02'))
    assert full.rows("SELECT n.name FROM state s JOIN node n ON n.id = s.node WHERE outcome = 'waived' "
                     "AND requirement = 'swap'") == [('drifted',)]
    send(ann, '/waivers', **dict(WAIVER, scope_kind='all', scope='whatever'))
    assert full.rows("SELECT COUNT(*) FROM state WHERE outcome = 'waived' AND requirement = 'swap'") == [(3,)]
    assert full.rows("SELECT scope FROM waiver WHERE scope_kind = 'all'") == [('',)]


@pytest.fixture
def cloned(full):
    """A node that says it is the machine of another one."""
    full.fleet.join('copy', 20)
    host = full.fleet.hosts['copy']
    host.about['machine_id'] = full.fleet.hosts['fit'].about['machine_id']
    full.fleet.tell('copy')
    return full


def test_a_clone_is_named_with_both_sides_and_released(cloned):
    ann = cloned.browser('approver')
    page = parsed(ann.get('/clones'))
    card = page.find('.//article')
    assert 'Here first fit Came later copy' in text_of(card)
    assert buttons(card) == ['They are two machines: release copy']
    number = cloned.rows('SELECT id FROM clone')[0][0]
    assert cloned.rows("SELECT status FROM node WHERE name = 'copy'") == [('quarantined',)]
    assert note(after(ann, send(ann, '/clones', do='keep-both', id=number))) == 'The node is released from quarantine.'
    assert cloned.rows("SELECT status FROM node WHERE name = 'copy'") == [('member',)]
    assert note(after(ann, send(ann, '/clones', do='keep-both', id=number))).startswith('Nothing was done')


def test_a_clone_that_is_another_machine_now_is_shown_as_that_and_a_person_decides(cloned):
    ann, host = cloned.browser('approver'), cloned.fleet.hosts['copy']
    host.about['machine_id'] = 'f' * 32
    cloned.fleet.tell('copy')
    page = parsed(ann.get('/clones'))
    card = page.find('.//article')
    assert text_of(page.find('.//h1')) == 'Nodes that were alike wait for a decision'
    assert text_of(card).startswith('No longer the same machine-id')
    assert 'By what they told last, one of them has another now.' in text_of(card) and 'systemd' not in text_of(card)
    assert buttons(card) == ['They are two machines: release copy']
    assert cloned.rows("SELECT status FROM node WHERE name = 'copy'") == [('quarantined',)]
    host.about['macs'] = cloned.fleet.hosts['drifted'].about['macs']
    cloned.fleet.tell('copy')
    page = parsed(ann.get('/clones'))
    _, mac = page.findall('.//article')
    assert text_of(page.find('.//h1')) == 'Two nodes say that they are one machine'
    assert 'Give the virtual machine a new MAC address. That alone releases nobody:' in text_of(mac)


def test_pairs_of_nodes_are_counted_once_however_much_is_the_same(cloned):
    cloned.fleet.join('other', 21)
    for name, like, same in (('copy', 'fit', ('product_uuid', 'macs')), ('other', 'booting', ('product_uuid', 'macs'))):
        for field in same:
            cloned.fleet.hosts[name].about[field] = cloned.fleet.hosts[like].about[field]
        cloned.fleet.tell(name)
    page = parsed(cloned.browser().get('/clones'))
    assert len(page.findall('.//article')) == 5
    assert text_of(page.find('.//h1')) == '2 pairs of nodes say that they are one machine'
    cloned.fleet.hosts['other'].about.update(product_uuid='', macs=[])
    cloned.fleet.tell('other')
    page = parsed(cloned.browser().get('/clones'))
    assert text_of(page.find('.//h1')) == 'Two nodes say that they are one machine'


def test_a_node_that_stays_in_quarantine_is_not_said_to_be_released(cloned):
    host = cloned.fleet.hosts['copy']
    host.about['macs'] = cloned.fleet.hosts['drifted'].about['macs']
    host.about['product_uuid'] = cloned.fleet.hosts['booting'].about['product_uuid']
    cloned.fleet.tell('copy')
    ann, stands = cloned.browser('approver'), "SELECT status FROM node WHERE name = 'copy'"
    numbers = dict(cloned.rows('SELECT kind, id FROM clone WHERE decided IS NULL'))
    assert set(numbers) == {'mac', 'machine_id', 'product_uuid'}
    for kind, said in (('mac', 'That the two nodes share their MAC address is decided; the later one stays in '
                               'quarantine for 2 other reasons.'),
                       ('machine_id', 'That the two nodes share their machine-id is decided; the later one stays in '
                                      'quarantine for one other reason.')):
        assert note(after(ann, send(ann, '/clones', do='keep-both', id=numbers[kind]))) == said
        assert cloned.rows(stands) == [('quarantined',)]
    last = note(after(ann, send(ann, '/clones', do='keep-both', id=numbers['product_uuid'])))
    assert last == 'The node is released from quarantine.' and cloned.rows(stands) == [('member',)]


def test_to_forget_a_node_is_for_administrators(cloned):
    number = cloned.rows('SELECT id FROM clone')[0][0]
    ann, ada = cloned.browser('approver', 'ann'), cloned.browser('admin', 'ada')
    assert send(ann, '/clones', do='forget-later', id=number).status == 403
    assert cloned.rows("SELECT status FROM node WHERE name = 'copy'") == [('quarantined',)]
    assert note(after(ada, send(ada, '/clones', do='forget-later', id=number))).startswith('The node is forgotten')
    assert cloned.rows("SELECT COUNT(*) FROM node WHERE name = 'copy'") == [(0,)]


def forms(full):
    """(path, fields) of every form that changes something, right but for what belongs to the session."""
    ids, digest = proposals(full)
    yield '/approvals', {'do': 'approve', 'digest': digest, 'id': ids['proposing5']}
    yield '/approvals', {'do': 'approve-all', 'digest': digest, 'seen': str(NOW)}
    yield '/approvals', {'do': 'deny', 'digest': digest, 'id': ids['proposing5']}
    yield '/waivers', WAIVER
    yield '/waivers', {'do': 'end', 'id': '1'}
    yield '/clones', {'do': 'keep-both', 'id': '1'}
    yield '/sign-out', {}


def all_rows(full):
    tables = ('approval', 'waiver', 'clone', 'audit', 'session', 'state')
    return [full.rows(f'SELECT * FROM {table}') for table in tables]


def test_no_form_does_anything_without_its_session_or_with_that_of_another(full):
    ann, bob = full.browser('approver', 'ann'), full.browser('approver', 'bob')
    other, before = csrf(bob), all_rows(full)
    for path, fields in forms(full):
        for wrong in ({}, {'csrf': ''}, {'csrf': other}, {'csrf': 'x' * 43}, {'csrf': [csrf(ann), csrf(ann)]}):
            answer = ann.submit(path, dict(fields, **wrong))
            assert answer.status == 403, (path, wrong)
            assert other.encode() not in answer.body
    assert all_rows(full) == before


def test_no_form_is_taken_from_another_site(full):
    ann = full.browser('approver')
    good, before = csrf(ann), all_rows(full)
    for path, fields in forms(full):
        for header in ({'origin': 'https://evil.example'}, {'origin': 'null'}, {'sec-fetch-site': 'cross-site'},
                       {'sec-fetch-site': 'same-site'}):
            assert ann.submit(path, dict(fields, csrf=good), **header).status == 403, (path, header)
    assert all_rows(full) == before


@pytest.mark.parametrize('role', ['viewer', None])
def test_no_form_decides_for_who_may_not(full, role):
    asking = full.browser(role) if role else Asking(full.app)
    before = all_rows(full)
    for path, fields in forms(full):
        if path != '/sign-out':
            sent = dict(fields, csrf=csrf(asking, '/')) if role else fields
            assert asking.submit(path, sent).status == (403 if role else 303)
    assert all_rows(full) == before


def test_every_form_on_every_page_carries_what_belongs_to_the_session(full):
    ada = full.browser('admin')
    good = csrf(ada)
    for path in ('/', '/nodes/proposing5', '/drift', '/approvals', '/fixes', '/waivers', '/clones', '/compliance',
                 '/audit'):
        for form in parsed(ada.get(path)).iter('form'):
            fields = [part for part in form.iter('input') if part.get('name') == 'csrf']
            if form.get('method') == 'post':
                assert [part.get('value') for part in fields] == [good]
            else:
                assert not fields           # it would be in the address, and so in logs and histories


def test_what_is_shown_after_a_form_cannot_be_written_by_who_made_the_link(full):
    ann = full.browser('viewer')
    for query in ('done=' + SCRIPT, 'done=approved&n=' + SCRIPT, 'done=approved&n=999999999', 'done=x',
                  'done=held-x&n=2', 'done=held-&n=2'):
        assert parsed(ann.get('/approvals?' + query)).find('.//div[@role="status"]') is None


def test_an_approval_lasts_as_long_as_the_settings_say(full):
    ann = full.browser('approver')
    approve(full, ann, 'proposing6')
    assert full.rows("SELECT until FROM approval WHERE state = 'approved'") == [(NOW + DAY,)]
