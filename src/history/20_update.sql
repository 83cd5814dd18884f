-- history: kept from batch to batch. The tables are created by the user, so that they are his: see hunt.setup().

create function hunt.create_history_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  create table if not exists hunt.history_name (
    id integer generated always as identity primary key,
    name text collate "C" not null unique
  );
  comment on table hunt.history_name is 'The histories that hunt.update_history() keeps, by name.';
  create table if not exists hunt.history_entity (
    name_id integer not null references hunt.history_name on delete cascade,
    entity text collate "C" not null,
    state hunt.history not null,
    primary key (name_id, entity)
  );
  comment on table hunt.history_entity is 'What each entity has shown, one row an entity.';
  create table if not exists hunt.history_value (
    name_id integer not null references hunt.history_name on delete cascade,
    peer_group text collate "C" not null,
    value text collate "C" not null,
    state hunt.history not null,
    primary key (name_id, peer_group, value)
  );
  comment on table hunt.history_value is
    'When each value was shown by a group of peers, or by everyone (the group without a name): one row a value.';
end $$;
comment on function hunt.create_history_tables() is 'Creates the tables of hunt.update_history() that are missing; hunt.setup() calls it.';

do $script$
declare
  element text;
  is_value text;
begin
  for element, is_value in values ('text', 'not hunt.is_blank(u.value)'), ('bigint', 'u.value is not null'), ('inet', 'u.value is not null') loop
    execute pg_catalog.format($sql$
create function hunt.update_history(
  name text, entities text[], "values" %1$s[], times timestamptz[], peer_groups text[] default null,
  learning interval default '30 days', retention interval default '90 days', rare_days integer default 3,
  max_values integer default 1000, with_everyone boolean default true)
returns table (event bigint, entity text, value %1$s, at timestamptz, result hunt.first_seen_result)
language plpgsql set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off rows 1000 as $body$
#variable_conflict use_column
declare
  its_id integer;
begin
  if cardinality(entities) is distinct from cardinality("values") or cardinality(entities) is distinct from cardinality(times)
     or cardinality(entities) is distinct from cardinality(coalesce(peer_groups, entities)) then
    raise exception 'the arrays of update_history() differ in length' using errcode = 'array_subscript_error',
      hint = 'Element i of each array belongs to event i; use NULL for what is missing.';
  end if;
  select h.id into its_id from hunt.history_name h where h.name = update_history.name;
  if its_id is null then
    -- No lock on the name outlives this: entities refer to it.
    insert into hunt.history_name (name) values (update_history.name) on conflict do nothing;
    select h.id into strict its_id from hunt.history_name h where h.name = update_history.name;
  end if;
  return query
  with event as materialized (
    select u.number, u.entity collate "C" as entity, u.value, u.at, u.peer_group collate "C" as peer_group,
           case when with_everyone or u.peer_group is not null then u.value::text end collate "C" as group_value
    from unnest(entities, "values", times, peer_groups) with ordinality u(entity, value, at, peer_group, number)
    where u.entity is not null and %2$s and isfinite(u.at)
  ),
  -- Rows are locked in the order of their keys, entities before groups, so that updaters wait and never deadlock.
  entity_state as (
    insert into hunt.history_entity as h (name_id, entity, state)
    select its_id, e.entity, hunt.history(e.value, e.at, max_values, retention) from event e group by e.entity order by e.entity
    on conflict on constraint history_entity_pkey do update set state = h.state operator(hunt.||) excluded.state
    returning h.entity, h.state
  ),
  group_state as (
    insert into hunt.history_value as h (name_id, peer_group, value, state)
    select its_id, g.peer_group, g.group_value, hunt.history(g.value, g.at, 1, retention)
    from (select e.peer_group, e.group_value, e.value, e.at from event e where e.peer_group is not null
          union all select '', e.group_value, e.value, e.at from event e where with_everyone) g
    where (select count(*) from entity_state) > 0
    group by g.peer_group, g.group_value order by g.peer_group, g.group_value
    on conflict on constraint history_value_pkey do update set state = h.state operator(hunt.||) excluded.state
    returning h.peer_group, h.value, h.state
  )
  select e.number, e.entity, e.value, e.at,
         hunt.first_seen_verdict(s.state, e.value, e.at, learning, retention, rare_days, p.state, o.state)
  from event e
  join entity_state s on s.entity = e.entity
  left join group_state p on p.peer_group = e.peer_group and p.value = e.group_value
  left join group_state o on o.peer_group = '' and o.value = e.group_value;
end $body$;
comment on function hunt.update_history(text, text[], %1$s[], timestamptz[], text[], interval, interval, integer, integer, boolean) is
'Adds a batch of events to the history of this name and tells of each event whether its value was seen before: by its entity, its group of peers, everyone. Events without entity, value or time are left out.';
revoke execute on function hunt.update_history(text, text[], %1$s[], timestamptz[], text[], interval, interval, integer, integer, boolean) from public;
$sql$, element, is_value);
  end loop;
end $script$;

create function hunt.prune_history(name text, before timestamptz) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  its_id integer := (select h.id from hunt.history_name h where h.name = prune_history.name);
  forgotten bigint;
begin
  if its_id is null then
    raise exception 'there is no history %', quote_literal(prune_history.name) using errcode = 'undefined_object',
      hint = 'List those that there are: select name from hunt.history_name.';
  end if;
  perform from hunt.history_entity h where h.name_id = its_id order by h.entity for update;
  perform from hunt.history_value h where h.name_id = its_id order by h.peer_group, h.value for update;
  delete from hunt.history_entity h where h.name_id = its_id and (hunt.history_info(h.state)).last_seen < before;
  get diagnostics forgotten = row_count;
  delete from hunt.history_value h where h.name_id = its_id and (hunt.history_info(h.state)).last_seen < before;
  update hunt.history_entity h set state = hunt.prune(h.state, before)
  where h.name_id = its_id and hunt.prune(h.state, before) operator(hunt.<>) h.state;
  update hunt.history_value h set state = hunt.prune(h.state, before)
  where h.name_id = its_id and hunt.prune(h.state, before) operator(hunt.<>) h.state;
  return forgotten;
end $$;
comment on function hunt.prune_history(text, timestamptz) is
'Forgets what ended before a moment in the history of this name; returns how many entities are forgotten. No verdict changes for events at least the retention after that moment.';
revoke execute on function hunt.create_history_tables(), hunt.prune_history(text, timestamptz) from public;
