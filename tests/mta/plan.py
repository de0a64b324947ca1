"""The messages that are sent, and which of their recipients belong on the suppression list."""
import forged
from script import DEAD_SENDERS, DROP, HANG, LMTP, OK, STAGES, Answer, Case, Rcpt, say

CODES = {'421': '4.3.0', '450': '4.3.0', '451': '4.3.0', '452': '4.3.1', '454': '4.3.0', '455': '4.3.0',
         '500': '5.5.2', '501': '5.5.4', '502': '5.5.1', '503': '5.5.1', '504': '5.5.4', '521': '5.3.0',
         '530': '5.7.0', '535': '5.7.8', '541': '5.7.1', '550': '5.7.1', '551': '5.7.1', '552': '5.3.4',
         '553': '5.7.1', '554': '5.7.1', '556': '5.3.0', '571': '5.7.1'}

# Replies to RCPT that say of the recipient that it is dead, for good.
DEAD = {
    'unknown': ['550 5.1.1 <%>: Recipient address rejected: User unknown in virtual mailbox table'],
    'no-enhanced': ['550 No such user here'],
    'lines': ["550-5.1.1 The email account that you tried to reach does not exist. Please try",
              "550-5.1.1 double-checking the recipient's email address for typos or",
              '550 5.1.1 unnecessary spaces. Learn more at https://support.example/?p=NoSuchUser - gsmtp'],
    'exchange': ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient <%> not found by SMTP address lookup'],
    'disabled': ['550 5.2.1 The email account that you tried to reach is disabled'],
    'inactive': ['554 5.2.1 <%>: mailbox disabled, not accepting messages'],
    'not-local': ['551 5.1.1 <%>: user not local, mailbox does not exist'],
    'mailbox-553': ['553 5.1.1 sorry, no mailbox here by that name'],
    'unavailable': ['550 5.1.1 Requested action not taken: mailbox unavailable'],
    'french': ['550 5.1.1 Utilisateur inconnu : boîte aux lettres inexistante'],
    'latin-1': [b'550 5.1.1 bo\xeete inconnue, utilisateur inconnu'],
    'lower-case': ['550 5.1.1 unknown user'],
    'tail': ['550 5.1.1 User unknown ' + 'x' * 300],
    'address-only': ['550 5.1.1 <%>'],
    'no-mail': ['521 5.3.2 This host takes no mail'],
    'null-mx': ['556 5.1.10 <%>: Recipient domain has a null MX'],
    'many-lines': [f'550-5.1.1 User unknown, line {i}' for i in range(20)] + ['550 5.1.1 User unknown, the end'],
}
# Replies to RCPT that say nothing against the recipient's address, or nothing for good.
ALIVE = {
    'spamhaus': ['554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org'],
    'spf': ['550 5.7.23 Message rejected due to: SPF fail - not authorized'],
    'dmarc': ['550 5.7.26 Unauthenticated email from sender.example is not accepted due to domain\'s DMARC policy'],
    'spam': ['550 5.7.1 Message rejected as spam by content filtering'],
    'relay': ['550 5.7.1 <%>: Relay access denied'],
    'quota': ['552 5.2.2 <%>: mailbox is over quota'],
    'quota-later': ['452 4.2.2 <%>: mailbox is over quota'],
    'grey': ['451 4.7.1 Greylisting in action, please come back later'],
    'rate': ['450 4.7.1 Too many messages from your host, slow down'],
    'auth': ['530 5.7.0 Must issue a STARTTLS command first'],
    'size': ['552 5.3.4 Message size exceeds fixed limit'],
    'sender': ['550 5.1.8 <someone@sender.example>: Sender address rejected: Domain not found'],
    'sender-unknown': ['550 5.1.1 <someone@sender.example>: Sender address rejected: User unknown'],
    'policy': ['550 5.7.1 Access denied by local policy'],
    'banned': ['550 5.7.606 Access denied, banned sending IP [192.0.2.25]'],
    'bare': ['550'],
    'bare-space': ['550 '],
    'code-words': ['550 Requested action not taken'],
    'temporary-dead': ['450 5.1.1 User unknown'],
    'unknown-later': ['450 4.1.1 <%>: User unknown'],
    'loop': ['554 5.4.6 Too many hops'],
    'failed': ['554 Transaction failed'],
    'own-fault': ['550 5.3.0 Internal error, call the postmaster'],
    'blank-lines': ['550-5.7.1 Rejected', '550-', '550-', '550 5.7.1 by policy'],
    'soft-lines': ['450-4.2.0 first line', '450 4.2.0 last line'],
    'later-then-spam': ['421 4.7.0 Try again later, closing connection'],
}


