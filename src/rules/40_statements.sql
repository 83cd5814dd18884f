-- rules: detection. What a rule detects is a function of the set of rows alone: a detection is a moment of a group at
-- which the rule's condition holds. A run finds the detections that the rows seen now give and the rows seen before did
-- not; so neither the borders between runs nor the order in which rows arrive, late ones included, lose or double any.

create type hunt.detection as (entity text[], group_key text[], event_time timestamptz, measured jsonb);
comment on type hunt.detection is
'A moment at which a rule''s condition holds: the values of the rule''s entities, those of entities and group_by together, the time, and what was measured.';

create type hunt.touched as (group_key text[], from_at timestamptz, to_at timestamptz);
comment on type hunt.touched is 'A group that has new rows, and the stretch of time that must be looked at for them.';

create function hunt.own_rule(rule_id integer) returns record
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  select * into strict r from hunt.rule where rule.rule_id = own_rule.rule_id;
  -- The text of a rule runs with the rights of whoever runs it.
  if r.owner <> current_user then
    raise exception 'rule "%" belongs to %', r.name, r.owner using errcode = 'insufficient_privilege',
      hint = 'A rule is run, tuned and removed by its owner: log in as this role.';
  end if;
  return r;
end $$;
comment on function hunt.own_rule(integer) is 'The row of hunt.rule; an error (42501) unless the caller owns the rule.';

-- Two functions, so that a text column stays itself, where its index serves, and an address is written without /32.
create function hunt.key_text(value text) returns text language sql immutable parallel safe as 'select $1';
comment on function hunt.key_text(text) is 'The value itself.';
create function hunt.key_text(value anyelement) returns text language c stable strict parallel safe as 'MODULE_PATHNAME', 'key_text';
comment on function hunt.key_text(anyelement) is 'The text of a value as psql shows it; NULL for NULL.';

create function hunt.sql_list(pattern text, items text[], separator text default ', ') returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (select string_agg(replace(replace(pattern, '%n', n::text), '%x', x), separator order by n)
          from unnest(items) with ordinality u (x, n));
end $$;
comment on function hunt.sql_list(text, text[], text) is
'Each item put into the pattern, its number for %n and itself for %x, between separators.';

-- The filter of a rule with its tuning, as one condition. In PL/pgSQL, like sql_list, because that keeps the plan: SQL functions
-- that are not inlined were planned at each of their many calls in a run.
create function hunt.rule_filter(rule_id integer) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select format(E'(%s\n)', r.filter)
         || coalesce(string_agg(format(case t.mode when 'include' then E' and (%s\n)' else E' and (%s\n) is not true' end,
                                       t.expression), '' order by t.tuning_id) filter (where t.tuning_id is not null), '')
  from hunt.rule r
  left join hunt.rule_tuning t on t.owner = r.owner and (t.rule_id = r.rule_id or t.rule_id is null)
  where r.rule_id = $1
  group by r.rule_id, r.filter);
end $$;
comment on function hunt.rule_filter(integer) is 'The SQL condition of a rule: its filter and its tuning expressions.';

