-- rollup: the tables that define roll-ups and say how far each has come. hunt.setup() creates them, outside the
-- extension, so DROP EXTENSION refuses instead of deleting them.

create function hunt.create_rollup_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
  item text;
begin
  create table if not exists hunt.rollup (
    rollup_id integer generated always as identity primary key,
    name text not null unique check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    owner name not null default current_user,
    source text not null,
    time_column name not null,
    condition text,
    slices interval[] not null check (cardinality(slices) > 0),
    retention interval check (retention > interval '0'),
    seed bigint not null default ('x' || encode(uuid_send(gen_random_uuid()), 'hex'))::bit(64)::bigint,
    depends text[] not null,
    created_at timestamptz not null default now()
  );
  comment on table hunt.rollup is
    'Roll-ups, made by hunt.create_rollup(): which rows of which relation are summed up in slices of which lengths. depends: the tables whose changes make stored slices stale.';

  create table if not exists hunt.rollup_column (
    rollup_id integer references hunt.rollup on delete cascade,
    place integer,
    name name not null,
    is_key boolean not null,
    expression text not null,
    type text not null,
    combine text,
    merge text,
    primary key (rollup_id, place)
  );
  comment on table hunt.rollup_column is
    'Of each roll-up its columns: the keys, and the states with their expression over rows, how two of them are combined and how many are merged.';

  create table if not exists hunt.rollup_state (
    rollup_id integer primary key references hunt.rollup on delete cascade,
    stale tstzmultirange not null default '{["-infinity","infinity")}',
    pruned_before timestamptz not null default '-infinity',
    frozen_before timestamptz not null default '-infinity',
    last_started timestamptz,
    last_finished timestamptz,
    last_rows bigint,
    last_error text,
    last_hint text,
    failures integer not null default 0
  ) with (fillfactor = 50);
  comment on table hunt.rollup_state is
    'Of each roll-up how far it has come: stale is the time in which stored slices count for nothing until they are made again, pruned_before the time before which its retention deleted them, frozen_before the time before which they stay whatever becomes of the rows. The row is the lock under which the roll-up is refreshed.';

  create table if not exists hunt.rollup_watermark (
    rollup_id integer references hunt.rollup on delete cascade,
    epoch integer,
    snapshot pg_snapshot not null,
    primary key (rollup_id, epoch)
  ) with (fillfactor = 50);
  comment on table hunt.rollup_watermark is
    'Of each roll-up and epoch (database cluster that wrote the rows) the snapshot whose rows the roll-up has seen.';

  create table if not exists hunt.rollup_stale (
    relation text not null,
    changed tstzmultirange not null,
    ingest_epoch integer not null default hunt.current_epoch(),
    ingest_xid xid8 not null default pg_current_xact_id()
  );
  create index if not exists rollup_stale_ingest on hunt.rollup_stale (ingest_epoch, ingest_xid);
  comment on table hunt.rollup_stale is
    'Changes of rows that roll-ups may have seen, noted by triggers: the table and the hours. A refresh takes in what its roll-up has not seen, as it does with rows.';

  create or replace view hunt.event_ids as
  select f.event_time, f.event_key, f.source_id, f.tenant_id, f.user_id, f.agent_id, f.action_id, f.device_event_id, f.application_id,
         f.mfa_method_id, f.access_key_id, f.success, f.device_ip, f.device_ip_asn_number, f.device_ip_country_code, f.error_code,
         f.session_id, f.ingest_epoch, f.ingest_xid, hunt.is_own_network(f.device_ip) as is_own_network,
         (select d.user_arn from hunt.event_detail d where d.event_time = f.event_time and d.event_key = f.event_key) as user_arn,
         (select d.command_line from hunt.event_detail d where d.event_time = f.event_time and d.event_key = f.event_key) as command_line,
         (select hunt.log_signature(d.command_line) from hunt.event_detail d
          where d.event_time = f.event_time and d.event_key = f.event_key) as command
  from hunt.event_fact f;
  comment on view hunt.event_ids is
    'Events as hunt.event_fact has them, with what roll-ups need of the rest: whether the address is in hunt.own_network, the ARN, the command line and its signature.';

  -- The text of a roll-up runs as whoever refreshes it, so it is written by its owner alone.
  foreach item in array array['rollup', 'rollup_column', 'rollup_state', 'rollup_watermark'] loop
    continue when (select relrowsecurity from pg_class where oid = ('hunt.' || item)::regclass);
    execute format('alter table hunt.%I enable row level security', item);
    execute format('create policy see on hunt.%I for select using (true)', item);
    execute format('create policy write_own on hunt.%I using (%s) with check (%2$s)', item,
      case item when 'rollup' then 'owner = current_user'
      else format('exists (select from hunt.rollup r where r.rollup_id = %I.rollup_id and r.owner = current_user)', item) end);
  end loop;

  create or replace view hunt.rollup_status with (security_invoker) as
  select r.name, r.owner, r.source, r.slices, r.retention, s.last_started,
         s.last_finished - s.last_started as last_duration, now() - s.last_started as lag, s.last_rows,
         (select sum(greatest(c.reltuples, 0)::bigint) from pg_class c where c.oid = any (t.tables)) as stored_rows,
         (select sum(pg_total_relation_size(c)) from unnest(t.tables) c)::bigint as bytes,
         s.stale, s.pruned_before, s.frozen_before, s.failures, s.last_error, s.last_hint
  from hunt.rollup r
  left join hunt.rollup_state s using (rollup_id)
  cross join lateral (select array_agg(to_regclass(hunt.rollup_table(r.name, l))) as tables from unnest(r.slices) l) t;
  comment on view hunt.rollup_status is
    'Each roll-up with its last refresh: when, how long, rows; lag is the time since; rows (as last analyzed) and bytes of its tables; the time in which it is stale; its error, what to do about it, and how often in a row it failed.';
