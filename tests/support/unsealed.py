"""Histories as version 1.0.0 wrote them: the same tables and rows in pages without checksums. They are read, and what is changed in
them by SQL is told by whoever reads it, and not by the page that it stands in."""
import os, sqlite3


def unseal(path, to=None):
    """The history becomes one of version 1, or `to` does."""
    source = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    new = f'{path}.unsealed'
    if os.path.exists(new):
        os.unlink(new)
    target = sqlite3.connect(new)
    for (statement,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'index'"):
        target.execute(statement)
    for table in ('meta', 'run', 'item', 'undo'):
        for row in source.execute(f'SELECT * FROM {table}'):
            target.execute(f'INSERT INTO {table} VALUES({", ".join("?" * len(row))})', row)
    target.execute('PRAGMA application_id = 1114402663')
    target.execute('PRAGMA user_version = 1')
    target.commit()
    target.close()
    source.close()
    os.chmod(new, 0o600)
    os.replace(new, to or path)
