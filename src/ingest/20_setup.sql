-- ingest: the tables that hold events. They are created by the user, not by the extension's script, so that they are his:
-- DROP EXTENSION refuses while they exist instead of deleting logs.

create function hunt.create_dictionaries() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
  dictionary text;
begin
  foreach dictionary in array array['source', 'tenant', 'user', 'agent', 'action', 'device_event', 'application',
                                    'mfa_method', 'access_key'] loop
    execute format('create table if not exists hunt.%I (
                      id integer generated always as identity primary key,
                      value text collate "C" not null unique)', 'dictionary_' || dictionary);
    execute format('comment on table hunt.%I is %L', 'dictionary_' || dictionary,
                   'The texts of hunt.event that stand as ' || dictionary || '_id in hunt.event_fact.');
  end loop;
  -- Computed once for each agent, not for each event.
  alter table hunt.dictionary_agent
    add column if not exists agent_key text collate "C" generated always as (hunt.agent_key(value)) stored,
    add column if not exists os text collate "C" generated always as ((hunt.user_agent(value)).os) stored;
  alter table hunt.dictionary_source add column if not exists vendor text, add column if not exists product text;
  insert into hunt.dictionary_source (value, vendor, product)
  select s.source, s.vendor, s.product from hunt.sources() s
  where not exists (select from hunt.dictionary_source d where d.value = s.source)
  order by s.source;
end $$;
comment on function hunt.create_dictionaries() is
'Creates the dictionary tables of hunt.setup() that are missing and registers the known sources.';

create function hunt.create_event_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  -- Eight-byte columns, then four, then one, then those of varying length: no padding.
  create table if not exists hunt.event_fact (
    event_time timestamptz not null,
    device_ip_asn_number bigint,
    ingest_xid xid8 not null default pg_current_xact_id(),
    event_key uuid not null,
    ingest_epoch integer not null default hunt.current_epoch(),
    source_id integer not null,
    tenant_id integer,
    user_id integer,
    agent_id integer,
    action_id integer,
    device_event_id integer,
    application_id integer,
    mfa_method_id integer,
    access_key_id integer,
    success boolean,
    device_ip inet,
    device_ip_country_code text collate "C",
    error_code text collate "C",
    session_id text collate "C",
    unique (event_time, event_key)
  ) partition by range (event_time);
  create index if not exists event_fact_ingest on hunt.event_fact (ingest_epoch, ingest_xid);
  create or replace trigger set_ingest_columns before insert on hunt.event_fact
    for each row execute function hunt.set_ingest_columns();
  alter table hunt.event_fact enable replica trigger set_ingest_columns;
  create index if not exists event_fact_user on hunt.event_fact (user_id, event_time) where user_id is not null;
  create index if not exists event_fact_access_key on hunt.event_fact (access_key_id, event_time)
    where access_key_id is not null;
  comment on table hunt.event_fact is
    'Events, one narrow row each: what hunts scan and group. hunt.event is its readable form.';

  create table if not exists hunt.event_detail (
    event_time timestamptz not null,
    event_key uuid not null,
    version_time timestamptz not null,
    content_hash uuid not null,
    vendor_asn_number bigint,
    payload_time timestamptz,
    payload_block bigint,
    payload_place smallint,
    event_id text,
    user_userid text,
    device_ip_text text,
    target text,
    command_line text,
    device_hostname text,
    device_os text,
    device_browser text,
    error_text text,
    vendor_country_code text,
    vendor_city text,
    region text,
    user_type text,
    user_arn text,
    user_email text,
    effective_user text,
    client_application text,
    parent_process text,
    parent_command_line text,
    vendor_country_name text,
    payload text,
    primary key (event_time, event_key),
    constraint event_detail_has_payload check ((payload is null) <> (payload_block is null))
  ) partition by range (event_time);
  comment on table hunt.event_detail is
    'Of each event what is read only when somebody looks at it: the columns that no hunt scans, and the payload as received or where it stands in hunt.event_payload.';

  create table if not exists hunt.event_payload (
    event_time timestamptz not null,
    block bigint not null,
    payloads text[] not null,
    primary key (event_time, block)
  ) partition by range (event_time);
  comment on table hunt.event_payload is
    'Payloads as received of events that were loaded together, which compress well together. event_time is that of the first; hunt.event_detail has block and place of each event.';

  create table if not exists hunt.reject (
    source text not null,
    reason text not null,
    content_hash uuid not null,
    received_at timestamptz not null default now(),
    position bigint,
    times bigint not null default 1,
    payload text not null,
    primary key (source, content_hash, reason)
  );
  comment on table hunt.reject is
    'Documents that were received but are no events of their source, with the reason, the last position (line of the payload, or row of the inbox batch) and the number of times received. received_at is the last time.';
  -- Beside the other columns as long as a page holds them: loads compress payloads themselves.
  alter table hunt.event_detail alter column payload set storage main;
  alter table hunt.event_payload alter column payloads set storage main;
  begin
    alter table hunt.event_detail alter column payload set compression lz4;
    alter table hunt.event_payload alter column payloads set compression lz4;
  exception when feature_not_supported then
    null;  -- a server built without lz4 compresses with pglz
  end;
