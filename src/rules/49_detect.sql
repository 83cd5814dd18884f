-- rules: the statements of a rule, carried out.

-- How many rows a run finds nobody knows beforehand: the newest are in no statistics yet, and the planner takes them for one.
-- So everything is joined and grouped by hash; row by row would take hours for a batch that takes a second, and sorting
-- costs more than all else. The collapse limits let the planner look up the touched groups in the dictionaries of hunt.event
-- first and read the events after that. work_mem: rows of a window that do not fit into it go to a file, and PostgreSQL walks
-- from one end of the window to the other there for each row.
create function hunt.detect_by_hash(statement text, touched hunt.touched[]) returns setof hunt.detection
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set enable_nestloop = off set enable_sort = off
  set max_parallel_workers_per_gather = 0 set join_collapse_limit = 20 set from_collapse_limit = 20 set jit = off
  set work_mem = '32MB' as $$
begin
  return query execute statement using touched;
end $$;
comment on function hunt.detect_by_hash(text, hunt.touched[]) is
'The detections that a statement finds for the touched groups ($1), planned without nested loops.';

create function hunt.detect(rule_id integer, is_new text, is_seen text, start_at timestamptz, end_at timestamptz,
  keep_state boolean, shared hunt.shared_rows default null) returns setof hunt.detection
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record := hunt.own_rule(detect.rule_id);
  -- Of the shared rows that are new all are new.
  is_new_here text := case when shared.new_rows is null then is_new else 'true' end;
  touched hunt.touched[];
  from_at timestamptz;
  to_at timestamptz;
  window_rows text;
begin
  if r.kind = 'match' then
    return query execute hunt.match_statement(r.rule_id, is_new_here, shared.new_rows);
  elsif r.kind = 'query' then
    return query execute format('select array[q.entity::text], array[q.entity::text], q.event_time,
                                   to_jsonb(q) - ''entity'' - ''event_time'' from (%s'||E'\n) q
                                 where q.entity is not null and q.event_time is not null', r.query)
      using start_at, end_at;
  elsif r.kind in ('first_seen', 'new_signature') then
    return query select * from hunt.detect_by_hash(
      hunt.first_seen_statement(r.rule_id, is_new_here, is_seen, start_at, keep_state, shared.new_rows), null);
  else
    execute hunt.touched_statement(r.rule_id, is_new_here, shared.new_rows) into touched;
    if touched is null then
      return;
    end if;
    select min(t.from_at), max(t.to_at) into from_at, to_at from unnest(touched) t;
    if shared.window_rows is not null and from_at >= shared.from_at and to_at <= shared.to_at then
      window_rows := shared.window_rows;
      is_new := '_is_new';
    end if;
    return query select * from hunt.detect_by_hash(
      case when r.kind = 'outlier' then hunt.outlier_statement(r.rule_id, is_new, is_seen, from_at, to_at, keep_state, window_rows)
           else hunt.window_statement(r.rule_id, is_new, is_seen, from_at, to_at, window_rows) end, touched);
  end if;
end $$;
comment on function hunt.detect(integer, text, text, timestamptz, timestamptz, boolean, hunt.shared_rows) is
'The detections of a rule in rows that satisfy the condition is_new, among those that satisfy is_seen; start_at and end_at are the bounds of a backtest, and of a query rule $1 and $2. With keep_state what the rule has learned goes on, without it is made of the past. shared holds these rows already read.';

revoke execute on function hunt.detect_by_hash(text, hunt.touched[]),
  hunt.detect(integer, text, text, timestamptz, timestamptz, boolean, hunt.shared_rows) from public;