-- The moments at which a condition over a sliding window holds, for the rows of the relation _row, as a query of the
-- columns _g1, _g2, ..., _t, _measured. A window is closed: it reaches from window_size before its moment to the moment.
create function hunt.threshold_moments(rows text, keys text, window_size interval, min_count bigint) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select format('select distinct %1$s, _t, jsonb_build_object(''events'', _n) as _measured
    from (select %1$s, _t, count(*) over (partition by %1$s order by _t range between %3$L preceding and current row) as _n
          from %2$s) s
    where _n >= %4$s', keys, rows, window_size, min_count) $$;
comment on function hunt.threshold_moments(text, text, interval, bigint) is
'Query for the moments with at least min_count rows in the window before.';

-- A value counts from each of its rows until window_size later. Where such stretches of one value overlap they are one;
-- how many are open at a moment is a running sum. So no window is ever counted anew.
create function hunt.distinct_moments(rows text, keys text, window_size interval, min_count bigint) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select format('select distinct %1$s, _t, jsonb_build_object(''distinct_values'', _n) as _measured
    from (select %1$s, _t, _phase, sum(_delta) over (partition by %1$s order by _t, _phase) as _n
          from (select %1$s, _t, 0 as _phase, (_previous is null or _previous < _t - %3$L::interval)::integer as _delta
                from (select *, lag(_t) over (partition by %1$s, _v order by _t) as _previous from %2$s) a
                union all
                select %1$s, _t + %3$L::interval, 1, -1
                from (select *, lead(_t) over (partition by %1$s, _v order by _t) as _next from %2$s) b
                where _next is null or _next > _t + %3$L::interval) c) s
    where _phase = 0 and _n >= %4$s', keys, rows, window_size, min_count) $$;
comment on function hunt.distinct_moments(text, text, interval, bigint) is
'Query for the moments with at least min_count distinct values of _v in the window before.';

create function hunt.aggregation_moments(rule_id integer, rows text) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
begin
  select * into strict r from hunt.rule where rule.rule_id = aggregation_moments.rule_id;
  keys := r.entity || r.group_by;
  return format(E'select distinct %1$s, _t, jsonb_build_object(%2$s) as _measured
    from (select %3$s, e.%4$I as _t, %5$s %6$s
          window _w as (partition by %7$s order by e.%4$I range between %8$L preceding and current row)) s
    where (%9$s\n)',
    hunt.sql_list('_g%n', keys),
    (select string_agg(format('%L, %I', k, k), ', ' order by k) from jsonb_object_keys(r.aggregates) k),
    hunt.sql_list('_k%n as _g%n', keys), r.time_column,
    (select string_agg(format('%s over _w as %I', value, key), ', ' order by key) from jsonb_each_text(r.aggregates)),
    rows, hunt.sql_list('_k%n', keys), r.window_size, r.condition);
end $$;
comment on function hunt.aggregation_moments(integer, text) is
'Query for the moments at which the condition of an aggregation rule holds, over the rows of FROM and WHERE clauses.';

create function hunt.unordered_chain_moments(rows text, keys text, window_size interval, counts integer[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select format('select distinct %1$s, _t, ''{}''::jsonb as _measured
    from (select %1$s, _t, %4$s from %2$s
          window w as (partition by %1$s order by _t range between %3$L preceding and current row)) s
    where %5$s', keys, rows, window_size,
    hunt.sql_list('count(*) filter (where _s%n) over w as _n%n', counts::text[]),
    hunt.sql_list('_n%n >= %x', counts::text[], ' and ')) $$;
comment on function hunt.unordered_chain_moments(text, text, interval, integer[]) is
'Query for the moments before which all steps of a chain happened often enough, in any order, within the window.';

-- _f of a row that completes step k is the latest moment at which a chain that it completes can have begun: the chain
-- uses the last counts[k] rows of the step, and before the first of them the step before was completed as late as
-- possible. Rows of one moment do not follow each other.
create function hunt.ordered_chain_moments(rows text, keys text, window_size interval, counts integer[]) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  stage text := format('(select *, _t as _m from %s) s0', rows);
begin
  for k in 1 .. cardinality(counts) loop
    stage := format('(select *, max(_f) over (partition by %1$s order by _t
                         range between unbounded preceding and ''1 microsecond'' preceding) as _m
                      from (select %1$s, _t, %5$s, case when _s%2$s then lag(_m, %3$s)
                                   over (partition by %1$s, _s%2$s order by _t) end as _f
                            from %4$s) f%2$s) s%2$s',
                    keys, k, counts[k] - 1, stage, hunt.sql_list('_s%n', counts::text[]));
  end loop;
  return format('select %1$s, _t, jsonb_build_object(''began_at'', max(_f)) as _measured from %2$s
                 where _f >= _t - %3$L::interval group by %1$s, _t', keys, stage, window_size);
end $$;
comment on function hunt.ordered_chain_moments(text, text, interval, integer[]) is
'Query for the moments that complete a chain of steps, each counts[k] times after the step before, within the window.';

-- The groups that have new rows. They go into the statement that looks for detections as an argument, not as a subquery,
-- so that the planner knows how many they are.
create function hunt.touched_statement(rule_id integer, is_new text, rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
begin
  select * into strict r from hunt.rule where rule.rule_id = touched_statement.rule_id;
  r.source := coalesce(rows, r.source);
  keys := r.entity || r.group_by;
  return format('select array_agg(row(array[%1$s], _from, _to)::hunt.touched)
    from (select %2$s, %3$s from %4$s as e where %5$s and %6$s and %7$s and isfinite(e.%8$I) group by %9$s) _n',
    hunt.sql_list('_g%n', keys), hunt.sql_list(E'hunt.key_text(%x\n) as _g%n', keys),
    case r.kind
      when 'outlier' then format('hunt.timeslice(e.%1$I, %2$L) as _from, max(hunt.timeslice_end(e.%1$I, %2$L)) - interval ''1 microsecond'' as _to', r.time_column, r.slice)
      else format('min(e.%1$I) - %2$L::interval as _from, max(e.%1$I) + %2$L::interval as _to', r.time_column, r.window_size) end,
    r.source, is_new, hunt.rule_filter(r.rule_id), hunt.sql_list(E'(%x\n) is not null', keys, ' and '), r.time_column,
    (select string_agg(n::text, ', ') from generate_series(1, cardinality(keys) + (r.kind = 'outlier')::integer) n));
end $$;
comment on function hunt.touched_statement(integer, text, text) is
'The statement that gathers the groups of a rule that have rows satisfying is_new, of the relation rows or else its source, as an array of hunt.touched: of a window the time that shares one with a new row, of an outlier rule each slice.';

-- Of the groups of a relation the rows that must be looked at, behind FROM.
create function hunt.touched_rows(rule_id integer, groups text, is_seen text, start_at timestamptz, end_at timestamptz,
  rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
begin
  select * into strict r from hunt.rule where rule.rule_id = touched_rows.rule_id;
  return format('from %1$s as e join %2$s on %3$s and e.%4$I between _from and _to
                 where %5$s and e.%4$I between %6$L and %7$L', coalesce(rows, r.source), groups,
                hunt.sql_list(format(E'hunt.key_text(%%x\n) = %s._k%%n', groups), r.entity || r.group_by, ' and '), r.time_column,
                case when rows is null then is_seen || ' and ' || hunt.rule_filter(r.rule_id) else 'true' end, start_at, end_at);
end $$;
comment on function hunt.touched_rows(integer, text, text, timestamptz, timestamptz, text) is
'The FROM and WHERE clauses for the rows of the groups in the relation groups (_touched, or some of it), of the relation rows or else of the source; start_at and end_at bound the time of all.';

-- What was detected before matters only where something is detected now: the second reading is of few groups, or none.
create function hunt.found_relation(keys text[], slices boolean) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select format('_found as materialized (select * from _touched where (%s%s) in (select %s%s from _now))', hunt.sql_list('_k%n', keys),
                case when slices then ', _from' else '' end, hunt.sql_list('_g%n', keys), case when slices then ', _s' else '' end) $$;
comment on function hunt.found_relation(text[], boolean) is
'The touched groups, or slices of them, in which something is detected now, as the relation _found of a WITH clause.';

create function hunt.touched_relation(keys text[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select format('_touched as materialized (select %s, from_at as _from, to_at as _to from unnest($1) _u)',
                hunt.sql_list('group_key[%n] as _k%n', keys)) $$;
comment on function hunt.touched_relation(text[]) is 'The touched groups ($1) as the relation _touched of a WITH clause.';

-- The statement of a rule whose condition looks at a window.
create function hunt.window_statement(rule_id integer, is_new text, is_seen text, start_at timestamptz,
  end_at timestamptz, window_rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
  names text;
  counts integer[];
  columns text := '';
  rows text;
  rows_before text := '';
  possible text;
  moments text;
  moments_before text;
begin
  select * into strict r from hunt.rule where rule.rule_id = window_statement.rule_id;
  keys := r.entity || r.group_by;
  names := hunt.sql_list('_g%n', keys);
  rows := hunt.touched_rows(r.rule_id, '_touched', is_seen, start_at, end_at, window_rows);
  if r.kind = 'aggregation' then
    moments := hunt.aggregation_moments(r.rule_id, rows);
    moments_before := hunt.aggregation_moments(r.rule_id,
      hunt.touched_rows(r.rule_id, '_found', is_seen, start_at, end_at, window_rows) || format(' and (%s) is not true', is_new));
    rows := '';
    rows_before := ', ' || hunt.found_relation(keys, false);
  else
    if r.kind = 'chain' then
      select array_agg(coalesce((s ->> 'count')::integer, 1) order by n),
             string_agg(format(E', coalesce((%s\n), false) as _s%s', s ->> 'filter', n), '' order by n)
      into counts, columns
      from jsonb_array_elements(r.steps) with ordinality u (s, n);
      moments := case when r.ordered then hunt.ordered_chain_moments('_row', names, r.window_size, counts)
                      else hunt.unordered_chain_moments('_row', names, r.window_size, counts) end;
      possible := format('select %1$s from _read group by %1$s having %2$s', names,
                         hunt.sql_list('count(*) filter (where _s%n) >= %x', counts::text[], ' and '));
    elsif r.distinct_of is null then
      moments := hunt.threshold_moments('_row', names, r.window_size, r.min_count);
      possible := format('select %1$s from _read group by %1$s having count(*) >= %2$s', names, r.min_count);
    else
      columns := format(E', hunt.key_text(%s\n) as _v', r.distinct_of);
      rows := rows || format(E' and (%s\n) is not null', r.distinct_of);
      moments := hunt.distinct_moments('_row', names, r.window_size, r.min_count);
      possible := format('select %1$s from (select distinct %1$s, _v from _read) _d group by %1$s having count(*) >= %2$s',
                         names, r.min_count);
    end if;
    moments_before := replace(moments, '_row', '_row_before');
    -- Few groups have, in all the time read, what a window must hold: the others are left out before their windows are counted.
    rows := format(', _read as materialized (select %s, e.%I as _t%s, coalesce(%s, false) as _is_new %s),
                    _row as materialized (select * from _read where (%s) in (%s))',
                   hunt.sql_list('_k%n as _g%n', keys), r.time_column, columns, is_new, rows, names, possible);
    -- What was detected before matters only of groups in which something is detected now.
    rows_before := format(', _row_before as (select * from _row where not _is_new and (%1$s) in (select %1$s from _now))', names);
  end if;
  return format('with %s%s, _now as (%s)%s, _before as (%s)
    select array[%s], array[%s], _t, _measured from _now
    where not exists (select from _before where %s and _before._t = _now._t)',
    hunt.touched_relation(keys), rows, moments, rows_before, moments_before, hunt.sql_list('_g%n', r.entity), names,
    hunt.sql_list('_before._g%n = _now._g%n', keys, ' and '));
end $$;
comment on function hunt.window_statement(integer, text, text, timestamptz, timestamptz, text) is
'The statement that finds, for the touched groups ($1), the detections of a threshold, aggregation or chain rule in rows that satisfy is_new, among rows that satisfy is_seen; start_at and end_at bound the time of all rows to look at, which are those of window_rows if given.';

create function hunt.match_statement(rule_id integer, is_new text, rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  entity text;
begin
  select * into strict r from hunt.rule where rule.rule_id = match_statement.rule_id;
  entity := 'array[' || hunt.sql_list(E'hunt.key_text(%x\n)', r.entity) || ']';
  return format('select %1$s, %1$s, %2$I, ''{}''::jsonb from %3$s as e
                 where %4$s and %5$s and isfinite(%2$I)', entity, r.time_column, coalesce(rows, r.source), is_new,
                hunt.rule_filter(r.rule_id));
end $$;
comment on function hunt.match_statement(integer, text, text) is
'The statement that finds the detections of a match rule in its source, or in the relation rows.';
