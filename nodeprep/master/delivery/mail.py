"""A report by e-mail to one server: TLS unless said otherwise, bounded in time, and told why when it is not taken."""
import contextlib
import email.message
import email.utils
import os
import smtplib
import socket
import ssl
import threading

from nodeprep import __version__
from nodeprep.config import ConfigError
from nodeprep.master import keys
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List

TIMEOUT = 10.0            # seconds without a word
LONGEST = 90.0            # seconds for all of it: less than a message is leased for
_ANSWER = 200             # letters that are told of what a server says
_BYTES = 1024             # of a password


class Sent(NamedTuple):
    """`problem` is '' when the server took it; `refused` is for how many of the recipients it did not."""

    problem: str = ''
    refused: int = 0


def message(mail: Any, letter: Dict[str, Any]) -> email.message.EmailMessage:
    """The e-mail of a letter (see queue.letter): its text, and the HTML as a file. ValueError for what no header holds.

    Each try of one report has the same Message-ID.
    """
    made = email.message.EmailMessage()
    made['From'], made['To'], made['Subject'] = mail.sender, ', '.join(mail.to), letter['subject']
    made['Date'] = email.utils.formatdate(letter['made'])
    made['Message-ID'] = f'<{letter["id"]}@{mail.sender.rpartition("@")[2]}>'
    made['Auto-Submitted'] = 'auto-generated'      # RFC 3834: nobody's absence is told to it
    made['X-Mailer'] = f'nodeprep/{__version__}'
    made.set_content(letter['text'])
    made.add_attachment(letter['html'].encode('utf-8'), maintype='text', subtype='html', cte='base64',
                        filename=letter['name'], params={'charset': 'utf-8'})
    return made


def send(mail: Any, letter: Dict[str, Any], longest: float = LONGEST) -> Sent:
    """Sends one. What is told of a problem has no password in it."""
    try:
        password = _password(mail.password_file) if mail.user else ''
        made, client = message(mail, letter), _client(mail)
    except ConfigError as error:
        return Sent(str(error))
    except (OSError, ValueError) as error:
        return Sent(f'{mail.ca or "the letter"} cannot be used: {error}')
    over = threading.Event()                       # of longest; set before the cut, which is seen here at once
    late = threading.Timer(longest, _end, (over, client))
    late.start()
    try:
        return Sent('', len(_spoken(client, mail, password, made)))
    except (OSError, ValueError) as error:         # SMTPException and SSLError are OSErrors
        return Sent(f'it took longer than {longest:g} s' if over.is_set() else _said(error))
    finally:
        late.cancel()
        client.close()


def unready(mail: Any) -> List[str]:
    """Why nothing could be sent though nobody asked the server yet: files that the settings name."""
    wrong = []
    for name, read in (('password_file', lambda: _password(mail.password_file) if mail.user else ''),
                       ('ca', lambda: _context(mail) if mail.ca else None)):
        try:
            read()
        except ConfigError as error:
            wrong.append(f'report.mail.{name}: {error}')
        except (OSError, ValueError) as error:
            wrong.append(f'report.mail.{name}: {getattr(mail, name)} cannot be used: '
                         f'{getattr(error, "strerror", "") or error}')
    return wrong


def _spoken(client: smtplib.SMTP, mail: Any, password: str, made: email.message.EmailMessage) -> Dict[str, Any]:
    """Speaks to the server; returns the recipients that it does not take."""
    code, said = client.connect(*mail.server)
    if code != 220:                                # RFC 5321 3.1; the library leaves it to who connects
        raise smtplib.SMTPConnectError(code, said)
    if mail.tls == 'starttls':
        client.starttls(context=_context(mail))
    if mail.user:
        client.login(mail.user, password)
    refused: Dict[str, Any] = client.send_message(made, mail.sender, list(mail.to))
    with contextlib.suppress(OSError, ValueError):  # it has the message already
        client.quit()
    return refused


def _client(mail: Any) -> smtplib.SMTP:
    """A client that is not connected. With a name of its own: the library would ask the resolver for one."""
    name = os.uname().nodename
    client = smtplib.SMTP_SSL(local_hostname=name, timeout=TIMEOUT, context=_context(mail)) if mail.tls == 'tls' \
        else smtplib.SMTP(local_hostname=name, timeout=TIMEOUT)
    client.sock = None                             # that of Python 3.6 has none until it is connected
    # Whom the certificate must be for: the library knows it only when it connects while it is made.
    client._host = mail.server[0]                  # type: ignore[attr-defined]
    return client


def _context(mail: Any) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=mail.ca or None)
    if hasattr(made, 'minimum_version'):
        made.minimum_version = ssl.TLSVersion.TLSv1_2
    else:                                          # Python 3.6
        made.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
    return made


def _end(over: threading.Event, client: smtplib.SMTP) -> None:
    """Ends a connection below TLS, so that who reads from it sees its end."""
    over.set()
    sock = client.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _password(path: str) -> str:
    """The first line of a file that not everybody may read. ConfigError."""
    found = keys.needed(path)
    if os.stat(path).st_mode & 0o007:
        raise ConfigError(f'{path}: everybody may read the password; chmod 0640 it')
    try:
        return found[:_BYTES].decode('utf-8').split('\n')[0].rstrip('\r')
    except UnicodeDecodeError:
        raise ConfigError(f'{path}: is not UTF-8') from None


def _said(error: Exception) -> str:
    """What a person should know."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f'it refuses user and password ({error.smtp_code})'
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return 'it refuses all recipients: ' + _answer(*next(iter(error.recipients.values()), (0, b'')))
    if isinstance(error, smtplib.SMTPResponseException):
        return 'it answers ' + _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f'it ended the connection, or said nothing for {TIMEOUT:g} s'
    if isinstance(error, smtplib.SMTPException):   # such as that STARTTLS is not offered
        return clean(str(error))[:_ANSWER]
    if isinstance(error, (ssl.SSLError, ssl.CertificateError)):        # the latter is no SSLError before Python 3.7
        why = getattr(error, 'verify_message', '') or getattr(error, 'reason', '') or error
        return 'no TLS comes about: ' + clean(str(why))[:_ANSWER]
    if isinstance(error, socket.timeout):
        return f'nothing was heard of it for {TIMEOUT:g} s'
    return f'it cannot be reached: {getattr(error, "strerror", "") or type(error).__name__}'


def _answer(code: int, said: Any) -> str:
    text = said.decode('utf-8', 'replace') if isinstance(said, bytes) else str(said)
    return f'{code} {clean(text)[:_ANSWER]}'.rstrip()
