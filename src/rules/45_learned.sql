-- rules: detection against what was learned. The state of a rule is merged in the run that sees the rows, and a verdict on a
-- moment looks only at what lies before it: late rows, runs and backtests give one answer.

-- The aggregate of each group and slice, as a whole number, for the rows of the source that satisfy the condition.
create function hunt.slice_values(rule_id integer, condition text) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
begin
  select * into strict r from hunt.rule where rule.rule_id = slice_values.rule_id;
  keys := r.entity || r.group_by;
  return format(E'select %1$s, hunt.timeslice(e.%2$I, %3$L) as _s, round((%4$s\n)::numeric)::bigint as _value
                  from %5$s as e where %6$s and %7$s and %8$s and isfinite(e.%2$I) group by %9$s',
                hunt.sql_list(E'hunt.key_text(%x\n) as _g%n', keys), r.time_column, r.slice,
                (select value from jsonb_each_text(r.aggregates)), r.source, condition, hunt.rule_filter(r.rule_id),
                hunt.sql_list(E'(%x\n) is not null', keys, ' and '),
                (select string_agg(n::text, ', ') from generate_series(1, cardinality(keys) + 1) n));
end $$;
comment on function hunt.slice_values(integer, text) is
'Query for the aggregate of an outlier rule, by group and slice, over the rows that satisfy the condition.';

