-- rules: running them.

create type hunt.run_result as (rows_seen bigint, detections bigint, new_signals bigint);
comment on type hunt.run_result is
'What a run of a rule did: rows it saw for the first time, detections among them, new signals that are not suppressed.';

create function hunt.start_deadline(milliseconds integer) returns void
  language c strict parallel safe as 'MODULE_PATHNAME', 'start_deadline';
comment on function hunt.start_deadline(integer) is
'Cancels the statement that runs in this session after so many milliseconds, until hunt.stop_deadline().';
create function hunt.stop_deadline() returns boolean
  language c strict parallel safe as 'MODULE_PATHNAME', 'stop_deadline';
comment on function hunt.stop_deadline() is
'Ends the deadline of hunt.start_deadline(); whether it had passed.';

-- One transaction, or nothing: the rows are marked as seen in the transaction that stores what they led to.
create function hunt.run_rule_once(rule_id integer, shared hunt.shared_rows[] default null) returns hunt.run_result
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set timezone = 'UTC' set jit = off as $$
declare
  r record := hunt.own_rule(run_rule_once.rule_id);
  state record;
  snapshot pg_snapshot;
  is_new text;
  is_seen text := 'true';
  began timestamptz := clock_timestamp();
  counts hunt.raise_counts := (0, 0);
  result hunt.run_result;
  rows hunt.shared_rows;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'rules need the isolation level "read committed", not "%"', current_setting('transaction_isolation')
      using errcode = 'feature_not_supported';
  end if;
  select * into state from hunt.rule_state s where s.rule_id = r.rule_id for update skip locked;
  if not found then
    return null;
  end if;
  -- Taken by a statement of its own behind the lock: it shows what the run before stored.
  snapshot := pg_current_snapshot();
  if r.exactly_once then
    rows := hunt.shared_for(r.rule_id, shared);
    snapshot := coalesce(rows.snapshot, snapshot);
    is_new := hunt.row_condition(r.rule_id, snapshot, true);
    is_seen := hunt.row_condition(r.rule_id, snapshot, false);
  else
    is_new := format('%1$I > %2$L and %1$I <= %3$L', r.time_column, state.read_to - r.reread, began);
  end if;
  if not state.learned then
    perform hunt.learn_rule(r.rule_id, is_seen);
  end if;
  if r.kind = 'query' then
    counts := hunt.raise_signals(r.rule_id, is_new, is_seen, state.read_to - coalesce(r.window_size, interval '0') - r.reread, began);
    result.rows_seen := counts.detections;
  else
    result.rows_seen := rows.rows_seen;
    if result.rows_seen is null then
      execute format('select count(*) from %s as e where %s', r.source, is_new) into result.rows_seen;
    end if;
    if result.rows_seen > 0 then
      counts := hunt.raise_signals(r.rule_id, is_new, is_seen, null, null, rows);
    end if;
  end if;
  result.detections := counts.detections;
  result.new_signals := counts.new_signals;
  if r.exactly_once then
    perform hunt.set_watermark(r.rule_id, snapshot, r.source);
  end if;
  update hunt.rule_state s
  set learned = true, read_to = began, last_started = began, last_finished = clock_timestamp(),
      last_rows = result.rows_seen, last_signals = result.new_signals, last_error = null, failures = 0
  where s.rule_id = r.rule_id;
  if result.rows_seen > 0 then
    insert into hunt.rule_run (rule_id, started_at, finished_at, rows_seen, detections, new_signals)
    values (r.rule_id, began, clock_timestamp(), result.rows_seen, result.detections, result.new_signals);
  end if;
  return result;
end $$;
comment on function hunt.run_rule_once(integer, hunt.shared_rows[]) is
'Examines the rows of a rule''s source that it has not seen (of shared, where they are there), stores the signals and marks the rows as seen, all in the caller''s transaction. NULL if the rule runs elsewhere at this moment.';

create function hunt.record_failure(rule_id integer, began timestamptz, error text, error_code text, detail text, hint text)
  returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update hunt.rule_state s
  set last_started = began, last_finished = clock_timestamp(), last_error = record_failure.error, failures = s.failures + 1
  where s.rule_id = record_failure.rule_id;
  insert into hunt.rule_run (rule_id, started_at, finished_at, rows_seen, detections, new_signals, error, error_code, detail, hint)
  values (record_failure.rule_id, began, clock_timestamp(), 0, 0, 0, record_failure.error, record_failure.error_code,
          nullif(record_failure.detail, ''),
          coalesce(nullif(record_failure.hint, ''), 'No row was lost: the next run sees the same rows again. Change the rule by UPDATE hunt.rule, or hunt.rule.enabled.'));
end $$;
comment on function hunt.record_failure(integer, timestamptz, text, text, text, text) is
'Writes a failed run to hunt.rule_run and hunt.rule_state.';

-- A procedure that commits cannot pin its search_path, so every name in it is qualified.
create procedure hunt.run_rules(time_limit interval default '5 minutes') language plpgsql as $$
declare
  target pg_catalog.record;
  began pg_catalog.timestamptz;
  limit_ms pg_catalog.int4;
  message pg_catalog.text;
  code pg_catalog.text;
  detail pg_catalog.text;
  hint pg_catalog.text;
  shared hunt.shared_rows[];
