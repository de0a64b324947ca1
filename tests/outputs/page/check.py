"""See tests/outputs/page.sh."""
import base64, collections, datetime, hashlib, html.parser, os, random, re, shutil, stat, subprocess, sys, tempfile
import threading, http.server

PROGRAM = os.environ['BOUNCELOG']
SIZE_MAX = 250_000
VOID = {'meta', 'br'}
CLOSED = {'rect', 'path'}  # SVG writes them as <rect/>
ELEMENTS = {
    'html', 'head', 'meta', 'title', 'style', 'body', 'a', 'header', 'h1', 'h2', 'h3', 'h4', 'p', 'code', 'b', 'nav', 'ul',
    'ol', 'li', 'main', 'section', 'svg', 'rect', 'path', 'defs', 'pattern', 'g', 'div', 'span', 'strong', 'article', 'q',
    'details', 'summary', 'table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'footer', 'br'}
ATTRIBUTES = {
    'lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'href', 'id', 'aria-label', 'aria-labelledby',
    'aria-hidden', 'role', 'tabindex', 'scope', 'colspan', 'rel', 'viewbox', 'preserveaspectratio', 'width', 'height',
    'x', 'y', 'd', 'patternunits'}
work = tempfile.TemporaryDirectory()
faults = 0


def fault(words):
    global faults
    faults += 1
    print('page:', words[:600])


def hostile_strings():
    with open('tests/outputs/page/hostile.txt', encoding='ascii') as file:
        lines = [line for line in file.read().split('\n') if line and line[0] != '#']
    unescape = lambda line: re.sub(r'\\x([0-9A-F]{2})', lambda m: chr(int(m[1], 16)), line).encode('latin-1')
    return [unescape(line) for line in lines]


class Page(html.parser.HTMLParser):
    """Checks as it parses: balance, what may stand in a page at all, where links lead."""

    def __init__(self, text, what):
        super().__init__(convert_charrefs=True)
        self.what, self.open, self.ids, self.links, self.shape = what, [], collections.Counter(), [], []
        self.labels, self.style, self.policy, self.words = [], '', None, []
        self.feed(text)
        self.close()
        self.finish()

    def wrong(self, words):
        fault(f'{self.what}: {words}')

    def handle_starttag(self, tag, attributes):
        self.check(tag, attributes)
        if tag in CLOSED and tag != 'rect':
            self.wrong(f'<{tag}> is left open')
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.check(tag, attributes)
        if tag not in CLOSED:
            self.wrong(f'<{tag}/> closes itself')

    def check(self, tag, attributes):
        names = [name for name, _ in attributes]
        self.shape.append((tag, *names))
        if tag not in ELEMENTS:
            self.wrong(f'<{tag}>')
        if len(set(names)) != len(names) or set(names) - ATTRIBUTES:
            self.wrong(f'<{tag} {names}>')
        values = dict(attributes)
        self.ids[values.get('id')] += 1
        self.links += [values['href']] if 'href' in values else []
        self.labels += values.get('aria-labelledby', '').split()
        if values.get('http-equiv') == 'Content-Security-Policy':
            self.policy = values['content']

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong(f'</{tag}> closes nothing')

    def handle_data(self, data):
        if self.open and self.open[-1] == 'style':
            self.style += data
        else:
            self.words.append(data)

    def handle_comment(self, data):
        self.wrong(f'a comment: {data}')

    def unknown_decl(self, data):
        self.wrong(f'a declaration: {data}')

    def handle_pi(self, data):
        self.wrong(f'an instruction: {data}')

    def finish(self):
        del self.ids[None]
        if self.open:
            self.wrong(f'left open: {self.open}')
        if any(count > 1 for count in self.ids.values()):
            self.wrong(f'ids are not unique: {self.ids}')
        for link in self.links:
            if not re.fullmatch(r'#[a-z-]+|https://[a-z0-9.-]+[^\s<>"\']*', link):
                self.wrong(f'a link to {link}')
        for label in self.labels:
            if label not in self.ids:
                self.wrong(f'no {label} to be labelled by')
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        if self.policy != f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'":
            self.wrong(f'the policy {self.policy} is not of its style sheet')
        if re.search(r'@import|url\((?!#)|expression', self.style):
            self.wrong('the style sheet fetches something')


def scan(files, *options, name='page'):
    page, metrics = f'{work.name}/{name}.html', f'{work.name}/{name}.prom'
    for path in (page, metrics):
        if os.path.exists(path):
            os.unlink(path)
    run = subprocess.run([PROGRAM, 'scan', '--year', '2026', '--timezone', 'UTC', '-o', '/dev/null', '--html', page,
                          '--prometheus', metrics, *options, *files], capture_output=True)
    if run.returncode not in (0, 3):
        sys.exit(f'page: exit {run.returncode}: {run.stderr}')
    read = lambda path: open(path, 'rb').read()
    return read(page).decode('utf-8'), read(metrics).decode('utf-8')


def promtool(metrics, what):
    if not shutil.which('promtool'):
        return False
    run = subprocess.run(['promtool', 'check', 'metrics'], input=metrics.encode(), capture_output=True)
    if run.returncode or run.stderr:
        fault(f'{what}: promtool: {run.stderr.decode()}')
    return True


HOST, IP = b'mx.example.com', b'198.51.100.7'


def lines_with(text):
    """Postfix lines with a stranger's words in each field that has any, one field a line."""
    stamp = b'2026-11-22T03:11:%02d+00:00'
    def line(second, **field):
        f = dict(host=b'mx1', program=b'postfix/smtp', sender=b'news@shop.example', recipient=b'joe@example.com',
                 relay=HOST, code=b'550 5.1.1', reply=b'User unknown')
        f.update({key.encode().decode(): value for key, value in field.items()})
        queue = b'%X' % (0x10000000 + second)
        at = stamp % second
        return (at + b' ' + f['host'] + b' postfix/qmgr[7]: ' + queue + b': from=<' + f['sender'] +
                b'>, size=1, nrcpt=1 (queue active)\n' +
                at + b' ' + f['host'] + b' ' + f['program'] + b'[9]: ' + queue + b': to=<' + f['recipient'] + b'>, relay=' +
                f['relay'] + b'[' + IP + b']:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host ' + f['relay'] +
                b'[' + IP + b'] said: ' + f['code'] + b' ' + f['reply'] + b' (in reply to RCPT TO command))\n')
    text = text.replace(b'\n', b' ')
    return b''.join((
        line(1, reply=text), line(2, reply=b'User unknown ' + text), line(3, relay=text),
        line(4, recipient=text + b'@example.com'), line(5, recipient=b'"' + text + b'"@example.com'),
        line(6, recipient=b'joe@' + text), line(7, sender=text + b'@shop.example'), line(8, sender=b'news@' + text),
        line(9, host=text), line(10, program=text), line(11, program=b'postfix/' + text),
        line(12, code=b'554 5.7.1', reply=b'Client host [192.0.2.25] blocked using zen.spamhaus.org; ' + text),
        line(13, code=b'550', reply=b'wibble ' + text), line(14, host=text, code=b'554 5.7.1',
                                                            reply=b'Client host blocked using zen.spamhaus.org'),
        b'2026-11-22T03:11:30+00:00 mx1 postfix/smtp[9]: 20000000: to=<joe@example.com>, ' + text + b'\n'))


def from_strangers(strings):
    """One log for each string, then all in one: the browser opens that."""
    logs = []
    for number, text in enumerate(strings):
        log = f'{work.name}/{number}.log'
        name = text.replace(b'/', b'_').replace(b'\0', b'')[:120]
        # the name of a file is a field, too
        odd = work.name.encode() + b'/' + name + b'.log'
        for path in (log.encode(), odd):
            with open(path, 'wb') as file:
                file.write(lines_with(text))
        logs.append(odd)
        for option in ((), ('--addresses',), ('--inbound',)):
            page, metrics = scan([odd], *option)
            Page(page, f'string {number} {option}')
            if not all(re.fullmatch(r'#.*|bouncelog_\w+(\{(\w+="([^"\\\n]|\\[\\"n])*",?)+\})? [\d.]+', l)
                       for l in metrics.split('\n')[:-1]):
                fault(f'string {number}: metrics')
            promtool(metrics, f'string {number}')
    return logs


class Silent(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Silent.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


def dump(browser, path):
    """The page as the browser has it when all scripts, had there been any, are done."""
    server = http.server.HTTPServer(('127.0.0.1', 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', f'--user-data-dir={work.name}/browser',
               '--no-first-run', '--disable-component-update', '--disable-background-networking',
               f'--host-resolver-rules=MAP pwned.invalid 127.0.0.1:{server.server_port}, MAP * ~NOTFOUND',
               '--virtual-time-budget=3000', '--dump-dom', f'file://{path}']
    run = subprocess.run(command, capture_output=True, timeout=120)
    server.shutdown()
    return run.stdout.decode('utf-8', 'replace')


def in_a_browser(logs):
    browser = next((b for b in ('chromium', 'chromium-browser', 'google-chrome') if shutil.which(b)), None)
    if not browser:
        print('page: not opened in a browser, chromium is not installed')
        return
    # that a script would be noticed
    probe = f'{work.name}/probe.html'
    with open(probe, 'w') as file:
        file.write("<title>x</title><img src=http://pwned.invalid/probe><script>document.documentElement"
                   ".setAttribute('data-pwned',1)</script>")
    seen = dump(browser, probe)
    if 'data-pwned' not in seen.split('\n')[0] or not Silent.asked:
        print(f'page: {browser} does not run here: {seen[:100]!r}, {Silent.asked}')
        return
    Silent.asked.clear()
    opened = 0
    for option in ((), ('--addresses', '--inbound')):
        page, _ = scan(logs, '--top', '1000', *option, name='browser')
        got = dump(browser, f'{work.name}/browser.html')
        wanted, is_there = Page(page, 'all strings'), Shape(got)
        opened += 1
        if is_there.shape != [shape[0] for shape in wanted.shape]:
            fault(f'the browser has {len(is_there.shape)} elements, not {len(wanted.shape)}')
        if 'data-pwned' in got.split('<head')[0] or not is_there.title.startswith('Mail delivery report'):
            fault(f'something was executed: {got[:100]} {is_there.title}')
        if Silent.asked:
            fault(f'the page asked for {Silent.asked}')
    print(f'page: {opened} pages with every hostile string opened in {browser}')


class Shape(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.shape, self.title = [], ''
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.shape.append(tag)

    def handle_data(self, data):
        if self.shape and self.shape[-1] == 'title' and not self.title:
            self.title = data


def days_of(count, per_day):
    """A log of many days, many domains and hosts, long replies, everything that can be wrong."""
    rnd = random.Random(3)
    first = datetime.datetime(2026, 8, 20)
    domains = [f'department{i}.customer{i}.example' for i in range(60)] + ['gmail.com', 'outlook.com', 'yahoo.com',
               'gmx.net', 'icloud.com', 't-online.de', 'orange.fr', 'comcast.net', 'aol.com', 'libero.it', 'att.net']
    replies = [('450 4.2.0', 'Greylisted'), ('550 5.1.1', 'User unknown'), ('552 5.2.2', 'mailbox is over quota'),
               ('554 5.7.1', 'Client host [192.0.2.25] blocked using zen.spamhaus.org'),
               ('550 5.7.26', 'SPF [shop.example] did not pass'), ('421 4.7.0', 'too many connections'),
               ('450 4.7.1', 'Client host rejected: cannot find your hostname'), ('554 5.7.1', 'rejected as spam'),
               ('552 5.3.4', 'Message size exceeds fixed limit')]
    out = []
    for i in range(count * per_day):
        at = first + datetime.timedelta(days=i // per_day, seconds=rnd.randrange(86400))
        domain, (code, words) = rnd.choice(domains), rnd.choice(replies)
        filler = ' '.join(f'word{rnd.randrange(99)}' for _ in range(40)) if rnd.random() < .7 else ''
        if rnd.random() < .1:
            code, words = '550 5.0.0', f'wibble{rnd.randrange(30)}'
        status = 'sent' if rnd.random() < .4 else 'deferred' if code[0] == '4' else 'bounced'
        said = '250 OK' if status == 'sent' else f'host mx.{domain}[198.51.100.7] said: {code} {words} {filler} (in reply to RCPT TO command)'
        out.append(f'{at:%Y-%m-%dT%H:%M:%S}+00:00 mx{rnd.randrange(9)}.long.name.of.a.host.example postfix/smtp[9]: {0x10000000 + i:X}: '
                   f'to=<customer{rnd.randrange(900)}@{domain}>, relay=mx.{domain}[198.51.100.7]:25, delay=1, '
                   f'delays=0/0/0/1, dsn={"2.0.0" if status == "sent" else code.split()[1]}, status={status} ({said})\n')
        if rnd.random() < .01:
            out.append(f'{at:%Y-%m-%dT%H:%M:%S}+00:00 mx1 postfix/smtp[9]: {0x10000000 + i:X}: to=<a@{domain}>, {filler}\n')
    return ''.join(out)


# What it shows
samples = ['samples/postfix.log', 'samples/exim-mainlog', 'samples/sendmail.log']
page, metrics = scan(samples)
shown = Page(page, 'samples')
words = ' '.join(shown.words)
for heading in ('How much was understood', 'To fix today', 'What happened', 'When mail is deferred', 'Why mail failed',
                'Where mail went', 'Suppression', 'What was not understood'):
    if heading not in words:
        fault(f'no "{heading}"')
if re.search(r'(?<!\.\.\.)(?<![\w.])(?:carla|bert|joe|ida|old)@', words):
    fault('an address is shown')
in_clear = ' '.join(Page(scan(samples, '--addresses')[0], 'addresses').words)
if 'carla@example.com' not in in_clear:
    fault('--addresses shows none')
with open(f'{work.name}/key', 'w') as file:
    file.write('a key of more than sixteen bytes')
hashed = ' '.join(Page(scan(samples, '--addresses', '--hash', 'sha256', '--hash-key-file', f'{work.name}/key')[0], 'hash').words)
if 'carla@' in hashed or not re.search('[0-9a-f]{64}', hashed):
    fault('--hash does not hold for the page')
Page(scan([f'{work.name}/key'])[0], 'no attempts')
if promtool(metrics, 'samples') is False:
    print('page: metrics not checked by promtool, it is not installed')

# A new file of metrics can be read by everybody, the page by its owner; what exists keeps its mode
mode = lambda name: stat.S_IMODE(os.stat(f'{work.name}/page.{name}').st_mode)
if (mode('prom'), mode('html')) != (0o644, 0o600):
    fault(f'modes {mode("prom"):o} {mode("html"):o}')

# Ninety days of everything
with open(f'{work.name}/days.log', 'w') as file:
    file.write(days_of(90, 120))
sizes = []
for option in ((), ('--addresses',)):
    page, metrics = scan([f'{work.name}/days.log'], *option)
    Page(page, f'90 days {option}')
    sizes.append(len(page.encode()))
    promtool(metrics, '90 days')
if max(sizes) > SIZE_MAX:
    fault(f'{sizes} bytes')
if len([l for l in metrics.split('\n') if l and l[0] != '#']) > 500:
    fault('more than 500 series')

strings = hostile_strings()
in_a_browser(from_strangers(strings))
print(f'page: {len(strings)} hostile strings in 15 places each; 90 days take {sizes} bytes; {faults} faults')
sys.exit(bool(faults) or len(strings) < 50)
