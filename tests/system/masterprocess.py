"""`nodeprep master serve` as a real process, its commands, and people who ask it over TLS."""
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class MasterProcess:
    """Use as `with MasterProcess(folder) as master`: it serves, and is gone afterwards whatever happened."""

    def __init__(self, folder, config='', listen='127.0.0.1:0'):
        self.data, self.config, self.listen = f'{folder}/master', f'{folder}/master.yaml', listen
        self.lines, self.process, self.url = [], None, ''
        with open(self.config, 'w', encoding='utf-8', opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(config)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
        self.gone()

    @property
    def places(self):
        return ['--data', self.data, '--config', self.config]

    def start(self):
        """Begins the process and waits until it serves."""
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'nodeprep', 'master', 'serve', *self.places, '--listen', self.listen], cwd=TOP,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, universal_newlines=True)
        up = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(up,))
        self._reader.start()
        assert up.wait(60), self.said()
        self.port = int(self.url.rpartition(':')[2])

    def _read(self, up):
        for line in self.process.stderr:
            self.lines.append(line.rstrip('\n'))
            found = re.search(r'serves (https://\S+)', line)
            if found:
                self.url = found.group(1)
                up.set()
        up.set()

    def gone(self):
        """Waits for the end of one that was killed; its exit code."""
        code = self.process.wait(60)
        self._reader.join()
        self.process.stderr.close()
        return code

    def stop(self, number=signal.SIGTERM):
        """Ends it by a signal; the exit code."""
        self.process.send_signal(number)
        return self.gone()

    def said(self):
        return '\n'.join(self.lines)

    def until(self, words, seconds=60):
        end = time.monotonic() + seconds
        while not any(words in line for line in self.lines):
            assert time.monotonic() < end, f'{words!r} was not said: {self.said()}'
            time.sleep(0.02)

    @property
    def ca(self):
        with open(f'{self.data}/ca.crt', encoding='ascii') as file:
            return file.read()

    def run(self, *words):
        """`nodeprep master WORDS`: (exit code, output, errors)."""
        return nodeprep('master', *words, *self.places)

    def told(self, *words):
        """The same, which must go well: its output."""
        code, out, err = self.run(*words)
        assert (code, err) == (0, ''), (words, code, out, err)
        return out

    def join_words(self, *more):
        """The words of the command that --print-join-command prints; its address is where this one really listens."""
        words = self.told('token', 'create', '--print-join-command', *more).split()
        assert words[:3] == ['nodeprep', 'join', self.url] and (words[3], words[5]) == ('--token', '--ca-cert-hash')
        return words[1:]

    def person(self, name='root', role='admin'):
        """Somebody with a token that the command made."""
        return Person(self, self.told('user', 'create', name, '--role', role).strip())


class Person:
    """Asks over TLS that the master's CA has signed."""

    def __init__(self, master, token=''):
        self.master, self.token = master, token

    def ask(self, method, path, tree=None, headers=None, packed=None):
        """(status, tree or text). `packed`: a body of JSON that is gzip already, instead of a tree."""
        context = ssl.create_default_context(cadata=self.master.ca)
        connection = http.client.HTTPSConnection('127.0.0.1', self.master.port, context=context, timeout=20)
        try:
            whole = {'Authorization': f'Bearer {self.token}'} if self.token else {}
            body = packed
            if packed is not None:
                whole['Content-Type'], whole['Content-Encoding'] = 'application/json', 'gzip'
            elif tree is not None:
                body, whole['Content-Type'] = json.dumps(tree).encode(), 'application/json'
            whole.update(headers or {})
            connection.request(method, path, body, whole)
            answer = connection.getresponse()
            raw = answer.read().decode()
            return answer.status, json.loads(raw) if 'json' in (answer.getheader('Content-Type') or '') else raw
        finally:
            connection.close()

    def get(self, path):
        status, tree = self.ask('GET', path)
        assert status == 200, (status, tree)
        return tree


def nodeprep(*words):
    """A command of ours: (exit code, output, errors)."""
    environment = {name: value for name, value in os.environ.items() if 'proxy' not in name.lower()}
    done = subprocess.run([sys.executable, '-m', 'nodeprep', *words], cwd=TOP, env=environment, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
