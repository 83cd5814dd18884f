-- ingest: what loads did, which sources have fallen silent, and rejected documents once more.

create function hunt.create_ingest_log() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  create table if not exists hunt.ingest_log (
    id bigint generated always as identity primary key,
    source text collate "C" not null,
    kind text not null check (kind in ('ingest', 'inbox', 'retry')),
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp(),
    loaded_by text not null default session_user,
    received bigint not null,
    inserted bigint not null,
    updated bigint not null,
    duplicates bigint not null,
    rejected bigint not null
  );
  create index if not exists ingest_log_source on hunt.ingest_log (source, started_at);
  comment on table hunt.ingest_log is
    'The loads that were stored, the login role that sent them, and what became of their documents: by hunt.ingest() or hunt.ingest_file() (ingest), through an inbox, or by hunt.retry_rejects() (retry). A load that fails leaves no row, as it leaves no event.';
end $$;
comment on function hunt.create_ingest_log() is 'Creates the table hunt.ingest_log of hunt.setup() if it is missing.';

create function hunt.log_load(source text, kind text, started_at timestamptz, counts hunt.ingest_counts) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  insert into hunt.ingest_log (source, kind, started_at, received, inserted, updated, duplicates, rejected)
  values ($1, $2, $3, ($4).received, ($4).inserted, ($4).updated, ($4).duplicates, ($4).rejected) $$;
comment on function hunt.log_load(text, text, timestamptz, hunt.ingest_counts) is 'Writes the row of a load into hunt.ingest_log.';

create function hunt.event_months() returns setof date
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select to_date(substr(c.relname, 12), 'YYYY_MM') as month
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'hunt.event_fact'::regclass and c.relname ~ '^event_fact_\d{4}_\d\d$'
  order by month $$;
comment on function hunt.event_months() is 'The months (UTC) that have a partition in hunt.event_fact, by their first day.';

create function hunt.last_event_time(source text, near timestamptz) returns timestamptz
  language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
declare
  id integer;
  since timestamptz;
  found_time timestamptz;
begin
  select d.id into id from hunt.dictionary_source d where d.value = last_event_time.source;
  -- A source that flows has events near its last load, and an index finds these; another is looked for month by
  -- month from the last.
  for since in
    select near - v.span from (values (interval '1 hour'), (interval '1 day')) v (span)
    union all
    (select m.month::timestamp at time zone 'UTC' from hunt.event_months() m (month) order by 1 desc)
  loop
    select max(f.event_time) into found_time from hunt.event_fact f where f.source_id = id and f.event_time >= since;
    exit when found_time is not null;
  end loop;
  return found_time;
end $$;
comment on function hunt.last_event_time(text, timestamptz) is
'The time of the newest event of a source, cheap if it is less than a day before the given time; NULL if there is none.';

create function hunt.create_source_health() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  create or replace view hunt.source_health as
  select h.source, hunt.last_event_time(h.source, h.last_new_at) as last_event_at, h.last_load_at, h.last_new_at,
         h.usual_gap, case when h.is_silent then h.last_new_at end as silent_since,
         case when h.rejects_all then 'all rejected'
              when h.is_silent and h.last_load_at > h.last_new_at + h.patience then 'nothing new'
              when h.is_silent then 'silent'
              when h.usual_gap is null then 'learning'
              else 'ok' end as verdict
  from (
    select s.value as source, l.started_at as last_load_at, l.received > 0 and l.rejected = l.received as rejects_all,
           g.last_new_at, g.usual_gap, p.patience, now() > g.last_new_at + p.patience as is_silent
    from hunt.dictionary_source s
    cross join lateral (
      select l.started_at, l.received, l.rejected from hunt.ingest_log l
      where l.source = s.value order by l.started_at desc limit 1
    ) l
    cross join lateral (
      select max(t.started_at) as last_new_at,
             case when count(t.gap) >= 5 then percentile_disc(0.99) within group (order by t.gap) end as usual_gap
      from (select n.started_at, n.started_at - lag(n.started_at) over (order by n.started_at) as gap
            from (select l.started_at from hunt.ingest_log l
                  where l.source = s.value and l.inserted + l.updated > 0
                  order by l.started_at desc limit 1000) n) t
    ) g
    cross join lateral (select greatest(2 * g.usual_gap, interval '1 hour') as patience where g.usual_gap is not null
                        union all select null where g.usual_gap is null) p
  ) h;
  comment on view hunt.source_health is
    'Of each source that was ever loaded: its newest event, its last load, the last load with new events, the gap between such loads that 99 of 100 keep to, and the verdict: ok; learning (fewer than six loads with new events); silent for twice the usual gap and at least an hour; nothing new, when loads come but bring none; all rejected, when the last load was.';
