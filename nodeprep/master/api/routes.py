"""All routes of the HTTP interface."""
from nodeprep.master.api import health, join, openapi, reports
from nodeprep.master.http.routes import Route
from nodeprep.typed import List


def routes() -> List[Route]:
    """The routes, with that of the document about them."""
    found = [*join.ROUTES, *reports.ROUTES, *health.ROUTES]
    return [*found, openapi.route(found)]
