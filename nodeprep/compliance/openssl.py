"""The same by openssl(1), for hosts without that library. Sources: verify(1) and dgst(1), from 1.0.2 (CentOS 7) to 3.

What it is given lies in a folder of its own meanwhile. A version that fails may still end with 0 (verify before 1.1),
so it must also say that it is well.
"""
import os
import tempfile

from nodeprep import cahash
from nodeprep.compliance.seal import ED25519, algorithm
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Callable, Sequence


class Openssl:
    """`ask` runs a command that changes nothing and answers its code and output; it may raise CannotTell."""

    def __init__(self, ask: Callable[[Sequence[str]], Any]) -> None:
        self._ask = ask

    def fits(self, key: bytes, message: bytes, signature: bytes) -> bool:
        """As library.fits."""
        with tempfile.TemporaryDirectory(prefix='nodeprep-') as folder:
            public = _put(folder, 'key.pem', cahash.pem('PUBLIC KEY', key).encode('ascii'))
            own, said = _put(folder, 'signature', signature), _put(folder, 'message', message)
            if algorithm(key) == ED25519:
                return self._fits_pure(public, own, said)
            done = self._ask(['openssl', 'dgst', '-sha256', '-verify', public, '-signature', own, said])
        return done.code == 0 and done.out.strip() == 'Verified OK'

    def _fits_pure(self, public: str, own: str, said: str) -> bool:
        """Of a key that signs the message itself, not its digest: since openssl 3.0 (pkeyutl(1), -rawin)."""
        done = self._ask(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', public, '-rawin', '-in', said,
                          '-sigfile', own])
        if done.code == 0 and done.out.strip() == 'Signature Verified Successfully':
            return True
        if 'Signature Verification Failure' in done.out + done.err:
            return False
        raise CannotTell('this openssl does not know signatures of Ed25519', 'openssl pkeyutl')

    def follows(self, chain: Sequence[bytes], at: float) -> str:
        """As library.follows."""
        try:
            names = [cahash.names(one) for one in chain]
        except ValueError as error:
            return str(error)
        if any(child[0] != parent[1] for child, parent in zip(names, names[1:] + names[-1:])):
            return 'its certificates do not follow from each other'
        pems = [cahash.pem('CERTIFICATE', one).encode('ascii') for one in chain]
        wrong = self._verified(pems[0], pems[-1:], pems[1:-1], at)
        # openssl looks for a way of its own among what it is given, by names: that each was issued by the very next,
        # and none of them stands there unasked, such as the CA that is believed, is told of each pair alone.
        for child, parent in zip(pems, pems[1:]) if len(pems) > 2 else ():
            wrong = wrong or self._verified(child, [parent], [], at, '-partial_chain')
        return wrong

    def _verified(self, own: bytes, believed: Sequence[bytes], between: Sequence[bytes], at: float,
                  *more: str) -> str:
        """What verify(1) has against a certificate, PEM as all others; '' when nothing."""
        with tempfile.TemporaryDirectory(prefix='nodeprep-') as folder:
            nothing = os.path.join(folder, 'nothing')
            os.mkdir(nothing)             # else it would also believe what this machine believes on the web
            words = ['-CApath', nothing, '-CAfile', _put(folder, 'root.pem', b''.join(believed)), '-attime',
                     str(int(at)), '-check_ss_sig', *more]
            if between:
                words += ['-untrusted', _put(folder, 'between.pem', b''.join(between))]
            path = _put(folder, 'own.pem', own)
            done = self._ask(['openssl', 'verify', *words, path])
        if done.code == 0 and done.out.strip() == f'{path}: OK':
            return ''
        said = [line for line in (done.out + '\n' + done.err).split('\n') if line.startswith(('error ', 'error:'))]
        return 'its certificates do not follow from each other, or did not hold when this was made' + (
            f' ({said[0].replace(folder + "/", "")})' if said else '')

    def subject(self, certificate: bytes) -> str:
        """As library.subject."""
        with tempfile.TemporaryDirectory(prefix='nodeprep-') as folder:
            path = _put(folder, 'own.pem', cahash.pem('CERTIFICATE', certificate).encode('ascii'))
            done = self._ask(['openssl', 'x509', '-noout', '-subject', '-nameopt', 'RFC2253', '-in', path])
        return str(done.out).strip().partition('=')[2].strip()


def _put(folder: str, name: str, content: bytes) -> str:
    path = os.path.join(folder, name)
    with open(path, 'wb') as file:
        file.write(content)
    return path
