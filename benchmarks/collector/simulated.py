"""One agent of a made-up host: what tells the master is the agent's own code, only what it tells is made up."""
import time

from nodeprep.agent.client import Client
from nodeprep.agent.credential import Credential
from nodeprep.agent.spool import Spool
from nodeprep.agent.voice import Voice

_TRIES = 200              # in the end, to deliver what still waits


class Agent:
    """`waits` are seconds of each request; `made` how many reports it made, `problems` how many requests failed."""

    def __init__(self, folder, master, host, headers):
        url = 'https://localhost:%d' % master.address[1]
        secret = headers[0].split()[-1]
        self.host, self.waits, self.made, self.problems = host, [], 0, 0
        self.spool = Spool(folder)
        self._client = Client(Credential(url, host.about['name'], secret, master.ca))
        self._ask, self._client._transport.post = self._client._transport.post, self._timed
        self._voice = Voice(self.spool, self._client, url, 0.0, time.monotonic, time.time)
        self._voice.about({'boot_id': host.boot_id, 'taken': '', 'verdict': 'met', 'fights': []})

    def turn(self, drifts):
        """A report when something changed or nothing was told yet, else a heartbeat."""
        if drifts or not self.made:
            if drifts:
                now = self.host.findings['swap']['state']
                self.host.set('swap', 'met' if now == 'drifted' else 'drifted')
            self._voice.tell(self.host.unnumbered())
            self.made += 1
        self._voice.step()

    def finish(self):
        """Delivers what waits."""
        for _ in range(_TRIES):
            if not self.spool.facts().count:
                return
            time.sleep(min(1.0, self._voice.step()))

    def close(self):
        """Lets connection and files go."""
        self._voice.end()

    def told(self):
        """What the master must know of it in the end."""
        facts = self.spool.facts()
        return {'name': self.host.about['name'], 'made': self.made, 'sequence': facts.sequence, 'head': facts.head,
                'swap': self.host.findings['swap']['state']}

    def _timed(self, path, tree):
        begun = time.perf_counter()
        reply = self._ask(path, tree)
        self.waits.append(time.perf_counter() - begun)
        self.problems += reply is None or reply.status not in (200, 201)
        return reply
