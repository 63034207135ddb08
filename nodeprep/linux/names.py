"""What names mean on this host now, as the C library resolves them, and when there is surely no answer."""
from nodeprep.model import CannotTell
from nodeprep.typed import Any, List

_RESOLV, _NSSWITCH = '/etc/resolv.conf', '/etc/nsswitch.conf'
# gai_strerror(3) of EAI_NONAME and EAI_NODATA: an answer, and it is no. EAI_AGAIN is none: a server did not answer.
_NO = ('name or service not known', 'no address associated with')
_AGAIN = 'temporary failure'


def resolve(host: Any, name: str) -> List[str]:
    """The addresses of a name, none when it surely has none; CannotTell when whoever should answer did not.

    Without any name server configured nobody will ever answer: glibc then calls it temporary, and this does not.
    """
    try:
        return list(host.addresses(name))
    except CannotTell as error:
        if any(word in error.reason for word in _NO):
            return []
        if _AGAIN in error.reason and not servers(host):
            return []
        raise


def servers(host: Any) -> List[str]:
    """The name servers of resolv.conf(5). Where nss-resolve asks systemd-resolved, which has its own, that is named."""
    if 'resolve' in sources(host):
        return ['systemd-resolved']
    lines = [line.split() for line in host.read(_RESOLV, missing='').split('\n')]
    return [words[1] for words in lines if len(words) > 1 and words[0] == 'nameserver']


def sources(host: Any) -> List[str]:
    """Who is asked for host names, in order: the hosts line of nsswitch.conf(5), its [actions] left out.

    Without one glibc asks DNS and then the files: nss/nsswitch.c DEFAULT_CONFIG.
    """
    for line in host.read(_NSSWITCH, missing='').split('\n'):
        key, colon, value = line.partition('#')[0].partition(':')
        if colon and key.strip() == 'hosts':
            return [word for word in value.replace('[', ' [').replace(']', '] ').split()
                    if not word.startswith('[') and not word.endswith(']')]
    return ['dns', 'files']
