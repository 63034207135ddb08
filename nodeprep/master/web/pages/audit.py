"""/audit: who did what, for administrators."""
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import shelves
from nodeprep.master.web import frame, query, render
from nodeprep.typed import Any

PER = 100


async def show(request: Request, master: Any) -> Response:
    """GET /audit."""
    search = query.asked(request).search
    where = query.address(request, ('page',))

    def look(cursor: Any) -> Any:
        total, _ = shelves.deeds(cursor, search, 1, 1)
        paging = query.paging(where, request, total, PER)
        return paging, shelves.deeds(cursor, search, paging.page, PER)[1]
    around, (paging, deeds) = await frame.around(request, master, '/audit', look, live=False)
    return await render.answer(master, 'audit.html', frame=around, search=search, paging=paging, deeds=deeds)
