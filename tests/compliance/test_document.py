"""The report of one host, from its own history alone: the same ledger and the same tree."""
from nodeprep import schema
from nodeprep.compliance import document, rows, seal
from nodeprep.compliance.days import DAY
from nodeprep.compliance.ledger import GONE, Ledger
from nodeprep.compliance.life import Life, Still
from nodeprep.compliance.weigh import EVER, HERE

BEGIN = 1700006400.0      # 2023-11-15 00:00:00 UTC
LISTS = dict(dict.fromkeys(('open', 'reboot', 'fights', 'clones', 'silent', 'waivers', 'changes', 'gaps'), []),
             evidence=None)


def node(name='host', **more):
    return dict({'name': name, 'role': 'worker', 'os': {'id': 'centos', 'version': '7', 'name': 'CentOS Linux 7'},
                 'labels': {}, 'silent': None, 'sequence': 0, 'head': '', 'gaps': 0}, **more)


def built(ledger, nodes, scope=document.HOST):
    ledger.close()
    head = {'id': '0b0e7cf1-6d83-4c3c-9d5e-1df3a8a4d0c1', 'made': document.stamp(BEGIN), 'scope': scope, 'asked': {},
            'by': {'version': '1', 'host': 'host', 'key': None}}
    tree = seal.sealed(document.build(ledger, nodes, {'swap': ('Swap is off', 'required')}, head, LISTS))
    assert schema.problem(tree, kind=schema.COMPLIANCE) == ''
    return tree


def test_a_host_reports_from_its_own_history():
    ledger = Ledger(BEGIN, BEGIN + 2 * DAY, BEGIN - 2 * DAY)
    life = Life(Still([('disk', 'met'), ('docker', 'not-applicable')]),
                {'swap': ('met', [(BEGIN - DAY, 'drifted'), (BEGIN + DAY / 2, 'met'), (BEGIN + DAY, 'drifted')])},
                ledger.until)
    own = node()
    assert ledger.add(own, [(BEGIN - 2 * DAY, BEGIN + 2 * DAY, HERE)], life, HERE)
    tree = built(ledger, [own])
    assert tree['overall']['seconds'] == {'met': 2.5 * DAY, 'drifted': 1.5 * DAY, 'not-applicable': 2 * DAY}
    assert (tree['overall']['share'], tree['overall']['before']['share'], tree['overall']['trend']) == (
        0.625, 0.75, -0.125)
    assert {name: one['seconds'] for name, one in rows.of(tree['nodes'][0])} == {
        'disk': {'met': 2 * DAY}, 'docker': {'not-applicable': 2 * DAY}, 'swap': {'met': DAY / 2, 'drifted': 1.5 * DAY}}
    assert tree['nodes'][0]['drifts'] == 1 and tree['nodes'][0]['standing'] == 'drifted'
    assert [(one['day'], one['seconds']) for one in tree['days']] == [
        ('2023-11-15', {'drifted': DAY / 2, 'met': 1.5 * DAY, 'not-applicable': DAY}),
        ('2023-11-16', {'drifted': DAY, 'met': DAY, 'not-applicable': DAY})]
    assert [(one['requirement'], one['title'], one['failing']) for one in tree['requirements']] == [
        ('swap', 'Swap is off', 1), ('disk', 'disk', 0), ('docker', 'docker', 0)]


def test_without_a_span_before_there_is_no_trend():
    ledger = Ledger(BEGIN, BEGIN + DAY, BEGIN)
    own = node()
    assert ledger.add(own, [(BEGIN, BEGIN + DAY, HERE)], Life(Still([('swap', 'met')]), {}, ledger.until), HERE)
    tree = built(ledger, [own])
    assert tree['overall']['before'] is tree['overall']['trend'] is None and tree['overall']['share'] == 1


def test_one_that_is_gone_and_has_no_time_is_not_in_it():
    ledger = Ledger(BEGIN, BEGIN + DAY, BEGIN - DAY)
    life = Life(Still([('swap', 'met')]), {}, ledger.until)
    assert not ledger.add(node('never'), [], life, GONE)
    assert not ledger.add(node('before'), [(BEGIN - DAY, BEGIN - 60, HERE)], life, GONE)
    assert ledger.add(node('half'), [(BEGIN - DAY, BEGIN + 60, HERE)], life, GONE)
    ledger.close()
    assert (ledger.counted, ledger.overall.seconds, ledger.earlier.seconds) == (
        1, {'met': 60.0, 'silent': 0.0}, {'met': 2 * DAY - 60, 'silent': 0.0})
    assert Life(Still(), {}, ledger.until).told > ledger.until and Life(Still([('a', 'met')]), {}, 1.0).told == EVER
