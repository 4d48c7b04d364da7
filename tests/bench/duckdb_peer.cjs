// DuckDB as a peer: one job as JSON on standard input, its times as JSON on standard output.
//
//   {act: "load",  file, key_file?, columns, types, categories, separator, csv, table, enums, threads}
//   {act: "query", file, key_file?, sql, dimensions, times, threads}
//
// The clock stands between before the file is opened and the materialised answer; turning it into
// JavaScript's values doesn't count. With a key file the database is encrypted by DuckDB's own
// AES-GCM.
const fs = require('node:fs');
const { DuckDBInstance } = require('@duckdb/node-api');

const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
const now = () => Number(process.hrtime.bigint()) / 1e9;
const job = JSON.parse(fs.readFileSync(0, 'utf8'));

async function open(readOnly) {
  const config = { threads: String(job.threads) };
  if (!job.key_file) {
    if (readOnly) config.access_mode = 'READ_ONLY';
    const instance = await DuckDBInstance.create(job.file, config);
    return [instance, await instance.connect()];
  }
  const instance = await DuckDBInstance.create(':memory:', config);
  const connection = await instance.connect();
  // Writing needs either an extension that npm doesn't ship or the built-in cryptography, whose
  // random numbers DuckDB calls unsafe. The bytes and the speed of reading are the same.
  if (!readOnly) await connection.run('SET force_mbedtls_unsafe = true');
  const key = fs.readFileSync(job.key_file, 'utf8').trim();
  await connection.run(
    `ATTACH '${job.file}' AS sealed (ENCRYPTION_KEY '${key}'${readOnly ? ', READ_ONLY' : ''})`);
  await connection.run('USE sealed');
  return [instance, connection];
}

async function load() {
  const start = now();
  const [instance, connection] = await open(false);
  const types = Object.entries(job.columns).map(([name, type]) => `'${name}': '${type}'`).join(', ');
  const csv = `read_csv('${job.csv}', delim = '${job.separator}', header = true, ` +
    `columns = {${types}})`;
  const kept = [];
  for (const name of job.kept) {
    if (!job.enums || !job.categories.includes(name)) {
      kept.push(name);
      continue;
    }
    const codes = job.codes[name]
      ? `(${job.codes[name].map((code) => `'${code.replaceAll("'", "''")}'`).join(', ')})`
      : `(SELECT DISTINCT ${name} FROM ${csv} WHERE ${name} IS NOT NULL ORDER BY 1)`;
    await connection.run(`CREATE TYPE code_${name} AS ENUM ${codes}`);
    kept.push(`${name}::code_${name} AS ${name}`);
  }
  await connection.run(`CREATE TABLE ${job.table} AS SELECT ${kept.join(', ')} FROM ${csv}`);
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
  return { seconds: now() - start, bytes: fs.statSync(job.file).size };
}

async function query() {
  const start = now();
  const before = cpu();
  const [, connection] = await open(true);
  let result = await connection.run(job.sql);
  const answer = { first: now() - start, first_cpu: cpu() - before, later: [] };
  for (let i = 1; i < job.times; ++i) {
    const again = now();
    result = await connection.run(job.sql);
    answer.later.push(now() - again);
  }
  answer.answer = {};
  for (const row of await result.getRows()) {
    const key = row.slice(0, job.dimensions).map((text) => `${text ?? ''}|`).join('');
    answer.answer[key] = row.slice(job.dimensions).map((x) => (x === null ? null : Number(x)));
  }
  return answer;
}

(job.act === 'load' ? load() : query()).then((answer) => {
  answer.peak_memory = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(JSON.stringify(answer) + '\n');
}).catch((error) => {
  process.stderr.write(`duckdb_peer: error: ${error.message}\n`);
  process.exitCode = 70;
});
