import {parseArgs} from "node:util";
import {huntDays, rows, send, span} from "./query.js";

// How many findings a page shows; how many there are is counted.
const limit = 300;
const name = parseArgs({options: {hunt: {type: "string"}}}).values.hunt;
if (!/^[a-z_]+$/.test(name)) throw new Error("--hunt is the name of a hunt in hunt.dashboard_hunts()");
const s = span(huntDays);
const [found] = rows(`with found as materialized (
    select h.found_at, h.entity, h.what, h.events, h.last_at from hunt.dashboard_hunts('${s.start_at}', '${s.end_at}') h where h.hunt = '${name}'
  ), entity as (
    select f.entity, count(*) as findings, min(f.found_at) as first_at, max(f.found_at) as last_at from found f group by 1
  )
  select (select count(*) from found) as total, (select count(*) from entity) as entity_count,
    (select coalesce(json_agg(d), '[]') from (select (f.found_at at time zone 'UTC')::date as day, count(*) as findings from found f group by 1 order by 1) d) as by_day,
    (select coalesce(json_agg(e), '[]') from (select * from entity order by findings desc, last_at desc, entity limit 15) e) as entities,
    (select coalesce(json_agg(f), '[]') from (select * from found order by found_at desc, entity limit ${limit}) f) as list,
    (select obj_description(p.oid, 'pg_proc') from pg_proc p where p.pronamespace = 'hunt'::regnamespace and p.proname = '${name}') as about`);
send({...s, huntDays, ...found});
