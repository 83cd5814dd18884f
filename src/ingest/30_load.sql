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

-- All values of a load in one sorted order, dictionary by dictionary: two loads of different sources cannot deadlock.
create function hunt.prepare_load(names text[], texts text[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  dictionary text;
  month text;
begin
  for month in select distinct v.value from unnest(names, texts) v (name, value) where v.name = 'month' order by 1 loop
    perform hunt.create_event_partitions(month::date);
  end loop;
  for dictionary in select distinct v.name collate "C" from unnest(names) v (name) where v.name <> 'month' order by 1 loop
    execute format('insert into hunt.%1$I (value)
                    select distinct v.value collate "C" from unnest($1, $2) v (name, value)
                    where v.name = $3 and not exists (select from hunt.%1$I d where d.value = v.value)
                    order by 1 on conflict do nothing', 'dictionary_' || dictionary)
      using names, texts, dictionary;
  end loop;
end $$;
comment on function hunt.prepare_load(text[], text[]) is
'Creates the partitions and dictionary entries that hunt.dictionary_values() found missing for a load.';

-- Every look-up by index: this statement is planned once a session, often while the tables are still empty.
create function hunt.store_batch(source text, payloads text[], inbox boolean) returns hunt.ingest_counts
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
  set plan_cache_mode = force_generic_plan set work_mem = '64MB'
as $$
declare
  counts hunt.ingest_counts;
begin
  with batch as materialized (
    select n.*, d.content_hash as stored_hash, d.version_time as stored_version
    from hunt.normalize(store_batch.source, store_batch.payloads) n
    left join hunt.event_detail d on d.event_time = n.event_time and d.event_key = n.event_key
  ), newest as (
    select distinct on (b.event_key, b.event_time) b.*
    from batch b
    where b.reject_reason is null and b.content_hash is distinct from b.stored_hash
    order by b.event_key, b.event_time, b.version_time desc, b.content_hash desc
  ), accepted as materialized (
    select n.*, s.id as source_id, t.id as tenant_id, u.id as user_id, g.id as agent_id, a.id as action_id,
           k.id as device_event_id, p.id as application_id, m.id as mfa_method_id, c.id as key_id,
           hunt.asn_number(n.device_ip) as asn, hunt.country_iso(n.device_ip) as country
    from newest n
    left join hunt.dictionary_source s on s.value = n.source
    left join hunt.dictionary_tenant t on t.value = n.tenant
    left join hunt.dictionary_user u on u.value = n.user_username
    left join hunt.dictionary_agent g on g.value = n.http_user_agent
    left join hunt.dictionary_action a on a.value = n.action
    left join hunt.dictionary_device_event k on k.value = n.metadata_device_event_id
    left join hunt.dictionary_application p on p.value = n.application
    left join hunt.dictionary_mfa_method m on m.value = n.mfa_method
    left join hunt.dictionary_access_key c on c.value = n.access_key_id
    where n.stored_hash is null or (n.version_time, n.content_hash) > (n.stored_version, n.stored_hash)
  ), new_fact as (
    insert into hunt.event_fact (event_time, device_ip_asn_number, event_key, source_id, tenant_id, user_id, agent_id,
      action_id, device_event_id, application_id, mfa_method_id, access_key_id, success, device_ip,
      device_ip_country_code, error_code, session_id)
    select e.event_time, e.asn, e.event_key, e.source_id, e.tenant_id, e.user_id, e.agent_id, e.action_id,
      e.device_event_id, e.application_id, e.mfa_method_id, e.key_id, e.success, e.device_ip, e.country, e.error_code,
      e.session_id
    from accepted e where e.stored_hash is null
  ), new_detail as (
    insert into hunt.event_detail (event_time, event_key, version_time, content_hash, vendor_asn_number, event_id,
      user_userid, device_ip_text, target, command_line, device_hostname, device_os, device_browser, error_text,
      vendor_country_code, vendor_city, region, user_type, user_arn, user_email, effective_user, client_application,
      parent_process, parent_command_line, vendor_country_name, payload)
    select e.event_time, e.event_key, e.version_time, e.content_hash, e.vendor_asn_number, e.event_id, e.user_userid,
      e.device_ip_text, e.target, e.command_line, e.device_hostname, e.device_os, e.device_browser, e.error_text,
      e.vendor_country_code, e.vendor_city, e.region, e.user_type, e.user_arn, e.user_email, e.effective_user,
      e.client_application, e.parent_process, e.parent_command_line, e.vendor_country_name, e.payload
    from accepted e where e.stored_hash is null
  ), changed_fact as (
    update hunt.event_fact f
    set (device_ip_asn_number, user_id, agent_id, action_id, device_event_id, application_id, mfa_method_id,
         access_key_id, success, device_ip, device_ip_country_code, error_code, session_id) =
        row(e.asn, e.user_id, e.agent_id, e.action_id, e.device_event_id, e.application_id, e.mfa_method_id, e.key_id,
            e.success, e.device_ip, e.country, e.error_code, e.session_id)
    from accepted e
    where e.stored_hash is not null and f.event_time = e.event_time and f.event_key = e.event_key
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
         vendor_country_name, payload) =
        row(e.version_time, e.content_hash, e.vendor_asn_number, e.event_id, e.user_userid, e.device_ip_text, e.target,
            e.command_line, e.device_hostname, e.device_os, e.device_browser, e.error_text, e.vendor_country_code,
            e.vendor_city, e.region, e.user_type, e.user_arn, e.user_email, e.effective_user, e.client_application,
            e.parent_process, e.parent_command_line, e.vendor_country_name, e.payload)
    from accepted e
    where e.stored_hash is not null and d.event_time = e.event_time and d.event_key = e.event_key
  ), rejected as (
    insert into hunt.reject as r (source, reason, content_hash, position, times, payload)
    select store_batch.source,
           case when store_batch.inbox and b.reject_reason = 'not valid JSON' and strpos(b.payload, '\') = 0
                then b.reject_reason || '; if COPY''s text format ate its backslashes, load with (format csv, quote E''\x01'', delimiter E''\x02'')'
                else b.reject_reason end as reject_reason,
           b.content_hash, max(b.position), count(*), b.payload
    from batch b where b.reject_reason is not null
    group by b.reject_reason, b.content_hash, b.payload
    order by 3, 2
    on conflict on constraint reject_pkey do update
    set times = r.times + excluded.times, received_at = excluded.received_at, position = excluded.position
  ), per_event as (
    select count(*) as documents,
           count(distinct b.content_hash) filter (where b.content_hash is distinct from b.stored_hash) as contents,
           bool_and(b.stored_hash is null) as is_new
    from batch b where b.reject_reason is null
    group by b.event_key, b.event_time
  )
  select (select count(*) from batch),
         count(*) filter (where is_new),
         coalesce(sum(contents), 0) - count(*) filter (where is_new),
         coalesce(sum(documents), 0) - coalesce(sum(contents), 0),
         (select count(*) from batch b where b.reject_reason is not null)
  into counts
  from per_event;
  return counts;
end $$;
comment on function hunt.store_batch(text, text[], boolean) is
'Stores the events of payloads whose partitions and dictionary entries exist; the caller holds the lock of the source.';

create function hunt.ingest(source text, payload text) returns hunt.ingest_counts
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  started_at timestamptz := clock_timestamp();
  names text[];
  texts text[];
  counts hunt.ingest_counts;
begin
  if source is null or payload is null then
    return null;
  end if;
  perform hunt.begin_load(source);
  select array_agg(v.dictionary), array_agg(v.value) into names, texts
  from hunt.dictionary_values(source, array[payload]) v;
  perform hunt.prepare_load(names, texts);
  counts := hunt.store_batch(source, array[payload], false);
  perform hunt.log_load(source, 'ingest', started_at, counts);
  return counts;
end $$;
comment on function hunt.ingest(text, text) is
'Stores the events of a payload and counts what became of its documents. A known event is not stored again; what is no event goes to hunt.reject. NULL for a NULL argument. Needs the isolation level read committed; concurrent loads of one source take turns.';

create function hunt.ingest_file(source text, path text) returns hunt.ingest_counts
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return hunt.ingest(source, convert_from(pg_read_binary_file(path), 'UTF8'));
end $$;
comment on function hunt.ingest_file(text, text) is
'Does what hunt.ingest() does with a file on the server, at most 1 GB of UTF-8, for roles that may execute pg_read_binary_file.';

-- Two passes over the lines, in batches: first everything that the load needs to exist, then the events. One document a
-- line; a batch ends after 5,000 lines or 4 MB, so memory does not grow with the load. The lines are read from the inbox
-- itself, where only this statement's are visible: a transition table would write them a second time.
create function hunt.ingest_inbox() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  source text := tg_argv[0];
  started_at timestamptz := clock_timestamp();
  names text[] := '{}';
  texts text[] := '{}';
  lines text[];
  line text;
  line_count int;
  size bigint;
  value_limit bigint := 10000;
  batch hunt.ingest_counts;
  total hunt.ingest_counts := (0, 0, 0, 0, 0);
begin
  perform hunt.begin_load(source);
  for pass in 1 .. 2 loop
    lines := '{}'; line_count := 0; size := 0;
    for line in execute format('select line from %I.%I where line is not null union all select null', tg_table_schema,
                               tg_table_name) loop
      if line is not null then
        lines := lines || line; line_count := line_count + 1; size := size + octet_length(line);
        continue when line_count < 5000 and size < 4000000;
      end if;
      if pass = 1 then
        select names || array_agg(v.dictionary), texts || array_agg(v.value) into names, texts
        from hunt.dictionary_values(source, lines) v;
        -- Batches repeat each other's values; doubling keeps the work linear.
        if cardinality(names) > value_limit then
          select array_agg(v.name), array_agg(v.value), 10000 + 2 * count(*) into names, texts, value_limit
          from (select distinct u.name, u.value from unnest(names, texts) u (name, value)) v;
        end if;
      else
        batch := hunt.store_batch(source, lines, true);
        total := (total.received + batch.received, total.inserted + batch.inserted, total.updated + batch.updated,
                  total.duplicates + batch.duplicates, total.rejected + batch.rejected);
      end if;
      lines := '{}'; line_count := 0; size := 0;
    end loop;
    if pass = 1 then
      perform hunt.prepare_load(names, texts);
    end if;
  end loop;
  execute format('delete from %I.%I', tg_table_schema, tg_table_name);
  perform hunt.log_load(source, 'inbox', started_at, total);
  raise notice '%: % received, % inserted, % updated, % duplicates, % rejected', source, total.received,
    total.inserted, total.updated, total.duplicates, total.rejected;
  return null;
end $$;
comment on function hunt.ingest_inbox() is
'The trigger of the inbox tables: stores the events of the lines in it and empties the inbox.';

revoke execute on function hunt.begin_load(text), hunt.prepare_load(text[], text[]),
  hunt.store_batch(text, text[], boolean), hunt.ingest(text, text), hunt.ingest_file(text, text), hunt.ingest_inbox()
  from public;
