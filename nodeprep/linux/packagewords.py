"""What yum, dnf and rpm say when they fail, as one sentence with what a person does about it.

Sources: yum 3.4.3 (cli.py, yum/__init__.py, yumRepo.py), dnf 4 (dnf/cli, dnf/base.py, dnf/exceptions.py), libdnf and
librepo ("Curl error (6)", "Cannot prepare internal mirrorlist"), rpm (lib/rpmps.c for disk space and dependencies).
"""
import re

from nodeprep.model import CannotTell
from nodeprep.typed import Any, Iterator, Tuple

_LAST = 65536            # characters at the end that are looked at: what went wrong is said last
_SIGNATURE = (r'GPG key retrieval failed|GPG check FAILED|Public key for [^\n]{1,120} is not installed|'
              r'GPG keys listed for the "[^"\n]{1,100}" repository')
# Where the network is at fault, a release whose repositories were switched off is the first suspect.
_UNREACHED: Tuple[Tuple[str, str], ...] = (
    (r'Could(?:n.t| not) resolve proxy[^:\n]{0,20}:? ?([^\s;,\]"]{1,200})?', 'the proxy {0} does not resolve: see '
     'proxy= in the configuration of the package manager'),
    (r'(?:Could not resolve host(?: name)?:|Couldn.t resolve host(?: name)?(?: for)?) ?([^\s;,\]"]{1,200})',
     'the name in {0} does not resolve: see DNS, or give the package manager a proxy or a mirror inside'),
    (r'(?:HTTP Error 407|Status code: 407|error code: 407)', 'the proxy asks for a name and password: see '
     'proxy_username in the configuration of the package manager'),
    (r'(?:[Ss]tatus code: |HTTP Error |requested URL returned error: )(40[0-9]|41[0-9]|50[0-9])[^\n]{0,20}?(?: for '
     r'(\S{1,200}))?(?=[\s,]|$)', 'a repository answers {0}: {1} does not have what its configuration says'),
    (r'(SSL certificate problem|[Pp]eer.s? [Cc]ertificate[^\n]{0,60}|SSL peer certificate[^\n]{0,60})',
     'the certificate of a repository is not trusted ({0}): see the time of this host, and sslcacert'),
    (r'(?:Curl error \((?:7|28|35|56)\): |curl#(?:7|28|35|56) - "?)([^\n"\[]{1,200})',
     'a repository does not answer ({0}): see the way out of this network, and the proxy'),
    (r'Cannot find a valid baseurl for repo: (\S{1,100})', 'the repository {0} has no address that answers: see '
     '/etc/yum.repos.d'),
    (r"Failed to download metadata for repo '([^'\n]{1,100})'", 'the repository {0} does not answer: see '
     '/etc/yum.repos.d'),
    (r'No more mirrors to try|All mirrors were tried', 'no mirror answers: see /etc/yum.repos.d'),
)
_OTHERS: Tuple[Tuple[str, str], ...] = (
    (r'(?:needs|At least) (\d{1,9} ?[KMG]?B) more space (?:needed )?on the (\S{1,200}) filesystem',
     'the disk is full: {1} lacks {0}; make room there'),
    (r'No space left on device', 'the disk is full: make room below /var/cache and /, or see df'),
    (r'(?:another copy is running as pid |Waiting for process with pid )(\d{1,9})', 'another package manager is at '
     'work (process {0}): let it end, then run this again'),
    (r'holding the yum lock|[Ff]ailed to obtain the transaction lock|can.t create transaction lock|Existing lock ',
     'another package manager is at work: let it end, then run this again'),
    (_SIGNATURE, 'the signature of a package could not be checked: import the key of its repository (rpm --import), '
     'after comparing its fingerprint'),
    (r'All matches were filtered out by (exclude|modular) filtering for argument: (\S{1,100})',
     '{1} is kept out by {0} filtering: see exclude= in the repositories, or `dnf module list`'),
    (r'(?:Unable to find a match: |No match for argument: )([^\n]{1,200})', 'no enabled repository has {0}: enable or '
     'add one that does'),
    (r'No package (\S{1,100}) available', 'no enabled repository has {0}: enable or add one that does'),
    (r'There are no enabled repo', 'no repository is enabled: see /etc/yum.repos.d; a RHEL is registered first '
     '(subscription-manager register)'),
    (r'nothing provides ([^\n]{1,120}?) needed by (\S{1,120})', '{1} needs {0}, which no enabled repository has: '
     'enable the one that does'),
    (r'([^\s:][^\n]{0,150}? (?:conflicts with|obsoletes) [^\n]{1,100})', 'packages are in each other\'s way ({0}): '
     'remove one of them yourself, after looking at what needs it'),
    (r'Requires: ([^\n]{1,120})', 'something that it requires cannot be had ({0}): enable the repository that has it'),
    (r'(\S[^\n]{0,120} is needed by \(installed\) \S{1,120})', 'another package needs it ({0}): it stays'),
    (r'(?:rpmdb: BDB\d{4}|[Rr]pmdb open failed|cannot open Packages (?:database|index))', 'the database of packages is '
     'damaged or in use: rpm --rebuilddb, with nothing else running'),
    (r'(?:Read-only file system|configured to be read-only)', 'this system is read-only: packages come with its image'),
    (r'(?:need to be root|superuser privileges)', 'only root may change packages'),
)
# Which one it was, as dnf and yum say it: one that does not answer stops them even where another has what is wanted.
_WHICH = (r"(?:Failed to download metadata for repo|[Ee]rrors? during downloading metadata for repository) "
          r"'([^'\n]{1,100})'|failure: repodata/repomd\.xml from ([^:\s]{1,100}): ")
_FIRST = 4                # a full disk and a lock stand behind whatever else is said


def reason(host: Any, text: str) -> str:
    """Why a package manager failed, from all that it said; '' when none of it is known."""
    from nodeprep.linux.packages import dead_repositories
    text = text[-_LAST:]
    unreached = next(_told(_UNREACHED, text), '')
    other = next(_told(_OTHERS[:_FIRST], text), '')
    if unreached and not other:
        try:
            return dead_repositories(host) or _named(unreached, text)
        except CannotTell:
            return _named(unreached, text)
    return other or next(_told(_OTHERS[_FIRST:], text), '')


def _named(said: str, text: str) -> str:
    """The sentence with the name of the repository, where a package manager tells it."""
    found = re.search(_WHICH, text)
    name = found and (found.group(1) or found.group(2))
    if not name or not said.startswith('a repository '):
        return said
    return said.replace('a repository', f'the repository {name}', 1) + '; enabled=0 in its file leaves it out'


def _told(known: Tuple[Tuple[str, str], ...], text: str) -> Iterator[str]:
    for pattern, sentence in known:
        match = re.search(pattern, text)
        if match:
            words = [(group or '').strip().rstrip('.') for group in match.groups()] + ['', '']
            yield sentence.format(*[word or 'it' for word in words])
