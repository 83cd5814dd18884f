-- rollup: refreshing. Each step is one transaction, after which everything that is stored is true: slices in
-- rollup_state.stale count for nothing, all others hold exactly the rows that the watermark shows.

create function hunt.set_rollup_watermark(rollup_id integer, snapshot pg_snapshot, source text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  here integer := hunt.current_epoch();
begin
  if not exists (select from hunt.rollup_watermark w where w.rollup_id = set_rollup_watermark.rollup_id and w.epoch = here) then
    insert into hunt.rollup_watermark
    select set_rollup_watermark.rollup_id, f.epoch, f.snapshot from hunt.foreign_watermarks(set_rollup_watermark.source) f
    on conflict on constraint rollup_watermark_pkey do update set snapshot = excluded.snapshot;
  end if;
  insert into hunt.rollup_watermark values (set_rollup_watermark.rollup_id, here, set_rollup_watermark.snapshot)
  on conflict on constraint rollup_watermark_pkey do update set snapshot = excluded.snapshot;
end $$;
comment on function hunt.set_rollup_watermark(integer, pg_snapshot, text) is
'Notes that a roll-up has seen the rows of its source up to this snapshot.';

create function hunt.rollup_unseen(rollup_id integer) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select hunt.unseen_condition(array_agg(w.epoch), array_agg(w.snapshot)) from hunt.rollup_watermark w where w.rollup_id = $1 $$;
comment on function hunt.rollup_unseen(integer) is 'The SQL condition for the rows that a roll-up has not seen.';

-- What makes slices stale beyond what rollup_state knows: noted changes that the condition takes as new.
create function hunt.noted_changes(rollup_id integer, condition text) returns tstzmultirange
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  changed tstzmultirange;
begin
  execute format('select range_agg(c) from hunt.rollup r join hunt.rollup_stale s on s.relation = any (r.depends),
                    unnest(s.changed) c where r.rollup_id = $1 and %s', condition) into changed using rollup_id;
  return (select hunt.whole_slices(coalesce(changed, '{}'), r.slices[1]) * tstzmultirange(tstzrange(s.frozen_before, 'infinity'))
          from hunt.rollup r join hunt.rollup_state s using (rollup_id) where r.rollup_id = noted_changes.rollup_id);
end $$;
comment on function hunt.noted_changes(integer, text) is
'The slices that noted changes of rows touched, of those that the condition selects, but for the time that is frozen.';

-- Literal bounds let the planner estimate and prune; many scattered ranges are one bound and a search in them.
create function hunt.range_condition(time_expression text, ranges tstzmultirange) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when ranges = '{}' then 'false'
              when (select count(*) from unnest(ranges)) <= 8
              then '(' || (select string_agg(format('%1$s >= %2$L and %1$s < %3$L', time_expression, lower(r), upper(r)), ' or ' order by r)
                           from unnest(ranges) r) || ')'
              else format('(%1$s >= %2$L and %1$s < %3$L and %4$L::tstzmultirange @> %1$s)', time_expression, lower(ranges), upper(ranges), ranges) end $$;
comment on function hunt.range_condition(text, tstzmultirange) is 'The SQL condition that a time is in one of the ranges.';

create function hunt.rollup_rows_query(rollup_id integer, slice interval, condition text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format(E'select hunt.timeslice(e.%I, %L) as slice_start, %s, count(*) as rollup_rows from %s as e where (%s\n) and %s group by %s',
                r.time_column, slice,
                concat_ws(', ', nullif(hunt.column_list($1, true, '%3$s'), ''), hunt.column_list($1, false, E'(%3$s\n)::%2$s as %1$I')),
                r.source, coalesce(r.condition, 'true'), $3,
                (select string_agg(n::text, ', ') from generate_series(1, 1 + (select count(*) from hunt.rollup_column c where c.rollup_id = $1 and c.is_key)) n))
  from hunt.rollup r where r.rollup_id = $1 $$;
comment on function hunt.rollup_rows_query(integer, interval, text) is
'The query that sums up the rows of a roll-up''s source that the condition selects, by slice and keys.';

create function hunt.rollup_merge_query(rollup_id integer, slice interval, relation text, condition text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('select hunt.timeslice(x.slice_start, %L) as slice_start, %s from %s x where %s group by %s', slice,
                string_agg(case when c.is_key then format('x.%I', c.name)
                                else format('(%s)::%s as %I', format(c.merge, format('x.%I', c.name)), c.type, c.name) end, ', ' order by c.place),
                relation, $4, concat('1', string_agg(case when c.is_key then format(', %s', c.place + 1) end, '' order by c.place)))
  from hunt.rollup_column c where c.rollup_id = $1 $$;
comment on function hunt.rollup_merge_query(integer, interval, text, text) is
'The query that merges states of a roll-up in a relation, where the condition selects them, to coarser slices.';

create function hunt.rollup_insert(rollup_id integer, slice interval, query text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('insert into %s as t (slice_start, %s) %s on conflict (%s) do update set %s',
                hunt.rollup_table(r.name, slice), hunt.column_list($1, null, '%1$I'), query,
                hunt.rollup_unique_columns($1),
                (select string_agg(format('%1$I = coalesce(%2$s, t.%1$I, excluded.%1$I)', c.name,
                          format(c.combine, format('t.%I', c.name), format('excluded.%I', c.name))), ', ')
                 from hunt.rollup_column c where c.rollup_id = $1 and not c.is_key))
  from hunt.rollup r where r.rollup_id = $1 $$;
comment on function hunt.rollup_insert(integer, interval, text) is
'The statement that adds the rows of a query to the stored slices of a length, merging where there is one.';

-- New rows: summed up once, added to the slices of every length, in the order of the index, which grows faster so.
create function hunt.roll_up_new(rollup_id integer, condition text, out row_count bigint, out slice_count bigint)
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record := hunt.own_rollup(roll_up_new.rollup_id);
  slice interval;
  inserts text := '';
begin
  foreach slice in array r.slices loop
    inserts := inserts || format(', %I as (%s)', slice, hunt.rollup_insert(rollup_id, slice,
      case when slice = r.slices[1] then format('select slice_start, %s from fresh order by %s', hunt.column_list(rollup_id, null, '%1$I'),
                                                concat_ws(', ', 'slice_start', nullif(hunt.column_list(rollup_id, true, '%1$I'), '')))
           else hunt.rollup_merge_query(rollup_id, slice, 'fresh', 'true') end));
  end loop;
  execute format('with fresh as materialized (%s) %s select coalesce(sum(rollup_rows), 0), count(distinct slice_start) from fresh',
                 hunt.rollup_rows_query(rollup_id, r.slices[1], condition), inserts) into row_count, slice_count;
end $$;
comment on function hunt.roll_up_new(integer, text) is
'Adds the rows that the condition selects to a roll-up: how many there were, and in how many of its shortest slices.';

-- A stretch of time made again from its rows; the longer slices that it touches are merged again from the shorter ones.
create function hunt.roll_up_again(rollup_id integer, chunk tstzrange, visible text, out row_count bigint, out slice_count bigint)
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record := hunt.own_rollup(roll_up_again.rollup_id);
  touched text;
  slice interval;
  part interval;
begin
  foreach slice in array r.slices loop
    touched := hunt.range_condition('x.slice_start', hunt.whole_slices(tstzmultirange(chunk), slice));
    execute format('delete from %s x where %s', hunt.rollup_table(r.name, slice), touched);
    if part is null then
      execute format('with fresh as materialized (%s), added as (insert into %s (slice_start, %s) select slice_start, %3$s from fresh order by %4$s)
                      select coalesce(sum(rollup_rows), 0), count(distinct slice_start) from fresh',
                     hunt.rollup_rows_query(rollup_id, slice,
                       hunt.range_condition(format('e.%I', r.time_column), tstzmultirange(chunk)) || ' and ' || visible),
                     hunt.rollup_table(r.name, slice), hunt.column_list(rollup_id, null, '%1$I'),
                     concat_ws(', ', 'slice_start', nullif(hunt.column_list(rollup_id, true, '%1$I'), ''))) into row_count, slice_count;
    else
      execute format('insert into %s (slice_start, %s) %s', hunt.rollup_table(r.name, slice), hunt.column_list(rollup_id, null, '%1$I'),
                     hunt.rollup_merge_query(rollup_id, slice, hunt.rollup_table(r.name, part), touched));
    end if;
    part := slice;
  end loop;
end $$;
comment on function hunt.roll_up_again(integer, tstzrange, text) is
'Makes the slices of a stretch of time again from the rows that are visible: how many there were, and in how many slices.';

create type hunt.refresh_result as (row_count bigint, slice_count bigint, is_done boolean);
comment on type hunt.refresh_result is
'What a refresh of a roll-up did: rows taken in, the shortest slices they were in, and whether nothing stale is left.';

-- One transaction, or nothing. New rows first; then the newest day, at most, of what is stale.
create function hunt.refresh_rollup_step(rollup_id integer) returns hunt.refresh_result
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set timezone = 'UTC' set jit = off as $$
declare
  r record := hunt.own_rollup(refresh_rollup_step.rollup_id);
  state record;
  snapshot pg_snapshot;
  visible text;
  unseen text;
  outdated tstzmultirange;
  chunk tstzrange;
  newest timestamptz;
  pruned timestamptz;
  slice interval;
  began timestamptz := clock_timestamp();
  added record;
  result hunt.refresh_result;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'roll-ups need the isolation level "read committed", not "%"', current_setting('transaction_isolation')
      using errcode = 'feature_not_supported';
  end if;
  select * into state from hunt.rollup_state s where s.rollup_id = r.rollup_id for update skip locked;
  if not found then
    return null;
  end if;
  -- Taken by a statement of its own behind the lock: it shows what the step before stored.
  snapshot := pg_current_snapshot();
  visible := hunt.visible_condition(snapshot);
  unseen := hunt.rollup_unseen(r.rollup_id) || ' and ' || visible;
  outdated := state.stale + hunt.noted_changes(r.rollup_id, unseen);
  pruned := greatest(state.pruned_before, hunt.timeslice(now() - r.retention, r.slices[cardinality(r.slices)]));
  if pruned > state.pruned_before then
    foreach slice in array r.slices loop
      execute format('delete from %s where slice_start < $1', hunt.rollup_table(r.name, slice)) using pruned;
    end loop;
  end if;
  outdated := outdated * tstzmultirange(tstzrange(pruned, 'infinity'));

  select * into result.row_count, result.slice_count
  from hunt.roll_up_new(r.rollup_id, format('%s and %s', unseen,
         hunt.range_condition(format('e.%I', r.time_column), tstzmultirange(tstzrange(pruned, 'infinity')) - outdated)));
  if outdated <> '{}' then
    select s into chunk from unnest(outdated) s order by s desc limit 1;
    execute format('select max(e.%1$I) from %2$s as e where e.%1$I >= $1 and e.%1$I < $2', r.time_column, r.source)
      into newest using lower(chunk), upper(chunk);
    chunk := tstzrange(greatest(lower(chunk), hunt.timeslice(newest, greatest(interval '1 day', r.slices[1]))), upper(chunk));
    select * into added from hunt.roll_up_again(r.rollup_id, chunk, visible);
    result.row_count := result.row_count + added.row_count;
    result.slice_count := result.slice_count + added.slice_count;
    outdated := outdated - tstzmultirange(chunk);
  end if;
  result.is_done := outdated = '{}';

  perform hunt.set_rollup_watermark(r.rollup_id, snapshot, r.source);
  update hunt.rollup_state s
  set stale = outdated, pruned_before = pruned, last_started = began, last_finished = clock_timestamp(),
      last_rows = result.row_count, last_error = null, last_hint = null, failures = 0
  where s.rollup_id = r.rollup_id;
  return result;
end $$;
comment on function hunt.refresh_rollup_step(integer) is
'Takes the rows that a roll-up of the caller has not seen into it and makes at most a day of what is stale again, in the caller''s transaction. NULL if the roll-up is refreshed elsewhere at this moment.';

create function hunt.refresh_rollup(name text) returns hunt.refresh_result
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  id integer := hunt.rollup_id(refresh_rollup.name);
  step hunt.refresh_result;
  total hunt.refresh_result := (0, 0, false);
begin
  loop
    step := hunt.refresh_rollup_step(id);
    if step is null then
      raise notice 'roll-up "%" is refreshed elsewhere at this moment', refresh_rollup.name;
      return null;
    end if;
    total := (total.row_count + step.row_count, total.slice_count + step.slice_count, step.is_done);
    exit when step.is_done;
  end loop;
  perform hunt.forget_noted_changes();
  return total;
end $$;
comment on function hunt.refresh_rollup(text) is
'Takes into a roll-up of the caller what it lacks: rows it has not seen, and slices that are stale. All in the caller''s transaction; hunt.refresh_rollups() commits as it goes. NULL, with a notice, if the roll-up is refreshed elsewhere at this moment.';

create function hunt.record_rollup_failure(rollup_id integer, began timestamptz, error text, hint text) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
  update hunt.rollup_state s
  set last_started = began, last_finished = clock_timestamp(), failures = s.failures + 1, last_error = error,
      last_hint = coalesce(nullif(hint, ''), 'No row was lost: the next refresh sees the same rows again.')
  where s.rollup_id = $1 $$;
comment on function hunt.record_rollup_failure(integer, timestamptz, text, text) is
'Writes a failed refresh to hunt.rollup_state.';

-- A procedure that commits cannot pin its search_path, so every name in it is qualified.
create procedure hunt.refresh_rollups() language plpgsql as $$
declare
  target pg_catalog.record;
  began pg_catalog.timestamptz;
  step hunt.refresh_result;
  message pg_catalog.text;
  hint pg_catalog.text;
begin
  for target in select r.rollup_id, r.name from hunt.rollup r where r.owner operator(pg_catalog.=) current_user order by r.rollup_id loop
    loop
      began := pg_catalog.clock_timestamp();
      begin
        step := hunt.refresh_rollup_step(target.rollup_id);
      exception when others then
        get stacked diagnostics message = message_text, hint = pg_exception_hint;
        perform hunt.record_rollup_failure(target.rollup_id, began, message, hint);
        raise warning 'roll-up "%": %', target.name, message;
        step := null;
      end;
      commit;
      exit when step is null or step.is_done;
    end loop;
  end loop;
  perform hunt.forget_noted_changes();
end $$;
comment on procedure hunt.refresh_rollups() is
'Refreshes each roll-up of the caller, a day of rows in a transaction; one that fails leaves its error in hunt.rollup_status and does not hinder the others. Can be killed, repeated and called twice at once. Cannot be called inside a transaction block.';

-- Noted changes that every roll-up has taken in. Without the rights to see all of it, nothing is known for certain.
create function hunt.forget_noted_changes() returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  here integer := hunt.current_epoch();
  gone bigint;
begin
  if not has_table_privilege('hunt.rollup_stale', 'delete') then
    return 0;
  end if;
  delete from hunt.rollup_stale s
  where not exists (select from hunt.rollup r where s.relation = any (r.depends)
                    and not exists (select from hunt.rollup_watermark w where w.rollup_id = r.rollup_id and w.epoch = here
                                    and (s.ingest_epoch <> here or pg_visible_in_snapshot(s.ingest_xid, w.snapshot))));
  get diagnostics gone = row_count;
  return gone;
end $$;
comment on function hunt.forget_noted_changes() is
'Deletes the noted changes that every roll-up that they concern has taken in; how many.';

create function hunt.rebuild_rollup(name text, start_at timestamptz default '-infinity', end_at timestamptz default 'infinity')
  returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record := hunt.own_rollup(hunt.rollup_id(rebuild_rollup.name));
begin
  if start_at is null or end_at is null or start_at >= end_at then
    raise exception 'a roll-up is rebuilt from start_at to a later end_at' using errcode = 'invalid_parameter_value';
  end if;
  update hunt.rollup_state s
  set stale = s.stale + hunt.whole_slices(tstzmultirange(tstzrange(
        case start_at when '-infinity' then s.frozen_before else start_at end, end_at)), r.slices[1])
  where s.rollup_id = r.rollup_id and end_at > s.frozen_before;
end $$;
comment on function hunt.rebuild_rollup(text, timestamptz, timestamptz) is
'Has the slices of a roll-up of the caller from start_at to end_at made again from the rows by the next refresh; until then they are read from the rows. Without start_at, what is frozen (hunt.freeze_rollups()) stays.';

create function hunt.freeze_rollups(relation regclass, before timestamptz) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  frozen bigint;
begin
  update hunt.rollup_state s
  set frozen_before = greatest(s.frozen_before, hunt.timeslice_end(before - interval '1 microsecond', r.slices[1]))
  from hunt.rollup r
  where r.rollup_id = s.rollup_id
    and exists (select from unnest(r.depends) d where to_regclass(d) = freeze_rollups.relation);
  get diagnostics frozen = row_count;
  return frozen;
end $$;
comment on function hunt.freeze_rollups(regclass, timestamptz) is
'Has the slices before this time, in the roll-ups of the relation, stay as they are although its rows are deleted from now on; how many roll-ups. hunt.drop_events_before() calls it for the events. Refresh first: rows that a roll-up has not seen are lost to it with their deletion.';

create function hunt.rollup_ids(dictionary_column name) returns setof integer
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  base text;
begin
  for base in select hunt.rollup_table(r.name, r.slices[cardinality(r.slices)]) from hunt.rollup r join hunt.rollup_column c using (rollup_id)
              where r.source in ('hunt.event_fact', 'hunt.event_ids') and c.is_key and c.name = dictionary_column loop
    return query execute format('select distinct t.%1$I from %2$s t where t.%1$I is not null', dictionary_column, base);
  end loop;
end $$;
comment on function hunt.rollup_ids(name) is
'The ids that roll-ups over the events have as their key of this name: user_id or access_key_id.';

revoke execute on function hunt.set_rollup_watermark(integer, pg_snapshot, text), hunt.roll_up_new(integer, text),
  hunt.roll_up_again(integer, tstzrange, text), hunt.refresh_rollup_step(integer), hunt.refresh_rollup(text),
  hunt.record_rollup_failure(integer, timestamptz, text, text), hunt.forget_noted_changes(),
  hunt.rebuild_rollup(text, timestamptz, timestamptz), hunt.freeze_rollups(regclass, timestamptz) from public;
revoke execute on procedure hunt.refresh_rollups() from public;
