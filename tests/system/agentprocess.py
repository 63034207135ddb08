"""`nodeprep agent` as a real process with folders of its own, and its output line by line as it comes."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

from nodeprep.agent.credential import Credential, tree_of
from tests.waiting import until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Nobody outside this machine is asked, and what is told within an hour was told because of an event.
QUIET = ('interval: 1h\n'
         'requirements:\n'
         '  registry: {url: "https://127.0.0.1:9/v2/"}\n')
OF_THE_MACHINE = '/var/lib/nodeprep', '/run/nodeprep', '/etc/nodeprep/nodeprep.yaml'


class AgentProcess:
    """Use as `with AgentProcess(folder) as agent`: it is up at once, and gone afterwards whatever happened.

    `credential` is the master that it has joined; `config` the text of its configuration. Without a `folder` it has
    those of the machine, which must be one of its own then (see private.py), and may have things mended.
    """

    def __init__(self, folder=None, config=QUIET, credential=None):
        self.process, self.lines = None, []
        self._came, self._reader = threading.Condition(), None
        self.state, self.run, self.config, self._places = OF_THE_MACHINE + ([],)
        if folder is not None:
            self.state, self.run, self.config = f'{folder}/state', f'{folder}/run', f'{folder}/nodeprep.yaml'
            self._places = ['--config', self.config, '--state-dir', self.state, '--run-dir', self.run]
        for name in (self.state, self.run, os.path.dirname(self.config)):
            os.makedirs(name, exist_ok=True)
        self.configure(config)
        if credential is not None:
            with open(f'{self.state}/credential', 'w', encoding='ascii',
                      opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                json.dump(tree_of(credential), file)

    def __enter__(self):
        self.start()
        self.until('the agent begins')
        self.until_up()
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
        self.join()

    @property
    def argv(self):
        """The command line."""
        return [sys.executable, '-m', 'nodeprep', 'agent'] + self._places

    def configure(self, text):
        """Writes the configuration, which a SIGHUP makes it read."""
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(text)

    def start(self):
        """Begins a process, of which nothing is awaited."""
        self.process = subprocess.Popen(self.argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, universal_newlines=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def join(self):
        """Waits for its end and for the rest of its output; the exit code."""
        code = self.process.wait(30)
        self._reader.join()
        self.process.stdout.close()
        return code

    def ask(self, number):
        """Sends a signal."""
        self.process.send_signal(number)

    def stop(self):
        """SIGTERM; the exit code."""
        self.ask(signal.SIGTERM)
        return self.join()

    def mark(self):
        """The place where its output ends now, for until()."""
        return len(self.lines)

    def until(self, words, since=0, seconds=30):
        """The first line with these words after a mark, and when it came (monotonic). It fails without one in time."""
        end = time.monotonic() + seconds
        with self._came:
            while True:
                for at, line in self.lines[since:]:
                    if words in line:
                        return line, at
                left = end - time.monotonic()
                assert left > 0, f'{words!r} was not told: {self.said(since)}'
                self._came.wait(left)

    def said(self, since=0):
        """What it said."""
        return '\n'.join(line for _, line in self.lines[since:])

    def until_up(self, seconds=60):
        """Waits until the first look is done, which is when there is a status of this process."""
        self.wait_for(lambda: (self.status() or {}).get('pid') == self.process.pid, seconds)

    def wait_for(self, what, seconds=30):
        """The first true value of what(); fails when there is none in time."""
        return until(what, seconds, self.said, pause=0.02)

    def status(self):
        """The status that it last wrote; None when there is none."""
        try:
            with open(f'{self.run}/status', encoding='utf-8') as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def reports(self):
        """What lies in its spool, the oldest first, by number of the file and of the line."""
        found = []
        for name in sorted(os.listdir(f'{self.state}/spool')):
            if name.endswith('.jsonl'):
                with open(f'{self.state}/spool/{name}', encoding='ascii') as file:
                    found += [json.loads(line) for line in file]
        return found

    def _read(self):
        for line in self.process.stdout:
            with self._came:
                self.lines.append((time.monotonic(), line.rstrip('\n')))
                self._came.notify_all()


def joined(url, ca):
    """The credential of a node that has joined the master at `url`, whose CA is `ca` (PEM)."""
    return Credential(url, 'node1', 's3cret-of-node1', ca)
