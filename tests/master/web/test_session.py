"""Signing in with a browser: the cookie, what it opens, how it ends; and forms of a session."""
import pytest

from nodeprep.master.http import response
from nodeprep.master.http.app import App
from nodeprep.master.http.gate import COOKIE
from nodeprep.master.http.routes import ANYBODY, APPROVER, VIEWER, Route, Table
from nodeprep.master.web import session
from tests.master.asking import Asking
from tests.master.small import SmallMaster


async def told(request, master):
    return response.json_({'who': request.who.name, 'csrf': request.csrf})

ROUTES = [Route('POST', '/sign-in', session.sign_in, ANYBODY, page=True),
          Route('POST', '/sign-out', session.sign_out, ANYBODY, page=True),
          Route('GET', '/page', told, VIEWER, page=True), Route('POST', '/page', told, APPROVER, page=True),
          Route('GET', '/v1/data', told, VIEWER), Route('POST', '/v1/data', told, APPROVER)]


@pytest.fixture
def master():
    with SmallMaster() as made:
        yield made


@pytest.fixture
def app(master):
    return App(master.context, Table(ROUTES))


def signed_in(app, master, name='ann', role='approver', expires=None):
    browser = Asking(app)
    browser.token = master.person(name, role, expires)
    browser.answer = browser.submit('/sign-in', {'token': f' {browser.token}\n', 'next': '/page?x=1'})
    assert browser.answer.status == 303
    return browser


def test_a_token_is_exchanged_for_a_cookie_of_this_host_alone(app, master):
    browser = signed_in(app, master)
    assert browser.answer.headers['location'] == '/page?x=1'
    value = browser.cookies[COOKIE]
    assert browser.answer.headers['set-cookie'] == \
        f'__Host-nodeprep={value}; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict'
    assert browser.get('/page').tree['who'] == 'ann'
    kept = master.store.cursor.one('select * from session')
    assert value not in str(kept) and browser.token not in str(kept)


def test_a_wrong_token_signs_nobody_in_and_tries_are_counted(app, master):
    node = master.node('a', 1)
    browser = Asking(app)
    answers = [browser.submit('/sign-in', {'token': token}) for token in ('', 'x', node, 'npu_' + 'x' * 43)]
    assert [one.status for one in answers] == [303] * 4
    assert all(one.headers['location'] == '/sign-in?wrong=1&next=%2F' for one in answers) and not browser.cookies
    for _ in range(20):
        browser.submit('/sign-in', {'token': 'npu_' + 'x' * 43})
    assert browser.submit('/sign-in', {'token': master.person('ann', 'viewer')}).status == 429


def test_signing_out_ends_the_session_and_takes_the_cookie(app, master):
    browser = signed_in(app, master)
    held = dict(browser.cookies)
    assert browser.submit('/sign-out', {'csrf': browser.get('/page').tree['csrf']}).headers['location'] == '/sign-in'
    assert not browser.cookies
    assert Asking(app, cookies=held).get('/page').status == 303


@pytest.mark.parametrize('how', ['time', 'token', 'deleted', 'new token'])
def test_a_session_ends_with_its_time_and_with_its_user(app, master, how):
    browser = signed_in(app, master, expires=master.clock.now + 3600 if how == 'token' else None)
    assert browser.get('/page').status == 200
    if how == 'time':
        master.clock.now += 12 * 3600
    elif how == 'token':
        master.clock.now += 3600
    elif how == 'deleted':
        master.store.cursor.run('delete from person')
    else:
        master.store.cursor.run("update person set hash = 'other'")
    assert browser.get('/page').status == 303


def test_a_form_needs_what_only_its_own_session_has(app, master):
    ann, bob = signed_in(app, master, 'ann'), signed_in(app, master, 'bob')
    good, other = ann.get('/page').tree['csrf'], bob.get('/page').tree['csrf']
    assert good != other and good not in ann.cookies[COOKIE]
    assert ann.submit('/page', {'csrf': good}).status == 200
    for fields in ({}, {'csrf': ''}, {'csrf': other}, {'csrf': [good, good]}, {'csrf': good.upper()}):
        assert ann.submit('/page', fields).status == 403
        assert ann.submit('/sign-out', fields).status == 403
    again = signed_in(app, master, 'ann2')
    assert again.submit('/page', {'csrf': good}).status == 403


def test_a_cookie_reads_the_interface_and_changes_nothing_there(app, master):
    ann = signed_in(app, master)
    assert ann.get('/v1/data').status == 200
    assert ann.post('/v1/data', {}).status == 401


def test_a_cookie_that_was_made_up_or_is_there_twice_opens_nothing(app, master):
    ann = signed_in(app, master)
    value = ann.cookies[COOKIE]
    for cookie in (f'{COOKIE}=nps_' + 'x' * 43, f'{COOKIE}={value}; {COOKIE}={value}', f'{COOKIE}={ann.token}',
                   f'{COOKIE}=', f'nodeprep={value}'):
        assert Asking(app).ask('GET', '/page', headers={'cookie': cookie}).status == 303


def test_what_signing_in_leads_to_is_a_page_of_ours(app, master):
    token = master.person('ann', 'viewer')
    for way in ('//evil', 'https://evil', '/\\evil', '/a\nSet-Cookie: x=1', '\u00e9', '/' + 'x' * 3000):
        assert Asking(app).submit('/sign-in', {'token': token, 'next': way}).headers['location'] == '/'
