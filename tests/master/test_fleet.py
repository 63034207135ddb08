"""The builders of test fleets, which must not tell of fleets that cannot be."""
from nodeprep.master.store import schema
from tests.master.fleet import fill
from tests.master.quick import fill_quickly
from tests.master.test_ingest import rows, take

_BROKEN = ('SELECT s.node, s.requirement FROM state s WHERE s.state <> (SELECT t.state FROM transition t WHERE '
           't.node = s.node AND t.requirement = s.requirement ORDER BY t.at DESC, t.id DESC LIMIT 1) '
           'OR s.outcome <> (SELECT t.outcome FROM transition t WHERE t.node = s.node '
           'AND t.requirement = s.requirement ORDER BY t.at DESC, t.id DESC LIMIT 1)')


def test_a_fleet_told_by_reports_hangs_together(store):
    fill(store, 6, days=3, drifts=4)
    assert rows(store, _BROKEN) == [] and rows(store, 'SELECT count(*) FROM report') == [(30,)]
    assert rows(store, 'SELECT count(*) FROM gap') == [(0,)]


def test_a_fleet_made_quickly_hangs_together_and_goes_on(store):
    hosts = fill_quickly(store, 40, silent=0.2)
    assert rows(store, _BROKEN) == [] and rows(store, 'SELECT count(*) FROM node') == [(40,)]
    assert rows(store, "SELECT count(*) FROM transition WHERE was IS NOT NULL")[0][0] > 40 * 20
    assert rows(store, "SELECT count(*) FROM approval WHERE state = 'proposed'")[0][0] > 0
    assert rows(store, 'SELECT count(*) FROM node WHERE silent_since IS NOT NULL')[0][0] > 0
    before = rows(store, 'SELECT count(*) FROM transition')
    assert take(store, 1, hosts[0].report()) == (1, 3, '')
    assert rows(store, 'SELECT count(*) FROM transition') == before
    assert set(schema.TABLES) >= {'node', 'pulse', 'state'}
