-- ingest: events that are too old go, events that are stored are enriched again.

create function hunt.wait_for_loads() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  source text;
begin
  for source in select d.value from hunt.dictionary_source d order by d.value loop
    perform hunt.begin_load(source);
  end loop;
end $$;
comment on function hunt.wait_for_loads() is
'Waits until no load runs; loads then wait for this transaction. Needs the isolation level read committed.';

-- Loads wait meanwhile, so none of them meets this in a deadlock; queries that hold the month are waited for a little.
create function hunt.drop_event_month(month date) returns boolean
  language plpgsql set search_path = pg_catalog, pg_temp set lock_timeout = '5s' as $$
begin
  perform hunt.wait_for_loads();
  lock table hunt.event_fact, hunt.event_detail, hunt.event_payload in access exclusive mode;
  execute format('drop table if exists hunt.%I, hunt.%I, hunt.%I', 'event_fact' || to_char(month, '"_"YYYY"_"MM'),
                 'event_detail' || to_char(month, '"_"YYYY"_"MM'), 'event_payload' || to_char(month, '"_"YYYY"_"MM'));
  return true;
exception when lock_not_available then
  raise notice 'the events of % stay: a load or a query holds them for longer than 5 s', to_char(month, 'YYYY-MM')
    using hint = 'The next call of hunt.drop_events_before() drops them.';
  return false;
end $$;
comment on function hunt.drop_event_month(date) is
'Drops the partitions of the month that begins on this day; false, with a notice, if others hold them for longer than 5 s.';

create function hunt.delete_events(start_at timestamptz, end_at timestamptz) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  deleted bigint;
  removed bigint;
begin
  with gone as (
    delete from hunt.event_detail d where d.event_time >= start_at and d.event_time < end_at
    returning d.payload_time, d.payload_block, d.payload_place
  )
  select hunt.remove_payloads(array_agg(g.payload_time), array_agg(g.payload_block), array_agg(g.payload_place))
  into removed from gone g;
  delete from hunt.event_fact f where f.event_time >= start_at and f.event_time < end_at;
  get diagnostics deleted = row_count;
  return deleted;
end $$;
comment on function hunt.delete_events(timestamptz, timestamptz) is
'Deletes the events from start_at to before end_at and returns their number.';

-- Each name is one look-up in the index of each month; loads wait, since one of them may be about to use a name.
create function hunt.delete_unused_names() returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare
  users bigint;
  keys bigint;
begin
  perform hunt.wait_for_loads();
  delete from hunt.dictionary_user d where not exists (select from hunt.event_fact f where f.user_id = d.id)
    and d.id not in (select hunt.rollup_ids('user_id'));
  get diagnostics users = row_count;
  delete from hunt.dictionary_access_key d where not exists (select from hunt.event_fact f where f.access_key_id = d.id)
    and d.id not in (select hunt.rollup_ids('access_key_id'));
  get diagnostics keys = row_count;
  return users + keys;
end $$;
comment on function hunt.delete_unused_names() is
'Deletes the users and access keys that no event and no roll-up has any more from their dictionaries and returns their number.';

create function hunt.delete_old_records(before timestamptz) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  deleted bigint;
begin
  delete from hunt.reject r where r.received_at < before;
  get diagnostics deleted = row_count;
  -- The last load that brought something new says since when a source is silent.
  delete from hunt.ingest_log l
  where l.started_at < before
    and l.id <> all (select n.id from hunt.dictionary_source s, lateral (
                       select n.id from hunt.ingest_log n where n.source = s.value and n.inserted + n.updated > 0
                       order by n.started_at desc limit 1) n);
  return deleted;
end $$;
comment on function hunt.delete_old_records(timestamptz) is
'Deletes what was rejected or logged before this time, but for the last load of a source that brought new events; the number of rejected documents.';

-- Commits as it goes, so it sets nothing and names everything.
create procedure hunt.drop_events_before(before timestamptz, inout months_dropped bigint default null,
  inout events_deleted bigint default null, inout rejects_deleted bigint default null, inout names_deleted bigint default null)
  language plpgsql as $$
declare
  day timestamptz;
  month pg_catalog.date;
