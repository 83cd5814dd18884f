-- rollup: defining one. Each state must be a plain call of an aggregate whose result merges again; how, the catalog says.

create function hunt.aggregate_of(query text) returns regprocedure
  language c stable strict parallel safe as 'MODULE_PATHNAME', 'aggregate_of';
comment on function hunt.aggregate_of(text) is
'The aggregate that the only column of a query is a plain call of; NULL if it is anything else, or has DISTINCT or ORDER BY.';

create function hunt.rollup_id(name text) returns integer
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  found_id integer;
begin
  select r.rollup_id into found_id from hunt.rollup r where r.name = rollup_id.name;
  if not found then
    raise exception 'there is no roll-up "%"', rollup_id.name using errcode = 'undefined_object',
      hint = 'hunt.rollup lists the roll-ups.';
  end if;
  return found_id;
end $$;
comment on function hunt.rollup_id(text) is 'The number of the roll-up of this name; an error (42704) if there is none.';

create function hunt.own_rollup(rollup_id integer) returns record
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  select * into strict r from hunt.rollup where rollup.rollup_id = own_rollup.rollup_id;
  if r.owner <> current_user then
    raise exception 'roll-up "%" belongs to "%"', r.name, r.owner using errcode = 'insufficient_privilege',
      hint = 'The expressions of a roll-up run with the rights of whoever refreshes it, so only its owner does.';
  end if;
  return r;
end $$;
comment on function hunt.own_rollup(integer) is 'The row of a roll-up; an error (42501) if it belongs to another role.';

