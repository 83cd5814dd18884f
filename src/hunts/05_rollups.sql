-- hunts: what they read from the default roll-ups (hunt.create_default_rollups()) instead of events. The reader of a roll-up
-- returns what grouping the events would, so the answers are the same. Where slices do not fit, or a roll-up is missing
-- or was never refreshed, hunts read events. PL/pgSQL, because its queries are parsed when they run: the readers come
-- and go with the roll-ups.

-- The sum of bigints is numeric in PostgreSQL; numbers of events are not.
create aggregate hunt.total(bigint) (sfunc = pg_catalog.int8pl, stype = bigint, combinefunc = pg_catalog.int8pl, parallel = safe);
comment on aggregate hunt.total(bigint) is 'The sum as a bigint, an error above 2^63 - 1: for numbers of events, which sum() adds up as numeric at several times the cost.';

create function hunt.has_rollup(name text) returns boolean
  language plpgsql stable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return to_regproc('hunt.read_rollup_' || name) is not null
    and exists (select from hunt.rollup r join hunt.rollup_state s using (rollup_id)
                where r.name = has_rollup.name and s.last_finished is not null);
end $$;
comment on function hunt.has_rollup(text) is 'Whether there is a roll-up of this name that has been refreshed: then the hunts read it.';

create function hunt.is_whole_days(slice interval, time_zone text) returns boolean
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as
$$ select time_zone in ('UTC', 'Etc/UTC', 'GMT') and hunt.slice_divides('1 day', slice) $$;
comment on function hunt.is_whole_days(interval, text) is 'Whether slices consist of whole days (UTC), so that stored days add up to them.';

create function hunt.is_within_days(slice interval, time_zone text) returns boolean
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as
$$ select time_zone in ('UTC', 'Etc/UTC', 'GMT') and hunt.slice_months(slice) = 0 and hunt.slice_divides(slice, '1 day') $$;
comment on function hunt.is_within_days(interval, text) is 'Whether each slice lies within a day (UTC): no slice has what its stored day lacks.';

create function hunt.is_stored_by_hour(slice interval, time_zone text) returns boolean
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as
$$ select time_zone in ('UTC', 'Etc/UTC', 'GMT') and hunt.slice_months(slice) = 0
          and (hunt.slice_divides(slice, '1 hour') or hunt.slice_divides('1 hour', slice)) $$;
comment on function hunt.is_stored_by_hour(interval, text) is 'Whether slices consist of whole hours or lie within one.';

create function hunt.first_whole_week(start_at timestamptz, end_at timestamptz) returns timestamptz
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as
$$ select least(hunt.timeslice(start_at + interval '7 days' - interval '1 microsecond', '7 days'), end_at) $$;
comment on function hunt.first_whole_week(timestamptz, timestamptz) is 'Where the stored weeks of a span begin: its end, if it has no whole one.';

