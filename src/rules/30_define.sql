-- rules: defining them. Every expression is checked against the source when the rule is made, one by one, so that the
-- error names the argument that is wrong.

create function hunt.check_rule_expression(rule_name text, argument text, expression text, type text, source text)
  returns void language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  message text;
begin
  if expression is null then
    return;
  end if;
  execute format(case type when 'boolean' then E'select true and (%s\n) from %s as e where false'
                           else E'select (%s\n)::' || type || ' from %s as e where false' end, expression, source);
exception when others then
  get stacked diagnostics message = message_text;
  raise exception 'rule "%": % cannot be used: %', rule_name, argument, message
    using errcode = 'invalid_parameter_value', detail = format('%s is: %s', argument, expression),
          hint = format('It is an SQL expression over the columns of %s that gives %s.', source,
                        case type when 'boolean' then 'true or false' when 'integer' then 'a whole number' else 'a value' end);
end $$;
comment on function hunt.check_rule_expression(text, text, text, text, text) is
'Raises an error that names the rule and the argument if the expression does not fit the source.';

-- Which arguments belong to which kind: needed, or allowed. Everything else is common to all kinds.
create function hunt.rule_arguments(kind text, out needed text[], out allowed text[])
  language sql immutable parallel safe as $$
  select n, a from (values
    ('match', array[]::text[], array[]::text[]),
    ('threshold', '{window_size,min_count}', '{group_by,distinct_of}'),
    ('aggregation', '{window_size,aggregates,condition}', '{group_by}'),
    ('chain', '{window_size,steps}', '{group_by,ordered}'),
    ('first_seen', '{value}', '{scope,learning,retention}'),
    ('new_signature', '{value}', '{scope,learning,retention}'),
    ('outlier', '{slice}', '{aggregates,sigma,min_value,learning,retention}'),
    ('query', '{query}', '{window_size}')) k (kind, n, a)
  where k.kind operator(pg_catalog.=) $1 $$;
comment on function hunt.rule_arguments(text) is
'The arguments of hunt.create_rule() that a kind of rule needs and those that it allows besides; no row values for an unknown kind.';

create function hunt.template_names(template text) returns setof text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select distinct btrim(m[1]) from regexp_matches(template, '\{\{([^{}]*)\}\}', 'g') m $$;
comment on function hunt.template_names(text) is 'The names that stand as {{name}} in a template.';

-- What is no result of the rule is a column, or an expression over columns, of the source.
create function hunt.template_columns(rule_id integer) returns setof text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query select n from hunt.rule r, hunt.template_names(concat(r.signal_name, r.summary)) n
  where r.rule_id = $1
    and n <> all (array['entity'] || r.entity || case r.kind
        when 'threshold' then '{events,distinct_values}'::text[]
        when 'chain' then '{began_at}'
        when 'outlier' then '{observed,expected,threshold,probability,slices,compared_with,reason}'
        when 'query' then array[n]
        when 'first_seen' then '{value,reason}'
        when 'new_signature' then '{value,reason}'
        else '{}' end)
    and (r.aggregates is null or not r.aggregates ? n);
end $$;
comment on function hunt.template_columns(integer) is
'The names in a rule''s templates that are expressions over its source, not results of the rule.';

create function hunt.check_rule(rule_id integer) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  item record;
  given text[];
  arguments record;
  wrong text;
  columns text[];