def reply(rcpt, lines):
    return say(*(line.replace('%', rcpt) if isinstance(line, str) else line for line in lines))


def to_rcpt():
    """What is said about one recipient in answer to RCPT."""
    for listed, replies in ((True, DEAD), (False, ALIVE)):
        for name, lines in replies.items():
            name = f'{"dead" if listed else "alive"}-{name}'
            address = f'{name}@{name}.example'
            yield Case(name, [Rcpt(address, reply(address, lines), 'rcpt', listed=listed)])


def stages():
    """Every code at every stage, in words that accuse nobody."""
    for stage in STAGES:
        for code, enhanced in CODES.items():
            name = f'{stage.replace("_", "-")}-{code}'
            answer = say(f'{code} {enhanced} Refused by this server')
            yield Case(name, [Rcpt(f'joe@{name}.example', answer, stage)])
        # Only where the recipient has been named can "unknown" be about it.
        name = f'{stage.replace("_", "-")}-unknown'
        at_recipient = stage in ('rcpt', 'data', 'end_of_data')
        yield Case(name, [Rcpt(f'joe@{name}.example', say('550 5.1.1 User unknown'), stage, listed=at_recipient)])


def silence():
    """Connections that end, and servers that say nothing."""
    for stage in STAGES:
        for what, answer in (('drop', DROP), ('hang', HANG)):
            name = f'{stage.replace("_", "-")}-{what}'
            yield Case(name, [Rcpt(f'joe@{name}.example', answer, stage, later=say('451 4.3.0 Not today'))])
    name = 'half-a-reply'
    yield Case(name, [Rcpt(f'joe@{name}.example', Answer(b'450 4.2.1 half a rep', 'drop'), 'rcpt')])
    name = 'half-the-data'
    yield Case(name, [Rcpt(f'joe@{name}.example', Answer(b'354 go ahead\r\n', 'drop'), 'data')])
    for mx in ('null', 'none', 'servfail', 'refused', 'full'):
        yield Case(f'mx-{mx}', [Rcpt(f'joe@mx-{mx}.example', listed=mx == 'null')], mx=mx)


def rounds():
    """What changes from one attempt to the next."""
    later = say('451 4.7.1 Greylisted, come back later')
    yield Case('grey-then-taken', [Rcpt('joe@grey-then-taken.example', later, 'rcpt', later=say(OK))])
    yield Case('grey-then-dead', [Rcpt('joe@grey-then-dead.example', later, 'rcpt', listed=True,
                                       later=say('550 5.1.1 <joe@grey-then-dead.example>: User unknown'))])
    yield Case('grey-then-spam', [Rcpt('joe@grey-then-spam.example', later, 'rcpt',
                                       later=say('554 5.7.1 Message rejected as spam'))])
    yield Case('queue-full', [Rcpt('joe@queue-full.example', say('452 4.3.1 Insufficient system storage'))])


def many():
    """Several recipients of one message, each with an answer of its own."""
    domain = 'many.example'
    answers = {**DEAD, **ALIVE}
    del answers['later-then-spam'] # 421 ends the talk for the others, too
    rcpts = []
    for name, lines in answers.items():
        address = f'many-{name}@{domain}'
        rcpts.append(Rcpt(address, reply(address, lines), 'rcpt', listed=name in DEAD))
    rcpts += [Rcpt(f'taken{i}@{domain}') for i in range(6)]
    yield Case('many', rcpts)
    yield Case('domains', [Rcpt(f'joe@{name}.domains.example',
                                reply(f'joe@{name}.domains.example', answers[name]), 'rcpt', listed=name in DEAD)
                           for name in ('unknown', 'spam', 'quota', 'grey', 'lines', 'spf')]
               + [Rcpt('taken@taken.domains.example')])
    yield Case('taken', [Rcpt(f'taken{i}@taken.example') for i in range(8)])
    yield Case('taken-in-lines', [Rcpt('joe@taken-in-lines.example',
                                       say('250-2.0.0 taken', '250-2.0.0 into', '250 2.0.0 the queue'))])
    for code in ('251', '252', '299'):
        yield Case(f'taken-{code}', [Rcpt(f'joe@taken-{code}.example', say(f'{code} will do'), 'rcpt')])