end $$;
comment on function hunt.create_event_tables() is 'Creates the event and reject tables of hunt.setup() that are missing.';

create function hunt.create_inboxes() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
  source text;
  inbox text;
begin
  for source in select s.source from hunt.sources() s loop
    inbox := 'inbox_' || source;
    execute format('create unlogged table if not exists hunt.%I (line text)', inbox);
    execute format('create or replace trigger ingest_begin before insert on hunt.%I
                      for each statement execute function hunt.ingest_inbox(%L)', inbox, source);
    execute format('create or replace trigger ingest before insert on hunt.%I
                      for each row execute function hunt.ingest_inbox(%L)', inbox, source);
    execute format('create or replace trigger ingest_end after insert on hunt.%I
                      for each statement execute function hunt.ingest_inbox(%L)', inbox, source);
    execute format('comment on table hunt.%I is %L', inbox,
                   'COPY log lines of ' || source || ' into this table with (format csv, quote E''\x01'', delimiter E''\x02''): they become events, and the table stays empty.');
  end loop;
end $$;
comment on function hunt.create_inboxes() is 'Creates the inbox tables of hunt.setup() that are missing.';

create function hunt.present_payload(block bigint, payload text) returns text
  language c immutable parallel safe cost 1 as 'MODULE_PATHNAME', 'present_payload';
comment on function hunt.present_payload(bigint, text) is
'The payload that was found for an event; an error (XX001) if none was although the event has one in this block.';

create function hunt.payload_text(event_time timestamptz, event_key uuid) returns text
  language sql stable parallel safe as $$
  select hunt.present_payload(d.payload_block, coalesce(d.payload,
    (select p.payloads[d.payload_place] from hunt.event_payload p
     where p.event_time operator(pg_catalog.=) d.payload_time and p.block operator(pg_catalog.=) d.payload_block)))
  from hunt.event_detail d
  where d.event_time operator(pg_catalog.=) payload_text.event_time and d.event_key operator(pg_catalog.=) payload_text.event_key $$;
comment on function hunt.payload_text(timestamptz, uuid) is
'The payload of an event byte for byte as received; NULL for an unknown event. Needs SELECT on hunt.event_detail and hunt.event_payload.';

create function hunt.create_event_view() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  key constant text := 'd.event_time = f.event_time and d.event_key = f.event_key';
  -- What a query does not name must cost nothing. Joins to unique keys are removed then, but before 16 not those to the key
  -- of a partitioned table; a scalar subquery that is not named is not run, but one runs for each column that is.
  removable constant boolean := current_setting('server_version_num')::int >= 160000;
  details text;
begin
  select string_agg(case when removable then expression
                         else format('(select %s from hunt.event_detail d where %s)', expression, key) end || ' as ' || name,
                    ', ' order by n)
  into details
  from (
    select n, name, case name when 'device_ip_text' then 'coalesce(d.device_ip_text, host(f.device_ip))'
                              when 'payload' then 'hunt.payload_json(hunt.present_payload(d.payload_block, coalesce(d.payload,
        (select p.payloads[d.payload_place] from hunt.event_payload p
         where p.event_time = d.payload_time and p.block = d.payload_block))))'
                              else 'd.' || name end as expression
    from unnest(array['target', 'command_line', 'event_id', 'version_time', 'user_userid', 'device_ip_text',
                      'device_hostname', 'device_os', 'device_browser', 'error_text', 'vendor_asn_number',
                      'vendor_country_code', 'vendor_city', 'region', 'user_type', 'user_arn', 'user_email',
                      'effective_user', 'client_application', 'parent_process', 'parent_command_line',
                      'vendor_country_name', 'payload']) with ordinality c (name, n)) c;
  execute format($view$
    create or replace view hunt.event as
    select f.event_time,
           f.event_key,
           s.vendor as metadata_vendor,
           s.product as metadata_product,
           k.value as metadata_device_event_id,
           s.value as source,
           t.value as tenant,
           u.value as user_username,
           f.device_ip,
           f.device_ip_asn_number,
           hunt.asn_org(f.device_ip_asn_number) as device_ip_asn_org,
           f.device_ip_country_code,
           hunt.country_name_of(f.device_ip_country_code) as device_ip_country_name,
           g.value as http_user_agent,
           a.value as action,
           p.value as application,
           f.success,
           f.error_code,
           f.session_id,
           c.value as access_key_id,
           m.value as mfa_method,
           %s,
           coalesce(i.identity, u.value) as user_identity,
           g.agent_key as http_user_agent_key,
           g.os as http_user_agent_os,
           f.ingest_epoch,
           f.ingest_xid
    from hunt.event_fact f
    left join hunt.dictionary_source s on s.id = f.source_id
    left join hunt.dictionary_tenant t on t.id = f.tenant_id
    left join hunt.dictionary_user u on u.id = f.user_id
    left join hunt.identity i on i.username = u.value
    left join hunt.dictionary_agent g on g.id = f.agent_id
    left join hunt.dictionary_action a on a.id = f.action_id
    left join hunt.dictionary_device_event k on k.id = f.device_event_id
    left join hunt.dictionary_application p on p.id = f.application_id
    left join hunt.dictionary_mfa_method m on m.id = f.mfa_method_id
    left join hunt.dictionary_access_key c on c.id = f.access_key_id%s$view$,
    details, case when removable then ' left join hunt.event_detail d on ' || key end);
  comment on view hunt.event is 'Every event, normalised and enriched, with the payload as received.';
