// The hunts in DuckDB over its own columnar copy of the events, with the names as columns. Usage: load FOLDER; run FOLDER THREADS,
// which appends hunt, threads, CPU and wall seconds, rows to FOLDER/duckdb.tsv.
import { createRequire } from 'node:module';
import { appendFileSync, rmSync } from 'node:fs';
const [task, folder, threads] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(`${folder}/`)('@duckdb/node-api');
const path = `${folder}/events.duckdb`;
const tsv = (name, columns) =>
  `read_csv('${folder}/${name}.tsv', delim='\t', header=false, quote='', escape='', nullstr='\\N', columns={${columns}})`;
const idValue = `'id': 'integer', 'value': 'varchar'`;

async function load(db) {
  await db.run(`create table fact as select * from ${tsv('fact', `'event_time': 'timestamptz', 'asn': 'bigint', 'event_key': 'uuid',
    'source_id': 'integer', 'user_id': 'integer', 'agent_id': 'integer', 'action_id': 'integer', 'device_event_id': 'integer',
    'application_id': 'integer', 'mfa_method_id': 'integer', 'access_key_id': 'integer', 'success': 'boolean', 'device_ip': 'varchar',
    'country': 'varchar', 'error_code': 'varchar', 'session_id': 'varchar'`)}`);
  const names = ['source', 'user', 'action', 'device_event', 'application', 'mfa_method', 'access_key'];
  await db.run(`create table event as
    select f.event_time, ${names.map((n) => `"d_${n}".value as ${n}_name`).join(', ')}, g.value as agent, g.agent_key, g.os, f.success, f.device_ip,
           f.asn, n.organization as network, f.country, f.session_id, d.user_arn, d.device_hostname, d.command_line
    from fact f ${names.map((n) => `left join ${tsv(n, idValue)} "d_${n}" on "d_${n}".id = f.${n}_id`).join('\n')}
    left join ${tsv('agent_key', `'id': 'integer', 'value': 'varchar', 'agent_key': 'varchar', 'os': 'varchar'`)} g on g.id = f.agent_id
    left join ${tsv('network', `'number': 'bigint', 'organization': 'varchar'`)} n on n.number = f.asn
    left join ${tsv('detail', `'event_time': 'timestamptz', 'event_key': 'uuid', 'a': 'timestamptz', 'b': 'uuid', 'user_arn': 'varchar',
      'device_hostname': 'varchar', 'command_line': 'varchar'`)} d on d.event_time = f.event_time and d.event_key = f.event_key
    order by f.event_time`);
  await db.run('drop table fact');
  await db.run('checkpoint');
}

const start = `timestamptz '2026-10-05 00:00:00+00'`, end = `timestamptz '2026-11-09 00:00:00+00'`;
const judged = `timestamptz '2026-10-19 00:00:00+00'`;
const distinct = (column) => `list(distinct ${column}) filter (${column} is not null)`;
const day = `date_trunc('day', event_time)`, hour = `date_trunc('hour', event_time)`;
const signin = `source_name = 'entra_signin' and success and event_time >= ${start} and event_time < ${end}`;
const summary = 'count(*) as events, min(event_time) as first_at, max(event_time) as last_at';
const firstSeen = (value, where) => `
  with shown as (select user_name, ${value} as value, min(event_time) as first_at, max(event_time) as last_at, count(*) as events
                 from event where success is not false and user_name is not null and ${value} is not null and event_time < ${end} and ${where} group by 1, 2),
       known as (select *, min(first_at) over (partition by user_name) as since, count(*) over (partition by value) as people from shown)
  select * from known where first_at >= ${judged} and since <= first_at - interval 14 days`;