-- Two results of an aggregate merge if its type has the operator hunt.||, or if the aggregate has no final function, so that
-- its result is its state and its own combine function merges it. The merging aggregate uses one of the two as its
-- transition, or is one of ours that takes what is its state and combines by the same function; what that leaves open the
-- final function of the merging aggregate closes.
create function hunt.merging_of(aggregate regprocedure, type regtype, out combine text, out merge text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  function oid;
  own_combine oid;
  close oid;
begin
  select a.aggcombinefn,
         case when o.oprcode is not null then o.oprcode::oid
              when a.aggfinalfn = 0 and a.aggcombinefn <> 0 and a.aggtranstype = type then a.aggcombinefn::oid
              when p.proname = 'sum' and p.pronamespace = 'pg_catalog'::regnamespace and type = 'numeric'::regtype
              then 'pg_catalog.numeric_add'::regproc::oid end
  into own_combine, function
  from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid
  left join pg_operator o on o.oprnamespace = 'hunt'::regnamespace and o.oprname = '||' and o.oprleft = type
                             and o.oprright = type and o.oprresult = type
  where a.aggfnoid = aggregate;
  if function is null then
    return;
  end if;
  select format('%I.%I(%%s)', n.nspname, p.proname), nullif(a.aggfinalfn::oid, 0) into merge, close
  from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid join pg_namespace n on n.oid = p.pronamespace
  where p.pronargs = 1 and p.proargtypes[0] = type and p.prorettype = type
    and (a.aggtransfn in (function, own_combine)
         or a.aggcombinefn = own_combine and a.aggtranstype = type and p.pronamespace = 'hunt'::regnamespace)
  order by a.aggfnoid <> aggregate, p.proname limit 1;
  if not found and type in ('bigint'::regtype, 'numeric'::regtype) then
    merge := format('pg_catalog.sum(%%s)::%s', type);  -- of count(), and of sum(), whose state is internal
  end if;
  select format('%I.%I(%%1$s, %%2$s)', n.nspname, p.proname) into combine
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = function;
  if close is not null then
    select format('%I.%I(%s)', n.nspname, p.proname, combine) into combine
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = close;
  end if;
  if merge is null then
    combine := null;
  end if;
end $$;
comment on function hunt.merging_of(regprocedure, regtype) is
'How results of an aggregate are merged: an expression over two (%1$s and %2$s, neither NULL) and an aggregate over many (%s). NULL if they cannot be.';

-- Each text as an expression of its own, so that the error names the argument that is wrong.
create function hunt.check_rollup_expression(rollup_name text, argument text, expression text, source text) returns void
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set timezone = 'UTC' as $$
declare
  message text;
begin
  execute format(case argument when 'condition' then E'select from %2$s as e where false and (%1$s\n)'
                               else E'select %1$s\n from %2$s as e where false' end, expression, source);
exception when others then
  get stacked diagnostics message = message_text;
  raise exception 'roll-up "%": % cannot be used: %', rollup_name, argument, message
    using errcode = 'invalid_parameter_value', detail = format('%s is: %s', argument, expression),
          hint = format('It is an SQL expression over the columns of %s that gives %s.', source,
                        case argument when 'condition' then 'true or false' else 'an aggregate' end);
end $$;
comment on function hunt.check_rollup_expression(text, text, text, text) is
'Raises an error that names the roll-up and the argument if the expression does not fit the source.';

create function hunt.check_slices(rollup_name text, slices interval[], retention interval) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  slice interval;
  part interval;
begin
  if coalesce(cardinality(slices), 0) = 0 then
    raise exception 'roll-up "%": slices are missing', rollup_name using errcode = 'invalid_parameter_value',
      hint = 'For example {1 hour,1 day}.';
  end if;
  foreach slice in array slices loop
    begin
      perform hunt.timeslice('2001-01-01+00'::timestamptz, slice);
    exception when others then
      raise exception 'roll-up "%": % is no slice: %', rollup_name, coalesce(slice::text, 'NULL'), sqlerrm
        using errcode = 'invalid_parameter_value';
    end;
    if slice is null or extract(microseconds from slice) % 1000000 <> 0 then
      raise exception 'roll-up "%": % is no slice of whole seconds', rollup_name, coalesce(slice::text, 'NULL')
        using errcode = 'invalid_parameter_value';
    end if;
    if part is not null and (part >= slice or not hunt.slice_divides(part, slice)) then
      raise exception 'roll-up "%": a slice of % does not consist of slices of %', rollup_name, slice, part
        using errcode = 'invalid_parameter_value', hint = 'Slices are given from short to long, each a multiple of the one before.';
    end if;
    part := slice;
  end loop;
  if retention < part then
    raise exception 'roll-up "%": retention (%) is shorter than a slice (%)', rollup_name, retention, part
      using errcode = 'invalid_parameter_value';
  end if;
end $$;
comment on function hunt.check_slices(text, interval[], interval) is
'Raises an error that says what is wrong with the slices of a roll-up.';

create function hunt.check_rollup(name text, keys text[], states jsonb, source regclass, condition text, time_column text,
                                  slices interval[], retention interval) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  item record;
begin
  if name is null or name !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception '"%" is no name of a roll-up', name using errcode = 'invalid_parameter_value',
      hint = 'A name has up to 40 small letters, digits and underscores and begins with a letter: tables are named after it.';
  end if;
  if exists (select from hunt.rollup r where r.name = check_rollup.name) then
    raise exception 'there is a roll-up "%" already', name using errcode = 'duplicate_object',
      hint = format('select hunt.drop_rollup(%L) removes it.', name);
  end if;
  if not exists (select from pg_attribute a where a.attrelid = source and a.attname = time_column and not a.attisdropped
                 and a.atttypid = 'timestamptz'::regtype) then
    raise exception 'roll-up "%": "%" has no column "%" of type timestamptz', name, source, time_column
      using errcode = 'undefined_column', hint = 'Name the column that holds the time of the rows: time_column.';
  end if;
  if (select count(*) from pg_attribute a where a.attrelid = source and a.attname in ('ingest_epoch', 'ingest_xid')
      and not a.attisdropped) < 2 then
    raise exception 'roll-up "%": "%" does not tell which transaction wrote a row', name, source
      using errcode = 'object_not_in_prerequisite_state',
            hint = format('Call hunt.track_relation(%L) first; a view shows the columns ingest_epoch and ingest_xid of its table.', source);
  end if;
  for item in select k from unnest(coalesce(keys, '{null}')) k
              where not exists (select from pg_attribute a where a.attrelid = source and a.attname = k and a.attnum > 0 and not a.attisdropped) loop
    raise exception 'roll-up "%": "%" has no column "%"', name, source, item.k using errcode = 'undefined_column',
      hint = 'keys are names of columns; {} is one row for each slice.';
  end loop;
  if states is null or jsonb_typeof(states) <> 'object' or states = '{}'
     or exists (select from jsonb_each(states) s where jsonb_typeof(s.value) <> 'string' or s.key = '') then
    raise exception 'roll-up "%": states is {"column": "aggregate", ...}', name using errcode = 'invalid_parameter_value',
      hint = 'For example {"events": "count(*)", "networks": "distinct_values_state(device_ip_asn_number)"}.';
  end if;
  for item in select c from (select unnest(keys) union all select jsonb_object_keys(states)
                             union all select unnest(array['slice_start', 'rollup_rows', 'replaced'])) u (c)
              group by c having count(*) > 1 loop
    raise exception 'roll-up "%": two columns are called "%"', name, item.c using errcode = 'duplicate_column',
      hint = 'Keys, states and slice_start need different names; rollup_rows and replaced are taken.';
  end loop;
  perform hunt.check_slices(name, slices, retention);
  if condition is not null then
    perform hunt.check_rollup_expression(name, 'condition', condition, source::text);
  end if;
  for item in select s.key, s.value from jsonb_each_text(states) s loop
    perform hunt.check_rollup_expression(name, format('state "%s"', item.key), item.value, source::text);
  end loop;
end $$;
comment on function hunt.check_rollup(text, text[], jsonb, regclass, text, text, interval[], interval) is
'Raises an error that says what is wrong with the definition of a roll-up, if anything is.';

create function hunt.create_rollup(name text, keys text[], states jsonb, source regclass default null,
  condition text default null, time_column text default 'event_time', slices interval[] default '{1 hour,1 day}',
  retention interval default null) returns integer
  language plpgsql set search_path = pg_catalog, hunt, pg_temp set timezone = 'UTC' as $$
declare
  relation regclass := coalesce(source, 'hunt.event_fact'::regclass);
  source_name text;
  new_id integer;
  base text := hunt.rollup_table(name, slices[1]);
  slice interval;
  used text[];
  expressions text;
  aggregate regprocedure;
  item record;
begin
  perform hunt.check_rollup(name, keys, states, relation, condition, time_column, slices, retention);
  select format('%I.%I', n.nspname, c.relname) into source_name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relation;
  expressions := (select string_agg(format(E'%s\n as %I', s.value, s.key), ', ') from jsonb_each_text(states) s);
  begin
    execute format('create table %s as select hunt.timeslice(e.%I, %L) as slice_start%s, %s from %s as e group by %s with no data',
                   base, time_column, slices[1], (select string_agg(format(', e.%I', k), '' order by n) from unnest(keys) with ordinality u (k, n)),
                   expressions, source_name, (select string_agg(n::text, ', ') from generate_series(1, cardinality(keys) + 1) n));
  exception when insufficient_privilege then
    raise exception 'roll-up "%": % may not create tables in the schema hunt', name, current_user
      using errcode = 'insufficient_privilege', hint = 'The owner of the extension makes roll-ups, or may GRANT CREATE ON SCHEMA hunt to a role that he trusts as himself.';
  end;

  insert into hunt.rollup (name, source, time_column, condition, slices, retention, depends)
  values (name, source_name, time_column, condition, slices, retention, '{}') returning rollup_id into new_id;
  for item in select a.attname as column_name, a.attnum, a.atttypid, states ->> a.attname::text as expression,
                     case n.nspname when 'pg_catalog' then format_type(a.atttypid, a.atttypmod) else format('%I.%I', n.nspname, y.typname) end as type
              from pg_attribute a join pg_type y on y.oid = a.atttypid join pg_namespace n on n.oid = y.typnamespace
              where a.attrelid = base::regclass and a.attnum > 1 order by a.attnum loop
    if item.attnum - 1 <= cardinality(keys) then
      insert into hunt.rollup_column values
        (new_id, item.attnum - 1, item.column_name, true, format('e.%I', item.column_name), item.type, null, null);
    else
      aggregate := hunt.aggregate_of(format(E'select %s\n from %s as e', item.expression, source_name));
      insert into hunt.rollup_column
      select new_id, item.attnum - 1, item.column_name, false, item.expression, item.type, m.combine, m.merge
      from hunt.merging_of(aggregate, item.atttypid) m where m.merge is not null;
      if not found then
        raise exception 'roll-up "%": the results of state "%" cannot be merged', name, item.column_name
          using errcode = 'invalid_parameter_value', detail = format('The state is: %s', item.expression),
                hint = case when aggregate is null
                  then 'A state is one call of an aggregate, without DISTINCT and ORDER BY. Values are computed from states when these are read; instead of count(DISTINCT x) keep count_distinct_state(x) or distinct_values_state(x).'
                  else 'Keep what the value is computed from: sum(x) and count(x) instead of avg(x); distinct_values_state(x) instead of distinct_values(x).' end;
      end if;
    end if;
  end loop;

  foreach slice in array slices loop
    if slice <> slices[1] then
      execute format('create table %s (like %s)', hunt.rollup_table(name, slice), base);
      if cardinality(keys) > 0 then
        execute format('create index on %s (%I, slice_start)', hunt.rollup_table(name, slice), keys[1]);
      end if;
    end if;
    execute format('alter table %1$s alter column slice_start set not null, set (fillfactor = 95);
                    create unique index on %1$s (%2$s) nulls not distinct', hunt.rollup_table(name, slice), hunt.rollup_unique_columns(new_id));
    execute format('comment on table %s is %L', hunt.rollup_table(name, slice),
                   format('Slices of %s of the roll-up %s; hunt.read_rollup_%2$s() reads them together with what they lack.', slice, name));
  end loop;

  -- A view knows which columns its text uses.
  execute format(E'create view hunt.rollup_probe as select %s from %s as e where (%s\n) group by %s',
                 concat_ws(', ', nullif(hunt.column_list(new_id, true, 'e.%1$I'), ''), expressions), source_name, coalesce(condition, 'true'),
                 coalesce(nullif(hunt.column_list(new_id, true, 'e.%1$I'), ''), '()'));
  select array_agg(distinct a.attname::text) into used
  from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where w.ev_class = 'hunt.rollup_probe'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = relation;
  drop view hunt.rollup_probe;
  for item in select * from hunt.rollup_dependencies(relation, time_column, coalesce(used, '{}'), concat(expressions, condition)) loop
    perform hunt.watch_changes(item.relation, item.time_column_name);
    update hunt.rollup r set depends = r.depends || item.relation where r.rollup_id = new_id;
  end loop;

  insert into hunt.rollup_state (rollup_id) values (new_id);
  perform hunt.set_rollup_watermark(new_id, pg_current_snapshot(), source_name);
  perform hunt.create_rollup_reader(new_id);
  return new_id;
end $$;
comment on function hunt.create_rollup(text, text[], jsonb, regclass, text, text, interval[], interval) is
'Makes a roll-up, owned by the caller, and returns its number; an error says what is wrong with it. For each slice of time and each combination of keys it keeps states: results of aggregates over the rows of the source (hunt.event_fact unless given) that merge again. hunt.refresh_rollup() fills and refreshes it, hunt.read_rollup_<name>() reads it. Every argument is described in docs/rollup.md.';

create function hunt.column_list(rollup_id integer, keys boolean, template text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(string_agg(format(template, c.name, c.type, c.expression), ', ' order by c.place), '')
  from hunt.rollup_column c where c.rollup_id = $1 and c.is_key is not distinct from coalesce($2, c.is_key) $$;
comment on function hunt.column_list(integer, boolean, text) is
'The keys (true), states (false) or all columns (NULL) of a roll-up as a list, each as the template says: %1$I name, %2$s type, %3$s expression.';

-- Of more than 8 bytes of keys the unique index holds 128 bits of hash, as event_key is of an event: half of what roll-ups took was
-- the keys a second time, and keys in order, a slice before the one that is there, leave pages of the index half empty. The seeds differ by roll-up, so that nobody can make texts that collide.
create function hunt.rollup_unique_columns(rollup_id integer) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select concat_ws(', ', 'slice_start',
           case when count(*) = 0 then null
                when bool_and(t.typlen > 0) and sum(t.typlen) <= 8 then hunt.column_list($1, true, '%1$I')
                else format('pg_catalog.hash_record_extended(row(%1$s), %2$s), pg_catalog.hash_record_extended(row(%1$s), %3$s)',
                            hunt.column_list($1, true, '%1$I'), min(r.seed), min(r.seed) # 1) end)
  from hunt.rollup r join hunt.rollup_column c using (rollup_id) join pg_type t on t.oid = c.type::regtype
  where r.rollup_id = $1 and c.is_key $$;
comment on function hunt.rollup_unique_columns(integer) is
'What tells the rows of a slice table apart: the columns and expressions of its unique index.';

-- The rights that come with hunt.grant_access() are those on the tables that there were; new ones get what hunt.rollup has.
create function hunt.create_rollup_reader(rollup_id integer) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  branches text := '';
  slice interval;
  grantee text;
begin
  select * into strict r from hunt.rollup where rollup.rollup_id = create_rollup_reader.rollup_id;
  foreach slice in array r.slices loop
    branches := branches || format($branch$
    select t.slice_start, %2$s from %1$s t
    where $3 = %3$L::interval and t.slice_start >= $1 and t.slice_start < $2
      and not coalesce((select l.replaced from live l where l.replaced is not null), '{}') @> t.slice_start
    union all$branch$, hunt.rollup_table(r.name, slice), hunt.column_list(rollup_id, null, 't.%1$I'), slice);
  end loop;
  execute format($function$
    create function hunt.read_rollup_%1$s(start_at timestamptz, end_at timestamptz, slice interval default %2$L)
      returns table (slice_start timestamptz, %3$s) language sql stable parallel restricted rows 10000
    begin atomic
    with live as materialized (
      select * from hunt.rollup_live(%4$s, $1, $2, $3) as l (replaced tstzmultirange, slice_start timestamptz, %3$s))%5$s
    select l.slice_start, %6$s from live l where l.replaced is null;
    end$function$,
    r.name, r.slices[1], hunt.column_list(rollup_id, null, '%1$I %2$s'), rollup_id, branches, hunt.column_list(rollup_id, null, 'l.%1$I'));
  execute format('comment on function hunt.read_rollup_%s(timestamptz, timestamptz, interval) is %L', r.name,
                 format('The states of the roll-up %s for rows from start_at to before end_at, by slice and keys: the same rows as grouping %s itself.', r.name, r.source));
  for grantee in
    select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
    from pg_class c, aclexplode(c.relacl) a
    where c.oid = 'hunt.rollup'::regclass and a.privilege_type = 'SELECT' and a.grantee <> c.relowner loop
    foreach slice in array r.slices loop
      execute format('grant select on %s to %s', hunt.rollup_table(r.name, slice), grantee);
    end loop;
  end loop;
end $$;
comment on function hunt.create_rollup_reader(integer) is
'Makes the function hunt.read_rollup_<name>() of a roll-up, and lets those read its tables who may read hunt.rollup.';

create function hunt.drop_rollup(name text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record := hunt.own_rollup(hunt.rollup_id(drop_rollup.name));
  slice interval;
  watched text;
begin
  execute format('drop function if exists hunt.read_rollup_%s(timestamptz, timestamptz, interval)', r.name);
  foreach slice in array r.slices loop
    execute format('drop table if exists %s', hunt.rollup_table(r.name, slice));
  end loop;
  delete from hunt.rollup o where o.rollup_id = r.rollup_id;
  foreach watched in array r.depends loop
    if not exists (select from hunt.rollup o where watched = any (o.depends)) then
      perform hunt.unwatch_changes(watched);
      delete from hunt.rollup_stale s where s.relation = watched;
    end if;
  end loop;
end $$;
comment on function hunt.drop_rollup(text) is 'Removes a roll-up with its tables and its function. Fails while something of yours reads them.';

revoke execute on function hunt.create_rollup(text, text[], jsonb, regclass, text, text, interval[], interval),
  hunt.check_rollup(text, text[], jsonb, regclass, text, text, interval[], interval), hunt.check_slices(text, interval[], interval),
  hunt.check_rollup_expression(text, text, text, text), hunt.create_rollup_reader(integer), hunt.drop_rollup(text) from public;
