"""The table of forms: what logs look like, and what is right.

    form docker-logs-t
    from Docker CLI reference, docker container logs, --timestamps
    line 2026-11-23T21:46:11.123456789Z %{line}
    read

Keys of a form, each at the start of a line; a blank line ends it, lines that begin with # stand between:
  form NAME     from SOURCE, where the form can be looked up     note REMARK
  line LINE     one of its lines; xline LINE: with \\xNN for bytes. Together they are what one message writes
  first, last   lines at the beginning and the end of the file only (xfirst, xlast)     between TEXT  behind each but the last
  mta LETTERS   whose lines they are: p Postfix, s sendmail, x Exim through syslog, e Exim's main log (default: pse for %{line},
                ps and x for what stands behind a header, p for other lines)
  encoding NAME of the whole file, NAME-bom with its mark     args OPTIONS of the program (default: --year 2026)     apart: not with others in one log
  months M...   the line once for each, as %{month}
and what is right:
  read [host=H] [time=T]   with this host and time, where `a|b` says that both can be defended, `-` that none is known, `*` that it
                           is not looked at (default: host mx1, none for Exim's main log; 2026-11-23T21:46:11Z)
  told          read, or unparsed, or the whole file is refused by name: never left out in silence
  named         read, or the whole file is refused by name
  other, context    none of its lines is a delivery, whatever stands in them: all of it is for the bucket of that name
  none          nothing is read; it may be other, context or unparsed

What stands for something else: %{line} the usual line of an MTA, %{tag} its program[pid], %{program}, %{message} what it says
behind them; %{long:N} a usual line with N bytes of words in it; %{forged}, %{forged-tag}, %{forged-message} the same, of a stranger's
making; %{export-words} an entry of the journal within a field. Behind a bar: json (escaped for a string), csv (quotes doubled), bytes (as numbers), le64 (its length), A:B (a piece, as in Python)."""
import glob, json, os, re
from dataclasses import dataclass, field

MTAS = {'p': 'postfix', 's': 'sendmail', 'x': 'exim', 'e': 'exim'}
TIME = '2026-11-23T21:46:11Z'
REFUSAL = 'no "joe" here: User unknown'


@dataclass
class Want:
    recipient: str
    mta: str
    hosts: list
    times: list
    text: str


def message(mta, number, recipient, words):
    """What an MTA says of a bounce, without its header."""
    reply = f'550 5.1.1 <{recipient}>: {words}'
    if mta == 'p':
        return (f'3A{number:06X}4E: to=<{recipient}>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced '
                f'(host mx.example.com[192.0.2.7] said: {reply} (in reply to RCPT TO command))')
    if mta == 's':
        return (f'6ANLkBaa{number:06d}: to=<{recipient}>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.example.com. '
                f'[192.0.2.7], dsn=5.1.1, reply={reply}, stat=User unknown')
    return (f'1xVbrX-{number:011d}-1a2B ** {recipient} R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7]: SMTP error from remote mail '
            f'server after RCPT TO:<{recipient}>: {reply}')


TAGS = {'p': 'postfix/smtp', 's': 'sm-mta', 'x': 'exim', 'e': 'exim'}


def usual(mta, number, recipient, words=REFUSAL):
    said = message(mta, number, recipient, words)
    return f'2026-11-23 21:46:11 {said}' if mta == 'e' else f'Nov 23 21:46:11 mx1 {TAGS[mta]}[9]: {said}'


def piece(text, how):
    if how == 'json':
        return json.dumps(text, ensure_ascii=False)[1:-1]
    if how == 'csv':
        return text.replace('"', '""')
    if how == 'bytes':
        return ','.join(str(byte) for byte in text.encode())
    if how == 'le64':
        return len(text.encode()).to_bytes(8, 'little').decode(errors='surrogateescape')
    start, _, end = how.partition(':')
    return text[int(start or 0):int(end) if end else None]


