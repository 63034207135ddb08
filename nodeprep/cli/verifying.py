"""What `nodeprep report verify` does."""
import sys

from nodeprep import cahash, output
from nodeprep.cli.usage import complain, stopping_on_bad_input, write
from nodeprep.compliance import proof, reading
from nodeprep.config import ConfigError
from nodeprep.host.files import reason
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Tuple

CODES = {proof.WHOLE: 0, proof.CHANGED: 1, proof.FOREIGN: 1, proof.UNPROVED: 3}
_MOST = 2**20             # bytes of a file of certificates


class Call(NamedTuple):
    """The command line."""

    file: str
    ca_files: Tuple[str, ...] = ()
    hashes: Tuple[str, ...] = ()
    format_name: str = 'table'


@stopping_on_bad_input
def verifying(call: Call) -> int:
    """Does it; the exit code."""
    from nodeprep.output import proofs
    known = list(_named(call)) or _joined()
    tree = _tree(call.file)
    try:
        found = proof.judge(tree, known, _tool() if tree.get('signature') else None)
    except reading.NotAReport as error:
        raise ConfigError(f'{call.file}: {error}') from None
    told = proofs.tree(call.file, tree, found)
    if call.format_name == 'json':
        from nodeprep.output.plans import machine
        write(sys.stdout, machine(told, 'json'))
    else:
        write(sys.stdout, proofs.page(told, output.options_for(sys.stdout), found.hint))
    return CODES[found.verdict]


def _named(call: Call) -> Iterator[str]:
    for text in call.hashes:
        try:
            yield cahash.wanted(text)
        except ValueError as error:
            raise ConfigError(f'--ca-cert-hash: {error}') from None
    for path in call.ca_files:
        try:
            found = [one for one, _ in cahash.certificates(_read(path, _MOST).decode('ascii', 'replace'))]
        except ValueError as error:
            raise ConfigError(f'{path}: {error}') from None
        if not found:
            raise ConfigError(f'{path}: there is no certificate in it')
        yield from found


def _joined() -> List[str]:
    """The CA of the master that this host has joined; nothing when it has not, or the caller may not know."""
    from nodeprep.agent import credential
    try:
        held: Optional[Any] = credential.read()
        return [one for one, _ in cahash.certificates(held.ca)] if held else []
    except (credential.BadCredential, ValueError) as error:
        complain(f'{error}: a CA to hold the report against can be named with --ca-cert or --ca-cert-hash')
        return []


def _tree(path: str) -> Dict[str, Any]:
    try:
        return reading.read(_read(path, reading.MOST + 1))
    except reading.NotAReport as error:
        raise ConfigError(f'{path}: {error}') from None


def _read(path: str, most: int) -> bytes:
    try:
        if path == '-':
            return bytes(sys.stdin.buffer.read(most))
        with open(path, 'rb') as file:
            return file.read(most)
    except OSError as error:
        raise ConfigError(f'{path}: {reason(error)}') from None


def _tool() -> Optional[Any]:
    """What verifies signatures here."""
    try:
        from nodeprep.compliance import library
        if library.VERIFIES:
            return library
    except ImportError:
        pass
    from nodeprep.compliance.openssl import Openssl
    from nodeprep.host import Host
    host = Host('/')
    return Openssl(host.ask) if host.program('openssl') else None
