"""What a person typed into a machine and what came of it, kept as text and compared with the text that is wanted."""
import difflib
import os
import re

from tests.lab.image import HERE, TOP

FOLDER = os.path.join(HERE, 'transcripts')


class Transcript:
    """`name` is that of the wanted text in tests/lab/transcripts. Without a `machine` each command names its node.

    There … stands for anything within a line, and for any number of lines where it is a line of its own. What was
    said is written below .lab of the checkout, or $NODEPREP_LAB, as it is said.
    """

    def __init__(self, machine, name):
        self.machine, self.name = machine, name
        folder = os.path.join(os.environ.get('NODEPREP_LAB') or os.path.join(TOP, '.lab'), 'transcripts')
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, name + '.txt')
        open(self.path, 'w').close()

    def type(self, words, code=0, on=None):
        """Runs a command line as a person types it; gives what it printed, when it ended with that exit code."""
        ended, out, err = (on or self.machine).run(['sh', '-c', words], timeout=900)
        self._note(f'{on.name if on else ""}# {words}\n{out}{err}' + (f'(exit code {ended})\n' if ended else ''))
        assert ended == code, f'{words}: {ended}\n{out}\n{err}'
        return out

    def tell(self, what):
        """Notes what happened beside the commands."""
        self._note(f'--- {what}\n')

    def _note(self, text):
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write(text + '\n')

    def differs(self):
        """How what was said differs from what is wanted; '' when it does not."""
        with open(self.path, encoding='utf-8') as file:
            said = file.read()
        with open(os.path.join(FOLDER, self.name + '.txt'), encoding='utf-8') as file:
            wanted = file.read()
        if matches(wanted, said):
            return ''
        lines = wanted.splitlines()
        at = next((number for number in range(len(lines)) if not re.match(_pattern(lines[:number + 1]), said)), -1)
        place = f'{self.name}.txt:{at + 1}: {lines[at]!r} is not what comes next' if at >= 0 else 'there is more'
        return '\n'.join([place, *difflib.unified_diff(lines, said.splitlines(), 'wanted', 'said', lineterm='', n=1)])


def matches(wanted, said):
    """Whether a text is what is wanted of it.

    >>> matches('a …\\n…\\nz\\n', 'a b c\\nd\\ne\\nz\\n'), matches('a …\\nz\\n', 'a b c\\nd\\nz\\n')
    (True, False)
    """
    return bool(re.fullmatch(_pattern(wanted.splitlines()), said))


def _pattern(lines):
    return ''.join('(?:[^\n]*\n)*?' if line == '…' else re.escape(line).replace('…', '[^\n]*') + '\n'
                   for line in lines)
