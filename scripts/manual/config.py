"""The configuration file to begin with: every option of scan, commented out, with its words."""
import textwrap

import tables

HEAD = '''# bouncelog: options of `bouncelog scan`, for every run of it, by hand and at night. The command line
# overrides them, and adds to what may be repeated. See bouncelog.yaml(5).
#
# What the nightly run reads and where its results go is said in /etc/default/bouncelog: an output
# that stands here would be written by everybody who runs `bouncelog scan` on this host.
'''


def example(option):
    value = option.example if option.value else 'true'
    return f'#{tables.key(option)}: {value}\n'


def config(scan):
    text, group = HEAD, None
    for options in tables.together(tables.in_files(scan)):
        if options[0].group != group:
            group = options[0].group
            text += f'\n## {group}\n'
        words = textwrap.wrap(options[0].help, 96)
        text += '\n' + ''.join(f'# {line}\n' for line in words) + ''.join(map(example, options))
    return text
