// Runs each statement of standard input (JSON: a list of texts) in DuckDB, and writes their rows as JSON.
// usage: node duckdb.mjs NODE_MODULES
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const { DuckDBInstance } = createRequire(process.argv[2] + '/')('@duckdb/node-api');
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const all = [];
for (const statement of JSON.parse(readFileSync(0, 'utf8')))
    all.push((await connection.runAndReadAll(statement)).getRowObjectsJson());
console.log(JSON.stringify(all));
