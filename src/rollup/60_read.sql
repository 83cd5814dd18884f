-- rollup: reading. Slices without anything that the roll-up has not seen are read as they are stored, by a plain scan that
-- the planner knows; the few others are made here, out of what is stored, rows not seen, and rows of the ends of the
-- period and of stale time. All of it in the snapshot of the statement that reads, so the answer is that of the rows.

create function hunt.rollup_live(rollup_id integer, start_at timestamptz, end_at timestamptz, slice interval) returns setof record
  language plpgsql stable parallel restricted rows 1000
  set search_path = pg_catalog, hunt, pg_temp set timezone = 'UTC' set jit = off as $$
declare
  r record;
  level integer;
  base interval;
  part interval;
  period tstzmultirange;
  good tstzmultirange;    -- what stored slices say
  bad tstzmultirange;     -- what only rows say
  replaced tstzmultirange;  -- the slices that are made here
  unseen text := hunt.rollup_unseen(rollup_live.rollup_id);
  fresh text;
  parts text;
  ends_whole boolean;
begin
  select o.*, s.stale, s.pruned_before, s.frozen_before into strict r
  from hunt.rollup o join hunt.rollup_state s using (rollup_id) where o.rollup_id = rollup_live.rollup_id;
  if start_at is null or end_at is null or slice is null then
    raise exception 'roll-up "%": start_at, end_at and slice are needed', r.name using errcode = 'null_value_not_allowed',
      hint = 'All time is -infinity to infinity.';
  end if;
  perform hunt.timeslice(start_at, slice);
  select max(n) into level from generate_subscripts(r.slices, 1) n where hunt.slice_divides(r.slices[n], slice);
  base := r.slices[1];
  if level is null then
    raise exception 'roll-up "%": a slice of % does not consist of slices of %', r.name, slice, base
      using errcode = 'invalid_parameter_value';
  end if;
  if start_at >= end_at then
    return;
  end if;
  -- The slice in which the period ends is a whole one if nothing comes after: the present day, of a period that ends now. Of
  -- frozen time the rows may be elsewhere.
  if end_at >= r.frozen_before and hunt.cut_slices(end_at, base) <> '{}' then
    execute format('select not exists (select from %s e where %s)', r.source,
                   hunt.range_condition(format('e.%I', r.time_column), tstzmultirange(tstzrange(end_at, hunt.timeslice_end(end_at, base)))))
      into ends_whole;
    if ends_whole then
      end_at := hunt.timeslice_end(end_at, base);
    end if;
  end if;
  period := tstzmultirange(tstzrange(start_at, end_at));
  good := period
          * tstzmultirange(tstzrange(r.pruned_before, 'infinity'))
          - (r.stale + hunt.noted_changes(r.rollup_id, unseen))
          - hunt.cut_slices(start_at, base) - hunt.cut_slices(end_at, base);
  bad := period - good;

  -- Which slices have rows that are not seen, before they are read for their states: mostly there are none.
  fresh := hunt.range_condition(format('e.%I', r.time_column), good) || ' and ' || unseen;
  execute format(E'select range_agg(tstzrange(f.at, hunt.timeslice_end(f.at, %1$L)))
                   from (select distinct hunt.timeslice(e.%2$I, %1$L) as at from %3$s as e where (%4$s\n) and %5$s) f',
                 slice, r.time_column, r.source, coalesce(r.condition, 'true'), fresh) into replaced;
  parts := case when replaced is not null then hunt.rollup_rows_query(r.rollup_id, slice, fresh) end;
  replaced := coalesce(replaced, '{}') + hunt.whole_slices(bad, slice) + hunt.cut_slices(start_at, slice) + hunt.cut_slices(end_at, slice);
  if slice <> all (r.slices) then
    replaced := hunt.whole_slices(period, slice);
  end if;
  if replaced = '{}' then
    return;
  end if;

  if bad <> '{}' then
    parts := concat_ws(' union all ', parts,
      hunt.rollup_rows_query(r.rollup_id, slice, hunt.range_condition(format('e.%I', r.time_column), bad)));
  end if;
  -- The longest stored slices that are wholly good, and the shorter ones of the rest.
  for n in 1 .. level loop
    part := r.slices[n];
    parts := concat_ws(' union all ', parts,
      format('select hunt.timeslice(t.slice_start, %L) as slice_start, %s, 0 as rollup_rows from %s t where %s and %s', slice,
             hunt.column_list(r.rollup_id, null, 't.%1$I'), hunt.rollup_table(r.name, part),
             hunt.range_condition('t.slice_start', replaced * good),
             format('%L::tstzmultirange @> tstzrange(t.slice_start, hunt.timeslice_end(t.slice_start, %L))', good, part)
             || case when n < level then format(' and not %L::tstzmultirange @> tstzrange(hunt.timeslice(t.slice_start, %2$L), hunt.timeslice_end(t.slice_start, %2$L))',
                                               good, r.slices[n + 1]) else '' end));
  end loop;
  return query execute format('select null::tstzmultirange, m.* from (%s) m union all select %L, null::timestamptz, %s',
    hunt.rollup_merge_query(r.rollup_id, slice, '(' || parts || ')', 'true'), replaced, hunt.column_list(r.rollup_id, null, 'null::%2$s'));
end $$;
comment on function hunt.rollup_live(integer, timestamptz, timestamptz, interval) is
'The slices of a roll-up that cannot be read as they are stored, and in a row of its own (replaced) which they are: what hunt.read_rollup_<name>() puts in place of the stored ones.';

create function hunt.cut_slices(cut_at timestamptz, slice interval) returns tstzmultirange
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when hunt.timeslice(cut_at, slice) = cut_at then '{}'::tstzmultirange
              else tstzmultirange(tstzrange(hunt.timeslice(cut_at, slice), hunt.timeslice_end(cut_at, slice))) end $$;
comment on function hunt.cut_slices(timestamptz, interval) is 'The slice that begins before this time and ends after it, if one does.';