-- One model for each group, from a relation of slice values.
create function hunt.slice_models(rule_id integer, slice_values text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('select array[%1$s]::text as entity, hunt.baseline(_value, _s, %2$L::interval, ''max'', ''UTC'', %3$L::interval) as model from %4$s _v group by %1$s',
                hunt.sql_list('_g%n', r.entity || r.group_by), r.slice, r.retention, $2)
  from hunt.rule r where r.rule_id = $1 $$;
comment on function hunt.slice_models(integer, text) is 'Query for the baselines of slice values, by group.';

create function hunt.outlier_statement(rule_id integer, is_new text, is_seen text, start_at timestamptz, end_at timestamptz,
  keep_state boolean, window_rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  keys text[];
  names text;
  group_value text;
  judged text;
begin
  select * into strict r from hunt.rule where rule.rule_id = outlier_statement.rule_id;
  keys := r.entity || r.group_by;
  names := hunt.sql_list('_g%n', keys);
  group_value := format(E'select %1$s, _from as _s, round((%2$s\n)::numeric)::bigint as _value ',
                        hunt.sql_list('_k%n as _g%n', keys), (select value from jsonb_each_text(r.aggregates)));
  judged := format('join _model on _model.entity = array[%s]::text
    cross join lateral hunt.baseline_verdict(_model.model, _value, _s, sigma => %L, floor_value => ceil(%L::numeric)::bigint, learning => %L) _j
    where _j.is_outlier', names, r.sigma, r.min_value, r.learning);
  return format('with %1$s,
    _slice as materialized (%2$s group by %4$s, _from),
    _model as materialized (%5$s)%12$s,
    _now as materialized (select %6$s, _s, _value, _j.* from _slice %7$s),
    %8$s,
    _before as (select %6$s, _s from (%3$s and (%9$s) is not true group by %4$s, _from) _o %7$s)
    select array[%10$s], array[%6$s], _s, jsonb_build_object(''observed'', _value, ''expected'', round(expected::numeric, 2),
             ''threshold'', threshold, ''probability'', p, ''slices'', n, ''compared_with'', compared_with, ''reason'', reason)
    from _now where not exists (select from _before where %11$s and _before._s = _now._s)',
    hunt.touched_relation(keys),
    group_value || hunt.touched_rows(r.rule_id, '_touched', is_seen, start_at, end_at, window_rows),
    group_value || hunt.touched_rows(r.rule_id, '_found', is_seen, start_at, end_at, window_rows), hunt.sql_list('_k%n', keys),
    case when keep_state
      then format('select entity, known, model as slice, coalesce(known || model, model) as model
                   from (select m.*, (select b.model from hunt.rule_baseline b where b.rule_id = %s and b.entity = m.entity) as known
                         from (%s) m offset 0) m', r.rule_id, hunt.slice_models(r.rule_id, '_slice'))
      else hunt.slice_models(r.rule_id, '(' || hunt.slice_values(r.rule_id,
             format('%1$s and e.%2$I >= %3$L', is_seen, r.time_column, start_at - r.retention)) || ')') end,
    names, judged, hunt.found_relation(keys, true), is_new, hunt.sql_list('_g%n', r.entity),
    hunt.sql_list('_before._g%n = _now._g%n', keys, ' and '),
    -- A slice that goes on seldom changes what is known. Merged into the row once more, which may be forgotten meanwhile.
    case when keep_state
      then format(', _kept as (insert into hunt.rule_baseline as b (rule_id, entity, model)
                   select %s, entity, slice from _model where known is distinct from model order by entity
                   on conflict on constraint rule_baseline_pkey do update set model = b.model || excluded.model)', r.rule_id)
      else '' end);
end $$;
comment on function hunt.outlier_statement(integer, text, text, timestamptz, timestamptz, boolean, text) is
'The statement that finds the detections of an outlier rule in the touched slices ($1): slices whose value is an outlier now and was none without the new rows. With keep_state it also merges the slices into the rule''s baselines; without, it makes baselines of the past. window_rows holds the rows of the slices already read.';

-- The distinct values that an entity shows, _v at _t, for rows of the source that satisfy the condition; _p is the key of the
-- scope: the entity, its peer group, or nothing for everyone. A value too long for an index stands there as its hash.
create function hunt.seen_values(rule_id integer, condition text, rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
begin
  select * into strict r from hunt.rule where rule.rule_id = seen_values.rule_id;
  r.source := coalesce(rows, r.source);
  return format('select distinct %1$s, %2$s as _p, _x as _v, e.%3$I as _t,
                    case when octet_length(_x) > 500 then ''hash '' || md5(_x) else _x end as _k
                  from %4$s as e cross join lateral (select %5$s) _y (_x) %6$s
                  where %7$s and %8$s and %9$s and not hunt.is_blank(_x) and isfinite(e.%3$I)',
                hunt.sql_list(E'hunt.key_text(%x\n) as _g%n', r.entity),
                case r.scope when 'entity' then format('array[%s]::text', hunt.sql_list(E'hunt.key_text(%x\n)', r.entity))
                             when 'peers' then '_peer.peer_group' else '''''::text' end,
                r.time_column, r.source,
                format(case r.kind when 'new_signature' then E'hunt.log_signature(hunt.key_text(%s\n))' else E'hunt.key_text(%s\n)' end, r.value),
                case r.scope when 'peers' then format(E'join hunt.peer _peer on _peer.entity_type = %L and _peer.entity = hunt.key_text(%s\n)',
                                                      r.entity[1], r.entity[1]) else '' end,
                condition, hunt.rule_filter(r.rule_id), hunt.sql_list(E'(%x\n) is not null', r.entity, ' and '));
end $$;
comment on function hunt.seen_values(integer, text, text) is
'Query for the values that entities show in the source, or in the relation rows, for a first_seen or new_signature rule.';

-- Histories of seen values. Of an entity one of all its values; of a group of peers, or everyone, one for each value and, under
-- the value '', one of the group itself.
create function hunt.seen_histories(rule_id integer, relation text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when r.scope = 'entity'
    then format('select _p as entity, ''''::text as value, hunt.history(_v, _t, 100000, %L::interval) as state from %s _x group by _p', r.retention, $2)
    else format('select _p as entity, _u._k as value, hunt.history(_u._w, _t, 1, %L::interval) as state
                 from %s _x cross join lateral (values (_x._k, _v), ('''', ''*'')) _u (_k, _w) group by _p, _u._k', r.retention, $2) end
  from hunt.rule r where r.rule_id = $1 $$;
comment on function hunt.seen_histories(integer, text) is 'Query for the histories of seen values, by the scope of the rule.';

create function hunt.keep_histories(rule_id integer, relation text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('insert into hunt.rule_history as h (rule_id, entity, value, state)
                 select %s, s.* from (%s) s order by s.entity collate "C", s.value collate "C"
                 on conflict on constraint rule_history_pkey do update set state = h.state || excluded.state
                 returning entity, value, state', $1, hunt.seen_histories($1, $2)) $$;
comment on function hunt.keep_histories(integer, text) is 'Statement that adds seen values to the histories of a rule and returns these.';

create function hunt.first_seen_statement(rule_id integer, is_new text, is_seen text, start_at timestamptz,
  keep_state boolean, new_rows text default null) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  names text;
  states text;
begin
  select * into strict r from hunt.rule where rule.rule_id = first_seen_statement.rule_id;
  names := hunt.sql_list('_g%n', r.entity);
  states := case when keep_state then hunt.keep_histories(r.rule_id, '_new')
                 else hunt.seen_histories(r.rule_id, '(' || hunt.seen_values(r.rule_id, format('%s and e.%I >= %L', is_seen,
                        r.time_column, start_at - r.learning - r.retention)) || ')') end;
  return format('with _new as materialized (%1$s), _state as %2$s (%3$s)
    select array[%4$s], array[%4$s], _t, jsonb_build_object(''value'', _v, ''reason'', _reason) || _more from _new %5$s',
    hunt.seen_values(r.rule_id, is_new, new_rows), case when keep_state then '' else 'materialized' end, states, names,
    case when r.scope = 'entity' then format('join _state s on s.entity = _p
        cross join lateral hunt.first_seen_verdict(s.state, _v, _t, %L::interval) f
        cross join lateral (select ''never seen of this entity since '' || to_char(f.entity_first_seen, ''YYYY-MM-DD''),
                                   jsonb_build_object(''entity_first_seen'', f.entity_first_seen, ''values_known'', f.entity_values)) m (_reason, _more)
        where f.verdict in (''new_for_entity'', ''new_for_peers'', ''new_for_everyone'')', r.learning)
    else format('join _state s on s.entity = _p and s.value = _k
        join _state w on w.entity = _p and w.value = ''''
        cross join lateral hunt.first_seen(w.state, ''*''::text, _t) since
        cross join lateral (select ''never seen of '' || %L || '' since '' || to_char(since, ''YYYY-MM-DD''),
                                   jsonb_build_object(''first_seen'', since, ''peer_group'', nullif(_p, ''''))) m (_reason, _more)
        where since <= _t - %L::interval and hunt.first_seen(s.state, _v, _t) is null',
        case r.scope when 'peers' then 'these peers' else 'anybody' end, r.learning) end);
end $$;
comment on function hunt.first_seen_statement(integer, text, text, timestamptz, boolean, text) is
'The statement that finds the detections of a first_seen or new_signature rule. With keep_state it also adds the values to the rule''s histories; without, it makes histories of the past. new_rows holds the new rows already read.';

-- At the first run: the rows that were there when the rule was made are its past.
create function hunt.learn_rule(rule_id integer, is_seen text) returns void
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record := hunt.own_rule(learn_rule.rule_id);
begin
  if r.kind = 'outlier' then
    execute format('insert into hunt.rule_baseline select %s, m.* from (%s) m', r.rule_id,
                   hunt.slice_models(r.rule_id, '(' || hunt.slice_values(r.rule_id, is_seen) || ')'));
  else
    execute hunt.keep_histories(r.rule_id, '(' || hunt.seen_values(r.rule_id, is_seen) || ')');
  end if;
end $$;
comment on function hunt.learn_rule(integer, text) is 'Makes the state of a rule that learns from the rows of its source.';

revoke execute on function hunt.learn_rule(integer, text) from public;
