"""All that a master serves, as one application."""
from nodeprep.master.api.routes import routes
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.typed import Any


def application(master: Any) -> App:
    """The ASGI application of a Master."""
    return App(master, Table(routes()))