begin
  select * into strict r from hunt.rule where rule.rule_id = check_rule.rule_id;
  arguments := hunt.rule_arguments(r.kind);
  select array_agg(a.name) into given
  from (values ('window_size', r.window_size is not null), ('min_count', r.min_count is not null),
               ('distinct_of', r.distinct_of is not null), ('aggregates', r.aggregates is not null),
               ('condition', r.condition is not null), ('steps', r.steps is not null), ('ordered', r.ordered is not null),
               ('value', r.value is not null), ('scope', r.scope is not null), ('learning', r.learning is not null),
               ('retention', r.retention is not null), ('slice', r.slice is not null), ('sigma', r.sigma is not null),
               ('min_value', r.min_value is not null), ('query', r.query is not null),
               ('group_by', r.group_by <> '{}')) a (name, is_given)
  where a.is_given;
  select a into wrong from unnest(arguments.needed) a where a <> all (coalesce(given, '{}')) limit 1;
  if found then
    raise exception 'rule "%": a rule of kind "%" needs %', r.name, r.kind, wrong using errcode = 'invalid_parameter_value';
  end if;
  select a into wrong from unnest(given) a where a <> all (arguments.needed || arguments.allowed) limit 1;
  if found then
    raise exception 'rule "%": % is not an argument of rules of kind "%"', r.name, wrong, r.kind
      using errcode = 'invalid_parameter_value';
  end if;
  if r.kind = 'query' then
    return;
  end if;
  perform hunt.check_rule_expression(r.name, 'filter', r.filter, 'boolean', r.source);
  for item in select 'entity' as argument, x from unnest(r.entity) x
              union all select 'group_by', x from unnest(r.group_by) x
              union all select 'evidence', x from unnest(r.evidence) x
              union all select 'distinct_of', r.distinct_of
              union all select 'value', r.value loop
    perform hunt.check_rule_expression(r.name, item.argument, item.x, 'text', r.source);
  end loop;
  perform hunt.check_rule_expression(r.name, 'severity', r.severity, 'integer', r.source);
  -- Templates may name columns of the source, and aggregates of the rule.
  for item in select n from hunt.template_columns(r.rule_id) n loop
    perform hunt.check_rule_expression(r.name, format('{{%s}} in signal_name or summary', item.n), item.n, 'text', r.source);
  end loop;
  for item in select key, value from jsonb_each_text(r.aggregates) loop
    perform hunt.check_rule_expression(r.name, format('aggregate "%s"', item.key),
      item.value || case when r.kind = 'aggregation' then ' over ()' else '' end, 'text', r.source);
    columns := columns || format('%s as %I', item.value, item.key);
  end loop;
  if r.condition is not null then
    perform hunt.check_rule_expression(r.name, 'condition', r.condition, 'boolean',
      format('(select %s from %s as e)', array_to_string(columns, ', '), r.source));
  end if;
  if r.kind = 'outlier' and r.aggregates is not null and (select count(*) from jsonb_object_keys(r.aggregates)) <> 1 then
    raise exception 'rule "%": aggregates holds one aggregate for a rule of kind "outlier"', r.name
      using errcode = 'invalid_parameter_value';
  end if;
  if r.kind = 'outlier' and r.slice not in (interval '1 hour', interval '1 day') then
    raise exception 'rule "%": slice is 1 hour or 1 day, not %', r.name, r.slice using errcode = 'invalid_parameter_value';
  end if;
  if r.steps is not null then
    if jsonb_typeof(r.steps) <> 'array' or jsonb_array_length(r.steps) < 2 then
      raise exception 'rule "%": steps is a list of two or more steps', r.name using errcode = 'invalid_parameter_value',
        hint = 'For example [{"filter": "not success", "count": 5}, {"filter": "success"}].';
    end if;
    for item in select s.value as step, s.ordinality as n from jsonb_array_elements(r.steps) with ordinality s loop
      if jsonb_typeof(item.step -> 'filter') is distinct from 'string'
         or coalesce(item.step ->> 'count', '1') !~ '^[1-9][0-9]{0,8}$'
         or exists (select from jsonb_object_keys(item.step) k where k not in ('filter', 'count')) then
        raise exception 'rule "%": step % is no {"filter": "condition", "count": number of events, 1 if left out}',
          r.name, item.n using errcode = 'invalid_parameter_value';
      end if;
      perform hunt.check_rule_expression(r.name, format('filter of step %s', item.n), item.step ->> 'filter', 'boolean', r.source);
    end loop;
  end if;
  for item in select t.mode, t.expression from hunt.rule_tuning t
              where t.owner = r.owner and (t.rule_id = r.rule_id or t.rule_id is null) loop
    perform hunt.check_rule_expression(r.name, 'tuning expression (' || item.mode || ')', item.expression, 'boolean', r.source);
  end loop;
