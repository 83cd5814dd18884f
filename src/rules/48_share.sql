-- rules: one reading for several rules. Rules over one source that have come equally far have the same new rows, and windows
-- that overlap. When these rows are many, a call of hunt.run_rules() puts them into temporary tables, which its rules then
-- read in place of the source: the view is expanded, joined and examined for visibility once and not once for each rule.
-- What a rule sees is the same. It belongs to the caller, who reads the source with his own rights either way.

create type hunt.shared_rows as (source text, time_column name, columns name[], watermarks text, snapshot pg_snapshot,
  rows_seen bigint, entities text[], new_rows text, window_rows text, from_at timestamptz, to_at timestamptz);
comment on type hunt.shared_rows is
'Rows that several rules read: those of the source new between watermarks and the snapshot, in the table new_rows; and those with times from from_at to to_at, in the table window_rows, where _is_new tells which are new. The latter only of those that in one of the entities, which are expressions, equal a new row.';

create function hunt.watermarks(rule_id integer) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select string_agg(w.epoch || ' ' || w.snapshot::text, ', ' order by w.epoch)
          from hunt.rule_watermark w where w.rule_id = watermarks.rule_id);
end $$;
comment on function hunt.watermarks(integer) is 'How far a rule has come, as text to be compared.';

-- By their names: a column that no text of the rule mentions it does not read. A text that speaks of whole rows (e), of where
-- they are stored, or in escapes may read anything.
create function hunt.rule_columns(rule_id integer) returns name[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  texts text;
begin
  select * into strict r from hunt.rule where rule.rule_id = rule_columns.rule_id;
  texts := lower(concat_ws(' ', r.time_column, r.entity::text, r.group_by::text, hunt.rule_filter(r.rule_id), r.distinct_of,
                           r.aggregates::text, r.steps::text, r.value));
  if texts ~ '\m(e|tableoid|ctid|xmin|xmax|cmin|cmax)\M|u&|\\' then
    return null;
  end if;
  return (select array_agg(a.attname order by a.attnum) from pg_attribute a
          where a.attrelid = to_regclass(r.source) and a.attnum > 0 and not a.attisdropped
            and position(lower(a.attname) in texts) > 0);
end $$;
comment on function hunt.rule_columns(integer) is
'The columns of its source that the texts of a rule may read to find detections; NULL if that cannot be told.';

create function hunt.share_rows(number integer, rule_ids integer[], snapshot pg_snapshot) returns hunt.shared_rows
  language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set jit = off
  set client_min_messages = warning as $$
declare
  r record;
  s hunt.shared_rows;
  is_new text;
  first_at timestamptz;
  last_at timestamptz;
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
  select array_agg(distinct c) into s.columns from unnest(rule_ids) u (id), unnest(hunt.rule_columns(u.id)) c;
  select array_agg(distinct q.entity[1]),
         min(case when q.kind = 'outlier' then hunt.timeslice(first_at, q.slice) else first_at - q.window_size end),
         max(case when q.kind = 'outlier' then hunt.timeslice_end(last_at, q.slice) else last_at + q.window_size end)
  into s.entities, s.from_at, s.to_at
  from hunt.rule q where q.rule_id = any (rule_ids) and coalesce(q.window_size, q.slice) <= interval '1 hour';
  execute format('drop table if exists %s, %s', s.new_rows, s.window_rows);
  execute format('create temporary table %s as select %s from %s as e where %s', split_part(s.new_rows, '.', 2),
                 hunt.sql_list('e.%x', array(select quote_ident(c) from unnest(s.columns) c)), r.source, is_new);
  if s.from_at is not null then
    execute format('create temporary table %1$s as select %2$s, coalesce(%3$s, false) as _is_new from %4$s as e
                    where %5$s and e.%6$I between %7$L and %8$L and (%9$s)', split_part(s.window_rows, '.', 2),
                   hunt.sql_list('e.%x', array(select quote_ident(c) from unnest(s.columns) c)), is_new, r.source,
                   hunt.row_condition(r.rule_id, snapshot, false), r.time_column, s.from_at, s.to_at,
                   hunt.sql_list(format(E'hunt.key_text(%%x\n) in (select hunt.key_text(%%x\n) from %s as e)', s.new_rows), s.entities, ' or '));
  end if;
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
  if r.entity[1] <> all (s.entities) then
    s.from_at := null; s.to_at := null;  -- no window is within
  end if;
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

revoke execute on function hunt.share_rows(integer, integer[], pg_snapshot), hunt.share_batches(),
  hunt.drop_shared(hunt.shared_rows[]) from public;