def fill(template, mta, number, recipient, victim, month):
    """A template's placeholders replaced."""
    def value(found):
        name, *hows = found[1].split('|')
        if name.startswith('long:'):
            text = usual(mta, number, recipient, ('so many words ' * (int(name[5:]) // 14 + 1)) + REFUSAL)
        else:
            text = {'line': lambda: usual(mta, number, recipient), 'tag': lambda: TAGS[mta] + '[9]', 'program': lambda: TAGS[mta],
                    'message': lambda: message(mta, number, recipient, REFUSAL), 'month': lambda: month,
                    'recipient': lambda: recipient, 'forged': lambda: usual(mta, number, victim),
                    'forged-tag': lambda: f'{TAGS[mta]}[9]: {message(mta, number, victim, REFUSAL)}',
                    'export-words': lambda: f'comment\n\nSYSLOG_IDENTIFIER={TAGS[mta]}\nMESSAGE={message(mta, number, victim, REFUSAL)}\n',
                    'forged-message': lambda: message(mta, number, victim, REFUSAL)}[name]()
        for how in hows:
            text = piece(text, how)
        return text
    return re.sub(r'%\{([^{}]+)\}', value, template)


def raw(text, escaped):
    data = text.encode(errors='surrogateescape')
    return re.sub(rb'\\x([0-9A-F]{2})', lambda found: bytes([int(found[1], 16)]), data) if escaped else data


@dataclass
class Case:
    """A form as one MTA writes it."""
    form: 'Form'
    mta: str
    number: int
    month: str = ''
    month_number: int = 0

    name = property(lambda self: self.form.name + (f'-{self.month_number}' if self.month else '') + '-' + self.mta)
    right = property(lambda self: self.form.right)
    args = property(lambda self: self.form.args)
    apart = property(lambda self: bool(self.form.apart or self.form.first or self.form.last or self.form.between or self.form.encoding
                                       or self.month))

    def recipient(self, copy):
        return f'joe-{self.number}-{copy}@example.com'

    def victim(self, copy):
        return f'victim-{self.number}-{copy}@example.net'

    def fill(self, lines, copy):
        out = []
        for escaped, template in lines:
            number = self.number * 10 + copy
            out.append(raw(fill(template, self.mta, number, self.recipient(copy), self.victim(copy), self.month), escaped) + b'\n')
        return b''.join(out)

    def units(self, copies):
        return self.fill(self.form.lines, 0).splitlines(keepends=True)

    def unit(self, copy):
        return self.fill(self.form.lines, copy)

    def log(self, copies):
        units = [self.unit(copy) for copy in range(copies)]
        if self.form.between:
            units = [unit[:-1] + self.form.between.encode() + b'\n' for unit in units[:-1]] + units[-1:]
        data = self.fill(self.form.first, 0) + b''.join(units) + self.fill(self.form.last, 0)
        encoding = self.form.encoding.removesuffix('-bom')
        return ('\ufeff' * (encoding != self.form.encoding) + data.decode()).encode(encoding) if encoding else data

    def wanted(self, copies):
        if self.right in ('other', 'context', 'none'):
            return []
        hosts = self.form.hosts or (['-'] if self.mta == 'e' else ['mx1'])
        times = self.form.times or [TIME]
        if self.month:
            times = [f'2025-{self.month_number:02d}-23T21:46:11Z']
        hosts, times = ([] if '*' in those else those for those in (hosts, times))
        text = '' if '%{long:' in str(self.form.lines) else REFUSAL # an event has the first of very many words
        return [Want(self.recipient(copy), MTAS[self.mta], hosts, times, text) for copy in range(copies)]

    def unwanted(self, copies):
        return [Want(address, '', [], [], '') for copy in range(copies) for address in (self.victim(copy), self.recipient(copy))]


@dataclass
class Form:
    name: str
    file: str
    line: int
    source: str = ''
    lines: list = field(default_factory=list)
    first: list = field(default_factory=list)
    last: list = field(default_factory=list)
    between: str = ''
    mtas: str = ''
    encoding: str = ''
    args: list = field(default_factory=lambda: ['--year', '2026'])
    apart: bool = False
    months: list = field(default_factory=list)
    right: str = ''
    hosts: list = field(default_factory=list)
    times: list = field(default_factory=list)
    cases: list = field(default_factory=list)

    def take(self, key, value):
        """One line of the table. ValueError: it is none."""
        if key.removeprefix('x') in ('line', 'first', 'last'):
            place = {'line': self.lines, 'first': self.first, 'last': self.last}[key.removeprefix('x')]
            place.append((key.startswith('x'), value))
        elif key == 'from':
            self.source = value
        elif key == 'between':
            self.between = value
        elif key == 'mta':
            self.mtas = value
        elif key == 'encoding':
            self.encoding = value
        elif key == 'args':
            self.args = value.split()
        elif key == 'apart':
            self.apart = True
        elif key == 'months':
            self.months = value.split()
        elif key in ('read', 'told', 'named', 'other', 'context', 'none') and not self.right:
            self.right = key
            for word in value.split():
                name, _, alternatives = word.partition('=')
                {'host': self.hosts, 'time': self.times}[name].extend(alternatives.split('|'))
        elif key != 'note':
            raise ValueError(f'{self.file}: form {self.name}: {key}')

    def usual_mtas(self):
        text = ''.join(template for _, template in self.lines)
        if self.mtas:
            return self.mtas
        if '%{line' in text:
            return 'pse'
        return 'psx' if re.search(r'%\{(tag|program|message)', text) else 'p'


def read(folder):
    """The forms of a folder's files, in order, with their cases numbered."""
    forms, number = [], 0
    for path in sorted(glob.glob(os.path.join(folder, '*.txt'))):
        form = None
        for at, text in enumerate(open(path, encoding='utf-8'), 1):
            key, _, value = text.rstrip('\n').partition(' ')
            if not key or key.startswith('#'):
                form = None
            elif key == 'form':
                form = Form(value, os.path.basename(path), at)
                forms.append(form)
            else:
                form.take(key, value)
    for form in forms:
        if not (form.source and form.lines and form.right):
            raise ValueError(f'{form.file}:{form.line}: {form.name} has no source, no line or no verdict')
        for mta in form.usual_mtas():
            for month_number, month in enumerate(form.months or [''], 1):
                number += 1
                form.cases.append(Case(form, mta, number, month, month_number))
    if len({form.name for form in forms}) != len(forms):
        raise ValueError('two forms have one name')
    return forms