end $$;
comment on function hunt.create_event_view() is 'Creates or renews the view hunt.event of hunt.setup().';

create function hunt.setup() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'hunt.setup() needs a database with the encoding UTF8' using errcode = 'feature_not_supported';
  end if;
  perform hunt.create_source_mapping_table();
  perform hunt.create_dictionaries();
  perform hunt.create_event_tables();
  perform hunt.create_inboxes();
  perform hunt.create_ingest_log();
  perform hunt.create_identity_tables();
  perform hunt.create_source_health();
  perform hunt.create_event_view();
  perform hunt.create_baseline_tables();
  perform hunt.create_history_tables();
  perform hunt.create_rule_tables();
  perform hunt.protect_rule_tables();
  perform hunt.create_rule_views();
  perform hunt.create_rollup_tables();
  perform hunt.create_dashboard_views();
end $$;
comment on function hunt.setup() is
'Creates what hunt.ingest() stores into, owned by the caller and not by the extension: tables, the view hunt.event, and an inbox table for each source. Creates what is missing and changes nothing else, so it can be repeated.';

-- Attaching a partition locks the parent against another attach only; readers and writers go on.
create function hunt.create_event_partitions(month date) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  first_day date := date_trunc('month', month)::date;
  start_at text := first_day || ' 00:00:00+00';
  end_at text := (first_day + interval '1 month')::date || ' 00:00:00+00';
  parent text;
  partition text;
begin
  foreach parent in array array['event_fact', 'event_detail', 'event_payload'] loop
    partition := parent || to_char(first_day, '"_"YYYY"_"MM');
    continue when to_regclass('hunt.' || partition) is not null;
    execute format('lock table hunt.%I in share update exclusive mode', parent);
    continue when to_regclass('hunt.' || partition) is not null;
    execute format('create table hunt.%I (like hunt.%I including all)', partition, parent);
    execute format('alter table hunt.%I attach partition hunt.%I for values from (%L) to (%L)', parent, partition,
                   start_at, end_at);
  end loop;
end $$;
comment on function hunt.create_event_partitions(date) is
'Creates the partitions of the event tables for the month (UTC) of this day if they are missing; the loads call it for the months they need.';

revoke execute on function hunt.setup(), hunt.create_dictionaries(), hunt.create_event_tables(), hunt.create_inboxes(),
  hunt.create_event_view(), hunt.create_event_partitions(date) from public;
