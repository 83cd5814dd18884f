// CloudTrail JSON Lines into a table of DuckDB with the columns of the plain way in SQL, one thread, a file as database. Usage:
// FOLDER FILE, which appends a row of FOLDER/duckdb.tsv for each way: what, CPU seconds, elapsed seconds.
import { createRequire } from 'node:module';
import { appendFileSync, rmSync } from 'node:fs';
const [folder, file] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(`${folder}/`)('@duckdb/node-api');

const ways = {
  'DuckDB: read_json into columns, without the payload': `
    select eventTime as event_time, eventID as event_id, eventName as action, eventSource as application, userIdentity.arn as user_arn,
           sourceIPAddress as address, userAgent as agent, errorCode as error_code
    from read_json('${file}', format = 'newline_delimited', columns = {eventTime: 'timestamptz', eventID: 'varchar', eventName: 'varchar',
      eventSource: 'varchar', userIdentity: 'struct(arn varchar)', sourceIPAddress: 'varchar', userAgent: 'varchar', errorCode: 'varchar'})`,
  'DuckDB: read_json_objects and ->>, with the payload': `
    select (json ->> 'eventTime')::timestamptz as event_time, json ->> 'eventID' as event_id, json ->> 'eventName' as action,
           json ->> 'eventSource' as application, json -> 'userIdentity' ->> 'arn' as user_arn, json ->> 'sourceIPAddress' as address,
           json ->> 'userAgent' as agent, json ->> 'errorCode' as error_code, json as line
    from read_json_objects('${file}', format = 'newline_delimited')`,
};
for (const [what, query] of Object.entries(ways)) {
  const path = `${folder}/events.duckdb`;
  rmSync(path, { force: true });
  const db = await (await DuckDBInstance.create(path, { threads: '1' })).connect();
  await db.run(`set timezone = 'UTC'`);
  const cpu = process.cpuUsage(), wall = performance.now();
  await db.run(`create table event as ${query}`);
  await db.run('checkpoint');
  const spent = process.cpuUsage(cpu);
  appendFileSync(`${folder}/duckdb.tsv`, [what, (spent.user + spent.system) / 1e6, (performance.now() - wall) / 1e3].join('\t') + '\n');
  db.closeSync();
  rmSync(path, { force: true });
}
