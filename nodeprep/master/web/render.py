"""Templates -> pages. Whatever they print is made harmless twice: odd characters are written out, and HTML escaped."""
import collections
import functools
import os

import jinja2
from markupsafe import Markup, escape

from nodeprep.language import speaking
from nodeprep.master.http import response
from nodeprep.master.http.response import Response
from nodeprep.master.web import plans, words
from nodeprep.output.compliance import holes
from nodeprep.typed import Any, Dict

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'templates')


def _finalized(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return '' if value is None else words.shown(value, keep='\n\t')


@functools.lru_cache(None)
def _environment(tag: str) -> jinja2.Environment:
    """The templates in one language."""
    _ = speaking(tag, 'page')
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, finalize=_finalized, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, extensions=['jinja2.ext.i18n'])
    made.newstyle_gettext = True           # type: ignore[attr-defined]  # the extension's
    made.filters.update(
        span=lambda seconds: words.span(seconds, _), stamp=lambda at: words.stamp(at, _), iso=words.iso, day=words.day,
        number=words.number, brief=words.brief, share=lambda part, whole: words.share(part, whole, _),
        steps=lambda changes: plans.steps(changes, _), called=_.title,
        noted=lambda said: holes.noted(said, _))
    made.tests.update(boot_only=words.boot_only, understood=plans.understood)
    made.globals.update(
        {name: words.Table((word, _(said)) for word, said in table.items()) for name, table in words.TABLES.items()},
        SYMBOLS=collections.defaultdict(lambda: '?', words.SYMBOLS), TICK=words.TICK, RESULT_MARKS=words.RESULT_MARKS,
        gettext=lambda text, **values: _filled(_(text), values),
        ngettext=lambda one, more, number, **values: _filled(_.form(one, more, number), values))
    return made


def _filled(text: str, values: Dict[str, Any]) -> Markup:
    """A text of the program, which may have HTML in it, with values that may not: as wherever a template prints one."""
    # Not Markup's own %, which makes an object for each value: a page of the grid has a thousand of them.
    return Markup(text % {name: escape(_finalized(value)) for name, value in values.items()})      # noqa: S704


def page(name: str, **values: Any) -> str:
    """The page of a template, in the language of its frame. A value that it names and does not get is a fault."""
    return _environment(values['frame'].language.tag).get_template(name).render(**values)


async def answer(master: Any, name: str, status: int = 200, **values: Any) -> Response:
    """The page as an answer. It is written in a thread: reports are taken meanwhile."""
    return response.html(await master.at_leisure(lambda: page(name, **values)), status)
