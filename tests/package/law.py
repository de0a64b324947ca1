"""src/LAW holds: who may include whom, who may allocate, write to stderr, exit, read the environment; nobody starts another
program or speaks to the network; files and functions stay short, files open with what they do, and nothing goes in a circle.

usage: law.py      Then each kind of fault is planted into a copy of what was read, and has to be found."""
import glob, os, posixpath, re, sys

LINES_MAX, FUNCTION_MAX, OPENING_MIN, OPENING_MAX = 450, 60, 3, 12
ROOM = re.compile(r'^([a-z]+): *([a-z ]*?) *\| *([\w./ -]*?) *\| *(\S.*)$')
OWN = {'version.h'} # made by CMake


def read_law(text):
    """room -> (rooms that it may include, third-party headers, its sentence), and what is wrong with the file."""
    law, faults = {}, []
    for number, line in enumerate(text.split('\n'), 1):
        if not line or line.startswith('#'):
            continue
        found = ROOM.match(line)
        if not found:
            faults.append(f'src/LAW:{number} is not `room: rooms | headers | its sentence.`')
            continue
        room, rooms, headers, sentence = found.groups()
        law[room] = (rooms.split(), headers.split(), sentence)
        if not sentence.endswith('.') or re.search(r'\band\b', sentence):
            faults.append(f'src/LAW: {room} has more than one job, or no sentence: {sentence}')
    return law, faults


def room_of(path):
    return path.split('/')[1] if path.startswith('src/') else path.split('/')[2]


def includes(text):
    """(kind, name) of each include: '"' or '<'."""
    return re.findall(r'^ *# *include *(["<])([^">]+)[">]', text, re.M)


