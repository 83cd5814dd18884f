-- rules: signals, one for each rule, entity and stretch of time.

create type hunt.stretch as (signal_id bigint, entity_type text, entity text, group_key text[], first_at timestamptz,
  last_at timestamptz, detections bigint, measured jsonb);
comment on type hunt.stretch is
'Detections of one entity that belong together: signal_id names the signal that they continue, NULL means a new one.';

-- By index even while the tables are small and their statistics unknown: a session's plans outlive that.
create function hunt.signal_to_continue(rule_id integer, entity_type text, entity text, at timestamptz, suppression interval,
  suppression_limit interval) returns hunt.stretch
  language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  found_signal hunt.stretch;
begin
  select g.signal_id, g.entity_type, g.entity, null, g.first_at, g.last_at into found_signal from hunt.signal g
  where g.rule_id = signal_to_continue.rule_id and g.entity_type = signal_to_continue.entity_type
    and g.entity = signal_to_continue.entity and g.first_at <= at
  order by g.first_at desc limit 1;
  if found and at - found_signal.last_at < suppression and at < found_signal.first_at + suppression_limit then
    return found_signal;
  end if;
  select g.signal_id, g.entity_type, g.entity, null, g.first_at, g.last_at into found_signal from hunt.signal g
  where g.rule_id = signal_to_continue.rule_id and g.entity_type = signal_to_continue.entity_type
    and g.entity = signal_to_continue.entity and g.first_at > at
  order by g.first_at limit 1;
  if found and found_signal.first_at - at < suppression and found_signal.last_at < at + suppression_limit then
    return found_signal;
  end if;
  return null;
end $$;
comment on function hunt.signal_to_continue(integer, text, text, timestamptz, interval, interval) is
'The signal that a detection at this time continues, or precedes by less than suppression; NULL if it makes a new one.';

-- A detection continues a signal if it comes within suppression after the last one, and within suppression_limit after
-- the first. One that arrives late and precedes a signal by less than suppression joins that one.
create function hunt.group_detections(rule_id integer, is_new text, is_seen text, start_at timestamptz,
  end_at timestamptz, continue_signals boolean, shared hunt.shared_rows default null) returns setof hunt.stretch
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  d record;
  stored hunt.stretch;
  s hunt.stretch;
begin
  select * into strict r from hunt.rule where rule.rule_id = group_detections.rule_id;
  for d in select e.entity_type, e.entity, x.group_key, x.event_time, x.measured
           from hunt.detect(r.rule_id, is_new, is_seen, start_at, end_at, continue_signals, shared) x
           cross join unnest(r.entity, x.entity) e (entity_type, entity)
           where e.entity is not null
           order by 1, 2, x.event_time, x.group_key, x.measured loop
    if s.entity_type = d.entity_type and s.entity = d.entity and d.event_time - s.last_at < r.suppression
       and d.event_time < s.first_at + r.suppression_limit then
      s.last_at := greatest(s.last_at, d.event_time);
      s.detections := s.detections + 1;
      continue;
    end if;
    if s.entity is not null then
      return next s;
    end if;
    s := (null, d.entity_type, d.entity, d.group_key, d.event_time, d.event_time, 1, d.measured);
    if continue_signals then
      stored := hunt.signal_to_continue(r.rule_id, d.entity_type, d.entity, d.event_time, r.suppression, r.suppression_limit);
      if stored.signal_id is not null then
        s.signal_id := stored.signal_id; s.first_at := least(s.first_at, stored.first_at); s.last_at := greatest(s.last_at, stored.last_at);
      end if;
    end if;
  end loop;
  if s.entity is not null then
    return next s;
  end if;
end $$;
comment on function hunt.group_detections(integer, text, text, timestamptz, timestamptz, boolean, hunt.shared_rows) is
'The detections of a rule by entity and stretch of time, as its suppression says; with continue_signals they continue the signals that are stored.';

create function hunt.render_template(template text, fields jsonb) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  parts text[];
  rendered text := '';
begin
  -- Cut at the names, so that a value that looks like a name stays what it is.
  for parts in select regexp_matches(template, '([^{]*(?:\{(?!\{[^{}]*\}\})[^{]*)*)(?:\{\{([^{}]*)\}\})?', 'g') loop
    rendered := rendered || parts[1] || coalesce(fields ->> btrim(parts[2]), '');
  end loop;
  return case when template is not null then rendered end;
end $$;
comment on function hunt.render_template(text, jsonb) is
'The template with each {{name}} replaced by that field, by nothing where it is missing. NULL for a NULL template.';