begin
  limit_ms := pg_catalog.date_part('epoch', time_limit) operator(pg_catalog.*) 1000;
  -- Where that fails each rule reads for itself, and says what is wrong if it is.
  begin
    perform hunt.start_deadline(limit_ms);
    shared := hunt.share_batches();
    perform hunt.stop_deadline();
  exception
    when query_canceled then
      if not hunt.stop_deadline() then
        raise;
      end if;
    when others then
      perform hunt.stop_deadline();
  end;
  commit;
  -- The quick ones first: a slow rule keeps nobody waiting.
  for target in
    select r.rule_id, r.name from hunt.rule r join hunt.rule_state s using (rule_id)
    where r.enabled and r.owner operator(pg_catalog.=) current_user
    order by s.last_finished operator(pg_catalog.-) s.last_started nulls first, r.rule_id
  loop
    began := pg_catalog.clock_timestamp();
    begin
      perform hunt.start_deadline(limit_ms);
      perform hunt.run_rule_once(target.rule_id, shared);
      perform hunt.stop_deadline();
    exception
      when query_canceled then
        get stacked diagnostics message = message_text;
        -- Somebody else cancelled: that means the procedure, not this rule.
        if not hunt.stop_deadline() then
          raise;
        end if;
        perform hunt.record_failure(target.rule_id, began,
          pg_catalog.format('the rule took longer than %s', time_limit), '57014', null,
          'Narrow its filter, or give call hunt.run_rules(time_limit => ...) more time. No row was lost: the next run sees the same rows again.');
      when others then
        get stacked diagnostics message = message_text, code = returned_sqlstate, detail = pg_exception_detail,
                                hint = pg_exception_hint;
        perform hunt.stop_deadline();
        perform hunt.record_failure(target.rule_id, began, message, code, detail, hint);
        raise warning 'rule "%": %', target.name, message;
    end;
    commit;
  end loop;
  perform hunt.drop_shared(shared);
  perform hunt.forget_runs();
  commit;
end $$;
comment on procedure hunt.run_rules(interval) is
'Runs each enabled rule of the caller, each in a transaction of its own; a rule that fails, or takes longer than time_limit, leaves its error in hunt.rule_run and does not hinder the others. Two calls at once share the work. Cannot be called inside a transaction block.';

create procedure hunt.run_rule(name text) language plpgsql as $$
declare
  result hunt.run_result;
begin
  result := hunt.run_rule_once(hunt.rule_id(run_rule.name));
  if result is null then
    raise notice 'rule "%" runs elsewhere at this moment', run_rule.name;
  else
    raise notice 'rule "%": % rows, % detections, % new signals', run_rule.name, result.rows_seen, result.detections,
      result.new_signals;
  end if;
end $$;
comment on procedure hunt.run_rule(text) is
'Runs one rule of the caller, enabled or not, in the caller''s transaction; its error is raised.';

create function hunt.forget_runs(keep interval default '30 days') returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  gone bigint;
begin
  delete from hunt.rule_run u using hunt.rule r
  where r.rule_id = u.rule_id and r.owner = current_user and u.finished_at < now() - keep;
  get diagnostics gone = row_count;
  return gone;
end $$;
comment on function hunt.forget_runs(interval) is 'Deletes the records of the caller''s runs that ended longer ago than keep; how many.';

create function hunt.backtest_rule(name text, start_at timestamptz, end_at timestamptz)
returns table (entity_type text, entity text, first_at timestamptz, last_at timestamptz, detections bigint, severity integer,
  signal_name text, summary text, suppressed_reason text, evidence jsonb)
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set timezone = 'UTC' set jit = off as $$
declare
  r record := hunt.own_rule(hunt.rule_id(backtest_rule.name));
  is_new text;
  is_seen text;
begin
  if not isfinite(start_at) or not isfinite(end_at) or start_at >= end_at then
    raise exception 'a backtest needs start_at before end_at' using errcode = 'invalid_parameter_value';
  end if;
  is_new := format('%1$I >= %2$L and %1$I < %3$L', r.time_column, start_at, end_at);
  is_seen := format('%1$I < %2$L', r.time_column, end_at);
  return query execute format('select q.entity_type, q.entity, q.first_at, q.last_at, q.detections, q.severity, q.name, q.summary,
                                 q.suppressed_reason, q.evidence from (%s) q order by q.first_at, q.entity_type, q.entity',
                              hunt.signal_query(r.rule_id, is_seen, 'hunt.group_detections($1, $2, $3, $4, $5, false)'))
    using r.rule_id, is_new, is_seen, start_at, end_at;
end $$;
comment on function hunt.backtest_rule(text, timestamptz, timestamptz) is
'The signals that a rule of the caller would have raised for rows with times from start_at to before end_at, had it run then: the code of a live run over the past, writing nothing. detections - 1 of each were suppressed as repetitions.';

revoke execute on function hunt.run_rule_once(integer, hunt.shared_rows[]), hunt.record_failure(integer, timestamptz, text, text, text, text),
  hunt.forget_runs(interval), hunt.start_deadline(integer), hunt.stop_deadline(),
  hunt.backtest_rule(text, timestamptz, timestamptz) from public;
revoke execute on procedure hunt.run_rules(interval), hunt.run_rule(text) from public;
