"""What is asked of a page within the browser."""

# Texts that are too faint before the colour that is really behind them: the ratio of WCAG 2.2 (1.4.3), 4.5, or 3 for
# large ones.
FAINT = '''
function parts(said) { return said.match(/[0-9.]+/g).map(Number); }
function light(c) {
  var v = c.slice(0, 3).map(function (x) {
    x /= 255;
    return x <= .03928 ? x / 12.92 : Math.pow((x + .055) / 1.055, 2.4);
  });
  return .2126 * v[0] + .7152 * v[1] + .0722 * v[2];
}
function behind(one) {
  for (; one; one = one.parentElement) {
    var found = parts(getComputedStyle(one).backgroundColor);
    if (found.length < 4 || found[3] > .99) { return found; }
  }
  return [255, 255, 255];
}
var wrong = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  var one = walk.currentNode.parentElement, style = getComputedStyle(one), said = walk.currentNode.data.trim();
  if (!said || !one.offsetParent || one.closest('svg, .vh, script, option, .skip, [aria-hidden=true]')) { continue; }
  var faded = 1;
  for (var up = one; up; up = up.parentElement) { faded *= Number(getComputedStyle(up).opacity); }
  var ink = parts(style.color), paper = behind(one);
  ink = ink.slice(0, 3).map(function (x, i) { return x * faded + paper[i] * (1 - faded); });
  var a = light(ink), b = light(paper), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  var size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
  if (ratio < (large ? 3 : 4.5)) { wrong.push(said.slice(0, 40) + ' ' + ratio.toFixed(2)); }
}
return wrong;
'''

# What is pressed and lower than 24 pixels, but for links in a text (WCAG 2.2, 2.5.8).
SMALL = '''
var pressed = 'button, select, input:not([type=hidden]):not([type=checkbox]), summary, nav a, .tally a, .cell a';
return Array.from(document.querySelectorAll(pressed))
  .filter(function (one) { return one.offsetParent && !one.closest('.vh'); })
  .map(function (one) { return [one.getBoundingClientRect().height, one.outerHTML.slice(0, 60)]; })
  .filter(function (one) { return one[0] < 24; });
'''

# What was loaded from elsewhere.
OUTSIDE = '''
return performance.getEntriesByType('resource').map(function (one) { return one.name; })
  .filter(function (name) { return !name.startsWith(location.origin + '/'); });
'''

# For each that can be reached, whether it stands before the heading (0) or after it (1).
ORDER = '''
var heading = document.querySelector('h1');
return Array.from(document.querySelectorAll('a, button, input, select'))
  .filter(function (one) { return one.offsetParent; })
  .map(function (one) { return heading.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : 0; });
'''

# For each letter of a text, whether a picture of it differs from that of its last one.
DRAWN = '''
function picture(letter) {
  var canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
  canvas.width = canvas.height = 48;
  pen.font = '32px ' + getComputedStyle(document.body).fontFamily;
  pen.fillText(letter, 4, 36);
  return canvas.toDataURL();
}
var letters = Array.from(arguments[0]), last = picture(letters[letters.length - 1]);
return letters.map(function (letter) { return picture(letter) !== last; });
'''

# As when one comes back to the tab: the page asks at once.
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"

# What axe has against the page, once it is there: the rule, and where.
AXE = '''
var tags = arguments[0], done = arguments[arguments.length - 1];
axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(function (found) {
  done(found.violations.map(function (one) { return one.id + ': ' + one.nodes[0].html.slice(0, 200); }));
}, function (error) { done(['axe itself: ' + error]); });
'''

# On how many lines the text of something stands.
LINES = '''
var range = document.createRange();
range.selectNodeContents(arguments[0]);
return new Set(Array.from(range.getClientRects()).map(function (one) { return Math.round(one.top); })).size;
'''
