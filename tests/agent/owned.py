"""A drifted machine whose owner says what the hand may do."""
from nodeprep import plandigest
from nodeprep import round as rounds
from nodeprep.agent import approvals, hand, proposal
from nodeprep.agent.supplied import load
from nodeprep.journal import reading
from tests.drifted import Machine


class Owned:
    """A drifted machine whose owner wrote a configuration; `said` is what the hand told."""

    def __init__(self, folder, name='centos7', more='', machine=None):
        self.machine = machine or Machine(name, more, folder)
        self.host = self.machine.host
        self.said = ''

    def copy(self, folder):
        """The same in another folder."""
        return Owned(folder, machine=self.machine.copy(folder))

    def config(self, text):
        self.host.files({'/etc/nodeprep/nodeprep.yaml': text})
        return self

    def hand(self, requirement='swap'):
        told = []
        policy = load(self.host.fresh())
        code = hand.act(self.host.fresh, policy, requirement, told.append)
        self.said = '\n'.join(told)
        return code

    def digest(self, requirement='swap'):
        host = self.host.fresh()
        policy = load(host)
        (judged,) = rounds.look(host, policy, rounds.Asked((requirement,))).judged
        return plandigest.digest(proposal.part(host, policy, judged))

    def approve(self, digest, name='a1', requirement='swap', until='2030-01-01T00:00:00Z'):
        assert approvals.store(self.host, [{'id': name, 'requirement': requirement, 'digest': digest, 'by': 'alice',
                                            'until': until}]) == []

    def past(self):
        return reading.past(self.host)
