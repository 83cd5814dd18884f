-- rollup: rows that are changed or deleted after a roll-up has seen them. Statement triggers note the hours in which that
-- happened, in the transaction that does it; the notes are rows of that transaction, seen exactly once like any others.

create function hunt.note_changes() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  rows_of text;
begin
  if tg_nargs = 0 then
    insert into hunt.rollup_stale values (format('%I.%I', tg_table_schema, tg_table_name), '{["-infinity","infinity")}');
  else
    rows_of := format('select %I as at from rows_before', tg_argv[0]);
    if tg_op = 'UPDATE' then
      rows_of := rows_of || format(' union all select %I from rows_after', tg_argv[0]);
    end if;
    execute format('insert into hunt.rollup_stale
                    select %L, range_agg(tstzrange(h.hour, h.hour + interval ''1 hour''))
                    from (select distinct hunt.timeslice(r.at, interval ''1 hour'') as hour from (%s) r where r.at is not null) h
                    having count(*) > 0', format('%I.%I', tg_table_schema, tg_table_name), rows_of);
  end if;
  return null;
end $$;
comment on function hunt.note_changes() is
'The triggers that note changes for roll-ups in hunt.rollup_stale: the hours of the changed rows by the time column named in their argument, or all time without one.';

-- CREATE TRIGGER waits for the writers that are under way, so no change escapes between it and the first refresh.
create function hunt.watch_changes(relation text, time_column name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  operation text;
  is_dictionary boolean;
begin
  if exists (select from pg_trigger t where t.tgrelid = relation::regclass and t.tgname = 'rollup_update') then
    return;
  end if;
  if time_column is not null then
    execute format('create trigger rollup_update after update on %s referencing old table as rows_before new table as rows_after
                      for each statement execute function hunt.note_changes(%L)', relation, time_column);
    execute format('create trigger rollup_delete after delete on %s referencing old table as rows_before
                      for each statement execute function hunt.note_changes(%L)', relation, time_column);
    execute format('create trigger rollup_truncate after truncate on %s
                      for each statement execute function hunt.note_changes()', relation);
  else
    -- A dictionary gains values that no stored row has and loses those that none has any more.
    is_dictionary := relation like 'hunt.dictionary\_%';
    foreach operation in array case when is_dictionary then array['update'] else array['update', 'insert', 'delete', 'truncate'] end loop
      execute format('create trigger rollup_%1$s after %1$s on %2$s for each statement execute function hunt.note_changes()',
                     operation, relation);
    end loop;
  end if;
exception when insufficient_privilege then
  raise exception 'the table "%" has no triggers yet that note changes for roll-ups, and only its owner can add them', relation
    using errcode = 'insufficient_privilege', hint = format('Its owner calls hunt.watch_changes(%L, %L).', relation, time_column);
end $$;
comment on function hunt.watch_changes(text, name) is
'Adds the triggers that note changes of a table for roll-ups, by its time column, or as changes of all time if that is NULL. Called by hunt.create_rollup(); the caller must own the table.';

create function hunt.unwatch_changes(relation text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  operation text;
begin
  foreach operation in array array['insert', 'update', 'delete', 'truncate'] loop
    execute format('drop trigger if exists rollup_%s on %s', operation, relation);
  end loop;
end $$;
comment on function hunt.unwatch_changes(text) is 'Removes the triggers of hunt.watch_changes() from a table.';

-- Which tables stand behind the columns that a roll-up uses. hunt.event joins many; of those that hold rows by time only
-- the ones whose columns are used count, since what is not read cannot make a state stale.
create function hunt.rollup_dependencies(source regclass, time_column name, used text[], expressions text)
  returns table (relation text, time_column_name name)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive behind (oid) as (
    select source::oid
    union
    select d.refobjid from behind b
    join pg_rewrite w on w.ev_class = b.oid
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
  ), tables as (
    select format('%I.%I', n.nspname, c.relname) as relation,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = time_column) as has_time,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'ingest_xid') as is_tracked,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = any (used) and a.attname <> time_column) as is_used
    from behind b join pg_class c on c.oid = b.oid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
  )
  select t.relation, case when t.has_time then time_column end
  from tables t
  where case when t.has_time then t.is_tracked or t.is_used
             when t.relation = 'hunt.identity' then 'user_identity' = any (used)
             when t.relation = 'hunt.own_network' then false
             else true end
  union all select 'hunt.own_network', null where expressions ~ 'is_own_network' or 'is_own_network' = any (used)
  order by 1 $$;
comment on function hunt.rollup_dependencies(regclass, name, text[], text) is
'The tables whose changes concern a roll-up over the source that uses these columns, with the column that holds the time, if there is one.';

revoke execute on function hunt.note_changes(), hunt.watch_changes(text, name), hunt.unwatch_changes(text) from public;
