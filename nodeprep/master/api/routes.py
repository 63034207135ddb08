"""All routes of the HTTP interface."""
from nodeprep.master.api import cluster, compliance, decisions, fixes, health, join, metrics, nodes, openapi, reports
from nodeprep.master.http.routes import Route
from nodeprep.typed import List


def routes() -> List[Route]:
    """The routes, with that of the document about them."""
    found = [*join.ROUTES, *reports.ROUTES, *cluster.ROUTES, *nodes.ROUTES, *decisions.ROUTES, *fixes.ROUTES,
             *compliance.ROUTES, *metrics.ROUTES, *health.ROUTES]
    return [*found, openapi.route(found)]