def spellings(mta):
    """Addresses that are odd, and true."""
    plain = ['UPPER.Case', 'joe+tag', "o'neil", 'x=y', '$home', '{x}', 'a' * 64, 'a-b_c', '1', '~root', 'a&b', '`id`',
             'x*y', '#x']
    quoted = ['odd local', 'a,b', 'a;b', 'a>b', 'a<b', 'a:b', 'a(b', 'a\\"b', 'a\\\\b', ' x', 'x ', 'a, <b', 'to=<x',
              'a..b']
    addresses = plain + [f'"{local}"' for local in quoted]
    for i, local in enumerate(addresses):
        name = f'spelling-{i}'
        # A list takes plain addresses only; this one ends up in the summary.
        yield Case(name, [Rcpt(f'{local}@{name}.example', say('550 5.1.1 User unknown'), 'rcpt', listed=True)])
        name = f'spelling-{i}-taken'
        yield Case(name, [Rcpt(f'{local}@{name}.example')])
    if mta != 'sendmail': # Debian's speaks no SMTPUTF8
        for i, local in enumerate(('josé', '用户', 'иван')):
            name = f'utf8-{i}'
            yield Case(name, [Rcpt(f'{local}@{name}.example', say('550 5.1.1 User unknown'), 'rcpt', listed=True)],
                       extensions=('PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8'))


def more_extensions():
    """CHUNKING changes the commands, SIZE may make our MTA refuse by itself."""
    for name, stage, text, listed in (('dead', 'rcpt', '550 5.1.1 User unknown', True),
                                      ('dead-late', 'end_of_data', '550 5.1.1 User unknown', True),
                                      ('spam-late', 'end_of_data', '554 5.7.1 Message rejected as spam', False),
                                      ('later-late', 'end_of_data', '451 4.7.1 Try later', False),
                                      ('taken', 'end_of_data', '250 2.0.0 Ok', False)):
        case = f'chunking-{name}'
        yield Case(case, [Rcpt(f'joe@{case}.example', say(text), stage, listed=listed)],
                   extensions=('PIPELINING', 'CHUNKING', 'ENHANCEDSTATUSCODES'))
    for stage, answer in (('data', DROP), ('data', HANG), ('end_of_data', DROP), ('end_of_data', HANG)):
        case = f'chunking-{stage.replace("_", "-")}-{answer.then}'
        yield Case(case, [Rcpt(f'joe@{case}.example', answer, stage)], extensions=('PIPELINING', 'CHUNKING'))
    yield Case('size', [Rcpt('joe@size.example', say('552 5.3.4 Too big'), 'mail')], extensions=('SIZE 10',))


def servers():
    """Servers that offer less, or answer oddly."""
    for name, extensions in (('bare', ()), ('pipelining', ('PIPELINING',)), ('enhanced', ('ENHANCEDSTATUSCODES',))):
        for what, text, listed in (('dead', '550 5.1.1 User unknown', True), ('spam', '550 5.7.1 spam', False),
                                   ('later', '450 4.2.1 Busy', False)):
            case = f'ehlo-{name}-{what}'
            yield Case(case, [Rcpt(f'joe@{case}.example', say(text), 'rcpt', listed=listed)], extensions=extensions)
    for name, lines in (('temporary-permanent', ('450-4.3.0 First this', '550 5.3.0 then that')),
                        ('permanent-temporary', ('550-5.3.0 First this', '450 4.3.0 then that'))):
        yield Case(name, [Rcpt(f'joe@{name}.example', say(*lines), 'rcpt')])
    odd = {'no-text': '550-', 'enhanced-only': '550 5.7.1', 'class-9': '550 9.1.1 strange',
           'long-detail': '550 5.7.5000 strange',
           'hash': '550 #5.7.1 strange', 'colon': '550 5.7.1: strange', 'disagrees': '550 4.7.1 not now',
           'tab': '550\t5.7.1 tabs', 'spaces': '550    5.7.1   spaces', 'twice': '550 5.7.1 550 5.7.1 twice'}
    for name, text in odd.items():
        lines = [text, '550 5.7.1 end'] if text.endswith('-') else [text]
        yield Case(f'odd-{name}', [Rcpt(f'joe@odd-{name}.example', say(*lines), 'rcpt')])


def two_servers():
    """The preferred one is away, or does not want the mail."""
    taken, dead, later = say(OK), say('550 5.1.1 User unknown'), say('451 4.7.1 Try later')
    for name, first, second, listed in (('away-taken', None, taken, False), ('away-dead', None, dead, True),
                                        ('away-later', None, later, False), ('later-taken', later, taken, False),
                                        ('later-dead', later, dead, True), ('later-later', later, later, False)):
        yield Case(f'two-{name}', [Rcpt(f'joe@two-{name}.example', second, 'rcpt', first=first, listed=listed)],
                   mx='two')


def notifications():
    """Our senders are not there to read that the mail failed; that is not held against them."""
    for name, text, listed in (('dead', '550 5.1.1 User unknown', True), ('spam', '550 5.7.1 spam', False),
                               ('later', '451 4.7.1 Try later', False)):
        case = f'sender-{name}'
        yield Case(case, [Rcpt(f'joe@{case}.example', say(text), 'rcpt', listed=listed)],
                   sender=f'{case}@{DEAD_SENDERS}')


