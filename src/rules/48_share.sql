-- rules: one reading for several rules. Rules over one source that have come equally far have the same new rows, and windows
-- that overlap. When these rows are many, a call of hunt.run_rules() puts them into temporary tables, which its rules then
-- read in place of the source: the view is expanded, joined and examined for visibility once and not once for each rule.
-- What a rule sees is the same. It belongs to the caller, who reads the source with his own rights either way.

create type hunt.shared_rows as (source text, time_column name, columns name[], watermarks text, snapshot pg_snapshot,
  rows_seen bigint, new_rows text, window_rows text, window_columns name[], filters text[], entities text[],
  places text[], from_at timestamptz, to_at timestamptz);
comment on type hunt.shared_rows is
'Rows that several rules read: those of the source new between watermarks and the snapshot, with columns, in the table new_rows; and those with times from from_at to to_at, with window_columns, in the table window_rows, where _is_new tells which are new. The latter stand there once for each pair of filters and entities (_part is its number) of which they satisfy the filter and, in the entity, an expression, equal a new row that satisfies it.';

create function hunt.watermarks(rule_id integer) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select string_agg(w.epoch || ' ' || w.snapshot::text, ', ' order by w.epoch)
          from hunt.rule_watermark w where w.rule_id = watermarks.rule_id);
end $$;
comment on function hunt.watermarks(integer) is 'How far a rule has come, as text to be compared.';

-- By their names: a column that no text of the rule mentions it does not read. A text that speaks of whole rows (e), of where
-- they are stored, or in escapes may read anything.
create function hunt.rule_columns(rule_id integer, filtered boolean default false) returns name[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  texts text;
  words text[];
begin
  select * into strict r from hunt.rule where rule.rule_id = rule_columns.rule_id;
  texts := lower(concat_ws(' ', r.time_column, r.entity::text, r.group_by::text,
                           case when not filtered then hunt.rule_filter(r.rule_id) end, r.distinct_of, r.aggregates::text,
                           r.steps::text, r.value));
  if texts ~ '\m(e|tableoid|ctid|xmin|xmax|cmin|cmax)\M|u&|\\' then
    return null;
  end if;
  words := string_to_array(regexp_replace(texts, '\W+', ' ', 'g'), ' ');
  return (select array_agg(a.attname order by a.attnum) from pg_attribute a
          where a.attrelid = to_regclass(r.source) and a.attnum > 0 and not a.attisdropped
            and (lower(a.attname) = any (words) or a.attname ~ '\W' and position(lower(a.attname) in texts) > 0));
end $$;
comment on function hunt.rule_columns(integer, boolean) is
'The columns of its source that the texts of a rule may read to find detections, in filtered rows all but its filter; NULL if that cannot be told.';

-- Those of fixed width first: where they lie in a row is known without looking at the others.
create function hunt.columns_of_rules(rule_ids integer[], filtered boolean) returns name[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select array_agg(a.attname order by a.attlen < 0, a.attnum) from pg_attribute a
          where a.attrelid = (select to_regclass(r.source) from hunt.rule r where r.rule_id = rule_ids[1]) and a.attnum > 0
            and a.attname in (select c from unnest(rule_ids) u (id), unnest(hunt.rule_columns(u.id, filtered)) c));
end $$;
comment on function hunt.columns_of_rules(integer[], boolean) is 'The columns that any of several rules over one source reads (hunt.rule_columns).';

-- A set-returning function among the columns, since one in FROM would store its few results for each row.
create function hunt.row_parts(filters text[], entities text[], columns text, rows text, condition text) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  different text[] := array(select distinct x from unnest(entities) x order by x);
begin
  return format('select *, case %1$s end as _key
    from (select %2$s, unnest(array_remove(array[%3$s], null)) as _part, %4$s from %5$s as e where %6$s) _p',
    hunt.sql_list('when _part = any (%x) then _entity_%n',
                  array(select quote_literal(array(select n from unnest(entities) with ordinality u (x, n) where x = d.x)::text)
                        from unnest(different) with ordinality d (x, n) order by d.n), ' '),
    hunt.sql_list(E'hunt.key_text(%x\n) as _entity_%n', different), hunt.sql_list('case when %x then %n end', filters),
    columns, rows, condition);
end $$;
comment on function hunt.row_parts(text[], text[], text, text, text) is
'Query for the rows that satisfy a condition, each once for each filter that it satisfies: its number as _part, the value of the entity that belongs to it as _key.';

-- The parts of the window rows: one for each filter and entity, so that a rule finds its rows together and nothing else
-- there. Those that would hold most share one without filter, lest there be many times as many rows.
create function hunt.part_filters(new_rows text, rule_ids integer[], out filters text[], out entities text[])
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  counts bigint[];
begin
  select array_agg(p.filter order by p.filter collate "C", p.entity collate "C"),
         array_agg(p.entity order by p.filter collate "C", p.entity collate "C") into filters, entities
  from (select distinct hunt.rule_filter(r.rule_id) as filter, r.entity[1] as entity
        from hunt.rule r where r.rule_id = any (rule_ids)) p;
  execute format('select array[count(*), %s] from %s as e', hunt.sql_list('count(*) filter (where %x)', filters), new_rows) into counts;
  select array_agg(p.filter order by p.filter collate "C", p.entity collate "C"),
         array_agg(p.entity order by p.filter collate "C", p.entity collate "C") into filters, entities
  from (select distinct case when sum(c.rows) over (order by c.rows, c.n) <= 3 * counts[1] then c.filter else 'true' end as filter, c.entity
        from unnest(filters, entities, counts[2:]) with ordinality c (filter, entity, rows, n)) p;
end $$;
comment on function hunt.part_filters(text, integer[]) is
'The filters and entities by which the window rows of rules are parted, so that there are at most a few times as many as rows.';

create function hunt.share_windows(shared hunt.shared_rows, rule_ids integer[], is_new text, is_seen text, by_filter boolean)
  returns hunt.shared_rows
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set work_mem = '64MB' set enable_nestloop = off
  set max_parallel_workers_per_gather = 0 set join_collapse_limit = 20 set from_collapse_limit = 20 as $$
declare
  s hunt.shared_rows := shared;
begin
  if by_filter then
    select p.* into s.filters, s.entities from hunt.part_filters(s.new_rows, rule_ids) p;
  else
    select array_agg(q.entity), array_agg('true'::text) into s.entities, s.filters
    from (select distinct r.entity[1] as entity from hunt.rule r where r.rule_id = any (rule_ids)) q;
  end if;
  s.window_columns := hunt.columns_of_rules(rule_ids, 'true' <> all (s.filters));
  execute format('create temporary table %1$s as select _part, %2$s, _is_new from (%3$s) _w
                  where (_part, _key) in (select _part, _key from (%4$s) _n) order by _part', split_part(s.window_rows, '.', 2),
    hunt.sql_list('%x', array(select quote_ident(c) from unnest(s.window_columns) c)),
    hunt.row_parts(s.filters, s.entities,
      format('%s, coalesce(%s, false) as _is_new',
             hunt.sql_list('e.%x', array(select quote_ident(c) from unnest(s.window_columns) c)), is_new),
      s.source, format('%s and e.%I between %L and %L and (%s)', is_seen, s.time_column, s.from_at, s.to_at,
        hunt.sql_list(format(E'hunt.key_text(%%x\n) in (select hunt.key_text(%%x\n) from %s as e)', s.new_rows),
                      array(select distinct x from unnest(s.entities) x), ' or '))),
    hunt.row_parts(s.filters, s.entities, 'true', s.new_rows, 'true'));
  -- Without, the planner would take a rule's rows for a few and hash these instead of the touched groups.
  execute format('analyze %s (%I)', s.window_rows, s.time_column);
  -- They are stored in order, so that a rule reads from its first to its last.
  execute format('select array_agg(case when w.first_at is null then ''false'' else format(''ctid between %%L and %%L'', w.first_at, w.last_at) end
                                   order by part)
                  from generate_series(1, %s) part
                  left join (select _part, min(ctid) as first_at, max(ctid) as last_at from %s group by _part) w on w._part = part',
                 cardinality(s.filters), s.window_rows) into s.places;
  return s;
