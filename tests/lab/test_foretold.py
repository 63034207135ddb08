"""The comparison of a forecast with what came can fail, and passes over nothing."""
from tests.lab.foretold import failings


def report(*observations, requirement='forwarding', now='met', boot='met'):
    """A report of one finding; each observation is (when, subject, found, met)."""
    return {'findings': [{'requirement': requirement, 'now': now, 'boot': boot, 'observations': [
        {'when': when, 'subject': subject, 'found': found, 'met': met} for when, subject, found, met in observations]}]}


BEFORE = report(('boot', 'net.ipv4.ip_forward', '1', True))


def test_what_came_as_it_was_foretold_is_no_failing():
    assert failings(BEFORE, report(('now', 'net.ipv4.ip_forward', '1', True))) == []
    drifted = report(('boot', 'net.ipv4.ip_forward', '0, the default of the kernel', False), boot='drifted')
    assert failings(drifted, report(('now', 'net.ipv4.ip_forward', '0', False), now='drifted')) == []


def test_what_came_otherwise_is_told():
    assert failings(BEFORE, report(('now', 'net.ipv4.ip_forward', '0', False), now='drifted')) == [
        'forwarding: foretold met, came drifted',
        "forwarding: foretold net.ipv4.ip_forward: 1; came [('net.ipv4.ip_forward', '0', False)]"]
    assert failings(BEFORE, report(('now', 'net.ipv4.ip_forward', '1', False))) != []
    assert failings(BEFORE, report(('now', 'net.ipv6.conf.all.forwarding', '1', True))) != []


def test_a_line_of_a_new_kind_is_an_error_until_somebody_says_what_it_foretells():
    before = report(('boot', 'net.ipv4.ip_forward', 'as the stars say', True))
    assert 'no row of' in failings(before, report(('now', 'net.ipv4.ip_forward', '1', True)))[0]


def test_a_finding_without_a_boot_half_foretells_nothing():
    assert failings(report(boot='not-applicable'), report(now='drifted')) == []
