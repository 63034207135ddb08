"""The requirements that somebody names: by id, in any case, with commas, or as kubeadm calls them."""
from nodeprep import catalogue
from nodeprep.text import UnknownName
from nodeprep.typed import Iterable, List, Tuple


def chosen(words: Iterable[str]) -> Tuple[str, ...]:
    """The ids that the words stand for, each once; a word that is not known stays, for others to complain of.

    >>> chosen(['Swap,cpu', 'NumCPU', 'swpa'])
    ('swap', 'cpu', 'swpa')
    """
    return tuple(dict.fromkeys(one for word in words for one in _ids(word)))


def listed(words: Iterable[str]) -> Tuple[str, ...]:
    """What options that were given several times, each with commas, list.

    >>> listed(['Swap,cpu', 'mem,'])
    ('Swap', 'cpu', 'mem')
    """
    return tuple(one for word in words for one in word.split(',') if one.strip())


def _ids(word: str) -> List[str]:
    known = catalogue.ids()
    if word in known:
        return [word]
    found: List[str] = []
    for part in [one.strip() for one in word.split(',') if one.strip()] or [word]:
        if part.lower() in known:
            found.append(part.lower())
        elif part.lower() == 'all':
            raise UnknownName("'all' is no requirement: without an ID every one of them is looked at")
        else:
            found += _called_by_kubeadm(part) or [part]
    return found


def _called_by_kubeadm(name: str) -> List[str]:
    return [one.id for one in catalogue.load_all().values() if name.lower() in [its.lower() for its in one.kubeadm]]
