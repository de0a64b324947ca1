#!/usr/bin/env python3
"""bouncelog.cdx.json names what the program loads, all of it and no more, in the versions that are
here, and is what a reader of CycloneDX expects."""
import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

program = Path(os.environ['BOUNCELOG'])
bom = json.loads((program.parent / 'bouncelog.cdx.json').read_text(encoding='utf-8'))
SCHEMAS = Path('build/npm/node_modules/@cyclonedx/cyclonedx-library/res/schema')
# Where a version is asked for, beside the one that the build found.
PKG_CONFIG = {'pcre2': 'libpcre2-8', 'cjson': 'libcjson', 'libyaml': 'yaml-0.1', 'nettle': 'nettle', 'libidn2': 'libidn2', 'sqlite': 'sqlite3',
              'libpsl': 'libpsl', 'xxhash': 'libxxhash', 'isa-l': 'libisal', 'zlib': 'zlib', 'zstd': 'libzstd', 'xz': 'liblzma',
              'gmime': 'gmime-3.0', 'glib': 'glib-2.0', 'gobject': 'glib-2.0'}
# How bouncelog --version calls them.
SAYS = {'pcre2': 'PCRE2', 'sqlite': 'SQLite', 'isa-l': 'ISA-L', 'zstd': 'zstd', 'xz': 'xz', 'bzip2': 'bzip2', 'gmime': 'GMime'}
faults = 0


def same(what, got, wanted):
    global faults
    if got != wanted:
        print(f'sbom: {what}: {got}, expected {wanted}')
        faults += 1


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def libraries():
    return {component['name']: component['properties'][0]['value'] for component in bom['components']}


def check_libraries():
    """Loaded are those that the linker noted; the runtime of a compiler (sanitizers) is not ours."""
    needed = re.findall(r'\(NEEDED\).*\[(.*?)\.so', output('readelf', '-d', str(program)))
    needed = {name for name in needed if name not in ('libm', 'libasan', 'libubsan', 'libtsan', 'libgcc_s', 'ld-linux-x86-64')}
    same('libraries', {library for library in libraries().values() if library != 'compiled in'}, needed)


def check_versions():
    versions = {component['name']: component['version'] for component in bom['components']}
    same('versions', {name: version for name, version in versions.items() if name in PKG_CONFIG},
         {name: output('pkg-config', '--modversion', PKG_CONFIG[name]).strip() for name in versions if name in PKG_CONFIG})
    said = output(str(program), '--version')
    same('the version of bouncelog', bom['metadata']['component']['version'], said.split()[1])
    for name, word in SAYS.items():
        if name in versions:
            found = re.search(rf'{word} (\d[\d.]*)', said)
            same(f'{name} in --version', found.group(1) if found else None, versions[name])
    same('the C library', versions.get('glibc'), os.confstr('CS_GNU_LIBC_VERSION').split()[-1])


def check_references():
    names = sorted(component['bom-ref'] for component in bom['components'])
    same('dependencies', {row['ref']: sorted(row['dependsOn']) for row in bom['dependencies']}, {'bouncelog': names})
    same('names that stand twice', len(names) - len(set(names)), 0)


def check_schema():
    global faults
    if not SCHEMAS.exists():
        print("sbom: CycloneDX's schema is not here, so nobody has looked at it with that (scripts/setup-npm)")
        return
    warnings.simplefilter('ignore', DeprecationWarning)  # Debian 12 has no other resolver yet
    import jsonschema
    parts = {name: json.loads((SCHEMAS / f'{name}.SNAPSHOT.schema.json').read_text(encoding='utf-8'))
             for name in ('bom-1.5', 'spdx', 'jsf-0.82')}
    schema = parts['bom-1.5']
    store = {part['$id']: part for part in parts.values()}
    validator = jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(schema['$id'], schema, store=store))
    for error in validator.iter_errors(bom):
        print(f'sbom: /{"/".join(map(str, error.path))}: {error.message}')
        faults += 1
    if not list(validator.iter_errors({**bom, 'specVersion': 1})):
        print('sbom: the schema takes anything')
        faults += 1
    # Expressions are free text to the schema: each word of one must be known.
    known = set(parts['spdx']['enum'])
    for row in [bom['metadata']['component'], *bom['components']]:
        for licence in row['licenses']:
            same(f"{row['name']}: licences nobody knows", set(re.split(r' (?:AND|OR|WITH) ', licence.get('expression', 'MIT'))) - known, set())


check_libraries()
check_versions()
check_references()
check_schema()
sys.exit(1 if faults else 0)
