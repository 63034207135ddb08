"""outline: what of a round is news."""
from nodeprep.agent.outline import outline, told
from nodeprep.model import BOOT, NOW, Finding, Observation, Rule, Waiver
from nodeprep.report import Judged


class One:
    id = 'swap'


def of(found='on', met=False, rule=None, when=NOW, today='2027-01-01', more=()):
    seen = (Observation('/swapfile', found, 'off', met, when=when),)
    state = {True: 'met', False: 'drifted', None: 'unknown'}[met]
    finding = Finding('swap', state if when == NOW else 'met', state if when == BOOT else 'met', seen)
    return outline([Judged(One, finding, rule or Rule('report', 'required', {}))], today, more)


def test_numbers_alone_are_no_news():
    assert of('on, 5 MiB used') == of('on, 1.25 GiB used') != of('on, encrypted')
    assert told('skew 12.5 ms') == told('skew -3 ms') and told('sda2') != told('sda3')


def test_what_is_news():
    waiver = Waiver('swap', 'lab', 'me', '2027-01-31')
    kinds = {of(), of(met=None), of(met=True), of(when=BOOT), of('off'), of(more=('config',)),
             of(rule=Rule('fix', 'required', {})), of(rule=Rule('report', 'advised', {})),
             of(rule=Rule('report', 'required', {}, waiver))}
    assert len(kinds) == 9


def test_a_waiver_that_is_over_is_news():
    rule = Rule('report', 'required', {}, Waiver('swap', 'lab', 'me', '2027-01-31'))
    assert of(rule=rule, today='2027-01-31') != of(rule=rule, today='2027-02-01') == of(today='2027-02-01')
