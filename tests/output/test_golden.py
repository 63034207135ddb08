"""Every format of every sample, byte for byte, with its exit code in the file name.

After a change that is meant: python -m tests.output.test_golden writes them anew; look at what git diff says.
"""
import os

import pytest

from nodeprep.language import CHINESE, speaking
from nodeprep.output import FORMATS, Options, exit_code, renderer
from tests.output.samples import SAMPLES

FOLDER = os.path.join(os.path.dirname(__file__), 'golden')
# The table has options; the machine formats look at none of them.
OPTIONS = {'table': Options(), 'verbose.table': Options(verbose=True), 'quiet.table': Options(quiet=True),
           'color.table': Options(color=True), 'narrow.table': Options(width=40), 'wide.table': Options(width=120),
           'chinese.table': Options(language=speaking(CHINESE)),
           'chinese.verbose.table': Options(verbose=True, language=speaking(CHINESE))}
MANY = ('drifted', 'met')
CASES = [(sample, name) for sample in SAMPLES for name in FORMATS] + [
    (sample, name) for sample in MANY for name in OPTIONS if name not in FORMATS]


def path(sample, name):
    """Where the golden file is."""
    return os.path.join(FOLDER, f'{sample}.{exit_code(SAMPLES[sample], name)}.{name}')


def rendered(sample, name):
    """What it should hold, as bytes."""
    text = renderer(name.split('.')[-1])(SAMPLES[sample], OPTIONS.get(name, Options()))
    return text.encode()


@pytest.mark.parametrize('sample, name', CASES)
def test_golden(sample, name):
    with open(path(sample, name), 'rb') as file:
        assert rendered(sample, name).decode() == file.read().decode()


def test_no_golden_file_is_left_over():
    assert sorted(os.listdir(FOLDER)) == sorted(os.path.basename(path(*case)) for case in CASES)


if __name__ == '__main__':
    for name in os.listdir(FOLDER):
        os.unlink(os.path.join(FOLDER, name))
    for case in CASES:
        with open(path(*case), 'wb') as out:
            out.write(rendered(*case))
