"""The routes of the page."""
from nodeprep.master.http.request import ADMIN, APPROVER, VIEWER
from nodeprep.master.http.routes import ANYBODY, Route
from nodeprep.master.web import session, statics
from nodeprep.master.web.pages import approvals, audit, clones, compliance, drift, fixes, fleet, node, sign, waivers
from nodeprep.master.web.query import DONE, NODES, knowing

TICKED = 2 * 2**20        # bytes of a form in which some ten thousand approvals are ticked

ROUTES = (
    Route('GET', '/', knowing(fleet.show, *NODES, 'group', 'order', 'page'), VIEWER, 'The fleet', page=True),
    Route('GET', '/nodes/{name}', knowing(node.show, 'requirement', 'before', *DONE), VIEWER, 'One node', page=True),
    Route('GET', '/drift', knowing(drift.show, *drift.NAMES), VIEWER, 'What is not met', page=True),
    Route('GET', '/approvals', knowing(approvals.show, *approvals.FILTER, 'page', *DONE), VIEWER, 'Plans that wait',
          page=True),
    Route('POST', '/approvals', approvals.decide, APPROVER, 'Approves or denies', page=True, most=TICKED,
          inflated=TICKED),
    Route('GET', '/fixes', knowing(fixes.show, *fixes.NAMES), VIEWER, 'What was fixed', page=True),
    Route('GET', '/waivers', knowing(waivers.show, 'scope', 'requirement', *DONE), VIEWER, 'Exceptions', page=True),
    Route('POST', '/waivers', waivers.decide, APPROVER, 'Makes or ends one', page=True),
    Route('GET', '/clones', knowing(clones.show, *DONE), VIEWER, 'Nodes that are one machine', page=True),
    Route('POST', '/clones', clones.decide, APPROVER, 'Decides about one', page=True),
    Route('GET', '/compliance', knowing(compliance.show, *NODES, 'days'), VIEWER, 'Compliance over time', page=True),
    Route('GET', '/audit', knowing(audit.show, 'q', 'page'), ADMIN, 'Who did what', page=True),
    Route('GET', '/sign-in', sign.show, ANYBODY, 'Signing in', page=True),
    Route('POST', '/sign-in', session.sign_in, ANYBODY, 'Signs in', page=True),
    Route('POST', '/sign-out', session.sign_out, ANYBODY, 'Signs out', page=True),
    Route('GET', '/static/{name}', statics.static, ANYBODY, 'Style and script', page=True),
)