end $$;
comment on function hunt.check_rule(integer) is
'Raises an error that says what is wrong with a rule, if anything is: arguments missing or of another kind of rule, expressions that do not fit the source.';

create function hunt.create_rule(name text, kind text, entity text[] default '{user_username}', filter text default 'true',
  source regclass default null, time_column name default 'event_time', id_column name default null,
  group_by text[] default '{}', window_size interval default null, min_count bigint default null,
  distinct_of text default null, aggregates jsonb default null, condition text default null, steps jsonb default null,
  ordered boolean default null, value text default null, scope text default null, learning interval default null,
  retention interval default null, slice interval default null, sigma double precision default null,
  min_value double precision default null, query text default null, severity text default '1',
  signal_name text default null, summary text default null, evidence text[] default null, tags text[] default '{}',
  suppression interval default '12 hours', suppression_limit interval default '72 hours',
  description text default null, prototype boolean default false, enabled boolean default true,
  reread interval default '5 minutes') returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  arguments record;
  relation text;
  columns name[];
  is_tracked boolean;
  is_event boolean;
  new_id integer;
begin
  select * into arguments from hunt.rule_arguments(create_rule.kind);
  if arguments.needed is null then
    raise exception 'rule "%": kind "%" is unknown', create_rule.name, create_rule.kind
      using errcode = 'invalid_parameter_value',
            hint = 'Kinds are match, threshold, aggregation, chain, first_seen, outlier, new_signature and query.';
  end if;
  if exists (select from hunt.rule r where r.name = create_rule.name) then
    raise exception 'rule "%" exists already', create_rule.name using errcode = 'duplicate_object',
      hint = 'Change it by UPDATE hunt.rule, or remove it by hunt.drop_rule().';
  end if;
  if create_rule.source is null then
    create_rule.source := 'hunt.event'::regclass;
  end if;
  select format('%I.%I', n.nspname, c.relname) into relation
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = create_rule.source;
  is_event := relation = 'hunt.event';
  select array_agg(a.attname) into columns
  from pg_attribute a where a.attrelid = create_rule.source and a.attnum > 0 and not a.attisdropped;
  if time_column <> all (columns) then
    raise exception 'rule "%": % has no column "%"', create_rule.name, relation, time_column
      using errcode = 'undefined_column', hint = 'time_column names the timestamptz column that says when something happened.';
  end if;
  if id_column is null and is_event then
    id_column := 'event_key';
  end if;
  if id_column <> all (columns) then
    raise exception 'rule "%": % has no column "%"', create_rule.name, relation, id_column
      using errcode = 'undefined_column', hint = 'id_column names the column whose values evidence quotes.';
  end if;
  is_tracked := create_rule.kind <> 'query' and array['ingest_epoch', 'ingest_xid']::name[] <@ columns;
  if create_rule.kind in ('first_seen', 'new_signature', 'outlier') then
    learning := coalesce(learning, '30 days');
    retention := coalesce(retention, '90 days');
    if learning >= retention then
      raise exception 'rule "%": learning (%) must be shorter than retention (%)', create_rule.name, learning, retention
        using errcode = 'invalid_parameter_value', hint = 'What is forgotten before it is learned always looks new.';
    end if;
  end if;
  if create_rule.kind in ('first_seen', 'new_signature') then
    scope := coalesce(scope, 'entity');
  elsif create_rule.kind = 'outlier' then
    aggregates := coalesce(aggregates, '{"events": "count(*)"}');
    sigma := coalesce(sigma, 3);
    min_value := coalesce(min_value, 1);
  elsif create_rule.kind = 'chain' then
    ordered := coalesce(ordered, true);
  end if;
  insert into hunt.rule (name, kind, entity, filter, source, time_column, id_column, exactly_once, group_by, window_size,
    min_count, distinct_of, aggregates, condition, steps, ordered, value, scope, learning, retention, slice, sigma,
    min_value, query, severity, signal_name, summary, evidence, tags, suppression, suppression_limit, description,
    prototype, enabled, reread)
  values (create_rule.name, create_rule.kind, create_rule.entity, create_rule.filter, relation, time_column, id_column,
    is_tracked, group_by, window_size, min_count, distinct_of, aggregates, condition, steps, ordered, value, scope,
    learning, retention, slice, sigma, min_value, create_rule.query, severity, coalesce(signal_name, create_rule.name),
    summary, coalesce(evidence, case when is_event then '{device_ip,device_ip_asn_org,device_ip_country_code,http_user_agent,action,application}'::text[]
                                     else '{}' end),
    tags, suppression, suppression_limit, description, prototype, enabled, reread)
  returning rule_id into new_id;
  perform hunt.check_rule(new_id);
  -- Rows that are there now are the past: a rule learns from them but raises nothing for them.
  insert into hunt.rule_state (rule_id, learned, read_to) values (new_id, kind not in ('first_seen', 'new_signature', 'outlier'), now());
  if is_tracked then
    perform hunt.set_watermark(new_id, pg_current_snapshot(), relation);
  end if;
  return new_id;