end $$;
comment on function hunt.create_source_health() is 'Creates or renews the view hunt.source_health of hunt.setup().';

-- The NULL makes a list of them, in which position is the element.
create function hunt.retry_batch(source text, payloads text[], hashes uuid[]) returns hunt.ingest_counts
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  good text[];
  good_hashes uuid[];
  counts hunt.ingest_counts;
begin
  select array_agg(payloads[a.position]), array_agg(hashes[a.position]) into good, good_hashes
  from (select n.position from hunt.normalize(source, payloads || null::text) n
        group by n.position having bool_and(n.reject_reason is null)) a;
  counts := (0, 0, 0, 0, 0);
  if good is not null then
    counts := hunt.store_payloads(source, good);
    delete from hunt.reject r where r.source = retry_batch.source and r.content_hash = any (good_hashes);
  end if;
  counts.rejected := cardinality(payloads) - coalesce(cardinality(good), 0);
  counts.received := counts.received + counts.rejected;
  return counts;
end $$;
comment on function hunt.retry_batch(text, text[], uuid[]) is
'One batch of hunt.retry_rejects(): stores the payloads that are events by now and removes them from hunt.reject by their hashes.';

create function hunt.retry_rejects(source text) returns hunt.ingest_counts
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  started_at timestamptz := clock_timestamp();
  payloads text[] := '{}';
  hashes uuid[] := '{}';
  size bigint := 0;
  refused record;
  batch hunt.ingest_counts;
  total hunt.ingest_counts := (0, 0, 0, 0, 0);
begin
  if source is null then
    return null;
  end if;
  perform hunt.begin_load(source);
  perform hunt.normalize(source, '');  -- an unknown source is an error, however empty hunt.reject is
  for refused in
    select distinct on (r.content_hash) r.content_hash, r.payload from hunt.reject r
    where r.source = retry_rejects.source
    union all select null, null  -- the last batch
  loop
    if refused.payload is not null then
      payloads := payloads || refused.payload; hashes := hashes || refused.content_hash;
      size := size + octet_length(refused.payload);
      continue when cardinality(payloads) < 5000 and size < 4000000;
    end if;
    continue when payloads = '{}';
    batch := hunt.retry_batch(source, payloads, hashes);
    total := (total.received + batch.received, total.inserted + batch.inserted, total.updated + batch.updated,
              total.duplicates + batch.duplicates, total.rejected + batch.rejected);
    payloads := '{}'; hashes := '{}'; size := 0;
  end loop;
  perform hunt.log_load(source, 'retry', started_at, total);
  return total;
end $$;
comment on function hunt.retry_rejects(text) is
'Normalises the documents of a source in hunt.reject once more, after its mapping was mended: those that are events by now are stored and leave hunt.reject, the others stay as they are and count as rejected.';

revoke execute on function hunt.create_ingest_log(), hunt.log_load(text, text, timestamptz, hunt.ingest_counts),
  hunt.create_source_health(), hunt.retry_batch(text, text[], uuid[]), hunt.retry_rejects(text) from public;
