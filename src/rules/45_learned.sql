-- rules: detection against what was learned. The state of a rule is merged in the run that sees the rows, and a verdict on a
-- moment looks only at what lies before it: late rows, runs and backtests give one answer.

-- The aggregate of each group and slice, as a whole number, for the rows of the source that satisfy the condition.
create function hunt.slice_values(rule_id integer, join_clause text, condition text) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
begin
  select * into strict r from hunt.rule where rule.rule_id = slice_values.rule_id;
  keys := r.entity || r.group_by;
  return format(E'select %1$s, hunt.timeslice(e.%2$I, %3$L) as _s, round((%4$s\n)::numeric)::bigint as _value
                  from %5$s as e %6$s where %7$s and %8$s and %9$s and isfinite(e.%2$I) group by %10$s',
                hunt.sql_list(E'hunt.key_text(%x\n) as _g%n', keys), r.time_column, r.slice,
                (select value from jsonb_each_text(r.aggregates)), r.source, join_clause, condition, hunt.rule_filter(r.rule_id),
                hunt.sql_list(E'(%x\n) is not null', keys, ' and '),
                (select string_agg(n::text, ', ') from generate_series(1, cardinality(keys) + 1) n));
end $$;
comment on function hunt.slice_values(integer, text, text) is
'Query for the aggregate of an outlier rule, by group and slice.';

-- One model for each group, from a relation of slice values.
create function hunt.slice_models(rule_id integer, slice_values text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('select array[%1$s]::text as entity, hunt.baseline(_value, _s, %2$L::interval, ''max'', ''UTC'', %3$L::interval) as model from %4$s _v group by %1$s',
                hunt.sql_list('_g%n', r.entity || r.group_by), r.slice, r.retention, $2)
  from hunt.rule r where r.rule_id = $1 $$;
comment on function hunt.slice_models(integer, text) is 'Query for the baselines of slice values, by group.';

create function hunt.outlier_statement(rule_id integer, is_new text, is_seen text, start_at timestamptz, end_at timestamptz,
  keep_state boolean) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
  names text;
  touched text;
  judged text;
begin
  select * into strict r from hunt.rule where rule.rule_id = outlier_statement.rule_id;
  keys := r.entity || r.group_by;
  names := hunt.sql_list('_g%n', keys);
  touched := format('join _touched on %1$s and e.%2$I >= _touched._from and e.%2$I < _touched._from + %3$L::interval',
                    hunt.sql_list(E'hunt.key_text(%x\n) = _touched._k%n', keys, ' and '), r.time_column, r.slice);
  is_seen := format('%s and e.%I between %L and %L', is_seen, r.time_column, start_at - r.slice, end_at + r.slice);
  judged := format('cross join lateral hunt.baseline_verdict(_model.model, _value, _s, sigma => %L, floor_value => ceil(%L::numeric)::bigint, learning => %L) _j',
                   r.sigma, r.min_value, r.learning);
  return format('with _touched as materialized (
      select %1$s, _s as _from from (%2$s) _n),
    _slice as materialized (%3$s),
    _slice_before as materialized (%4$s),
    _model as (%5$s),
    _now as (
      select %6$s, _s, _value, _j.* from _slice join _model on _model.entity = array[%6$s]::text %7$s where _j.is_outlier),
    _before as (
      select %6$s, _s from _slice_before join _model on _model.entity = array[%6$s]::text %7$s where _j.is_outlier)
    select array[%8$s], array[%6$s], _s, jsonb_build_object(''observed'', _value, ''expected'', round(expected::numeric, 2),
             ''threshold'', threshold, ''probability'', p, ''slices'', n, ''compared_with'', compared_with, ''reason'', reason)
    from _now where not exists (select from _before where %9$s and _before._s = _now._s)',
    hunt.sql_list('_g%n as _k%n', keys), hunt.slice_values(r.rule_id, '', is_new),
    hunt.slice_values(r.rule_id, touched, is_seen), hunt.slice_values(r.rule_id, touched, format('%s and (%s) is not true', is_seen, is_new)),
    case when keep_state
      then format('insert into hunt.rule_baseline as b (rule_id, entity, model) select %s, m.* from (%s) m order by 2
                   on conflict on constraint rule_baseline_pkey do update set model = b.model || excluded.model returning entity, model',
                  r.rule_id, hunt.slice_models(r.rule_id, '_slice'))
      else hunt.slice_models(r.rule_id, '(' || hunt.slice_values(r.rule_id, '',
             format('e.%1$I >= %2$L and e.%1$I < %3$L', r.time_column, start_at - r.retention - r.slice, end_at)) || ')') end,
    names, judged, hunt.sql_list('_g%n', r.entity), hunt.sql_list('_before._g%n = _now._g%n', keys, ' and '));
end $$;
comment on function hunt.outlier_statement(integer, text, text, timestamptz, timestamptz, boolean) is
'The statement that finds the detections of an outlier rule: slices whose value is an outlier now and was none without the new rows. With keep_state it also merges the slices into the rule''s baselines; without, it makes baselines of the past.';

-- At the first run: the rows that were there when the rule was made are its past.
create function hunt.learn_rule(rule_id integer, is_seen text) returns void
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record := hunt.own_rule(learn_rule.rule_id);
begin
  if r.kind = 'outlier' then
    execute format('insert into hunt.rule_baseline select %s, m.* from (%s) m', r.rule_id,
                   hunt.slice_models(r.rule_id, '(' || hunt.slice_values(r.rule_id, '', is_seen) || ')'));
  end if;
end $$;
comment on function hunt.learn_rule(integer, text) is 'Makes the state of a rule that learns from the rows of its source.';

revoke execute on function hunt.learn_rule(integer, text) from public;