end $$;
comment on function hunt.share_windows(hunt.shared_rows, integer[], text, text, boolean) is
'Reads the rows of the windows of rules that may become detections into the table window_rows, in parts by filter and entity or by entity only.';

create function hunt.share_rows(number integer, rule_ids integer[], snapshot pg_snapshot) returns hunt.shared_rows
  language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set jit = off
  set client_min_messages = warning as $$
declare
  r record;
  s hunt.shared_rows;
  is_new text;
  first_at timestamptz;
  last_at timestamptz;
  window_rules integer[];
begin
  select * into strict r from hunt.rule where rule.rule_id = rule_ids[1];
  s.source := r.source; s.time_column := r.time_column; s.snapshot := share_rows.snapshot;
  s.watermarks := hunt.watermarks(r.rule_id);
  s.new_rows := 'pg_temp.session_hunt_new_' || number;
  s.window_rows := 'pg_temp.session_hunt_window_' || number;
  is_new := hunt.row_condition(r.rule_id, snapshot, true);
  execute format('select count(*), min(%1$I) filter (where isfinite(%1$I)), max(%1$I) filter (where isfinite(%1$I)) from %2$s where %3$s',
                 r.time_column, r.source, is_new) into s.rows_seen, first_at, last_at;
  -- For few rows each rule reads for itself what it needs, and for old ones it reads far less than all windows hold.
  if s.rows_seen < 1000 or last_at - first_at > interval '1 hour' then
    return null;
  end if;
  s.columns := hunt.columns_of_rules(rule_ids, false);
  execute format('drop table if exists %s, %s', s.new_rows, s.window_rows);
  execute format('create temporary table %s as select %s from %s as e where %s', split_part(s.new_rows, '.', 2),
                 hunt.sql_list('e.%x', array(select quote_ident(c) from unnest(s.columns) c)), r.source, is_new);
  select array_agg(q.rule_id),
         min(case when q.kind = 'outlier' then hunt.timeslice(first_at, q.slice) else first_at - q.window_size end),
         max(case when q.kind = 'outlier' then hunt.timeslice_end(last_at, q.slice) else last_at + q.window_size end)
  into window_rules, s.from_at, s.to_at
  from hunt.rule q where q.rule_id = any (rule_ids) and coalesce(q.window_size, q.slice) <= interval '1 hour';
  if s.from_at is null then
    return s;
  end if;
  begin
    s := hunt.share_windows(s, window_rules, is_new, hunt.row_condition(r.rule_id, snapshot, false), true);
  exception
    when others then
      -- The filter of some rule fails; that rule will say so.
      s := hunt.share_windows(s, window_rules, is_new, hunt.row_condition(r.rule_id, snapshot, false), false);
  end;
  return s;