def by_recipient(mta):
    """Each recipient has an answer at the end of the data: with LMTP, and with Exim's PRDR."""
    for domain in (LMTP, 'prdr.example') if mta == 'exim' else (LMTP,):
        yield Case(domain, [Rcpt(f'taken@{domain}'), Rcpt(f'dead@{domain}', say('550 5.1.1 User unknown'), listed=True),
                            Rcpt(f'full@{domain}', say('452 4.2.2 Mailbox is full')),
                            Rcpt(f'spam@{domain}', say('554 5.7.1 Message rejected as spam')),
                            Rcpt(f'gone@{domain}', say('550 5.1.1 No such user'), 'rcpt', listed=True),
                            Rcpt(f'taken-too@{domain}')],
                   extensions=('ENHANCEDSTATUSCODES',) if domain == LMTP else ('ENHANCEDSTATUSCODES', 'PRDR'))


def starttls():
    """TLS is offered, and then refused: all go on without. Only Postfix is told not to."""
    for name, text, listed in (('dead', '550 5.1.1 User unknown', True), ('spam', '550 5.7.1 spam', False)):
        case = f'starttls-{name}'
        yield Case(case, [Rcpt(f'joe@{case}.example', say(text), 'rcpt', listed=listed)],
                   extensions=('STARTTLS', 'PIPELINING', 'ENHANCEDSTATUSCODES'))
    yield Case('tls-wanted', [Rcpt('joe@tls-wanted.example', say('550 5.7.1 spam'), 'rcpt')])


# Names that the MTAs are told of: of their own users, and of a domain that only points elsewhere.
LOCAL, VIRTUAL = 'local.example', 'virtual.example'
ALIASES = {f'one@{LOCAL}': ['target@alias-one.example'],
           f'several@{LOCAL}': ['target@alias-several.example', 'other@alias-several.example'],
           f'taken@{LOCAL}': ['target@alias-taken.example'],
           f'alive@{LOCAL}': ['target@alias-alive.example'],
           f'one@{VIRTUAL}': ['target@alias-virtual.example']}


def aliases():
    dead, spam = say('550 5.1.1 User unknown'), say('554 5.7.1 Message rejected as spam')
    for name, domain in (('one', LOCAL), ('virtual', VIRTUAL)):
        yield Case(f'alias-{name}', [Rcpt(f'target@alias-{name}.example', dead, 'rcpt', listed=True,
                                          listed_as=f'one@{domain}')], [f'one@{domain}'])
    yield Case('alias-several', [Rcpt('target@alias-several.example', dead, 'rcpt', listed=True),
                                 Rcpt('other@alias-several.example')], [f'several@{LOCAL}'])
    yield Case('alias-taken', [Rcpt('target@alias-taken.example')], [f'taken@{LOCAL}'])
    yield Case('alias-alive', [Rcpt('target@alias-alive.example', spam, 'rcpt')], [f'alive@{LOCAL}'])


def by_postfix():
    """Through a content filter, which hands the mail back; and addresses that are only probed."""
    for via in ('filter', 'probe'):
        for name, reply_to, listed in (('dead', '550 5.1.1 User unknown', via == 'filter'),
                                       ('spam', '554 5.7.1 Message rejected as spam', False),
                                       ('later', '451 4.7.1 Try later', False)):
            case = f'{via}-{name}'
            yield Case(case, [Rcpt(f'joe@{case}.example', say(reply_to), 'rcpt', listed=listed)], via=via)
        yield Case(f'{via}-taken', [Rcpt(f'joe@{via}-taken.example')], via=via)
    yield Case('filter-many', [Rcpt('joe@filter-many.example'), Rcpt('jim@filter-many.example', say('550 No such user'),
                                                                    'rcpt', listed=True)], via='filter')


def plan(mta):
    cases = [*to_rcpt(), *stages(), *silence(), *rounds(), *many(), *spellings(mta), *servers(), *more_extensions(),
             *two_servers(), *notifications(), *starttls(), *(by_recipient(mta) if mta != 'sendmail' else ()),
             *aliases(), *(by_postfix() if mta == 'postfix' else ()),
             *forged.cases(mta)]
    if mta == 'opensmtpd': # which takes plain addresses only, as REFUSED in forged.py sees
        cases = [case for case in cases
                 if not any('"' in address or not address.isascii() for address in (case.sender, *case.envelope))]
    names = [case.name for case in cases]
    assert len(names) == len(set(names))
    return cases
