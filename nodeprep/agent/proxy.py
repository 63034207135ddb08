"""The proxy to the master: what the configuration names, or the environment of this process (its unit's)."""
from nodeprep.host.https import address
from nodeprep.linux.proxies import Variable, choose
from nodeprep.typed import Mapping

_NAMES = ('HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy')


def chosen(url: str, environment: Mapping[str, str], configured: str = '') -> str:
    """The proxy for an https address, '' for none.

    >>> chosen('https://master:9443', {'https_proxy': 'proxy:3128'})
    'http://proxy:3128'
    >>> chosen('https://master:9443', {'HTTPS_PROXY': 'http://proxy:3128', 'NO_PROXY': 'master'})
    ''
    """
    if configured:
        return configured
    server = address(url)
    variables = {name: Variable(environment[name], name) for name in _NAMES if environment.get(name)}
    return choose(variables, 'https', server.name, server.port).url
