"""Servers that take e-mail, or do not: a real one with TLS and passwords, and those that say what they are told."""
import contextlib
import email
import email.policy
import socket
import ssl
import sys
import threading

from nodeprep.master import ca


def certificates(folder, now, names=('localhost', '127.0.0.1')):
    """(file of the root, file of a server's chain and key)."""
    root = ca.authority(now)
    pair = ca.server(root, names, now)
    paths = f'{folder}/root.pem', f'{folder}/smtp.pem'
    for path, data in zip(paths, (root.certificate, pair.key + pair.certificate)):
        with open(path, 'wb') as file:
            file.write(data)
    return paths


class Taken:
    """What came: handler of aiosmtpd. `refuse` by recipient, an answer; `answer` to each message."""

    def __init__(self):
        self.mails, self.refuse, self.answer = [], {}, '250 taken'

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address not in self.refuse:
            envelope.rcpt_tos.append(address)
        return self.refuse.get(address, '250 OK')

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith('250'):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, session.ssl is not None, email.message_from_bytes(
                envelope.content, policy=email.policy.default)))
        return self.answer


@contextlib.contextmanager
def sink(taken, pem='', password=b'', at_once=False, port=0):
    """The port of a server on 127.0.0.1; with a `pem` it wants STARTTLS (`at_once`: TLS from the first byte), with a
    password user 'nodeprep'.
    """
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult
    context = None
    if pem:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS if sys.version_info < (3, 7) else ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)

    def known(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b'nodeprep', password), handled=False)
    words = {'hostname': '127.0.0.1', 'port': port or free(), 'authenticator': known,
             'auth_required': bool(password) and not at_once}
    if at_once:
        words.update(ssl_context=context, auth_require_tls=False)
    elif pem:
        words.update(tls_context=context, require_starttls=True)
    else:
        words.update(auth_require_tls=False)
    controller = Controller(taken, **words)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free():
    """A port that nobody listens at now."""
    with socket.socket() as made:
        made.bind(('127.0.0.1', 0))
        return made.getsockname()[1]


@contextlib.contextmanager
def saying(*parts, pause=0.0):
    """The port of a server that says these bytes to each who comes, again and again the last, each after a pause."""
    over = threading.Event()
    server = socket.socket()
    server.bind(('127.0.0.1', 0))
    server.listen(5)
    server.settimeout(0.1)

    def serve():
        while not over.is_set():
            with contextlib.suppress(OSError):
                one, _ = server.accept()
                with one:
                    for part in parts:
                        one.sendall(part)
                    while not over.wait(pause or 0.1):
                        if pause:
                            one.sendall(parts[-1])
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        thread.join()
        server.close()
