"""A host as it would be once some files are written: what a plan for one thing means for the plan of the next."""
import copy
import os
import stat

from nodeprep.host.files import raw_of, text_of
from nodeprep.host.following import followed
from nodeprep.typed import Any, Dict, Iterator, List, Mapping, Optional, Tuple


def foreseen(host: Any, texts: Mapping[str, Optional[str]]) -> Any:
    """The same host with `texts` (path -> content, None: absent) laid over its files; nothing is written."""
    over = copy.copy(host)
    over.__class__ = _kind(type(host))
    over._facts = {}
    over._laid = {}
    for path, text in texts.items():
        over._laid[over._real(path)] = None if text is None else raw_of(text)
    return over


_kinds: Dict[type, type] = {}


def _kind(of: type) -> type:
    if of not in _kinds:
        _kinds[of] = type('Foreseen' + of.__name__, (_Foreseen, of), {})
    return _kinds[of]


class _Foreseen:
    """Answers of laid files before those of the class that it is mixed into."""

    root: str
    _laid: Dict[bytes, Optional[bytes]]

    def _bytes(self, path: str) -> bytes:
        found = self._of_laid(path)
        whole: bytes = super()._bytes(path) if found is None else found          # type: ignore[misc]
        return whole

    def _parts(self, path: str) -> Iterator[bytes]:
        found = self._of_laid(path)
        if found is None:
            yield from super()._parts(path)          # type: ignore[misc]
        else:
            yield found

    def _of_laid(self, path: str) -> Optional[bytes]:
        """What a laid file holds; None when the path leads to none. FileNotFoundError when it is laid to be absent."""
        real = self._real(path)
        if real not in self._laid:
            return None
        data = self._laid[real]
        if data is None:
            raise FileNotFoundError(2, os.strerror(2), path)
        return data

    def status(self, path: str) -> Optional[os.stat_result]:
        """stat(2); of a laid file what a new one would have, of a folder that would be made what mkdir gives."""
        real = self._real(path)
        if real in self._laid:
            data = self._laid[real]
            return None if data is None else _status(stat.S_IFREG | 0o644, len(data))
        found: Optional[os.stat_result] = super().status(path)       # type: ignore[misc]
        if found is None and any(data is not None and one.startswith(real + b'/') for one, data in self._laid.items()):
            return _status(stat.S_IFDIR | 0o755, 0)
        return found

    def names(self, folder: str) -> List[str]:
        """The names in a folder with those of laid files."""
        there = set(super().names(folder))           # type: ignore[misc]
        for name, data in self._in(folder):
            if data is None:
                there.discard(name)
            else:
                there.add(name)
        return sorted(there, key=raw_of)

    def links(self, folder: str) -> Dict[str, str]:
        """The links in a folder that no laid file replaces."""
        there: Dict[str, str] = super().links(folder)           # type: ignore[misc]
        laid = dict(self._in(folder))
        return {name: target for name, target in there.items() if name not in laid}

    def _in(self, folder: str) -> List[Tuple[str, Optional[bytes]]]:
        above = self._real(folder).rstrip(b'/') + b'/'
        below = [(path[len(above):].partition(b'/'), data) for path, data in self._laid.items()
                 if path.startswith(above)]
        # A file further down makes its folder be there; that one further down is absent says nothing of its folder.
        return [(text_of(name), data) for (name, deeper, _), data in below if not (deeper and data is None)]

    def _real(self, path: str) -> bytes:
        try:
            return followed(b'' if self.root == '/' else raw_of(self.root), raw_of(path))
        except OSError:            # a circle of links
            return b''


def _status(mode: int, size: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, 0, 0, size, 0, 0, 0))
