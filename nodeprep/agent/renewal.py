"""A new secret for this node now and then: one that somebody copied from a backup is of no use for long.

The master keeps the old one until the new one was used, so that a crash between its answer and our disk locks nobody
out; and the new one is used only when it is on the disk.
"""
import json
import os

from nodeprep.agent import credential, keep
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Callable, Dict, List

AFTER = 30 * 86400.0      # seconds that a secret is used
AGAIN = 3600.0            # seconds until the next try when one failed
_UNKNOWN = 'the master answers 401'
_JOINED = ('this host has joined again since this agent was started, which takes the new credential when it is started '
           'again')


class Renewing:
    """A Client that renews its secret after a heartbeat that was answered, when it is time."""

    def __init__(self, client: Any, path: str, held: credential.Credential, time: Callable[[], float]) -> None:
        """`path` is the file of the credential, whose time of change says since when the secret is used."""
        self._client, self._path, self._held, self._time = client, path, held, time
        self._not_before = 0.0

    def wait(self) -> float:
        """As Client.wait."""
        return float(self._client.wait())

    def send(self, reports: List[Dict[str, Any]]) -> Any:
        """As Client.send."""
        return self._told(self._client.send(reports))

    def beat(self, heartbeat: Dict[str, Any]) -> Any:
        """As Client.beat."""
        answer = self._client.beat(heartbeat)
        if not answer.problem and self._due():
            self._renew()
        return self._told(answer)

    def members(self, tag: str) -> Any:
        """As Client.members."""
        return self._told(self._client.members(tag))

    def close(self) -> None:
        """As Client.close."""
        self._client.close()

    def _told(self, answer: Any) -> Any:
        """An answer, whose problem is not one to join again for when that was done and only this process is as before.
        """
        return answer._replace(problem=_JOINED) if answer.problem.startswith(_UNKNOWN) and self._another() else answer

    def _another(self) -> bool:
        try:
            found = credential.read(self._path)
        except credential.BadCredential:
            return False
        return found is not None and found != self._held

    def _due(self) -> bool:
        now = self._time()
        try:
            since = os.stat(self._path).st_mtime
        except OSError:                  # it was taken away, as `nodeprep leave` does: nothing is put in its place
            return False
        return abs(now - since) > AFTER and abs(now - self._not_before) >= AGAIN       # abs: clocks are set back too

    def _renew(self) -> None:
        self._not_before = self._time()
        secret = self._client.another()
        if not secret:
            return
        held = self._held._replace(secret=secret)
        try:
            keep.write(self._path, json.dumps(credential.tree_of(held)) + '\n', 0o600, lasting=True)
        except CannotChange:
            return                       # the old one still counts; the spool tells of a disk that is full
        self._held = held
        self._client.use(secret)