-- Sign-ins by day and longer slices.
create function hunt.stored_signins(start_at timestamptz, end_at timestamptz, slice interval, source text, without_own boolean,
    least_count bigint)
  returns table (user_id integer, slice_start timestamptz, asn_number bigint, country_code text, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  its_id integer := hunt.source_id(source);
begin
  return query
  select s.user_id, hunt.timeslice(s.slice_start, slice), s.device_ip_asn_number, s.device_ip_country_code,
         hunt.total(s.events) + case when without_own then 0 else coalesce(hunt.total(s.own_events), 0) end,
         case when without_own then min(s.first_at) else least(min(s.first_at), min(s.own_first_at)) end,
         case when without_own then max(s.last_at) else greatest(max(s.last_at), max(s.own_last_at)) end
  from hunt.read_rollup_user_session(start_at, end_at, '1 day') s
  where s.source_id = its_id and s.success
    and (least_count < 2
         or (s.user_id, hunt.timeslice(s.slice_start, slice)) in (
              select n.user_id, hunt.timeslice(n.slice_start, slice)
              from hunt.read_rollup_user_source(start_at, end_at, '1 day') n
              where n.source_id = its_id and (slice > interval '1 day' or n.least_network < n.greatest_network or n.least_country < n.greatest_country)
              group by 1, 2
              having min(n.least_network) < max(n.greatest_network) or min(n.least_country) < max(n.greatest_country)))
  group by 1, 2, 3, 4
  having not without_own or hunt.total(s.events) > 0;
end $$;
comment on function hunt.stored_signins(timestamptz, timestamptz, interval, text, boolean, bigint) is 'As hunt.signin_networks() for slices of whole days, read from the roll-up user_session.';

-- Hours first, then by their index the events of the few users that may have such a slice.
create function hunt.stored_several_signins(start_at timestamptz, end_at timestamptz, slice interval, source text, without_own boolean,
    least_count bigint, judged_from timestamptz)
  returns table (user_id integer, slice_start timestamptz, asn_number bigint, country_code text, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
#variable_conflict use_column
declare
  its_id integer := hunt.source_id(source);
  length interval := greatest(slice, interval '1 hour');
  suspects integer[];
begin
  -- A slice of several hours may have one network in each; the hours of a user in one such slice are looked at together.
  select array_agg(distinct h.user_id) into suspects
  from (
    select s.user_id
    from hunt.read_rollup_user_source(judged_from, end_at, '1 hour') s
    where s.source_id = its_id
      and (length > interval '1 hour' or least_count < 2 or s.least_network < s.greatest_network or s.least_country < s.greatest_country)
    group by s.user_id, hunt.timeslice(s.slice_start, length)
    having least_count < 2 or min(s.least_network) < max(s.greatest_network) or min(s.least_country) < max(s.greatest_country)) h;
  return query
  select f.user_id, hunt.timeslice(f.event_time, slice), f.device_ip_asn_number, f.device_ip_country_code, count(*), min(f.event_time),
         max(f.event_time)
  from unnest(suspects) u
  join hunt.event_fact f on f.user_id = u
  where f.event_time >= start_at and f.event_time < end_at and f.source_id = its_id and f.success
    and not (without_own and f.device_ip is not null and hunt.is_own_network(f.device_ip))
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.stored_several_signins(timestamptz, timestamptz, interval, text, boolean, bigint, timestamptz) is 'As hunt.signin_networks() for slices within a day, of the users who have a slice with several networks from judged_from on; whose days these are says the roll-up user_session.';

create function hunt.stored_clients(start_at timestamptz, end_at timestamptz, slice interval, sources text[], least_count integer)
  returns table (user_id integer, slice_start timestamptz, agent_id integer, asn_number bigint, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  select s.user_id, hunt.timeslice(s.slice_start, slice), s.agent_id, s.device_ip_asn_number,
         hunt.total(s.events) + coalesce(hunt.total(s.own_events), 0), least(min(s.first_at), min(s.own_first_at)),
         greatest(max(s.last_at), max(s.own_last_at))
  from hunt.read_rollup_user_session(start_at, end_at, '1 day') s
  where s.source_id = any (source_ids) and s.success and s.agent_id is not null
    and (least_count < 2
         or (s.user_id, hunt.timeslice(s.slice_start, slice)) in (
              select n.user_id, hunt.timeslice(n.slice_start, slice)
              from hunt.read_rollup_user_source(start_at, end_at, '1 day') n
              where n.source_id = any (source_ids) and (slice > interval '1 day' or cardinality(sources) > 1 or n.least_agent < n.greatest_agent)
              group by 1, 2 having min(n.least_agent) < max(n.greatest_agent)))
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.stored_clients(timestamptz, timestamptz, interval, text[], integer) is 'As hunt.user_clients() for slices of whole days, read from the roll-up user_session.';

create function hunt.stored_several_clients(start_at timestamptz, end_at timestamptz, slice interval, sources text[], event_types text[],
    least_count integer, shift interval)
  returns table (user_id integer, slice_start timestamptz, agent_id integer, asn_number bigint, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  with suspect as materialized (
    select distinct s.user_id, s.slice_start as day
    from hunt.read_rollup_user_source(hunt.timeslice(start_at, '1 day'), end_at, '1 day') s
    where s.source_id = any (source_ids) and (least_count < 2 or cardinality(sources) > 1 or s.least_agent < s.greatest_agent)
      and (least_count < 2 or slice > interval '1 hour'
           or (s.user_id, s.slice_start) in (
                select h.user_id, hunt.timeslice(h.slice_start, '1 day')
                from hunt.read_rollup_user_source(hunt.timeslice(start_at, '1 day'), end_at, '1 hour') h
                where h.source_id = any (source_ids) and (cardinality(sources) > 1 or h.least_agent < h.greatest_agent)))
  ), day as (
    select s.user_id, s.day from suspect s
    union select s.user_id, hunt.timeslice(s.day - shift, '1 day') from suspect s
    union select s.user_id, hunt.timeslice(s.day - shift + interval '24 hours' - interval '1 microsecond', '1 day') from suspect s
  )
  select f.user_id, hunt.timeslice(f.event_time, slice), f.agent_id, f.device_ip_asn_number, count(*), min(f.event_time), max(f.event_time)
  from day d
  join hunt.event_fact f on f.user_id = d.user_id and f.event_time >= d.day and f.event_time < d.day + interval '24 hours'
  where f.event_time >= start_at - shift and f.event_time < end_at and f.source_id = any (source_ids)
    and (event_types is null or f.device_event_id = any (array(select e.id from hunt.dictionary_device_event e where e.value = any (event_types))))
    and f.success and f.agent_id is not null
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.stored_several_clients(timestamptz, timestamptz, interval, text[], text[], integer, interval) is 'As hunt.user_clients() for slices within a day, of the days on which a user showed at least so many user agents and networks, and of those one shift earlier; which these are says the roll-up user_session.';

create function hunt.stored_travellers(start_at timestamptz, end_at timestamptz, sources text[])
  returns table (user_id integer, day timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  select d.user_id, d.day
  from (
    select s.user_id, s.slice_start as day,
           min(min(s.least_country)) over (w range between interval '1 day' preceding and interval '1 day' following) as least,
           max(max(s.greatest_country)) over (w range between interval '1 day' preceding and interval '1 day' following) as greatest
    from hunt.read_rollup_user_source(hunt.timeslice(start_at, '1 day'), end_at, '1 day') s
    where s.source_id = any (source_ids)
      and s.user_id in (select n.user_id from hunt.read_rollup_user_source(hunt.timeslice(start_at, '1 day'), end_at, '1 day') n
                        where n.source_id = any (source_ids)
                        group by 1 having min(n.least_country) < max(n.greatest_country))
    group by 1, 2
    window w as (partition by s.user_id order by s.slice_start)) d
  where d.least < d.greatest;
end $$;
comment on function hunt.stored_travellers(timestamptz, timestamptz, text[]) is 'Days around which a user succeeded in several countries, read from the roll-up user_session.';

create function hunt.stored_access_keys(start_at timestamptz, end_at timestamptz, slice interval, min_clients integer, min_networks integer,
    sources text[], username text)
  returns table (access_key_id integer, user_id integer, slice_start timestamptz)
  language plpgsql stable rows 100 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
  length interval := greatest(slice, interval '1 hour');
  is_single boolean := length = interval '1 hour' and cardinality(sources) = 1;  -- a stored row is all of an hour
  its_id integer := (select d.id from hunt.dictionary_user d where d.value = username);
begin
  return query
  select h.access_key_id, h.user_id, t.slice_start
  from (
    select s.access_key_id, s.user_id, s.slice_start as start_at
    from hunt.read_rollup_access_key(start_at, end_at, '1 hour') s
    where is_single and s.source_id = any (source_ids) and (username is null or s.user_id = its_id)
      and s.events >= greatest(min_clients, min_networks) and (min_clients < 2 or s.least_agent < s.greatest_agent)
      and (min_networks < 2 or s.least_network < s.greatest_network)
    union all
    select s.access_key_id, s.user_id, hunt.timeslice(s.slice_start, length) as start_at
    from hunt.read_rollup_access_key(start_at, end_at, '1 hour') s
    where not is_single and s.source_id = any (source_ids) and (username is null or s.user_id = its_id)
    group by 1, 2, 3
    having hunt.total(s.events) >= greatest(min_clients, min_networks)
       and (min_clients < 2 or min(s.least_agent) < max(s.greatest_agent))
       and (min_networks < 2 or min(s.least_network) < max(s.greatest_network))) h
  -- Shorter slices are looked for in the events of the hours.
  cross join lateral (
    select h.start_at as slice_start where slice >= interval '1 hour'
    union all
    select hunt.timeslice(f.event_time, slice) from hunt.event_fact f
    where slice < interval '1 hour' and f.access_key_id = h.access_key_id and f.user_id = h.user_id
      and f.event_time >= h.start_at and f.event_time < h.start_at + interval '1 hour' and f.event_time >= start_at and f.event_time < end_at
      and f.source_id = any (source_ids) and f.agent_id is not null
    group by 1
    having count(*) >= greatest(min_clients, min_networks) and (min_clients < 2 or min(f.agent_id) < max(f.agent_id))
       and (min_networks < 2 or min(f.device_ip_asn_number) < max(f.device_ip_asn_number))) t;
end $$;
comment on function hunt.stored_access_keys(timestamptz, timestamptz, interval, integer, integer, text[], text) is 'As hunt.suspect_access_keys() for slices of whole hours or within one, read from the roll-up access_key.';

create function hunt.stored_identities(start_at timestamptz, end_at timestamptz, slice interval, min_addresses integer, sources text[])
  returns table (slice_start timestamptz, user_arn text, user_username text, access_key_id text, http_user_agent text, address_count bigint,
    addresses inet[], networks text[], countries text[], events bigint, first_at timestamptz, last_at timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
begin
  return query
  select n.slice_start, n.user_arn, n.user_username, n.access_key_id, n.http_user_agent, cardinality(n.addresses)::bigint, n.addresses,
         (select hunt.distinct_values(hunt.asn_org(a)) from unnest(n.asn_numbers) a), n.countries, n.events, n.first_at, n.last_at
  from (
    select hunt.timeslice(s.slice_start, slice) as slice_start, s.user_arn, s.user_username, s.access_key_id, s.http_user_agent,
           hunt.distinct_values(s.device_ip) as addresses, hunt.distinct_values(s.device_ip_asn_number) as asn_numbers,
           hunt.distinct_values(s.device_ip_country_code) as countries, hunt.total(s.events) as events, min(s.first_at) as first_at,
           max(s.last_at) as last_at
    from hunt.read_rollup_identity(start_at, end_at, '1 day') s
    where s.source = any (sources)
    group by 1, 2, 3, 4, 5
    having count(*) >= min_addresses) n
  where cardinality(n.addresses) >= min_addresses;
end $$;
comment on function hunt.stored_identities(timestamptz, timestamptz, interval, integer, text[]) is 'What hunt.identity_addresses() finds in slices of whole days, read from the roll-up identity.';

create function hunt.has_stored_values(field text, read_from timestamptz, start_at timestamptz, end_at timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  -- Within one lookback no value can be gone so long that it were new again.
  select end_at - start_at <= start_at - read_from
         and hunt.has_rollup(case when field = 'command' then 'command' when field in ('application', 'action') then 'user_action' else 'user_session' end)
         and hunt.has_rollup(case field when 'network' then 'user_network' when 'country' then 'user_network' when 'application' then 'user_application' else 'user_source' end) $$;
comment on function hunt.has_stored_values(text, timestamptz, timestamptz, timestamptz) is 'Whether hunt.shown_values() reads roll-ups: there is one for the field, and the window is not longer than the lookback.';

-- Weeks where the span has whole ones, days around them.
create function hunt.stored_values(field text, start_at timestamptz, end_at timestamptz, sources text[])
  returns table (user_id integer, number bigint, text text, events bigint, first_at timestamptz, last_at timestamptz)
  language plpgsql stable rows 10000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  week_start timestamptz := hunt.first_whole_week(start_at, end_at);
  week_end timestamptz := greatest(hunt.timeslice(end_at, '7 days'), week_start);
  source_ids integer[] := hunt.source_ids(sources);
begin
  if field = 'command' then
    return query
    select u.id, null::bigint, hunt.log_signature(s.command_line), hunt.total(s.events), min(s.first_at), max(s.last_at)
    from (select * from hunt.read_rollup_command(start_at, week_start, '1 day')
          union all select * from hunt.read_rollup_command(week_start, week_end, '7 days')
          union all select * from hunt.read_rollup_command(week_end, end_at, '1 day')) s
    join hunt.dictionary_user u on u.value = s.user_username
    where (sources is null or s.source = any (sources)) and s.success is not false
    group by u.id, s.command_line;
  elsif field in ('application', 'action') then
    return query
    select s.user_id, case field when 'action' then s.action_id else s.application_id end::bigint, null::text, hunt.total(s.events),
           min(s.first_at), max(s.last_at)
    from (select a.source_id, a.user_id, a.action_id, a.application_id, a.success, a.events, a.first_at, a.last_at
          from hunt.read_rollup_user_action(start_at, case field when 'action' then end_at else week_start end, '1 day') a
          union all select a.source_id, a.user_id, null, a.application_id, a.success, a.events, a.first_at, a.last_at
          from hunt.read_rollup_user_application(week_start, week_end, '7 days') a where field = 'application'
          union all select a.source_id, a.user_id, null, a.application_id, a.success, a.events, a.first_at, a.last_at
          from hunt.read_rollup_user_action(week_end, end_at, '1 day') a where field = 'application') s
    where (sources is null or s.source_id = any (source_ids)) and s.success is not false
    group by 1, 2;
  elsif field = 'client' then
    return query
    select s.user_id, s.agent_id::bigint, null::text, hunt.total(s.events) + coalesce(hunt.total(s.own_events), 0),
           least(min(s.first_at), min(s.own_first_at)), greatest(max(s.last_at), max(s.own_last_at))
    from hunt.read_rollup_user_session(start_at, end_at, '1 day') s
    where (sources is null or s.source_id = any (source_ids)) and s.success is not false
    group by 1, 2;
  else
    return query
    select s.user_id, case field when 'network' then s.device_ip_asn_number end, case field when 'country' then s.device_ip_country_code end,
           hunt.total(s.events), min(s.first_at), max(s.last_at)
    from (select a.source_id, a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.success, a.events, a.first_at, a.last_at
          from hunt.read_rollup_user_session(start_at, week_start, '1 day') a
          union all select a.source_id, a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.success, a.events, a.first_at, a.last_at
          from hunt.read_rollup_user_network(week_start, week_end, '7 days') a
          union all select a.source_id, a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.success, a.events, a.first_at, a.last_at
          from hunt.read_rollup_user_session(week_end, end_at, '1 day') a) s
    where (sources is null or s.source_id = any (source_ids)) and s.success is not false and s.events > 0
    group by 1, 2, 3;
  end if;
end $$;
comment on function hunt.stored_values(text, timestamptz, timestamptz, text[]) is 'The values of a field that users showed in a span, by id where there is one, read from the roll-ups user_session, user_action and command.';

create function hunt.stored_begun_actions(start_at timestamptz, end_at timestamptz, sources text[])
  returns table (user_id integer, action_id integer, application_id integer, first_at timestamptz)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  select s.user_id, s.action_id, coalesce(s.application_id, 0), min(s.first_at)
  from hunt.read_rollup_user_action(start_at, end_at, '1 day') s
  where s.source_id = any (source_ids) and s.action_id is not null
  group by 1, 2, 3;
end $$;
comment on function hunt.stored_begun_actions(timestamptz, timestamptz, text[]) is 'As hunt.begun_actions(), read from the roll-up user_action.';

create function hunt.stored_done_actions(start_at timestamptz, end_at timestamptz, slice interval, sources text[])
  returns table (slice_start timestamptz, action_id integer, application_id integer, events bigint)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  select hunt.timeslice(s.slice_start, slice), s.action_id, coalesce(s.application_id, 0), hunt.total(s.events)
  from hunt.read_rollup_action(start_at, end_at, '1 hour') s
  where s.source_id = any (source_ids)
  group by 1, 2, 3;
end $$;
comment on function hunt.stored_done_actions(timestamptz, timestamptz, interval, text[]) is 'As hunt.done_actions() for slices of whole hours, read from the roll-up action.';

create function hunt.stored_counted_actions(user_ids integer[], start_at timestamptz, end_at timestamptz, slice interval, sources text[])
  returns table (user_id integer, slice_start timestamptz, events bigint)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  select s.user_id, hunt.timeslice(s.slice_start, slice), hunt.total(s.actions)
  from hunt.read_rollup_user_source(start_at, end_at, '1 hour') s
  where s.source_id = any (source_ids) and s.user_id in (select u from unnest(user_ids) u) and s.actions > 0
  group by 1, 2;
end $$;
comment on function hunt.stored_counted_actions(integer[], timestamptz, timestamptz, interval, text[]) is 'As hunt.counted_actions() for slices of whole hours, read from the roll-up user_source.';