begin
  if before is null or before operator(pg_catalog.>) pg_catalog.now() then
    raise exception 'events are dropped before a time in the past, not before "%"', before
      using errcode = 'invalid_parameter_value', hint = 'For instance: call hunt.drop_events_before(now() - interval ''180 days'').';
  end if;
  -- What roll-ups know of these events outlives them.
  perform hunt.freeze_rollups('hunt.event_fact', before);
  commit;
  months_dropped := 0; events_deleted := 0;
  for month in select m.month from hunt.event_months() m (month)
               where m.month operator(pg_catalog.<) pg_catalog.timezone('UTC', before) loop
    day := pg_catalog.timezone('UTC', month::pg_catalog.timestamp);
    if day operator(pg_catalog.+) interval '1 month' operator(pg_catalog.<=) before then
      months_dropped := months_dropped operator(pg_catalog.+) hunt.drop_event_month(month)::pg_catalog.int4;
      commit;
    else
      while day operator(pg_catalog.<) before loop
        events_deleted := events_deleted operator(pg_catalog.+)
          hunt.delete_events(day, least(before, day operator(pg_catalog.+) interval '24 hours'));
        day := day operator(pg_catalog.+) interval '24 hours';
        commit;
      end loop;
    end if;
  end loop;
  rejects_deleted := hunt.delete_old_records(before);
  names_deleted := hunt.delete_unused_names();
end $$;
comment on procedure hunt.drop_events_before(timestamptz, bigint, bigint, bigint, bigint) is
'Drops the months that end before this time and deletes the older events of the month that holds it, older rejected documents and rows of the ingest log, and the users and access keys that are left without events. Commits as it goes, so it cannot run in a transaction; can be repeated at any time.';

create function hunt.enrich_again(start_at timestamptz, end_at timestamptz) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  changed bigint;
begin
  -- The address is compared once more: a load may correct it meanwhile, and has then looked it up itself.
  update hunt.event_fact f
  set device_ip_asn_number = n.asn, device_ip_country_code = n.country
  from (select e.event_time, e.event_key, e.device_ip, hunt.asn_number(e.device_ip) as asn, hunt.country_iso(e.device_ip) as country
        from hunt.event_fact e
        where e.event_time >= start_at and e.event_time < end_at
        offset 0) n
  where f.event_time = n.event_time and f.event_key = n.event_key and f.device_ip is not distinct from n.device_ip
    and f.event_time >= start_at and f.event_time < end_at
    and (f.device_ip_asn_number is distinct from n.asn or f.device_ip_country_code is distinct from n.country);
  get diagnostics changed = row_count;
  return changed;
end $$;
comment on function hunt.enrich_again(timestamptz, timestamptz) is
'Looks up network and country of the events from start_at to before end_at again; the number of events that changed.';

create procedure hunt.re_enrich(start_at timestamptz, end_at timestamptz, inout changed bigint default null)
  language plpgsql as $$
declare
  month pg_catalog.date;
  day timestamptz;
  next_month timestamptz;
begin
  if start_at is null or end_at is null then
    raise exception 're_enrich() needs both times' using errcode = 'null_value_not_allowed',
      hint = 'All events: call hunt.re_enrich(''-infinity'', ''infinity'').';
  end if;
  changed := 0;
  -- Loads that began before the IP database changed end first; those that come use the new one.
  perform hunt.wait_for_loads();
  commit;
  for month in select m.month from hunt.event_months() m (month) loop
    day := pg_catalog.timezone('UTC', month::pg_catalog.timestamp);
    next_month := pg_catalog.timezone('UTC', month operator(pg_catalog.+) interval '1 month');
    while day operator(pg_catalog.<) next_month loop
      if day operator(pg_catalog.+) interval '24 hours' operator(pg_catalog.>) start_at and day operator(pg_catalog.<) end_at then
        changed := changed operator(pg_catalog.+)
          hunt.enrich_again(greatest(day, start_at), least(day operator(pg_catalog.+) interval '24 hours', end_at));
        commit;
      end if;
      day := day operator(pg_catalog.+) interval '24 hours';
    end loop;
  end loop;
end $$;
comment on procedure hunt.re_enrich(timestamptz, timestamptz, bigint) is
'Looks up network and country of the stored events from start_at to before end_at again, after another IP database was loaded, and counts the events that changed. Commits after each day, so it cannot run in a transaction; it can be stopped and repeated.';

revoke execute on function hunt.wait_for_loads(), hunt.drop_event_month(date),
  hunt.delete_events(timestamptz, timestamptz), hunt.delete_unused_names(), hunt.delete_old_records(timestamptz),
  hunt.enrich_again(timestamptz, timestamptz) from public;
revoke execute on procedure hunt.drop_events_before(timestamptz, bigint, bigint, bigint, bigint),
  hunt.re_enrich(timestamptz, timestamptz, bigint) from public;