const hunts = {
  a: `select user_name, ${day} as slice, count(distinct network) as n, ${distinct('network')}, ${distinct('asn')}, ${summary} from event
      where ${signin} and network is not null group by 1, 2 having n >= 2`,
  b: `select user_name, ${day} as slice, count(distinct network) as n, count(distinct country) as c, ${distinct('network')}, ${distinct('country')}, ${summary}
      from event where ${signin} group by 1, 2 having n >= 2 and c >= 2`,
  c: `select user_name, ${day} as slice, count(distinct agent_key) as n, count(distinct os) as c, ${distinct('agent_key')}, ${distinct('os')}, ${distinct('agent')}, ${summary}
      from event where ${signin} group by 1, 2 having n >= 3 and c >= 2`,
  d: `with counted as (select user_name, ${hour} as slice, count(distinct network) as n, ${distinct('network')} as networks, ${distinct('country')} as countries, ${summary}
                       from event where ${signin} and network is not null group by 1, 2),
           judged as (select *, avg(n) over w as m, stddev_pop(n) over w as s, count(*) over w as k from counted
                      window w as (partition by user_name order by slice range between interval 90 days preceding and interval 1 hour preceding))
      select * from judged where slice >= ${judged} and k >= 24 and n >= 2 and n > m + 3 * coalesce(s, 0)`,
  e: firstSeen('network', 'true'),
  f: `select ${day} as slice, user_arn, user_name, access_key_name, agent, count(distinct device_ip) as n, ${distinct('device_ip')}, ${distinct('network')}, ${distinct('country')}, ${summary}
      from event where source_name = 'eks_audit' and event_time >= ${start} and event_time < ${end}
        and not (device_ip like '10.%' or device_ip like '192.168.%' or device_ip like '127.%' or device_ip like '169.254.%'
                 or regexp_matches(device_ip, '^(172\\.(1[6-9]|2\\d|3[01])\\.|100\\.(6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\.|0\\.|2(2[4-9]|[3-5]\\d)\\.)'))
      group by 1, 2, 3, 4, 5 having n >= 2`,
  g: `with client as (select user_name, ${hour} as slice, ${distinct('agent_key')} as clients, ${distinct('network')} as networks, count(*) as events
                      from event where source_name = 'okta' and device_event_name = 'user.authentication.sso' and success and agent is not null
                        and event_time >= ${start} and event_time < ${end} group by 1, 2)
      select c.*, b.clients as before from client c left join client b on b.user_name = c.user_name and b.slice = c.slice - interval 7 days
      where len(c.clients) >= 3 and c.slice >= ${start} + interval 7 days order by len(c.clients) desc`,
  h: firstSeen('application_name', `source_name = 'okta'`),
  'h command': firstSeen(`regexp_replace(command_line, '[0-9]+', '*', 'g')`, `command_line is not null`) + ` and value like 'kubectl%'`,
  i: `with side as (select event_time, user_name, network, country, agent_key, os, application_name, mfa_method_name, session_id,
                           mfa_method_name is not null and not contains(lower(mfa_method_name), 'password') as is_mfa
                    from event where source_name in ('okta', 'entra_signin') and success and user_name is not null and country is not null
                      and event_time >= ${start} and event_time < ${end})
      select m.*, o.* from side m join side o on o.user_name = m.user_name and o.country <> m.country and not o.is_mfa
        and o.event_time between m.event_time - interval 30 minutes and m.event_time + interval 30 minutes
      where m.is_mfa`,
  j: `select time_bucket(interval 10 minutes, event_time) as slice, access_key_name, user_name, count(distinct agent_key) as n, count(distinct network) as c,
             ${distinct('agent_key')}, ${distinct('network')}, ${distinct('country')}, ${distinct('action_name')}, ${summary}
      from event where source_name = 'cloudtrail' and access_key_name is not null and user_name is not null and event_time >= ${start} and event_time < ${end}
      group by 1, 2, 3 having n >= 2 and c >= 2`,
  k: `select user_name, regexp_replace(concat_ws(',', network, country, agent, user_name), '[0-9]+', '*', 'g') as signature, count(*) as n
      from event where source_name = 'cloudtrail' and user_name is not null and network is not null and event_time >= ${start} and event_time < ${end}
      group by 1, 2 having n < 3`,
  l: `with done as (select user_name, ${hour} as slice, action_name, application_name, count(*) as events, min(event_time) as first_at, max(event_time) as last_at,
                           ${distinct('network')} as networks
                    from event where source_name in ('cloudtrail', 'eks_audit', 'kubernetes_audit', 'okta') and user_name is not null and action_name is not null
                      and event_time < ${end} group by 1, 2, 3, 4),
           placed as (select *, row_number() over (partition by user_name, action_name, application_name order by slice) = 1 as is_new,
                             coalesce(sum(events) over (partition by action_name, application_name order by slice range between unbounded preceding and interval 1 hour preceding), 0) as everyones
                      from done),
           person as (select user_name, slice, min(slice) over w as since, coalesce(sum(events) over w, 0) as events, coalesce(sum(fresh) over w, 0) as actions
                      from (select user_name, slice, sum(events) as events, count(*) filter (is_new) as fresh from placed group by 1, 2)
                      window w as (partition by user_name order by slice rows between unbounded preceding and 1 preceding)),
           everyone as (select slice, coalesce(sum(events) over w, 0) as events, coalesce(sum(fresh) over w, 0) as actions
                        from (select slice, sum(events) as events, sum(fresh) as fresh
                              from (select slice, action_name, application_name, sum(events) as events, bool_and(everyones = 0)::integer as fresh from placed group by 1, 2, 3) group by 1)
                        window w as (order by slice rows between unbounded preceding and 1 preceding)),
           surprising as (select n.*, s.events as known_events, s.actions as known_actions,
                                 -log2(s.actions / (s.events + s.actions) * ((n.everyones + e.actions / (e.actions + 1)) / (e.events + e.actions))) as bits
                          from placed n join person s on s.user_name = n.user_name and s.slice = n.slice join everyone e on e.slice = n.slice
                          where n.slice >= ${judged} and s.since <= n.slice - interval 14 days and s.events > 0 and e.events > 0)
      select slice, user_name, sum(bits) filter (is_new) as bits, list(action_name) filter (is_new), count(*) filter (is_new) as n, sum(events), min(known_actions), min(known_events)
      from surprising group by 1, 2 having n >= 2 and sum(bits) filter (is_new) >= 12`,
};

if (task === 'load') rmSync(path, { force: true });
const db = await (await DuckDBInstance.create(path, { threads: threads ?? '2', ...(task === 'run' && { access_mode: 'READ_ONLY' }) })).connect();
await db.run(`set timezone = 'UTC'`);
if (task === 'load') await load(db);
else {
  await db.runAndReadAll('select count(*), max(hash(event)) from event');
  for (const [hunt, query] of Object.entries(hunts)) {
    const cpu = process.cpuUsage(), wall = performance.now();
    const rows = (await db.runAndReadAll(query)).currentRowCount;
    const spent = process.cpuUsage(cpu);
    appendFileSync(`${folder}/duckdb.tsv`, [hunt, threads, (spent.user + spent.system) / 1e6, (performance.now() - wall) / 1e3, rows].join('\t') + '\n');
  }
}
