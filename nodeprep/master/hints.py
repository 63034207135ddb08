"""What is told to type next about a master: it needs the options by which this one was called."""
import re

_COMMAND = re.compile(r'nodeprep master (?:(?:token|user) )?[a-z]+')


def to_type(text: str, options: str) -> str:
    """A text whose commands of the master have these options (settings.options()), unless it has them already.

    >>> to_type('there is no node x; nodeprep master nodes lists them', ' --data /srv/m')
    'there is no node x; nodeprep master nodes --data /srv/m lists them'
    >>> to_type('nodeprep master user delete ann', ' --data /srv/m'), to_type('nodeprep master nodes', '')
    ('nodeprep master user delete --data /srv/m ann', 'nodeprep master nodes')
    """
    return text if options in text else _COMMAND.sub(lambda found: found.group() + options, text)
