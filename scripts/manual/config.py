"""The configuration file to begin with: every option of scan, commented out, with its words."""
import textwrap

# What a key may look like; by its name, else by what stands for its value in the help.
EXAMPLES = {
    'timezone': 'Europe/Berlin', 'year': '2026', 'host': 'mx1', 'filter_transports': '[amavis, 127.0.0.1]',
    'fail_on': "['bounce_rate>5%', 'category:ip_blocklisted>0']", 'sender': "['*@news.example.com']",
    'recipients': '/etc/bouncelog/subscribers.txt', 'hash': 'sha256', 'hash_key_file': '/etc/bouncelog/key',
    'patterns': '/etc/bouncelog/all-patterns', 'patterns_extra': '/etc/bouncelog/patterns',
    'policy': '/etc/bouncelog/policy.yaml', 'output': '/var/lib/bouncelog/summary.json',
    'events': '/var/lib/bouncelog/events.ndjson', 'html': '/var/lib/bouncelog/report.html',
    'prometheus': '/var/lib/bouncelog/bouncelog.prom', 'suppress': "['/var/lib/bouncelog/suppress.csv:csv']",
    'since': '7d', 'until': '24h', 'mta': 'postfix', 'events_include': 'all', 'events_format': 'ecs', 'confine': 'never',
    'top': '50', 'jobs': '1',
    'max_open_messages': '262144', 'progress': 'never', 'history': '/var/lib/bouncelog/history.db',
    'wait': '60', 'allow': '/etc/bouncelog/allow.txt',
}

HEAD = '''# bouncelog: options of `bouncelog scan`, for every run of it, by hand and at night. The command line
# overrides them, and adds to what may be repeated. See bouncelog.yaml(5).
#
# What the nightly run reads and where its results go is said in /etc/default/bouncelog: an output
# that stands here would be written by everybody who runs `bouncelog scan` on this host.
'''


def example(option):
    key = option.name[2:].replace('-', '_')
    value = EXAMPLES.get(key, '...') if option.value else 'true'
    return f'#{key}: {value}\n'


def config(scan):
    text = HEAD
    for block in scan.blocks:
        if block.kind == 'heading':
            text += f'\n## {block.text}\n'
        for item in block.items:
            options = [option for option in item.options if option.name not in ('--config', '--print-config', '--help')]
            if not options:
                continue
            words = textwrap.wrap(item.text, 96)
            text += '\n' + ''.join(f'# {line}\n' for line in words) + ''.join(map(example, options))
    return text
