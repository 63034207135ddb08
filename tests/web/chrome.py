"""Chromium without a window, of any width, light or dark, of a reader of any language, with or without scripts."""
import base64
import os

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 60             # seconds
SHOTS = os.environ.get('NODEPREP_SHOTS', '')        # a folder for pictures of every page, for people to look at


class Chrome:
    """One browser."""

    def __init__(self, base, width=1280, dark=False, scripts=True, language='en'):
        self.base, self.width, self.scheme = base, width, 'dark' if dark else 'light'
        self.language = language
        options = webdriver.ChromeOptions()
        # The certificate is of a CA that this browser does not know; in a container root has no sandbox to offer.
        for word in ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
                     '--ignore-certificate-errors', '--no-first-run', '--disable-background-networking',
                     f'--accept-lang={language}'):
            options.add_argument(word)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        if not scripts:
            options.add_experimental_option('prefs', {'profile.managed_default_content_settings.javascript': 2})
        self.driver = webdriver.Chrome(options=options, service=Service('/usr/bin/chromedriver'))
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)
        self.driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': width < 600})
        self.driver.execute_cdp_cmd('Emulation.setEmulatedMedia', {'features': [
            {'name': 'prefers-color-scheme', 'value': self.scheme}]})

    def close(self):
        self.driver.quit()

    def go(self, path):
        self.driver.get(self.base + path)
        return self

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def choose(self, selector, said):
        """An option of a select."""
        next(one for one in self.all(selector + ' option') if one.text == said).click()

    def wait(self, true):
        """Until something holds, also while what it looks at is exchanged; returns it."""
        from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
        return WebDriverWait(self.driver, PATIENCE, 0.05, (
            NoSuchElementException, StaleElementReferenceException)).until(lambda driver: true())

    def run(self, script, *args):
        return self.driver.execute_script(script, *args)

    def heading(self):
        return self.find('h1').text

    def path(self):
        return self.driver.current_url[len(self.base):]

    def press(self, *keys):
        """Keys, to whatever has the focus."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focus(self):
        """The text of what has the focus, its name, or its id."""
        one = self.driver.switch_to.active_element
        return one.text or one.get_attribute('name') or one.get_attribute('id')

    def tab_to(self, said, most=80):
        """Presses Tab until something that begins with this has the focus."""
        for _ in range(most):
            self.press('\ue004')
            if self.focus().startswith(said):
                return
        raise AssertionError(f'{most} times Tab do not lead to {said}')

    def sign_in(self, token):
        self.go('/sign-in')
        self.find('#token').send_keys(token)
        self.find('main button').click()
        self.wait(lambda: self.path() == '/')
        return self

    def complaints(self):
        """What the browser itself has to say: errors of scripts, what the policy forbade, what could not be loaded."""
        return [one['message'] for one in self.driver.get_log('browser') if one['level'] in ('SEVERE', 'WARNING')]

    def picture(self, name):
        """Keeps a picture of the whole page, where that is asked for."""
        if SHOTS:
            height = min(3000, self.run('return document.documentElement.scrollHeight'))
            shot = self.driver.execute_cdp_cmd('Page.captureScreenshot', {
                'format': 'png', 'captureBeyondViewport': True,
                'clip': {'x': 0, 'y': 0, 'width': self.width, 'height': height, 'scale': 1}})
            with open(os.path.join(SHOTS, f'{name}-{self.width}-{self.scheme}-{self.language}.png'), 'wb') as file:
                file.write(base64.b64decode(shot['data']))
