-- ingest: loading payloads.

create type hunt.ingest_counts as (received bigint, inserted bigint, updated bigint, duplicates bigint, rejected bigint);
comment on type hunt.ingest_counts is
'What became of the documents of a load: received is the sum of the other four. updated: known events that came with other content, of which the newest is kept; duplicates: documents known byte for byte.';

-- Loads of one source take turns, so that each sees what the one before stored.
create function hunt.begin_load(source text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'loading events needs the isolation level "read committed", not "%"',
      current_setting('transaction_isolation')
      using errcode = 'feature_not_supported',
            hint = 'A load must see what the load before it committed while it waited.';
  end if;
  perform pg_advisory_xact_lock(hashtext('session_hunt.ingest'), hashtext(source));
end $$;
comment on function hunt.begin_load(text) is
'Waits for other loads of the source until they end; an error (0A000) at an isolation level above read committed.';

-- Loads that add partitions or dictionary values take turns from there on: two that add the same values in different orders
-- would end in a deadlock.
create function hunt.begin_additions() returns void
  language sql as $$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('session_hunt.additions'), 0) $$;
comment on function hunt.begin_additions() is
'Waits for other loads that have added partitions or dictionary values until they end.';

create function hunt.add_month(month date) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  suffix text := to_char(month, '"_"YYYY"_"MM');
begin
  if to_regclass('hunt.event_fact' || suffix) is null or to_regclass('hunt.event_detail' || suffix) is null
     or to_regclass('hunt.event_payload' || suffix) is null then
    perform hunt.begin_additions();
    perform hunt.create_event_partitions(month);
  end if;
end $$;
comment on function hunt.add_month(date) is 'Creates the partitions of the month of this day for a load if they are missing.';

