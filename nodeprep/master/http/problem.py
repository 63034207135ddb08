"""What went wrong, as RFC 9457 has it: status, title, and a detail that says what to do."""
from http import HTTPStatus

from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.typed import Any, Dict, List, Optional, Tuple

TYPE = 'application/problem+json'


class Problem(Exception):
    """Ends a request with a status of 400 or more. `detail` is for people; `more` are further members of the tree.

    A detail that a page may show is marked for translation; then what {name} stands for in it comes in `about`.
    """

    def __init__(self, status: int, detail: str = '', headers: Tuple[Tuple[str, str], ...] = (),
                 about: Optional[Dict[str, str]] = None, **more: Any) -> None:
        self.status, self.headers, self.more = status, list(headers), more
        self._detail, self._about = detail, about or {}
        super().__init__(f'{status} {self.detail}')

    @property
    def detail(self) -> str:
        """What to do, in English, as programs get it."""
        return self.told(ENGLISH_TEXTS)

    def told(self, _: Language) -> str:
        """The same in the language of a page."""
        return _(self._detail, **self._about)

    @property
    def title(self) -> str:
        """The name of the status."""
        return HTTPStatus(self.status).phrase

    def tree(self) -> Dict[str, Any]:
        """As it is sent."""
        return dict({'type': 'about:blank', 'title': self.title, 'status': self.status, 'detail': self.detail},
                    **self.more)


def try_again(status: int, seconds: float, detail: str, **more: Any) -> Problem:
    """A problem that goes away: 429 or 503, with the whole seconds after which to ask again; `more` as of Problem."""
    whole = max(1, int(-(-seconds // 1)))
    return Problem(status, detail, (('Retry-After', str(whole)),), **more)


def of_method(allowed: List[str]) -> Problem:
    """405: the path is right, the method is not."""
    names = ', '.join(allowed)
    return Problem(405, N_('This address knows {methods} only.'), (('Allow', names),), about={'methods': names})
