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

-- What people showed, one row for each person, value and part: a lookback long, one of them before start_at. That is the least that
-- the histories of the hunt need.
create function hunt.shown_values(field text, read_from timestamptz, start_at timestamptz, end_at timestamptz, sources text[])
returns table (user_identity text, value text, part timestamptz, is_before boolean, events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 10000 as $$
  select coalesce(i.identity, u.value) as user_identity, s.value, s.part, s.part operator(pg_catalog.<) $3 as is_before, hunt.total(s.events), min(s.first_at), max(s.last_at)
  from (
    select r.user_id, r.part, r.events, r.first_at, r.last_at,
           case $1 when 'network' then hunt.network_of(r.number) when 'client' then g.agent_key when 'application' then p.value
                   when 'action' then a.value else r.text end as value
    from (
      select f.user_id, date_bin($3 operator(pg_catalog.-) $2, f.event_time, $3) as part,
             case $1 when 'network' then f.device_ip_asn_number when 'client' then f.agent_id
                     when 'application' then f.application_id when 'action' then f.action_id end as number,
             case $1 when 'country' then f.device_ip_country_code end as text,
             count(*) as events, min(f.event_time) as first_at, max(f.event_time) as last_at
      from hunt.event_fact f
      where $1 operator(pg_catalog.<>) 'command' and f.event_time operator(pg_catalog.>=) $2 and f.event_time operator(pg_catalog.<) $4
        and ($5 is null or f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($5))::integer[]))
        -- Who fails shows nothing of himself; what does not say how it ended did happen.
        and f.success is not false and f.user_id is not null
        and (case when $1 operator(pg_catalog.=) any ('{network,country}') and f.device_ip is not null
                  then not hunt.is_own_network(f.device_ip) else true end)
        and not (select hunt.has_stored_values($1, $2, $3, $4))
      group by 1, 2, 3, 4
      union all
      select c.user_id, c.part, null, hunt.log_signature(c.command_line), c.events, c.first_at, c.last_at
      from (select f.user_id, date_bin($3 operator(pg_catalog.-) $2, f.event_time, $3) as part, d.command_line, count(*) as events,
                   min(f.event_time) as first_at, max(f.event_time) as last_at
            from hunt.event_fact f
            join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
            where $1 operator(pg_catalog.=) 'command' and f.event_time operator(pg_catalog.>=) $2 and f.event_time operator(pg_catalog.<) $4
              and d.event_time operator(pg_catalog.>=) $2 and d.event_time operator(pg_catalog.<) $4
              and ($5 is null or f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($5))::integer[]))
              and f.success is not false and f.user_id is not null and d.command_line is not null
              and not (select hunt.has_stored_values($1, $2, $3, $4))
            group by 1, 2, 3) c
      union all
      select b.user_id, b.start_at, b.number, b.text, b.events, b.first_at, b.last_at
      from (select $2 as start_at, s.* from hunt.stored_values($1, $2, $3, $5) s
            union all select $3, s.* from hunt.stored_values($1, $3, $4, $5) s) b
      where (select hunt.has_stored_values($1, $2, $3, $4))
    ) r
    left join hunt.dictionary_agent g on $1 operator(pg_catalog.=) 'client' and g.id operator(pg_catalog.=) r.number
    left join hunt.dictionary_application p on $1 operator(pg_catalog.=) 'application' and p.id operator(pg_catalog.=) r.number
    left join hunt.dictionary_action a on $1 operator(pg_catalog.=) 'action' and a.id operator(pg_catalog.=) r.number
  ) s
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) s.user_id
  left join hunt.identity i on i.username operator(pg_catalog.=) u.value
  where not hunt.is_blank(s.value)
  group by 1, 2, s.part $$;
comment on function hunt.shown_values(text, timestamptz, timestamptz, timestamptz, text[]) is 'The values of a field that people showed in events that did not fail, by person (hunt.identity), value and part: stretches as long as the lookback, of which one lies before start_at; networks and countries without those of hunt.own_network. What the hunts for first-seen values read.';

create function hunt.first_seen_values(start_at timestamptz, end_at timestamptz, field text default 'network',
  lookback interval default '90 days', learning interval default '14 days', sources text[] default null,
  pattern text default null, username text default null)
returns table (first_at timestamptz, user_identity text, value text, verdict text, people_before bigint, known_values integer,
  known_since timestamptz, events bigint, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  with shown as materialized (
    select * from hunt.shown_values(hunt.first_seen_field($3), $1 operator(pg_catalog.-) $4, $1, $2, $6) s
  ), fresh as materialized (
    select n.* from (
      select s.user_identity, s.value, min(s.first_at) as first_at, sum(s.events)::bigint as events, max(s.last_at) as last_at
      from shown s
      -- The pattern chooses what is told, not what is known: who never ran kubectl is known by the rest of his commands.
      where not s.is_before and ($7 is null or s.value operator(pg_catalog.~~) $7)
        and ($8 is null or s.user_identity operator(pg_catalog.=) (select hunt.user_identity($8)))
      group by s.user_identity, s.value
    ) n
    -- What was there within the lookback is not new: only the rest needs the histories.
    where not exists (select from shown b where b.is_before and b.user_identity operator(pg_catalog.=) n.user_identity and b.value operator(pg_catalog.=) n.value
                      and b.last_at operator(pg_catalog.>=) (n.first_at operator(pg_catalog.-) $4))
  ), person as (
    select s.user_identity,
           hunt.history(s.value, s.first_at, 100000, $4) operator(hunt.||) hunt.history(s.value, s.last_at, 100000, $4) as state
    from shown s
    where s.user_identity in (select n.user_identity from fresh n)
    group by s.user_identity
  ), everyone as (
    -- A part is not longer than the lookback, so its first and last time say all that there is to say of it.
    select s.value, hunt.history(s.value, s.first_at, 1, $4) operator(hunt.||) hunt.history(s.value, s.last_at, 1, $4) as state,
           hunt.total(s.people) as people
    from (select s.value, min(s.first_at) as first_at, max(s.last_at) as last_at, count(*) filter (where s.is_before) as people
          from shown s where s.value in (select n.value from fresh n) group by s.value, s.part) s
    group by s.value
  )
  select n.first_at, n.user_identity, n.value, v.verdict, e.people, v.entity_values, v.entity_first_seen, n.events, n.last_at
  from fresh n
  join person p on p.user_identity operator(pg_catalog.=) n.user_identity
  join everyone e on e.value operator(pg_catalog.=) n.value
  cross join lateral hunt.first_seen_verdict(p.state, n.value, n.first_at, $5, everyone => e.state) v
  where v.verdict operator(pg_catalog.=) any ('{new_for_entity,new_for_everyone}')
  order by e.people, n.first_at, n.user_identity, n.value $$;
comment on function hunt.first_seen_values(timestamptz, timestamptz, text, interval, interval, text[], text, text) is 'Hunt: values that a person showed for the first time since the lookback before, when known for the time of learning: field is network (operator), country, client (agent key), application, action, or command (the signature of a command line). pattern is LIKE over the values ("kubectl%"); of all sources if sources is NULL, of one person or of all if username is NULL. verdict says whether it was new for everyone or for the person; people_before is how many others had shown it before start_at. What the fewest showed first.';
