"""Who is sent a report, and how often it is tried: through the outbox, so that any master sends it, and once."""
import functools
import json

from nodeprep.master.delivery.mail import Sent
from nodeprep.master.delivery.mail import send as by_mail
from nodeprep.master.delivery.making import Made, options
from nodeprep.master.delivery.shelf import name
from nodeprep.master.posting import post
from nodeprep.master.store import deliveries, kept, outbox
from nodeprep.master.store.deliveries import CHANNELS, MAIL, WEBHOOK
from nodeprep.output.compliance import renderer
from nodeprep.typed import Any, Callable, Dict, List

_WORST = 5                # requirements that a message names


def channels(wishes: Any) -> List[str]:
    """Those that the settings name, as the outbox calls them."""
    return [one for one, wanted in ((MAIL, wishes.mail.to), (WEBHOOK, wishes.webhook.url)) if wanted]


def put(store: Any, settings: Any, made: Made, now: float) -> None:
    """Puts a report in for all who are to have it, unless another master did for the same period. StoreTrouble."""
    wishes = settings.report
    period = f'{wishes.every} {made.day}'
    bodies = {MAIL: letter, WEBHOOK: body}
    payloads = {one: json.dumps(bodies[one](settings, made, now)) for one in channels(wishes)}

    def work(cursor: Any) -> None:
        if deliveries.notes(cursor).get(deliveries.TOLD, {}).get('period') == period:
            return
        deliveries.note(cursor, deliveries.TOLD, period=period)
        for one, payload in payloads.items():
            outbox.add(cursor, one, [payload], now)
    store.do(work)


def letter(settings: Any, made: Made, now: float) -> Dict[str, Any]:
    """What mail.send needs: the summary as text, and the page."""
    nodes, overall = made.tree['overall']['nodes'], made.tree['overall']
    share = 'nothing that counts is on record' if overall['share'] is None else \
        f'{100 * overall["share"]:.2f} % of the time as wanted'
    text = renderer('table')(made.tree, options(settings))
    return {'id': made.tree['id'], 'made': now, 'day': made.day, 'name': name(made.day, 'html'), 'text': text,
            'html': made.texts['html'].decode('utf-8'),
            'subject': f'nodeprep: {share}, {nodes["drifted"]} nodes drifted, {nodes["silent"]} silent ({made.day})'}


def body(settings: Any, made: Made, now: float) -> Dict[str, Any]:
    """What a webhook is told."""
    tree = made.tree
    return {'format': 1, 'day': made.day, 'report': dict(
        {key: tree[key] for key in ('id', 'made', 'by', 'since', 'until', 'overall', 'digest')},
        worst=[{key: one[key] for key in ('requirement', 'share', 'failing')} for one in tree['requirements'][:_WORST]],
        files=made.paths)}


class Sender:
    """Sends what is due, one report to each at a time. `problems`: why the last one was not taken; '' it was."""

    def __init__(self, store: Any, wishes: Any, clock: Callable[[], float], mail: Callable[..., Sent] = by_mail,
                 hook: Callable[..., Any] = post) -> None:
        self._store, self._wishes, self._clock, self._mail, self._hook = store, wishes, clock, mail, hook
        self.problems: Dict[str, str] = {}

    def step(self) -> None:
        """Tries those that are due. StoreTrouble."""
        waiting, wanted, now = self._store.read(outbox.waiting), channels(self._wishes), self._clock()
        for channel in [one for one in CHANNELS if one in waiting]:
            if channel not in wanted:
                self._store.do(functools.partial(outbox.drop, hook=channel))
                continue
            for one in self._store.do(functools.partial(outbox.take, hook=channel, at=now, most=1)):
                sent = self._send(channel, one)
                self.problems[channel] = sent.problem
                self._store.do(functools.partial(self._after, one=one, sent=sent))

    def _send(self, channel: str, one: outbox.Message) -> Sent:
        if channel == MAIL:
            told = _told(one)
            return self._mail(self._wishes.mail, told) if told else Sent(f'the message cannot be read: {kept.LOST}')
        hook = self._wishes.webhook
        return Sent(self._hook(hook.url, one.payload.encode('ascii'), hook.secret, f'report-{one.id}',
                               self._clock()).problem)

    def _after(self, cursor: Any, one: outbox.Message, sent: Sent) -> None:
        if sent.problem:
            outbox.failed(cursor, one, sent.problem, self._clock())
        else:
            outbox.sent(cursor, [one.id])
        deliveries.note(cursor, one.hook, day=_told(one).get('day', ''), at=self._clock(), problem=sent.problem,
                        refused=sent.refused)


def _told(one: outbox.Message) -> Dict[str, Any]:
    found: Dict[str, Any] = kept.tree(one.payload, {})
    return found


def late(store: Any, wishes: Any) -> Dict[str, str]:
    """Of whom somebody waits for a report that was not taken when it was tried last: why. StoreTrouble."""
    waiting, notes = store.read(outbox.waiting), store.read(deliveries.notes)
    return {one: notes[one]['problem'] for one in channels(wishes)
            if waiting.get(one, (0, 0))[0] and notes.get(one, {}).get('problem')}


def said(channel: str, problem: str, refused: int = 0) -> str:
    """What a log says of a try."""
    what = {MAIL: 'the report by e-mail', WEBHOOK: 'the report to the webhook'}[channel]
    if problem:
        return f'{what} is not taken: {problem}; it is tried for a day'
    return f'{what} was taken' + (f', but not for {refused} recipients' if refused else '')

