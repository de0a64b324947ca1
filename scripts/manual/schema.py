"""A JSON Schema as a list of keys, for a manual page."""
import json

import mdoc


def inline(node, root, documents):
    """A node with what it refers to in its place: in its own document, or in another one by that one's name."""
    if isinstance(node, list):
        return [inline(each, root, documents) for each in node]
    if not isinstance(node, dict):
        return node
    if '$ref' not in node:
        return {key: inline(value, root, documents) for key, value in node.items()}
    name, _, path = node['$ref'].partition('#/')
    target = document = documents[name] if name else root
    for part in path.split('/'):
        target = target[part]
    return {**inline(target, document, documents), **{key: value for key, value in node.items() if key != '$ref'}}


def kind(node):
    if 'const' in node:
        return json.dumps(node['const'])
    if 'enum' in node:
        return ', '.join('null' if value is None else str(value) for value in node['enum'])
    if 'oneOf' in node or 'anyOf' in node:
        kinds = [kind(each) for each in node.get('oneOf', node.get('anyOf'))]
        words = 'enum' in node.get('oneOf', [{}])[0] # a word more among words
        return (', ' if words else ' or ').join(dict.fromkeys(kinds))
    named = node.get('type', 'any')
    if named == 'array' and 'items' in node:
        return f'array of {kind(node["items"])}'
    return ' or '.join(named) if isinstance(named, list) else named


def parts(node):
    """Objects that a key holds, itself or in an array."""
    if node.get('type') == 'object':
        return [('', node)]
    if 'items' in node:
        return [('[]' + path, inner) for path, inner in parts(node['items'])]
    return [found for each in node.get('oneOf', []) + node.get('anyOf', []) for found in parts(each)]


def rows(node, prefix):
    found = []
    for key, value in node.get('properties', {}).items():
        text = value.get('description', '')
        found.append((f'Va {mdoc.argument(prefix + key)}',
                      mdoc.fill(mdoc.inline(f'{kind(value)}{": " + text if text else ""}'))))
        for path, inner in parts(value):
            found += rows(inner, f'{prefix}{key}{path}.')
    return found


def describe(document, others):
    root = inline(document, document, others)
    text = mdoc.fill(mdoc.inline(root.get('description', '')))
    return f'{text}{mdoc.tagged(rows(root, ""))}'