create function hunt.dictionary_ids(dictionary text, texts text[]) returns integer[]
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  look_up text := format('select array_agg(d.id order by t.n) from unnest($1) with ordinality t (value, n)
                          left join hunt.%I d on d.value = t.value collate "C"', 'dictionary_' || dictionary);
  ids integer[];
begin
  execute look_up into ids using texts;
  if array_position(ids, null) is not null then
    perform hunt.begin_additions();
    execute format('insert into hunt.%1$I (value)
                    select distinct t.value collate "C" from unnest($1) t (value)
                    where not exists (select from hunt.%1$I d where d.value = t.value)
                    order by 1 on conflict do nothing', 'dictionary_' || dictionary)
      using texts;
    execute look_up into ids using texts;
  end if;
  return ids;
end $$;
comment on function hunt.dictionary_ids(text, text[]) is
'The ids of texts in a dictionary ("user" for hunt.dictionary_user), in their order; texts that it does not have are added.';

create function hunt.remove_payloads(times timestamptz[], blocks bigint[], places smallint[]) returns bigint
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
as $$
declare
  changed bigint;
  emptied bigint;
begin
  with gone as materialized (
    select g.payload_time, g.block, array_agg(g.place) as places
    from unnest(times, blocks, places) g (payload_time, block, place) where g.block is not null group by 1, 2
  ), rest as materialized (
    select p.event_time, p.block,
           array(select case when n.place <> all (g.places) then n.payload end
                 from unnest(p.payloads) with ordinality n (payload, place) order by n.place) as payloads
    from gone g join hunt.event_payload p on p.event_time = g.payload_time and p.block = g.block
  ), emptied as (
    delete from hunt.event_payload p using rest r
    where p.event_time = r.event_time and p.block = r.block and cardinality(array_remove(r.payloads, null)) = 0
    returning 1
  ), changed as (
    update hunt.event_payload p set payloads = r.payloads from rest r
    where p.event_time = r.event_time and p.block = r.block and cardinality(array_remove(r.payloads, null)) > 0
    returning 1
  )
  select (select count(*) from emptied), (select count(*) from changed) into emptied, changed;
  return emptied + changed;
end $$;
comment on function hunt.remove_payloads(timestamptz[], bigint[], smallint[]) is
'Takes payloads that no event has any more out of their blocks, which go with the last; NULLs are ignored. The number of blocks.';

create function hunt.update_events(events hunt.event_row[]) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
as $$
declare
  removed bigint;
begin
  with accepted as materialized (
    select n.*, u.id as user_id, g.id as agent_id, a.id as action_id, k.id as device_event_id, p.id as application_id,
           m.id as mfa_method_id, c.id as key_id,
           hunt.asn_number(n.device_ip) as asn, hunt.country_iso(n.device_ip) as country
    from unnest(events) n
    left join hunt.dictionary_user u on u.value = n.user_username
    left join hunt.dictionary_agent g on g.value = n.http_user_agent
    left join hunt.dictionary_action a on a.value = n.action
    left join hunt.dictionary_device_event k on k.value = n.metadata_device_event_id
    left join hunt.dictionary_application p on p.value = n.application
    left join hunt.dictionary_mfa_method m on m.value = n.mfa_method
    left join hunt.dictionary_access_key c on c.value = n.access_key_id
  ), changed_fact as (
    update hunt.event_fact f
    set (device_ip_asn_number, user_id, agent_id, action_id, device_event_id, application_id, mfa_method_id,
         access_key_id, success, device_ip, device_ip_country_code, error_code, session_id) =
        row(e.asn, e.user_id, e.agent_id, e.action_id, e.device_event_id, e.application_id, e.mfa_method_id, e.key_id,
            e.success, e.device_ip, e.country, e.error_code, e.session_id)
    from accepted e
    where f.event_time = e.event_time and f.event_key = e.event_key
      and (f.device_ip_asn_number, f.user_id, f.agent_id, f.action_id, f.device_event_id, f.application_id,
           f.mfa_method_id, f.access_key_id, f.success, f.device_ip, f.device_ip_country_code, f.error_code,
           f.session_id)
          is distinct from
          (e.asn, e.user_id, e.agent_id, e.action_id, e.device_event_id, e.application_id, e.mfa_method_id, e.key_id,
           e.success, e.device_ip, e.country, e.error_code, e.session_id)
  ), changed_detail as (
    update hunt.event_detail d
    set (version_time, content_hash, vendor_asn_number, event_id, user_userid, device_ip_text, target, command_line,
         device_hostname, device_os, device_browser, error_text, vendor_country_code, vendor_city, region,
         user_type, user_arn, user_email, effective_user, client_application, parent_process, parent_command_line,
         vendor_country_name, payload, payload_time, payload_block, payload_place) =
        row(e.version_time, e.content_hash, e.vendor_asn_number, e.event_id, e.user_userid, e.device_ip_text, e.target,
            e.command_line, e.device_hostname, e.device_os, e.device_browser, e.error_text, e.vendor_country_code,
            e.vendor_city, e.region, e.user_type, e.user_arn, e.user_email, e.effective_user, e.client_application,
            e.parent_process, e.parent_command_line, e.vendor_country_name, e.payload, null, null, null)
    from accepted e
    join hunt.event_detail before on before.event_time = e.event_time and before.event_key = e.event_key
    where d.event_time = e.event_time and d.event_key = e.event_key
    returning before.payload_time, before.payload_block, before.payload_place
  )
  select hunt.remove_payloads(array_agg(c.payload_time), array_agg(c.payload_block), array_agg(c.payload_place))
  into removed from changed_detail c;
end $$;
comment on function hunt.update_events(hunt.event_row[]) is
'Replaces stored events by newer versions, whose dictionary values exist. An event that a load updates keeps its ingest_xid.';

create function hunt.store_rejects(source text, inbox boolean, reasons text[], hashes uuid[], positions bigint[],
                                   payloads text[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into hunt.reject as r (source, reason, content_hash, position, times, payload)
  select store_rejects.source,
         case when inbox and b.reason = 'not valid JSON' and strpos(b.payload, '\') = 0
              then b.reason || '; if COPY''s text format ate its backslashes, load with (format csv, quote E''\x01'', delimiter E''\x02'')'
              else b.reason end,
         b.content_hash, max(b.position), count(*), b.payload
  from unnest(reasons, hashes, positions, payloads) b (reason, content_hash, position, payload)
  group by b.reason, b.content_hash, b.payload
  order by 3, 2
  on conflict on constraint reject_pkey do update
  set times = r.times + excluded.times, received_at = excluded.received_at, position = excluded.position;
end $$;
comment on function hunt.store_rejects(text, boolean, text[], uuid[], bigint[], text[]) is
'Stores refused documents, or counts them where they are known. inbox: they came through an inbox table.';

create function hunt.ingest(source text, payload text) returns hunt.ingest_counts
  language c strict cost 10000 as 'MODULE_PATHNAME', 'ingest';
comment on function hunt.ingest(text, text) is
'Stores the events of a payload and counts what became of its documents. A known event is not stored again; what is no event goes to hunt.reject. NULL for a NULL argument. Needs the isolation level read committed; concurrent loads of one source take turns.';

create function hunt.ingest_file(source text, path text) returns hunt.ingest_counts
  language c strict cost 1000000 as 'MODULE_PATHNAME', 'ingest_file';
comment on function hunt.ingest_file(text, text) is
'Does what hunt.ingest() does with a file on the server, of any size, plain or compressed by gzip, for roles that may execute pg_read_binary_file(text, bigint, bigint). A NOTICE every ten seconds says how far it is.';

create function hunt.store_payloads(source text, payloads text[]) returns hunt.ingest_counts
  language c strict cost 100000 as 'MODULE_PATHNAME', 'store_payloads';
comment on function hunt.store_payloads(text, text[]) is
'Does what hunt.ingest() does with several payloads, as a part of a load that the caller logs.';

create function hunt.ingest_inbox() returns trigger
  language c as 'MODULE_PATHNAME', 'ingest_inbox';
comment on function hunt.ingest_inbox() is
'The triggers of the inbox tables: they store the events of the inserted lines instead of the lines.';

revoke execute on function hunt.begin_load(text), hunt.begin_additions(), hunt.add_month(date),
  hunt.dictionary_ids(text, text[]), hunt.remove_payloads(timestamptz[], bigint[], smallint[]), hunt.update_events(hunt.event_row[]),
  hunt.store_rejects(text, boolean, text[], uuid[], bigint[], text[]), hunt.ingest(text, text), hunt.store_payloads(text, text[]),
  hunt.ingest_file(text, text), hunt.ingest_inbox() from public;
