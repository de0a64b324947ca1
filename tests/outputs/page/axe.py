"""The page under axe-core, in the light and in the dark, all of it unfolded: no violation. See tests/outputs/page.sh.
usage: axe.py PAGE..."""
import html, json, os, re, shutil, subprocess, sys, tempfile

SCHEMES = {'dark': 0, 'light': 1}
browser = next((b for b in ('chromium', 'chromium-browser', 'google-chrome') if shutil.which(b)), None)
places = [os.environ.get('AXE_CORE', ''), 'build/npm/node_modules/axe-core/axe.min.js']
axe = next((place for place in places if place and os.path.exists(place)), None)
if not browser or not axe:
    print('page: not seen by axe-core, which takes chromium and scripts/setup-npm')
    sys.exit(0)
RUN = '''axe.run(document).then(r => document.documentElement.setAttribute('data-axe', JSON.stringify(
    {rules: r.passes.length, violations: r.violations.map(v => [v.id, v.nodes[0].html, v.nodes[0].failureSummary])})))'''
with open(axe, encoding='utf-8') as file:
    axe = file.read().replace('</script', '<\\/script')


def look(page, scheme, work):
    """The policy of the page would keep axe out, too."""
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', '', page).replace('<details>', '<details open>')
    with open(f'{work}/page.html', 'w', encoding='utf-8') as file:
        file.write(page.replace('</body>', f'<script>{axe}</script><script>{RUN}</script></body>'))
    done = subprocess.run([browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', f'--user-data-dir={work}/browser',
                           f'--blink-settings=preferredColorScheme={SCHEMES[scheme]}', '--window-size=1200,1000',
                           '--virtual-time-budget=30000', '--dump-dom', f'file://{work}/page.html'], capture_output=True, timeout=180)
    found = re.search(r'data-axe="([^"]*)"', done.stdout.decode('utf-8', 'replace'))
    return json.loads(html.unescape(found[1])) if found else None


def main():
    faults = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        # that it finds anything, and sees the dark: grey on black is no fault on white
        probe = ('<!doctype html><html lang="en"><head><title>x</title><style>p{color:#555;background:#fff}'
                 '@media (prefers-color-scheme:dark){p{background:#000}}</style></head><body><main><h1>words</h1><p>some words</p></main></body></html>')
        seen = [look(probe, scheme, work) for scheme in ('light', 'dark')]
        if not all(seen):
            print(f'page: {browser} does not run here, so axe-core does not either')
            return 0
        if seen[0]['violations'] or 'color-contrast' not in [v[0] for v in seen[1]['violations']]:
            print(f'page: axe-core does not tell light from dark: {seen}')
            faults += 1
        for path in sys.argv[1:]:
            with open(path, encoding='utf-8') as file:
                page = file.read()
            for scheme in SCHEMES:
                result = look(page, scheme, work)
                if not result or result['violations'] or result['rules'] < 20:
                    print(f'page: axe-core, {scheme}: {path}: {result}')
                    faults += 1
    print(f'page: {len(sys.argv) - 1} pages under axe-core in {len(SCHEMES)} schemes; {faults} faults')
    return faults > 0


sys.exit(main())
