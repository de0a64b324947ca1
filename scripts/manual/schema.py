"""A JSON Schema as a list of keys, for a manual page."""
import json

import mdoc


def resolve(node, root):
    while '$ref' in node:
        rest = {key: value for key, value in node.items() if key != '$ref'}
        target = root
        for part in node['$ref'].lstrip('#/').split('/'):
            target = target[part]
        node = {**target, **rest}
    return node


def kind(node, root):
    node = resolve(node, root)
    if 'const' in node:
        return json.dumps(node['const'])
    if 'enum' in node:
        return ', '.join('null' if value is None else str(value) for value in node['enum'])
    if 'oneOf' in node or 'anyOf' in node:
        kinds = [kind(each, root) for each in node.get('oneOf', node.get('anyOf'))]
        return ' or '.join(dict.fromkeys(kinds))
    named = node.get('type', 'any')
    if named == 'array' and 'items' in node:
        return f'array of {kind(node["items"], root)}'
    return ' or '.join(named) if isinstance(named, list) else named


def parts(node, root):
    """Objects that a key holds, itself or in an array."""
    node = resolve(node, root)
    if node.get('type') == 'object':
        return [('', node)]
    if 'items' in node:
        return [('[]' + path, inner) for path, inner in parts(node['items'], root)]
    return [found for each in node.get('oneOf', []) + node.get('anyOf', []) for found in parts(each, root)]


def rows(node, root, prefix):
    found = []
    for key, value in node.get('properties', {}).items():
        value_resolved = resolve(value, root)
        text = value_resolved.get('description', '')
        found.append((f'Va {mdoc.argument(prefix + key)}',
                      mdoc.fill(mdoc.inline(f'{kind(value, root)}{": " + text if text else ""}'))))
        for path, inner in parts(value, root):
            found += rows(inner, root, f'{prefix}{key}{path}.')
    return found


def describe(root):
    text = mdoc.fill(mdoc.inline(root.get('description', '')))
    return f'{text}{mdoc.tagged(rows(root, root, ""))}'
