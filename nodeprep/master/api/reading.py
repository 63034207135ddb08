"""What a query or a body asks for, read with bounds. A Problem 400 names the field."""
from nodeprep.compliance import moments
from nodeprep.master import misspelt
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.routes import Query
from nodeprep.master.store.asked import Asked
from nodeprep.typed import Any, Dict, Optional, Sequence, Tuple

LONGEST = 300             # letters of a value
PER, MOST = 100, 1000     # rows of an answer
NODES = {'search': Query('A part of the name.'), 'label': Query('NAME or NAME=VALUE.'),
         'role': Query('worker or control-plane.'), 'os': Query('Name and version of the system.'),
         'standing': Query('drifted, unknown, silent, quarantined, new or met.'),
         'requirement': Query('One that they do not meet, or that is as `outcome` says.'),
         'outcome': Query('met, drifted, unknown, advised, waived, ignored or not-applicable.')}


def counting(about: str, most: int) -> Query:
    """A whole number from 1 on."""
    return Query(about, {'type': 'integer', 'minimum': 1, 'maximum': most})


def choosing(about: str, *choices: str) -> Query:
    """One of some words; the first is meant when it is not there."""
    return Query(about, {'type': 'string', 'enum': list(choices), 'default': choices[0]})


PAGES = {'page': counting('Which page.', 10**6), 'per': counting('How many on a page.', MOST)}


def asked(request: Request) -> Asked:
    """Which nodes are asked for."""
    query = request.query
    return Asked(**{name: query.get(name, '')[:LONGEST] for name in NODES})


def sure(cursor: Any, about: Asked) -> Asked:
    """The same. Problem 400 for a value that names nothing, with those that are known."""
    wrong = misspelt.first(cursor, about)
    if wrong:
        raise Problem(400, wrong.said)
    return about


def only(request: Request, *known: Dict[str, Query]) -> None:
    """Problem 400 for a name in the query that means nothing: a filter that is misspelt must not show all."""
    names = {name for group in known for name in group}
    wrong = sorted(set(request.query) - names)
    if wrong:
        from nodeprep.text import nearest
        raise Problem(400, f'query: {wrong[0][:LONGEST]!r} is not known' + (nearest(wrong[0], names) if names else ''))


def number(request: Request, name: str, otherwise: int, most: int) -> int:
    """A whole number from 1 on."""
    said = request.query.get(name)
    if said is None:
        return otherwise
    if not said.isdecimal() or len(said) > 12 or not 1 <= int(said) <= most:
        raise Problem(400, f'{name}: is not a number from 1 to {most}')
    return int(said)


def paging(request: Request) -> Tuple[int, int]:
    """Which page, and how many on it."""
    return number(request, 'page', 1, 10**6), number(request, 'per', PER, MOST)


def choice(request: Request, name: str, choices: Sequence[str], otherwise: str) -> str:
    """One of some words."""
    said: str = request.query.get(name, otherwise)
    if said not in choices:
        raise Problem(400, f'{name}: is none of {", ".join(filter(None, choices))}')
    return said


def when(request: Request, name: str, now: float, otherwise: float) -> float:
    """Seconds since 1970 of a time of RFC 3339 or a day, or of so long ago, as 30d."""
    said = request.query.get(name)
    if said is None:
        return otherwise
    try:
        return moments.moment(said, now)
    except ValueError as error:
        raise Problem(400, f'{name}: {error}') from None


def text(tree: Dict[str, Any], name: str, needed: bool = True, most: int = LONGEST) -> str:
    """A text of a body, on one line."""
    said: Any = tree.get(name, '')
    if not isinstance(said, str) or len(said) > most or needed and not said.strip():
        raise Problem(400, f'{name}: is not a text of 1 to {most} letters' if needed else
                      f'{name}: is not a text of up to {most} letters')
    return ' '.join(said.split())


def seconds(tree: Dict[str, Any], name: str, most: float) -> Optional[float]:
    """A number of seconds of a body; None when it is not there."""
    said: Any = tree.get(name)
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not 0 < said <= most:
        raise Problem(400, f'{name}: is not a number of seconds, more than 0 and up to {most:.0f}')
    return float(said)