end $$;
comment on function hunt.create_rollup_tables() is 'Creates the roll-up tables of hunt.setup() that are missing.';

create function hunt.slice_months(slice interval) returns integer
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select (extract(year from slice) * 12 + extract(month from slice))::integer $$;
comment on function hunt.slice_months(interval) is 'The months of an interval, its years among them.';

create function hunt.slice_divides(part interval, slice interval) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when hunt.slice_months(part) > 0
              then hunt.slice_months(slice) > 0 and hunt.slice_months(slice) % hunt.slice_months(part) = 0
              when hunt.slice_months(slice) > 0 then 86400 % extract(epoch from part) = 0
              else extract(epoch from slice) % extract(epoch from part) = 0 end $$;
comment on function hunt.slice_divides(interval, interval) is
'Whether every slice of the second length, as hunt.timeslice() cuts time, consists of whole slices of the first.';

create function hunt.rollup_table(name text, slice interval) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select 'hunt.rollup_' || name || '_' || case when n = 1 then unit else n || '_' || unit || 's' end
  from (select case when m > 0 then m when s % 86400 = 0 then s / 86400 when s % 3600 = 0 then s / 3600 when s % 60 = 0 then s / 60 else s end as n,
               case when m > 0 then 'month' when s % 86400 = 0 then 'day' when s % 3600 = 0 then 'hour' when s % 60 = 0 then 'minute' else 'second' end as unit
        from (select hunt.slice_months(slice) as m, extract(epoch from slice)::bigint as s) l) u $$;
comment on function hunt.rollup_table(text, interval) is
'The table that holds the slices of this length of a roll-up: hunt.rollup_user_day.';

create function hunt.whole_slices(ranges tstzmultirange, slice interval) returns tstzmultirange
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select coalesce(range_agg(tstzrange(hunt.timeslice(lower(r), slice),
                                      hunt.timeslice_end(upper(r) - interval '1 microsecond', slice))), '{}')
  from unnest(ranges) r $$;
comment on function hunt.whole_slices(tstzmultirange, interval) is 'The slices of this length that the ranges touch.';

revoke execute on function hunt.create_rollup_tables() from public;