def own_header(path, name, tree):
    """The header beside a file, or, for one in a folder of its room, the header of the room."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return beside if beside in tree else f'src/{room_of(path)}/{name}'


def check_includes(tree, law):
    third_party = {header for _, headers, _ in law.values() for header in headers}
    used = {room: set() for room in law}
    for path, text in tree.items():
        room = room_of(path)
        rooms, headers, _ = law[room]
        for kind, name in includes(text):
            if kind == '<':
                if name in third_party and name not in headers:
                    yield f'{path} includes <{name}>'
                used[room].add(name)
            elif name.startswith('bouncelog/'):
                other = name.split('/')[1]
                used[room].add(other)
                if other != room and other not in rooms:
                    yield f'{path} includes room {other}'
            elif name not in OWN and not (own_header(path, name, tree) in tree and room_of(own_header(path, name, tree)) == room):
                yield f'{path} includes "{name}", which is no header of its room'
    for room, (rooms, headers, _) in law.items():
        for name in [*rooms, *headers]:
            if name not in used[room]:
                yield f'src/LAW: {room} may include {name} and does not'


def circles(graph):
    """The groups of nodes that all lead to each other (R. Tarjan, Depth-first search and linear graph algorithms, 1972)."""
    index, low, stack, groups = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = [stack.pop()]
            while group[-1] != node:
                group.append(stack.pop())
            groups.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return [group for group in groups if len(group) > 1]


def check_circles(tree, law):
    """Of rooms, and of files: a .c file and the headers of its name in its room are one."""
    for group in circles({room: rooms for room, (rooms, _, _) in law.items()}):
        yield f'src/LAW: {" ".join(group)} go in a circle'
    unit = lambda path: f'{room_of(path)}/{posixpath.splitext(posixpath.basename(path))[0]}'
    graph, headers = {}, {}
    for path, text in tree.items():
        for kind, name in includes(text):
            if kind == '"' and name not in OWN:
                target = f'include/{name}' if name.startswith('bouncelog/') else own_header(path, name, tree)
                graph.setdefault(unit(path), set()).add(unit(target))
                headers.setdefault(path, set()).add(target)
    for group in circles(graph):
        if len({name.split('/')[0] for name in group}) > 1:
            yield f'files of different rooms go in a circle: {" ".join(group)}'
    for group in circles(headers):
        yield f'headers go in a circle: {" ".join(group)}'


CALLS = [
    # what, who may, how it is found
    ('allocates', 'base', re.compile(r'\b(malloc|calloc|realloc|strdup)\(')),
    ('exits, writes to stderr or reads the environment', 'cli', re.compile(r'\b(getenv|exit|_exit)\(|\bstderr\b')),
    ('starts a program, loads code or speaks to the network', None,
     re.compile(r'\b(system|popen|exec[lv]p?e?|execveat|fexecve|posix_spawnp?|v?fork|dlopen|socket|getaddrinfo)\(')),
]


def check_calls(tree):
    for path, text in tree.items():
        for what, who, pattern in CALLS:
            found = pattern.search(text)
            if found and room_of(path) != who:
                yield f'{path}:{text.count(chr(10), 0, found.start()) + 1} {what}'


def check_sizes(tree):
    for path, text in tree.items():
        lines = text.split('\n')
        if len(lines) - 1 > LINES_MAX:
            yield f'{path} has {len(lines) - 1} lines'
        start = None
        for number, line in enumerate(lines, 1):
            if line == '{':
                start = number
            elif line == '}' and start:
                if number - start - 1 > FUNCTION_MAX:
                    yield f'{path}:{start} is a function of {number - start - 1} lines'
                start = None


def check_formats(tree):
    """SV_FMT evaluates what it is given three times: what a second call frees, or counts, must not stand there."""
    for path, text in tree.items():
        for found in re.finditer(r'SV_FMT\(((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\)', text):
            for name in re.findall(r'(\w+)\(', found[1]):
                if not re.fullmatch(r'SV|buf_sv|sv_\w+|\w+_name|map_key_at', name):
                    yield f'{path}:{text.count(chr(10), 0, found.start()) + 1} calls {name} within SV_FMT: give it a name before'


def check_openings(tree):
    for path, text in tree.items():
        if not path.endswith('.c'):
            continue
        end = text.find('*/')
        count = text.count('\n', 0, end) + 1
        if not text.startswith('/*') or end < 0:
            yield f'{path} does not open with what it does'
        elif not OPENING_MIN <= count <= OPENING_MAX:
            yield f'{path} opens with {count} lines, not {OPENING_MIN} to {OPENING_MAX}'


def check(tree, law_text):
    law, faults = read_law(law_text)
    strangers = {room_of(path) for path in tree} - set(law)
    if strangers or faults:
        return faults + [f'{room} is no room of src/LAW' for room in sorted(strangers)]
    return [*check_includes(tree, law), *check_circles(tree, law), *check_calls(tree), *check_sizes(tree), *check_formats(tree),
            *check_openings(tree)]


def plants(tree, law):
    """Faults: what must be said of each, the file that has it, and the file with it."""
    long_function = '\nstatic void f(void)\n{\n' + '    g();\n' * (FUNCTION_MAX + 1) + '}\n'
    for said, path, text in (
            ('includes room cli', 'src/base/buf.c', '#include "bouncelog/cli/x.h"\n'),
            ('includes room output', 'src/parse/mta/exim.c', '#include "bouncelog/output/output.h"\n'),
            ('includes <sqlite3.h>', 'src/base/buf.c', '#include <sqlite3.h>\n'),
            ('which is no header of its room', 'src/base/buf.c', '#include "../input/plan.h"\n'),
            ('which is no header of its room', 'src/base/buf.c', '#include "plan.h"\n'),
            ('allocates', 'src/input/plan.c', 'void *f(void) { return malloc(1); }\n'),
            ('reads the environment', 'src/input/plan.c', 'void f(void) { (void)getenv("A"); }\n'),
            ('starts a program', 'src/cli/main.c', 'void f(void) { system("a"); }\n'),
            (f'has {LINES_MAX + 1} lines', 'src/base/buf.c', '\n' * (LINES_MAX + 1 - tree['src/base/buf.c'].count('\n'))),
            (f'function of {FUNCTION_MAX + 1} lines', 'src/parse/mta/exim.c', long_function),
            ('calls find within SV_FMT', 'src/input/plan.c', 'void f(void) { say("%.*s", SV_FMT(sv_sub(find(a), 0, 1))); }\n'),
            ('files of different rooms go in a circle', 'include/bouncelog/base/buf.h', '#include "bouncelog/base/map.h"\n'
             '#include "bouncelog/pattern/patterns.h"\n'),
            ('headers go in a circle', 'include/bouncelog/base/sv.h', '#include "bouncelog/base/buf.h"\n'),
            ('is no room of src/LAW', 'src/nowhere/a.c', '/* a */\n')):
        yield said, {**tree, path: tree.get(path, '') + text}, law
    for said, path, text in (('does not open', 'src/model/new.c', 'int a;\n'), ('opens with 1 lines', 'src/model/new.c', '/* a */\n')):
        yield said, {**tree, path: text}, law
    for said, old, new in (('may include model and does not', r'^(history:) ', r'\1 model '),
                           ('may include lzma.h and does not', r'^(base:[^|]*\| )', r'\1lzma.h '),
                           ('go in a circle', r'^(base:) ', r'\1 cli '),
                           ('more than one job', r'^(model:.*)\.$', r'\1 and more.'),
                           ('is not `room:', r'^(model:.*)\|[^|\n]*$', r'\1')):
        yield said, tree, re.sub(old, new, law, count=1, flags=re.M)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def main():
    paths = [path for kind in ('c', 'h', 'def') for root in ('src', 'include/bouncelog') for path in glob.glob(f'{root}/*/**/*.{kind}', recursive=True)]
    tree, law = {path.replace(os.sep, '/'): read(path) for path in paths}, read('src/LAW')
    faults = check(tree, law)
    for said, planted, planted_law in plants(tree, law):
        if not any(said in fault for fault in set(check(planted, planted_law)) - set(faults)):
            faults.append(f'a planted fault was not found: {said}')
    print('\n'.join(f'law: {fault}' for fault in faults) or f'the law holds in {len(tree)} files')
    sys.exit(bool(faults))


main()