end $$;
comment on function hunt.share_rows(integer, integer[], pg_snapshot) is
'Reads the new rows of rules over one source, and those of their windows, into temporary tables of this number; NULL if it is not worth it.';

create function hunt.share_batches() returns hunt.shared_rows[]
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  snapshot pg_snapshot := pg_current_snapshot();
  batches hunt.shared_rows[] := '{}';
  batch hunt.shared_rows;
  g record;
begin
  if current_setting('transaction_isolation') <> 'read committed'
     or not has_database_privilege(current_database(), 'temporary') then
    return batches;
  end if;
  -- Where a rule runs on a cluster for the first time, rows of other clusters are new to it: that it reads for itself.
  -- The rows are those that most rules have not seen.
  for g in select array_agg(c.rule_id order by c.companions desc, c.at desc) as rule_ids
           from (select r.rule_id, r.source, r.time_column, pg_snapshot_xmax(w.snapshot) as at,
                        count(*) over (partition by r.source, r.time_column, w.snapshot::text) as companions
                 from hunt.rule r
                 join hunt.rule_watermark w on w.rule_id = r.rule_id and w.epoch = hunt.current_epoch()
                 where r.enabled and r.owner = current_user and r.exactly_once
                   and hunt.rule_columns(r.rule_id) is not null) c
           group by c.source, c.time_column having count(*) > 1 loop
    batch := hunt.share_rows(cardinality(batches) + 1, g.rule_ids, snapshot);
    if batch.source is not null then
      batches := batches || batch;
    end if;
  end loop;
  return batches;
end $$;
comment on function hunt.share_batches() is
'Reads once what several enabled rules of the caller would each read: an element for each source where that is worth it.';

create function hunt.shared_for(rule_id integer, shared hunt.shared_rows[]) returns hunt.shared_rows
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  s hunt.shared_rows;
  new_rows bigint;
begin
  if coalesce(cardinality(shared), 0) = 0 then
    return null;
  end if;
  select * into strict r from hunt.rule where rule.rule_id = shared_for.rule_id;
  -- Somebody may have edited the rule since.
  select u.* into s from unnest(shared) u
  where u.source = r.source and u.time_column = r.time_column and hunt.rule_columns(r.rule_id) <@ u.columns;
  s.window_rows := (select format('(select * from %s where %s and %s)', s.window_rows, p.place,
                                  case when p.filter = 'true' then hunt.rule_filter(r.rule_id) else 'true' end)
                    from unnest(s.filters, s.entities, s.places) p (filter, entity, place)
                    where p.entity = r.entity[1] and (p.filter = hunt.rule_filter(r.rule_id) or p.filter = 'true')
                      and hunt.rule_columns(r.rule_id, p.filter <> 'true') <@ s.window_columns
                    order by p.filter = 'true' limit 1);
  if s.watermarks <> hunt.watermarks(r.rule_id) then
    -- The rule has come less far or further, but of two snapshots of one cluster one shows all that the other does: as many
    -- new rows are the same rows.
    execute format('select count(*) from %s as e where %s', r.source, hunt.row_condition(r.rule_id, s.snapshot, true)) into new_rows;
    if new_rows is distinct from s.rows_seen then
      return null;
    end if;
  end if;
  return s;
end $$;
comment on function hunt.shared_for(integer, hunt.shared_rows[]) is
'The shared rows if they are what the rule would read now; NULL if not.';

create function hunt.drop_shared(shared hunt.shared_rows[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
  s hunt.shared_rows;
begin
  foreach s in array coalesce(shared, '{}') loop
    execute format('drop table if exists %s, %s', s.new_rows, s.window_rows);
  end loop;
end $$;
comment on function hunt.drop_shared(hunt.shared_rows[]) is 'Removes the temporary tables of shared rows.';

revoke execute on function hunt.part_filters(text, integer[]),
  hunt.share_windows(hunt.shared_rows, integer[], text, text, boolean), hunt.share_rows(integer, integer[], pg_snapshot),
  hunt.share_batches(), hunt.drop_shared(hunt.shared_rows[]) from public;