create function hunt.adjusted_severity(entity_type text, entity text, severity integer) returns integer
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select greatest(0, coalesce((select case c.operation when '+' then $3 + c.operand when '-' then $3 - c.operand
                                      when '*' then $3 * c.operand else $3 / c.operand end
                               from hunt.entity_criticality c where c.entity_type = $1 and c.entity = $2), $3)) $$;
comment on function hunt.adjusted_severity(text, text, integer) is
'The severity of a signal after the criticality of its entity (hunt.entity_criticality).';

create function hunt.suppression_reason(rule_id integer, entity_type text, entity text, evidence jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select p.reason from hunt.suppression p
  where (p.owner = current_user or p.owner = (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = 'hunt.suppression'::regclass))
    and p.expires_at > now() and (p.rule_id is null or p.rule_id = $1) and (p.entity_type is null or p.entity_type = $2)
    and (p.entity = $3
         or p.network >>= hunt.try_inet($3)
         or (jsonb_typeof($4 -> 'device_ip') = 'array'
             and (select bool_and(p.network >>= hunt.try_inet(ip)) from jsonb_array_elements_text($4 -> 'device_ip') ip)))
  order by p.suppression_id limit 1 $$;
comment on function hunt.suppression_reason(integer, text, text, jsonb) is
'Why a signal is suppressed, NULL if it is not: the entity is listed, or it is an address in a listed network, or all addresses of its evidence are.';

-- The stretches of a relation with severity, name and evidence, which are taken from the rows of the window that ends with
-- the first detection.
create function hunt.signal_query(rule_id integer, is_seen text, stretches text) returns text
  language plpgsql stable set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record;
  names text[];
  found text;
  within text;
  at text;
begin
  select * into strict r from hunt.rule where rule.rule_id = signal_query.rule_id;
  if r.kind = 'query' then
    found := format('select (%s)::integer as severity, ''{}''::jsonb as evidence, ''{}''::jsonb as fields', r.severity);
  else
    select array_agg(n) into names from hunt.template_columns(r.rule_id) n;
    if r.kind = 'outlier' then
      within := format('e.%1$I >= s.first_at and e.%1$I < s.first_at + %2$L::interval', r.time_column, r.slice);
      at := 'true';
    else
      within := format('e.%1$I between s.first_at - %2$L::interval and s.first_at', r.time_column, coalesce(r.window_size, '0'));
      at := format('e.%I = s.first_at', r.time_column);
    end if;
    found := format('select max((%1$s'||E'\n)::integer) filter (where %11$s) as severity,
        jsonb_build_object(''rows'', count(*), ''from'', min(e.%2$I)%3$s%4$s) as evidence,
        jsonb_build_object(%5$s) as fields
      from %6$s as e
      where %7$s and %8$s and %9$s and %10$s%12$s',
      r.severity, r.time_column,
      case when r.id_column is not null
           then format(', ''ids'', (array_agg(hunt.key_text(e.%1$I) order by e.%2$I desc, hunt.key_text(e.%1$I)))[1:10]', r.id_column, r.time_column)
           else '' end,
      (select string_agg(format(E', %L, hunt.distinct_values(hunt.key_text(%s\n), 20)', x, x), '' order by n)
       from unnest(r.evidence) with ordinality u (x, n)),
      (select string_agg(format(E'%L, max(hunt.key_text(%s\n)) filter (where %s)', x, x, at), ', ' order by x)
       from unnest(names) x),
      r.source, within,
      -- Only a match may have a NULL among several entities.
      hunt.sql_list(case when r.kind = 'match' and cardinality(r.entity) > 1 then E'hunt.key_text(%x\n) is not distinct from s.group_key[%n]'
                         else E'hunt.key_text(%x\n) = s.group_key[%n]' end, r.entity || r.group_by, ' and '),
      hunt.rule_filter(r.rule_id), is_seen, at,
      case r.kind when 'first_seen' then format(E' and hunt.key_text(%s\n) = s.measured ->> ''value''', r.value)
                  when 'new_signature' then format(E' and hunt.log_signature(hunt.key_text(%s\n)) = s.measured ->> ''value''', r.value)
                  else '' end);
  end if;
  return format('select s.*, hunt.adjusted_severity(s.entity_type, s.entity, coalesce(x.severity, 1)) as severity,
      hunt.render_template(%L, x.fields || s.measured || f) as name, hunt.render_template(%L, x.fields || s.measured || f) as summary,
      x.evidence || s.measured as evidence,
      hunt.suppression_reason(%s, s.entity_type, s.entity, x.evidence || s.measured) as suppressed_reason
    from %s s
    cross join lateral jsonb_build_object(''entity'', s.entity, s.entity_type, s.entity) f
    cross join lateral (%s) x', r.signal_name, r.summary, r.rule_id, stretches, found);
end $$;
comment on function hunt.signal_query(integer, text, text) is
'The query that turns the detections of a rule into signals, with severity, name and evidence.';

create type hunt.raise_counts as (detections bigint, new_signals bigint);
comment on type hunt.raise_counts is 'What a run found: detections, and signals that are new and not suppressed.';

create function hunt.store_signals(rule_id integer, is_seen text, stretches hunt.stretch[]) returns bigint
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  r record := hunt.own_rule(store_signals.rule_id);
  ids bigint[];
begin
  update hunt.signal g
  set detections = g.detections + f.detections, first_at = least(g.first_at, f.first_at), last_at = greatest(g.last_at, f.last_at)
  from (select s.signal_id, sum(s.detections) as detections, min(s.first_at) as first_at, max(s.last_at) as last_at
        from unnest(stretches) s where s.signal_id is not null group by s.signal_id) f
  where g.signal_id = f.signal_id;
  execute format('with inserted as (
      insert into hunt.signal (rule_id, rule_name, name, summary, entity_type, entity, severity, prototype, first_at,
        last_at, detections, suppressed, suppressed_reason, tags, evidence)
      select $2, $3, f.name, f.summary, f.entity_type, f.entity, f.severity, $4, f.first_at, f.last_at, f.detections,
             f.suppressed_reason is not null, f.suppressed_reason, $5, f.evidence
      from (%s) f
      order by f.first_at, f.entity_type, f.entity
      returning signal_id, suppressed)
    select array_agg(signal_id order by signal_id) from inserted where not suppressed',
    hunt.signal_query(r.rule_id, is_seen, '(select u.* from unnest($1) u where u.signal_id is null)'))
    into ids
    using stretches, r.rule_id, r.name, r.prototype, r.tags;
  if ids is not null and not r.prototype then
    perform hunt.update_insights(ids);
  end if;
  -- The number only: who listens reads the signal with his own rights.
  perform pg_notify('session_hunt_signal', id::text) from unnest(ids) id;
  return coalesce(cardinality(ids), 0);
end $$;
comment on function hunt.store_signals(integer, text, hunt.stretch[]) is
'Stores stretches of detections of a rule as signals or adds them to those they continue; the number of new signals that are not suppressed.';

create function hunt.raise_signals(rule_id integer, is_new text, is_seen text, start_at timestamptz, end_at timestamptz,
  shared hunt.shared_rows default null) returns hunt.raise_counts
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  counts hunt.raise_counts := (0, 0);
  batch hunt.stretch[] := '{}';
  s hunt.stretch;
begin
  -- In batches, so that memory does not grow with what is found.
  for s in select * from hunt.group_detections(rule_id, is_new, is_seen, start_at, end_at, true, shared) loop
    counts.detections := counts.detections + s.detections;
    batch := batch || s;
    if cardinality(batch) = 1000 then
      counts.new_signals := counts.new_signals + hunt.store_signals(rule_id, is_seen, batch);
      batch := '{}';
    end if;
  end loop;
  if cardinality(batch) > 0 then
    counts.new_signals := counts.new_signals + hunt.store_signals(rule_id, is_seen, batch);
  end if;
  return counts;
end $$;
comment on function hunt.raise_signals(integer, text, text, timestamptz, timestamptz, hunt.shared_rows) is
'Stores what a rule detects as signals, continues the signals that go on, scores the entities and notifies the channel session_hunt_signal of each new signal.';

create function hunt.update_insights(signal_ids bigint[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  policy record;
  g record;
  names text[];
  ids bigint[];
  score integer;
  begins timestamptz;
  new_id bigint;
begin
  select * into strict policy from hunt.insight_policy;
  -- Two rules of one owner that raise signals for one entity at once must see each other's.
  perform pg_advisory_xact_lock(hashtext('session_hunt.insight'), hashtext(current_user));
  for g in select s.* from hunt.signal s where s.signal_id = any (signal_ids) order by s.first_at, s.signal_id loop
    -- Each name counts once, with its greatest severity; what an insight has used is spent.
    select sum(w.severity), array_agg(w.name order by w.name), min(w.first_at) into score, names, begins
    from (select s.name, max(s.severity) as severity, min(s.first_at) as first_at
          from hunt.signal s
          where s.entity_type = g.entity_type and s.entity = g.entity and s.owner = g.owner and s.insight_id is null
            and not s.prototype and not s.suppressed and s.status <> 'false_positive'
            -- A row, so that only the index that begins with the entity serves, never that of the time.
            and (s.entity_type, s.entity, s.first_at) <= (g.entity_type, g.entity, g.first_at)
            and (s.entity_type, s.entity, s.first_at) > (g.entity_type, g.entity, g.first_at - policy.score_window)
          group by s.name) w;
    continue when score is null or score <= policy.score_above;
    insert into hunt.insight (owner, entity_type, entity, score, severity, first_at, last_at, signal_names)
    values (g.owner, g.entity_type, g.entity, score,
            case when score >= policy.score_above + policy.high_above then 'high'
                 when score >= policy.score_above + policy.medium_above then 'medium' else 'low' end,
            begins, g.first_at, names)
    returning insight_id into new_id;
    update hunt.signal s set insight_id = new_id
    where s.entity_type = g.entity_type and s.entity = g.entity and s.owner = g.owner and s.insight_id is null
      and not s.prototype and not s.suppressed and s.status <> 'false_positive'
      and s.first_at <= g.first_at and s.first_at > g.first_at - policy.score_window;
  end loop;
end $$;
comment on function hunt.update_insights(bigint[]) is
'Opens an insight for each entity whose score these signals lift above the threshold of hunt.insight_policy, and spends the signals that made it.';

create function hunt.set_signal_status(signal_id bigint, status text, note text default null) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if set_signal_status.status = 'false_positive' and coalesce(set_signal_status.note, '') = '' then
    raise exception 'a false positive needs a note that says why' using errcode = 'invalid_parameter_value';
  end if;
  update hunt.signal s
  set status = set_signal_status.status, note = coalesce(set_signal_status.note, s.note), changed_by = current_user, changed_at = now()
  where s.signal_id = set_signal_status.signal_id;
  if not found then
    raise exception 'there is no signal %', set_signal_status.signal_id using errcode = 'no_data_found';
  end if;
end $$;
comment on function hunt.set_signal_status(bigint, text, text) is
'Moves a signal to the status new, acknowledged, false_positive (a note is needed) or closed, and remembers who did it and when.';

create function hunt.tune_from_signal(signal_id bigint, fields text[], note text) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  g record;
  field text;
  conditions text[] := '{}';
begin
  select * into g from hunt.signal s where s.signal_id = tune_from_signal.signal_id;
  if not found then
    raise exception 'there is no signal %', tune_from_signal.signal_id using errcode = 'no_data_found';
  elsif coalesce(cardinality(fields), 0) = 0 then
    raise exception 'fields names no field' using errcode = 'invalid_parameter_value',
      hint = 'For example {user_username,device_ip_asn_org}: rows with the values of this signal in all of them are left out from now on.';
  end if;
  foreach field in array fields loop
    if field = g.entity_type then
      conditions := conditions || format('hunt.key_text(%s) = %L', field, g.entity);
    elsif jsonb_typeof(g.evidence -> field) = 'array' then
      conditions := conditions || format('hunt.key_text(%s) = any (%L)', field,
        (select array_agg(v) from jsonb_array_elements_text(g.evidence -> field) v));
    else
      raise exception 'signal % has no field "%"', g.signal_id, field using errcode = 'invalid_parameter_value',
        hint = format('Its fields are %s and those of its evidence.', g.entity_type);
    end if;
  end loop;
  perform hunt.set_signal_status(g.signal_id, 'false_positive', tune_from_signal.note);
  return hunt.tune_rule((select r.name from hunt.rule r where r.rule_id = g.rule_id), 'exclude',
                        array_to_string(conditions, ' and '), tune_from_signal.note);
end $$;
comment on function hunt.tune_from_signal(bigint, text[], text) is
'Marks a signal as a false positive and excludes rows like it from its rule: rows with the signal''s values in all the named fields (its entity, or fields of its evidence). Returns the number of the row in hunt.rule_tuning.';

revoke execute on function hunt.group_detections(integer, text, text, timestamptz, timestamptz, boolean, hunt.shared_rows),
  hunt.raise_signals(integer, text, text, timestamptz, timestamptz, hunt.shared_rows), hunt.store_signals(integer, text, hunt.stretch[]), hunt.update_insights(bigint[]),
  hunt.set_signal_status(bigint, text, text), hunt.tune_from_signal(bigint, text[], text) from public;
