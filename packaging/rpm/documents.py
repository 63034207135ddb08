"""What people read of the packages, laid out so that each link in it leads to a file that is installed too."""
import glob
import os
import re
import shutil

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AGENT, MASTER = '/usr/share/doc/nodeprep', '/usr/share/doc/nodeprep-master'
_ELSEWHERE = re.compile(r'(?<=\]\()(?![a-z]+:|[/#])')         # where the target of a link to another file begins


def agent(root: str) -> None:
    """The README and all that it leads to, below each other as in the tree."""
    for pattern in ('/README.md', '/CHANGELOG.md', '/docs/*.md', '/packaging/rpm/README.md'):
        for path in glob.glob(TOP + pattern):
            shutil.copy(path, _made(root + AGENT + path[len(TOP):]))


def master(root: str) -> None:
    """The page about the master, for who looks beside the master; its links lead into the other package, which this one
    needs.
    """
    with open(TOP + '/docs/master.md', encoding='utf-8') as file:
        text = file.read()
    with open(_made(root + MASTER + '/master.md'), 'w', encoding='utf-8') as file:
        file.write(_ELSEWHERE.sub('../nodeprep/docs/', text))


def _made(path: str) -> str:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path
