"""Templates -> pages. Whatever they print is made harmless twice: odd characters are written out, and HTML escaped."""
import os

import jinja2
from markupsafe import Markup

from nodeprep.master.http import response
from nodeprep.master.http.response import Response
from nodeprep.master.web import plans, words
from nodeprep.typed import Any

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'templates')


def _finalized(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return '' if value is None else words.shown(value, keep='\n\t')


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, finalize=_finalized, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False)
    made.filters.update(span=words.span, stamp=words.stamp, iso=words.iso, day=words.day, number=words.number,
                        brief=words.brief, share=words.share, steps=plans.steps)
    made.tests.update(boot_only=words.boot_only, understood=plans.understood)
    made.globals.update(SYMBOLS=words.SYMBOLS, TICK=words.TICK, WORDS=words.WORDS)
    return made


_ENVIRONMENT = _environment()


def page(name: str, **values: Any) -> str:
    """The page of a template. A value that it names and does not get is a fault, not a blank."""
    return _ENVIRONMENT.get_template(name).render(**values)


async def answer(master: Any, name: str, status: int = 200, **values: Any) -> Response:
    """The page as an answer. It is written in a thread: reports are taken meanwhile."""
    return response.html(await master.apart(lambda: page(name, **values)), status)
