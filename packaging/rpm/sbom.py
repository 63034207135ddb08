"""What a package bundles, for rpm (Provides), for people (licences) and for scanners (CycloneDX 1.4 in JSON)."""
import json
import re
import time
import uuid
from typing import Any, Dict, List, Sequence, Tuple

from wheels import Wheel

# SPDX expressions, read from the licences themselves: a new distribution is looked at by a person.
LICENCES = {
    'cffi': 'MIT', 'click': 'BSD-3-Clause', 'cryptography': '(Apache-2.0 OR BSD-3-Clause) AND PSF-2.0',
    'distro': 'Apache-2.0', 'httptools': 'MIT', 'importlib-metadata': 'Apache-2.0', 'jeepney': 'MIT',
    'jinja2': 'BSD-3-Clause', 'markupsafe': 'BSD-3-Clause', 'psycopg2-binary': 'LGPL-3.0-or-later',
    'pycparser': 'BSD-3-Clause', 'pyyaml': 'MIT', 'typing-extensions': 'PSF-2.0', 'zipp': 'MIT'}
# What a compiled module has within itself says so only in words such as these.
_OPENSSL = re.compile(rb'OpenSSL ([0-9]+\.[0-9]+\.[0-9]+[a-z]?)(?:-fips)? +[0-9]+ [A-Z][a-z]{2} [0-9]{4}')
_LIBRARY = re.compile(r'[^/]+\.libs/lib([^/]+?)-[0-9a-f]{8}[^/]*\.so([0-9.]*)[a-z]*$')
_SPACE = uuid.UUID('7d1c8a52-4c5e-5f0a-9d5c-6e6f64657072')      # made once, for the serial numbers


def provides(wheels: Sequence[Wheel]) -> List[str]:
    """Lines for the spec: bundled() as the guidelines of Fedora have it, of distributions and of OpenSSL."""
    lines = [f'Provides: bundled(python3dist({one.name})) = {one.version}' for one in wheels]
    found = {version for one in wheels for version in _openssl(one)}
    return lines + [f'Provides: bundled(openssl) = {version}' for version in sorted(found)]


def bom(name: str, version: str, release: str, wheels: Sequence[Wheel], moment: int) -> bytes:
    """The document. The same wheels and time give the same bytes."""
    # Two machines share a package's name, not what it bundles: the references within are made unique by order.
    components, below = [], []
    main = f'pkg:rpm/nodeprep/{name}@{version}-{release}'
    for one in wheels:
        reference = f'pkg:pypi/{one.name}@{one.version}'
        parts = _parts(one)
        components.append({
            'type': 'library', 'bom-ref': reference, 'name': one.name, 'version': one.version, 'purl': reference,
            'description': one.about.get('Summary', ''), 'hashes': [{'alg': 'SHA-256', 'content': one.sha256}],
            'licenses': [{'expression': one.about.get('License-Expression') or LICENCES[one.name]}]})
        if parts:
            components[-1]['components'] = parts
        below.append(reference)
    tree = {
        'bomFormat': 'CycloneDX', 'specVersion': '1.4', 'version': 1,
        'metadata': {
            'timestamp': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(moment)),
            'component': {'type': 'application', 'bom-ref': main, 'name': name, 'version': f'{version}-{release}',
                          'licenses': [{'license': {'id': 'Apache-2.0'}}]}},
        'components': components,
        'dependencies': [{'ref': main, 'dependsOn': below}]}
    serial = uuid.uuid5(_SPACE, json.dumps(tree, sort_keys=True))
    tree['serialNumber'] = f'urn:uuid:{serial}'
    return (json.dumps(tree, indent=1, sort_keys=True) + '\n').encode()


def _parts(wheel: Wheel) -> List[Dict[str, Any]]:
    """What a wheel has within itself: what its own SBOMs say, its libraries, its OpenSSL."""
    found: Dict[Tuple[str, str], Dict[str, Any]] = {}
    for text in wheel.parts:
        for one in json.loads(text.decode('utf-8')).get('components', []):
            part = {'type': one.get('type', 'library'), 'name': one['name'], 'version': str(one.get('version', ''))}
            if one.get('purl'):
                part['purl'] = one['purl']
            found.setdefault((part['name'], part['version']), part)
    for version in _openssl(wheel):
        found.setdefault(('openssl', version), {'type': 'library', 'name': 'openssl', 'version': version})
    names = {name for name, _ in found}
    for path in wheel.files:
        library = _LIBRARY.match(path)
        if library and 'lib' + library.group(1) not in names:
            key = ('lib' + library.group(1), library.group(2).strip('.'))
            found.setdefault(key, {'type': 'library', 'name': key[0], 'version': key[1]})
    return [part for _, part in sorted(found.items())]


def _openssl(wheel: Wheel) -> List[str]:
    texts = [data for name, data in wheel.files.items() if '.so' in name]
    return sorted({one.decode() for data in texts for one in _OPENSSL.findall(data)})
