"""All that a master serves, as one application: the interface for programs and the page for people."""
from nodeprep.master.api.routes import routes
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.master.web.pages import sign
from nodeprep.master.web.routes import ROUTES
from nodeprep.typed import Any


def application(master: Any) -> App:
    """The ASGI application of a Master."""
    return App(master, Table([*routes(), *ROUTES]), lambda found, request: sign.problem(found, request, master.clock()))
