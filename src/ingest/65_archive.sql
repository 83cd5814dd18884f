-- ingest: a month that goes to a file instead of to nothing, and comes back from it.

-- The file has names where the tables have numbers, since names go with the last event that has them.
create function hunt.archive_columns() returns table (place bigint, table_name text, column_name name, type text, dictionary text)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select row_number() over (order by a.attrelid <> 'hunt.event_fact'::regclass, a.attnum),
         case a.attrelid when 'hunt.event_fact'::regclass then 'event_fact' else 'event_detail' end, a.attname,
         case when d.oid is null then format_type(a.atttypid, a.atttypmod) else 'text' end, d.oid::regclass::text
  from pg_attribute a
  left join pg_class d on d.oid = to_regclass('hunt.dictionary_' || substring(a.attname from '^(.*)_id$'))
  where a.attrelid in ('hunt.event_fact'::regclass, 'hunt.event_detail'::regclass) and a.attnum > 0 and not a.attisdropped
    and not (a.attrelid = 'hunt.event_detail'::regclass
             and a.attname in ('event_time', 'event_key', 'payload_time', 'payload_block', 'payload_place')) $$;
comment on function hunt.archive_columns() is
'The columns of an archived month: those of hunt.event_fact and, behind the key, of hunt.event_detail, of which payload is the payload wherever it stands; dictionary is the table whose texts stand in place of the numbers.';

create function hunt.check_rolled_up(month date) returns void
  language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  target record;
  is_unseen boolean;
begin
  for target in select r.rollup_id, r.name, r.time_column, s.stale * tstzmultirange(tstzrange(greatest(month, s.pruned_before), month + interval '1 month')) <> '{}' as is_stale
                from hunt.rollup r join hunt.rollup_state s using (rollup_id)
                where 'hunt.event_fact' = any (r.depends) and s.frozen_before < month + interval '1 month' loop
    execute format('select exists (select from hunt.event_fact e where e.event_time >= $1 and e.event_time < $2 and %s)',
                   hunt.rollup_unseen(target.rollup_id)) into is_unseen using month::timestamptz, month + interval '1 month';
    if target.is_stale or is_unseen then
      raise exception 'roll-up "%" has not taken in all events of %', target.name, to_char(month, 'YYYY-MM')
        using errcode = 'object_not_in_prerequisite_state', hint = 'call hunt.refresh_rollups() first: what it lacks would be lost to it.';
    end if;
  end loop;
end $$;
comment on function hunt.check_rolled_up(date) is
'An error if a roll-up over the events lacks some of the month that begins on this day.';

create function hunt.archive_events(month date, folder text, out file text, out events bigint)
  language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set lock_timeout = '5s' as $$
declare
  first_day date := date_trunc('month', month)::date;
  fact text := format('hunt.%I', 'event_fact' || to_char(first_day, '"_"YYYY"_"MM'));
  detail text := format('hunt.%I', 'event_detail' || to_char(first_day, '"_"YYYY"_"MM'));
  payload text := format('hunt.%I', 'event_payload' || to_char(first_day, '"_"YYYY"_"MM'));
  columns text;
  expected bigint;
