/* Asks for the page again now and then, and puts in what changed. All is read and done without it. */
(function () {
  'use strict';
  var seconds = Number(document.body.dataset.live);
  var told = document.getElementById('live');
  if (!seconds || !told || !window.fetch || !window.DOMParser) { return; }
  var paused = false, busy = false, timer = 0, failures = 0;
  var button = document.createElement('button');
  button.type = 'button';
  button.className = 'plain';
  told.parentNode.appendChild(button);

  function show() {
    button.textContent = paused ? told.dataset.resume : told.dataset.pause;
    button.setAttribute('aria-pressed', String(paused));
  }
  function later() {
    clearTimeout(timer);
    if (!paused) { timer = setTimeout(look, 1000 * seconds * Math.min(12, 1 + failures)); }
  }
  function text(part) { return part ? part.textContent.replace(/\s+/g, ' ').trim() : ''; }

  /* Whoever writes in a form, has ticked something or marked text is not to be disturbed. */
  function used(part) {
    var active = document.activeElement;
    if (active && part.contains(active) && active.matches('input, select, textarea, button')) { return true; }
    var marked = window.getSelection && window.getSelection();
    if (marked && !marked.isCollapsed && part.contains(marked.anchorNode)) { return true; }
    return Array.prototype.some.call(part.querySelectorAll('input, select, textarea'), function (one) {
      return one.type === 'checkbox' ? one.checked !== one.defaultChecked
        : one.tagName === 'SELECT' ? false : one.type !== 'hidden' && one.value !== one.defaultValue;
    });
  }

  /* Where one was: which details are open, what has the focus, how far it is scrolled. */
  function place(part) {
    var active = document.activeElement;
    var kept = { open: [], href: null, at: 0, self: active === part, scroll: [] };
    part.querySelectorAll('details[open][id]').forEach(function (one) { kept.open.push(one.id); });
    part.querySelectorAll('.scroll').forEach(function (one, number) { kept.scroll[number] = one.scrollLeft; });
    if (part.contains(active) && active !== part) {
      var alike = Array.prototype.slice.call(part.querySelectorAll(active.tagName)).filter(function (one) {
        return one.getAttribute('href') === active.getAttribute('href');
      });
      kept.tag = active.tagName;
      kept.href = active.getAttribute('href');
      kept.at = alike.indexOf(active);
    }
    return kept;
  }
  function restore(part, kept) {
    kept.open.forEach(function (id) {
      var one = document.getElementById(id);
      if (one && part.contains(one)) { one.open = true; }
    });
    part.querySelectorAll('.scroll').forEach(function (one, number) { one.scrollLeft = kept.scroll[number] || 0; });
    if (!kept.tag) { return; }
    var alike = Array.prototype.slice.call(part.querySelectorAll(kept.tag)).filter(function (one) {
      return one.getAttribute('href') === kept.href;
    });
    var one = alike[Math.min(kept.at, alike.length - 1)];
    if (one) { one.focus({ preventScroll: true }); }
  }

  /* Ages count up all the time: only what else changed is put in as new, and only a new headline is said aloud. */
  function without(part) {
    var copy = part.cloneNode(true);
    copy.querySelectorAll('time').forEach(function (one) { one.textContent = ''; one.removeAttribute('title'); });
    copy.querySelectorAll('[title]').forEach(function (one) { one.removeAttribute('title'); });
    copy.querySelectorAll('.vh, input[name=csrf]').forEach(function (one) { one.remove(); });
    return copy.innerHTML;
  }
  function put(page) {
    var before = text(document.querySelector('h1'));
    document.querySelectorAll('[data-part]').forEach(function (old) {
      var now = page.querySelector('[data-part="' + old.dataset.part + '"]');
      if (!now || used(old) || now.innerHTML === old.innerHTML) { return; }
      var kept = place(old), changed = without(now) !== without(old);
      var next = document.importNode(now, true);
      old.replaceWith(next);
      if (changed) { next.classList.add('fresh'); }
      restore(next, kept);
    });
    ['nav'].forEach(function (id) {
      var old = document.getElementById(id), now = page.getElementById(id);
      if (old && now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) {
        old.replaceWith(document.importNode(now, true));
      }
    });
    document.title = page.title;
    var stamp = page.querySelector('footer time'), own = document.querySelector('footer time');
    if (stamp && own) { own.replaceWith(document.importNode(stamp, true)); }
    var after = text(document.querySelector('h1'));
    if (after !== before) { told.textContent = after; }
  }
  function look() {
    if (busy || document.hidden) { later(); return; }
    busy = true;
    fetch(location.href, { credentials: 'same-origin', redirect: 'manual', headers: { accept: 'text/html' } })
      .then(function (answer) {
        if (answer.type === 'opaqueredirect') {
          paused = true;
          told.textContent = told.dataset.over;
          show();
          return null;
        }
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (html) {
        if (html !== null) {
          if (!paused) { put(new DOMParser().parseFromString(html, 'text/html')); }      /* not since it was asked */
          if (failures) { told.textContent = told.dataset.again; }
          failures = 0;
        }
      })
      .catch(function () {
        failures += 1;
        if (failures === 2) { told.textContent = told.dataset.gone; }
      })
      .then(function () { busy = false; later(); });
  }
  button.addEventListener('click', function () {
    paused = !paused;
    show();
    if (paused) { clearTimeout(timer); } else { look(); }
  });
  document.addEventListener('visibilitychange', function () {
    if (!document.hidden && !paused) { look(); }
  });
  show();
  later();
}());
