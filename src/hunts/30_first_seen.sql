-- hunts: a network, country, client, application, action or command that this user has not shown before
-- (hypotheses 3, 5 and 6).

create function hunt.first_seen_field(field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  if first_seen_field.field is null or first_seen_field.field <> all ('{network,country,client,application,action,command}') then
    raise exception 'nothing is first seen by "%"', first_seen_field.field using errcode = 'invalid_parameter_value',
      hint = 'The fields are network, country, client, application, action and command.';
  end if;
  return first_seen_field.field;
end $$;
comment on function hunt.first_seen_field(text) is 'The field itself; an error if the hunts for first-seen values know none of this name.';

-- By id where there is one, since names are needed of the few values that are new. A part is a lookback long but for the first, which
-- has the lookback before start_at besides (of events in a row of its own): that is the least that the histories of the hunt need. PL/pgSQL runs one of the three
-- queries, where a query with all of them would set memory aside for the groups of each.
create function hunt.shown_values(field text, read_from timestamptz, start_at timestamptz, end_at timestamptz, sources text[])
returns table (user_id integer, number bigint, text text, part timestamptz, before_first timestamptz, before_last timestamptz,
  events bigint, first_at timestamptz, last_at timestamptz)
language plpgsql stable parallel safe rows 100000 set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  lookback interval := start_at - read_from;
  source_ids integer[] := hunt.source_ids(sources);
begin
  if hunt.has_stored_values(field, read_from, start_at, end_at) then
    return query
    select s.user_id, s.number, s.text, start_at, s.before_first, s.before_last, s.events, s.first_at, s.last_at
    from hunt.stored_values(field, read_from, start_at, end_at, sources) s;
  elsif field = 'command' then
    return query
    select c.user_id, null::bigint, hunt.log_signature(c.command_line), greatest(c.part, start_at), case when c.part < start_at then c.first_at end,
           case when c.part < start_at then c.last_at end, case when c.part >= start_at then c.events end,
           case when c.part >= start_at then c.first_at end, case when c.part >= start_at then c.last_at end
    from (select f.user_id, date_bin(lookback, f.event_time, start_at) as part, d.command_line, count(*) as events,
                 min(f.event_time) as first_at, max(f.event_time) as last_at
          from hunt.event_fact f
          join hunt.event_detail d on d.event_time = f.event_time and d.event_key = f.event_key
          where f.event_time >= read_from and f.event_time < end_at and d.event_time >= read_from and d.event_time < end_at
            and (sources is null or f.source_id = any (source_ids))
            and f.success is not false and f.user_id is not null and d.command_line is not null
          group by 1, 2, 3) c;
  else
    return query
    select v.user_id, v.number, v.text, greatest(v.part, start_at), case when v.part < start_at then v.first_at end,
           case when v.part < start_at then v.last_at end, case when v.part >= start_at then v.events end,
           case when v.part >= start_at then v.first_at end, case when v.part >= start_at then v.last_at end
    from (select f.user_id,
                 case field when 'network' then f.device_ip_asn_number when 'client' then f.agent_id
                            when 'application' then f.application_id when 'action' then f.action_id end as number,
                 case field when 'country' then f.device_ip_country_code end as text,
                 date_bin(lookback, f.event_time, start_at) as part, count(*) as events,
                 min(f.event_time) as first_at, max(f.event_time) as last_at
          from hunt.event_fact f
          where f.event_time >= read_from and f.event_time < end_at and (sources is null or f.source_id = any (source_ids))
            -- Who fails shows nothing of himself; what does not say how it ended did happen.
            and f.success is not false and f.user_id is not null
            and (case when field = any ('{network,country}') and f.device_ip is not null then not hunt.is_own_network(f.device_ip) else true end)
          group by 1, 2, 3, 4) v;
  end if;
end $$;
comment on function hunt.shown_values(text, timestamptz, timestamptz, timestamptz, text[]) is 'The values of a field that users showed in events that did not fail, by user, value (the number of a network, client, application or action, or the text of a country or command) and part: stretches as long as the lookback from start_at on; networks and countries without those of hunt.own_network. before_first and before_last, in the first part, are of the lookback before start_at; events, first_at and last_at of the part itself. What the hunts for first-seen values read.';

create function hunt.first_seen_values(start_at timestamptz, end_at timestamptz, field text default 'network',
  lookback interval default '90 days', learning interval default '14 days', sources text[] default null,
  pattern text default null, username text default null)
returns table (first_at timestamptz, user_identity text, value text, verdict text, people_before bigint, known_values integer,
  known_since timestamptz, events bigint, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  with seen as materialized (
    select s.user_id, coalesce(s.number, 0) as number, coalesce(s.text, '') collate "C" as text, s.part, s.before_first,
           s.before_last, s.events, s.first_at, s.last_at
    from hunt.shown_values(hunt.first_seen_field($3), $1 operator(pg_catalog.-) $4, $1, $2, $6) s
    where s.number is not null or s.text is not null
  ), value as materialized (
    -- Several numbers may have one name: carriers, versions of a client.
    select v.number, v.text, v.value, dense_rank() over (order by v.value collate "C") as value_id
    from (select d.number, d.text,
                 case $3 when 'network' then hunt.network_of(d.number)
                         when 'client' then (select g.agent_key from hunt.dictionary_agent g where g.id operator(pg_catalog.=) d.number)
                         when 'application' then (select p.value from hunt.dictionary_application p where p.id operator(pg_catalog.=) d.number)
                         when 'action' then (select a.value from hunt.dictionary_action a where a.id operator(pg_catalog.=) d.number)
                         else d.text end as value
          from (select distinct s.number, s.text from seen s) d) v
    where not hunt.is_blank(v.value)
  ), same as materialized (
    -- The users that hunt.identity takes for one person, who has the least of their numbers.
    select u.id, m.identity, min(u.id) over (partition by m.identity) as person_id
    from (select i.username, i.identity from hunt.identity i union select i.identity, i.identity from hunt.identity i) m
    join hunt.dictionary_user u on u.value operator(pg_catalog.=) m.username
  ), shown as materialized (
    select coalesce(m.person_id, s.user_id) as person_id, v.value_id, s.part, min(s.before_first) as before_first,
           max(s.before_last) as before_last, hunt.total(s.events) as events, min(s.first_at) as first_at, max(s.last_at) as last_at
    from seen s
    join value v on v.number operator(pg_catalog.=) s.number and v.text operator(pg_catalog.=) s.text
    left join same m on m.id operator(pg_catalog.=) s.user_id
    group by 1, 2, 3
  ), fresh as materialized (
    -- What was there within the lookback is not new: only the rest needs the histories. Most parts tell it alone, so that few are
    -- put together.
    select s.person_id, s.value_id, min(s.first_at) as first_at, hunt.total(s.events) as events, max(s.last_at) as last_at
    from shown s
    where (s.person_id, s.value_id) in (
            select c.person_id, c.value_id from shown c
            where c.first_at is not null
              and (c.before_last is null or c.before_last operator(pg_catalog.<) (select $2 operator(pg_catalog.-) $4)
                                            and c.before_last operator(pg_catalog.<) (c.first_at operator(pg_catalog.-) $4)))
    -- The pattern chooses what is told, not what is known: who never ran kubectl is known by the rest of his commands.
      and ($7 is null or s.value_id in (select v.value_id from value v where v.value operator(pg_catalog.~~) $7))
      and ($8 is null or s.person_id in (
             select coalesce(m.person_id, u.id) from hunt.dictionary_user u left join same m on m.id operator(pg_catalog.=) u.id
             where coalesce(m.identity, u.value) operator(pg_catalog.=) (select hunt.user_identity($8))))
    group by s.person_id, s.value_id
    having coalesce(max(s.before_last) operator(pg_catalog.<) (min(s.first_at) operator(pg_catalog.-) $4), true)
  ), person as (
    select s.person_id,
           hunt.history(s.value_id, s.before_first, 100000, $4) operator(hunt.||) hunt.history(s.value_id, s.before_last, 100000, $4)
             operator(hunt.||) hunt.history(s.value_id, s.first_at, 100000, $4) operator(hunt.||) hunt.history(s.value_id, s.last_at, 100000, $4)
             as state
    from shown s
    where s.person_id in (select n.person_id from fresh n)
    group by s.person_id
  ), everyone as (
    -- A part is not longer than the lookback, so its first and last time say all that there is to say of it.
    select s.value_id,
           hunt.history(s.value_id, s.before_first, 1, $4) operator(hunt.||) hunt.history(s.value_id, s.before_last, 1, $4)
             operator(hunt.||) hunt.history(s.value_id, s.first_at, 1, $4) operator(hunt.||) hunt.history(s.value_id, s.last_at, 1, $4)
             as state,
           hunt.total(s.people) as people
    from (select s.value_id, min(s.before_first) as before_first, max(s.before_last) as before_last, min(s.first_at) as first_at,
                 max(s.last_at) as last_at, count(s.before_first) as people
          from shown s where s.value_id in (select n.value_id from fresh n) group by s.value_id, s.part) s
    group by s.value_id
  )
  select n.first_at, coalesce(m.identity, u.value), w.value, v.verdict, e.people, v.entity_values, v.entity_first_seen, n.events, n.last_at
  from fresh n
  join person p on p.person_id operator(pg_catalog.=) n.person_id
  join everyone e on e.value_id operator(pg_catalog.=) n.value_id
  cross join lateral hunt.first_seen_verdict(p.state, n.value_id, n.first_at, $5, everyone => e.state) v
  join (select distinct v.value_id, v.value from value v) w on w.value_id operator(pg_catalog.=) n.value_id
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.person_id
  left join same m on m.id operator(pg_catalog.=) n.person_id
  where v.verdict operator(pg_catalog.=) any ('{new_for_entity,new_for_everyone}')
  order by e.people, n.first_at, coalesce(m.identity, u.value), w.value $$;
comment on function hunt.first_seen_values(timestamptz, timestamptz, text, interval, interval, text[], text, text) is 'Hunt: values that a person showed for the first time since the lookback before, when known for the time of learning: field is network (operator), country, client (agent key), application, action, or command (the signature of a command line). pattern is LIKE over the values ("kubectl%"); of all sources if sources is NULL, of one person or of all if username is NULL. verdict says whether it was new for everyone or for the person; people_before is how many others had shown it before start_at. What the fewest showed first.';