begin
  if to_regclass(fact) is null then
    raise exception 'there are no events of %', to_char(first_day, 'YYYY-MM') using errcode = 'undefined_object',
      hint = 'hunt.event_months() lists the months that have events.';
  end if;
  if first_day + interval '1 month' > now() then
    raise exception 'the month % is not over', to_char(first_day, 'YYYY-MM') using errcode = 'invalid_parameter_value';
  end if;
  perform hunt.wait_for_loads();
  perform hunt.check_rolled_up(first_day);
  lock table hunt.event_fact, hunt.event_detail, hunt.event_payload in access exclusive mode;
  execute format('select (select count(*) from %s) + (select count(*) from %s d where not exists
                    (select from %1$s f where f.event_time = d.event_time and f.event_key = d.event_key))', fact, detail) into expected;
  select string_agg(case when c.dictionary is not null
                           then format('(select n.value from %s n where n.id = f.%I) as %2$I', c.dictionary, c.column_name)
                         when c.table_name = 'event_fact' then format('f.%I', c.column_name)
                         when c.column_name = 'payload'
                           then 'hunt.present_payload(d.payload_block, coalesce(d.payload, p.payloads[d.payload_place])) as payload'
                         else format('d.%I', c.column_name) end, ', ' order by c.place)
  into columns from hunt.archive_columns() c;
  -- Never the name of a file that is there: late events may make a month again.
  file := format('%s/events_%s_%s.csv', folder, to_char(first_day, 'YYYY_MM'), to_char(clock_timestamp(), 'YYYYMMDD"T"HH24MISSUS'));
  execute format('copy (select %s from %s f left join %s d on d.event_time = f.event_time and d.event_key = f.event_key
                        left join %s p on p.event_time = d.payload_time and p.block = d.payload_block) to %L with (format csv, header)',
                 columns, fact, detail, payload, file);
  get diagnostics events = row_count;
  if events <> expected then
    raise exception 'the month % was not archived: % of % events would be in the file', to_char(first_day, 'YYYY-MM'), events, expected
      using errcode = 'data_corrupted', hint = 'hunt.event_detail has rows without an event in hunt.event_fact.';
  end if;
  -- What roll-ups know of these events outlives them.
  perform hunt.freeze_rollups('hunt.event_fact', (first_day + interval '1 month') at time zone 'UTC');
  execute format('drop table %s, %s, %s', fact, detail, payload);
end $$;
comment on function hunt.archive_events(date, text) is
'Writes the events of the month of this day (UTC) to a new CSV file in a folder of the server, whole, with names in place of numbers, and drops the month: both or neither. hunt.restore_events() brings it back. For a role that may write files of the server (pg_write_server_files). Roll-ups keep what they know of the month, so they must have taken in all of it.';

-- The numbers of transactions come back too, so that rules and roll-ups take in nothing that they had seen.
create function hunt.restore_events(file text) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set client_min_messages = warning as $$
declare
  item record;
  columns text;
  joins text;
  restored bigint;
begin
  select string_agg(format('%I %s', c.column_name, c.type), ', ' order by c.place) into columns from hunt.archive_columns() c;
  execute format('create temp table restored_events (%s) on commit drop', columns);
  execute format('copy pg_temp.restored_events from %L with (format csv, header match)', file);
  for item in select c.dictionary, c.column_name from hunt.archive_columns() c where c.dictionary is not null loop
    execute format('insert into %s (value) select distinct r.%I from pg_temp.restored_events r where r.%2$I is not null on conflict do nothing',
                   item.dictionary, item.column_name);
  end loop;
  for item in execute 'select distinct timezone(''UTC'', r.event_time)::date as day from pg_temp.restored_events r' loop
    perform hunt.create_event_partitions(item.day);
  end loop;
  select string_agg(format('left join %s %I on %2$I.value = r.%I', c.dictionary, 'of_' || c.column_name, c.column_name), ' ' order by c.place)
  into joins from hunt.archive_columns() c where c.dictionary is not null;
  execute format('insert into hunt.event_fact (%s) select %s from pg_temp.restored_events r %s on conflict do nothing',
                 (select string_agg(format('%I', c.column_name), ', ' order by c.place) from hunt.archive_columns() c where c.table_name = 'event_fact'),
                 (select string_agg(case when c.dictionary is null then format('r.%I', c.column_name) else format('%I.id', 'of_' || c.column_name) end, ', ' order by c.place)
                  from hunt.archive_columns() c where c.table_name = 'event_fact'), joins);
  get diagnostics restored = row_count;
  select string_agg(format('%I', c.column_name), ', ' order by c.place) into columns from hunt.archive_columns() c where c.table_name = 'event_detail';
  execute format('insert into hunt.event_detail (event_time, event_key, %1$s) select r.event_time, r.event_key, %1$s from pg_temp.restored_events r
                  where r.version_time is not null on conflict do nothing', columns);
  drop table pg_temp.restored_events;
  return restored;
end $$;
comment on function hunt.restore_events(text) is
'Brings the events back that hunt.archive_events() wrote to this file of the server, with their names, and returns how many were missing; those that are there stay as they are. For a role that may read files of the server (pg_read_server_files).';

revoke execute on function hunt.archive_columns(), hunt.check_rolled_up(date), hunt.archive_events(date, text), hunt.restore_events(text) from public;