end $$;
comment on function hunt.create_rule(text, text, text[], text, regclass, name, name, text[], interval, bigint, text, jsonb,
  text, jsonb, boolean, text, text, interval, interval, interval, double precision, double precision, text, text, text,
  text, text[], text[], interval, interval, text, boolean, boolean, interval) is
'Makes a detection rule, owned by the caller, and returns its number; an error says what is wrong with it. kind is match, threshold, aggregation, chain, first_seen, outlier, new_signature or query; source is hunt.event unless given. Every argument is described in docs/rules.md. Rows present now are history; rows committed from now on are examined by hunt.run_rules().';

create function hunt.rule_id(name text) returns integer
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  found_id integer;
begin
  select r.rule_id into found_id from hunt.rule r where r.name = rule_id.name;
  if not found then
    raise exception 'there is no rule "%"', rule_id.name using errcode = 'undefined_object',
      hint = 'hunt.rule lists the rules.';
  end if;
  return found_id;
end $$;
comment on function hunt.rule_id(text) is 'The number of the rule of this name; an error (42704) if there is none.';

create function hunt.drop_rule(name text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform hunt.own_rule(hunt.rule_id(drop_rule.name));
  delete from hunt.rule r where r.name = drop_rule.name;
end $$;
comment on function hunt.drop_rule(text) is
'Removes a rule and what it has learned. Its signals stay.';

create function hunt.tune_rule(name text, mode text, expression text, note text default null) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  new_id integer;
  target record;
begin
  if tune_rule.name is not null then
    perform hunt.own_rule(hunt.rule_id(tune_rule.name));
  end if;
  insert into hunt.rule_tuning (rule_id, mode, expression, note)
  values (case when tune_rule.name is not null then hunt.rule_id(tune_rule.name) end, tune_rule.mode, tune_rule.expression, tune_rule.note)
  returning tuning_id into new_id;
  for target in select r.rule_id from hunt.rule r
                where r.owner = current_user and r.kind <> 'query' and (tune_rule.name is null or r.name = tune_rule.name) loop
    perform hunt.check_rule(target.rule_id);
  end loop;
  return new_id;
end $$;
comment on function hunt.tune_rule(text, text, text, text) is
'Adds a condition to the filter of a rule, or of all rules of the caller if name is NULL: mode include keeps only rows for which it is true, exclude leaves out those for which it is true. Returns the number of the row in hunt.rule_tuning; deleting that row undoes it. What the rule has learned stays.';

revoke execute on function hunt.check_rule_expression(text, text, text, text, text), hunt.check_rule(integer),
  hunt.create_rule(text, text, text[], text, regclass, name, name, text[], interval, bigint, text, jsonb,
    text, jsonb, boolean, text, text, interval, interval, interval, double precision, double precision, text, text, text,
    text, text[], text[], interval, interval, text, boolean, boolean, interval),
  hunt.rule_id(text), hunt.drop_rule(text), hunt.tune_rule(text, text, text, text) from public;
