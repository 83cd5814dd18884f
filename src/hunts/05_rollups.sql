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

create function hunt.shares_hours(hours_of_each bigint, hours_of_all integer) returns boolean
  language sql immutable parallel safe as
$$ select $1 operator(pg_catalog.>) bit_count($2::bit(24)) $$;
comment on function hunt.shares_hours(bigint, integer) is 'Whether two of several have an hour of a day in common: by how many hours they have, added up, and the hours of all as bits.';

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
  with signin as materialized (
    select s.user_id, hunt.timeslice(s.slice_start, slice) as at, s.device_ip_asn_number as asn, s.device_ip_country_code as country, s.events,
           s.first_at, s.last_at
    from hunt.read_rollup_user_session(start_at, end_at, '1 day') s
    where s.source_id = its_id and s.success and not (without_own and s.is_own_network is true)
  )
  select s.user_id, s.at, s.asn, s.country, hunt.total(s.events), min(s.first_at), max(s.last_at)
  from signin s
  where least_count < 2
     or (s.user_id, s.at) in (select n.user_id, n.at from signin n group by 1, 2
                              having min(n.asn) < max(n.asn) or min(n.country) < max(n.country))
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.stored_signins(timestamptz, timestamptz, interval, text, boolean, bigint) is 'As hunt.signin_networks() for slices of whole days, read from the roll-up user_session.';

-- Who had several networks in a slice: told by the days of the roll-up and by their index the events of few of these.
create function hunt.stored_signin_suspects(start_at timestamptz, end_at timestamptz, slice interval, source_id integer, least_count bigint)
  returns integer[]
  language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
#variable_conflict use_column
declare
  its_id integer := stored_signin_suspects.source_id;
  by_hour boolean := hunt.slice_divides(slice, '1 hour');
begin
  return (
    select array_agg(distinct h.user_id)
    from (
      select f.user_id
      from (select n.user_id, n.day
            from (select s.user_id, s.slice_start as day, s.device_ip_asn_number, s.device_ip_country_code, bit_or(s.hours) as hours
                  from hunt.read_rollup_user_session(hunt.timeslice(start_at, '1 day'), end_at, '1 day') s
                  where s.source_id = its_id and s.success
                  group by 1, 2, 3, 4) n
            group by 1, 2
            having least_count < 2 or count(*) > 1 and (not by_hour or hunt.shares_hours(hunt.total(bit_count(n.hours::bit(24))), bit_or(n.hours)))) d
      join hunt.event_fact f on f.user_id = d.user_id and f.event_time >= d.day and f.event_time < d.day + interval '24 hours'
      where f.event_time >= start_at and f.event_time < end_at and f.source_id = its_id and f.success
      group by f.user_id, hunt.timeslice(f.event_time, slice)
      having least_count < 2 or min(f.device_ip_asn_number) < max(f.device_ip_asn_number)
          or min(f.device_ip_country_code) < max(f.device_ip_country_code)) h);
end $$;
comment on function hunt.stored_signin_suspects(timestamptz, timestamptz, interval, integer, bigint) is 'The users who signed in from several networks or countries within a slice of a day, by the roll-up user_session.';

create function hunt.several_signins(start_at timestamptz, end_at timestamptz, slice interval, source text, time_zone text,
    without_own boolean, least_count bigint, judged_from timestamptz)
  returns table (user_id integer, slice_start timestamptz, asn_number bigint, country_code text, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  its_id integer := hunt.source_id(source);
  suspects integer[];
begin
  if hunt.is_within_days(slice, time_zone) and hunt.has_rollup('user_session') then
    suspects := hunt.stored_signin_suspects(judged_from, end_at, slice, its_id, least_count);
  else
    select array_agg(distinct h.user_id) into suspects
    from (select f.user_id from hunt.event_fact f
          where f.event_time >= judged_from and f.event_time < end_at and f.source_id = its_id and f.success and f.user_id is not null
          group by f.user_id, hunt.timeslice(f.event_time, slice, time_zone)
          having least_count < 2 or min(f.device_ip_asn_number) < max(f.device_ip_asn_number)
              or min(f.device_ip_country_code) < max(f.device_ip_country_code)) h;
  end if;
  return query
  select f.user_id, hunt.timeslice(f.event_time, slice, time_zone), f.device_ip_asn_number, f.device_ip_country_code, count(*),
         min(f.event_time), max(f.event_time)
  from unnest(suspects) u
  join hunt.event_fact f on f.user_id = u
  where f.event_time >= start_at and f.event_time < end_at and f.source_id = its_id and f.success
    and not (without_own and f.device_ip is not null and hunt.is_own_network(f.device_ip))
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.several_signins(timestamptz, timestamptz, interval, text, text, boolean, bigint, timestamptz) is 'As hunt.signin_networks() of the users who have a slice with several networks from judged_from on; of all users if least_count is below 2.';

create function hunt.stored_clients(start_at timestamptz, end_at timestamptz, slice interval, sources text[], least_count integer)
  returns table (user_id integer, slice_start timestamptz, agent_id integer, asn_number bigint, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  with client as materialized (
    select s.user_id, hunt.timeslice(s.slice_start, slice) as at, s.agent_id, s.device_ip_asn_number as asn, s.events, s.first_at, s.last_at
    from hunt.read_rollup_user_session(start_at, end_at, '1 day') s
    where s.source_id = any (source_ids) and s.success and s.agent_id is not null
  )
  select s.user_id, s.at, s.agent_id, s.asn, hunt.total(s.events), min(s.first_at), max(s.last_at)
  from client s
  where least_count < 2
     or (s.user_id, s.at) in (select n.user_id, n.at from client n group by 1, 2 having min(n.agent_id) < max(n.agent_id))
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.stored_clients(timestamptz, timestamptz, interval, text[], integer) is 'As hunt.user_clients() for slices of whole days, read from the roll-up user_session.';

create function hunt.several_clients_used(start_at timestamptz, end_at timestamptz, slice interval, sources text[], event_types text[],
    least_count integer, shift interval)
  returns table (user_id integer, slice_start timestamptz, agent_id integer, asn_number bigint, events bigint, first_at timestamptz,
    last_at timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
  event_ids integer[];
  by_hour boolean := hunt.slice_divides(slice, '1 hour');
  first_day timestamptz := hunt.timeslice(start_at, '1 day');
  user_ids integer[];
  days timestamptz[];
begin
  select array_agg(d.id) into event_ids from hunt.dictionary_device_event d where d.value = any (event_types);
  if hunt.has_rollup('user_session') then
    -- Days with an hour that so many user agents may share: k of them in one hour have k - 1 hours more than all together.
    select array_agg(d.user_id), array_agg(d.day) into user_ids, days
    from (select n.user_id, n.day
          from (select s.user_id, s.slice_start as day, s.agent_id, bit_or(s.hours) as hours
                from hunt.read_rollup_user_session(first_day, end_at, '1 day') s
                where s.source_id = any (source_ids) and s.success and s.agent_id is not null
                group by 1, 2, 3) n
          group by 1, 2
          having least_count < 2 or count(*) >= least_count
             and (not by_hour or hunt.total(bit_count(n.hours::bit(24))) >= bit_count(bit_or(n.hours)::bit(24)) + least_count - 1)) d;
    select array_agg(h.user_id), array_agg(h.day) into user_ids, days
    from (select distinct f.user_id, d.day
          from unnest(user_ids, days) d (user_id, day)
          join hunt.event_fact f on f.user_id = d.user_id and f.event_time >= d.day and f.event_time < d.day + interval '24 hours'
          where f.event_time >= first_day and f.event_time < end_at and f.source_id = any (source_ids) and f.success
            and f.agent_id is not null and (event_types is null or f.device_event_id = any (event_ids))
          group by f.user_id, d.day, hunt.timeslice(f.event_time, slice)
          having least_count < 2 or count(*) >= least_count and min(f.agent_id) < max(f.agent_id)) h;
  else
    select array_agg(h.user_id), array_agg(h.day) into user_ids, days
    from (select distinct t.user_id, hunt.timeslice(t.at, '1 day') as day
          from (select f.user_id, hunt.timeslice(f.event_time, slice) as at from hunt.event_fact f
                where f.event_time >= first_day and f.event_time < end_at and f.source_id = any (source_ids) and f.success
                  and f.user_id is not null and f.agent_id is not null and (event_types is null or f.device_event_id = any (event_ids))
                group by 1, 2
                having least_count < 2 or count(*) >= least_count and min(f.agent_id) < max(f.agent_id)) t) h;
  end if;
  return query
  select f.user_id, hunt.timeslice(f.event_time, slice), f.agent_id, f.device_ip_asn_number, count(*), min(f.event_time), max(f.event_time)
  from (select n.user_id, n.day from unnest(user_ids, days) n (user_id, day)
        union select n.user_id, hunt.timeslice(n.day - shift, '1 day') from unnest(user_ids, days) n (user_id, day)
        union select n.user_id, hunt.timeslice(n.day - shift + interval '24 hours' - interval '1 microsecond', '1 day')
              from unnest(user_ids, days) n (user_id, day)) d
  join hunt.event_fact f on f.user_id = d.user_id and f.event_time >= d.day and f.event_time < d.day + interval '24 hours'
  where f.event_time >= start_at - shift and f.event_time < end_at and f.source_id = any (source_ids)
    and (event_types is null or f.device_event_id = any (event_ids))
    and f.success and f.agent_id is not null
  group by 1, 2, 3, 4;
end $$;
comment on function hunt.several_clients_used(timestamptz, timestamptz, interval, text[], text[], integer, interval) is 'As hunt.user_clients() for slices within a day (UTC), of the days on which a user may have shown least_count user agents in a slice, and of those one shift earlier; of all days if least_count is below 2.';

create function hunt.stored_travellers(start_at timestamptz, end_at timestamptz, sources text[])
  returns table (user_id integer, stretch_start timestamptz, stretch_end timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
  first_day timestamptz := hunt.timeslice(start_at, '1 day');
begin
  if end_at - first_day <= interval '9 days' then
    -- Days narrow a week by little, and to find them takes several times as long.
    return query
    select s.user_id, first_day, end_at
    from hunt.read_rollup_user_session(first_day, end_at, '1 day') s
    where s.source_id = any (source_ids) and s.success
    group by 1
    having min(s.device_ip_country_code) < max(s.device_ip_country_code);
    return;
  end if;
  return query
  with traveller as materialized (
    select s.user_id from hunt.read_rollup_user_session(first_day, end_at, '1 day') s
    where s.source_id = any (source_ids) and s.success
    group by 1
    having min(s.device_ip_country_code) < max(s.device_ip_country_code)
  ), day as (
    select s.user_id, s.slice_start as day, min(s.device_ip_country_code) as least, max(s.device_ip_country_code) as greatest
    from hunt.read_rollup_user_session(first_day, end_at, '1 day') s
    where s.source_id = any (source_ids) and s.success and s.device_ip_country_code is not null
      and s.user_id in (select t.user_id from traveller t)
    group by 1, 2
  )
  select n.user_id, min(n.day), max(n.day) + interval '24 hours'
  from (
    -- Days on end are one stretch: each less its place among them is the same day.
    select d.user_id, d.day, d.day - row_number() over (partition by d.user_id order by d.day) * interval '24 hours' as stretch
    from (select y.user_id, y.day, min(y.least) over w as least, max(y.greatest) over w as greatest
          from day y
          window w as (partition by y.user_id order by y.day range between interval '1 day' preceding and interval '1 day' following)) d
    where d.least < d.greatest) n
  group by n.user_id, n.stretch;
end $$;
comment on function hunt.stored_travellers(timestamptz, timestamptz, text[]) is 'Stretches of days around which a user succeeded in several countries, read from the roll-up user_session.';

create function hunt.stored_access_keys(start_at timestamptz, end_at timestamptz, slice interval, min_clients integer, min_networks integer,
    sources text[], username text)
  returns table (access_key_id integer, user_id integer, slice_start timestamptz)
  language plpgsql stable rows 100 set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
  by_day boolean := hunt.slice_divides('1 day', slice);  -- else slices lie within a day
  its_id integer := (select d.id from hunt.dictionary_user d where d.value = username);
  key_ids integer[];
  user_ids integer[];
  starts timestamptz[];
  are_most boolean;
begin
  select array_agg(h.access_key_id) filter (where h.is_suspect), array_agg(h.user_id) filter (where h.is_suspect),
         array_agg(h.start_at) filter (where h.is_suspect), hunt.total(h.events) filter (where h.is_suspect) > hunt.total(h.events) / 2
  into key_ids, user_ids, starts, are_most
  from (
    select s.access_key_id, s.user_id, case when by_day then hunt.timeslice(s.slice_start, slice) else s.slice_start end as start_at,
           hunt.total(s.events) as events,
           hunt.total(s.events) >= greatest(min_clients, min_networks)
             and (min_clients < 2 or min(s.least_agent) < max(s.greatest_agent))
             and (min_networks < 2 or min(s.least_network) < max(s.greatest_network)) as is_suspect
    from hunt.read_rollup_access_key(case when by_day then start_at else hunt.timeslice(start_at, '1 day') end, end_at, '1 day') s
    where s.source_id = any (source_ids) and (username is null or s.user_id = its_id)
    group by 1, 2, 3) h;
  if by_day then
    return query select h.access_key_id, h.user_id, h.at from unnest(key_ids, user_ids, starts) h (access_key_id, user_id, at);
    return;
  end if;
  -- Shorter slices are looked for in the events. Where the days of suspects have most of these, leaving out the others costs more
  -- than it saves.
  if are_most then
    return query
    select f.access_key_id, f.user_id, hunt.timeslice(f.event_time, slice)
    from hunt.event_fact f
    where f.event_time >= start_at and f.event_time < end_at and f.source_id = any (source_ids) and f.agent_id is not null
      and f.access_key_id is not null and f.user_id is not null and (username is null or f.user_id = its_id)
    group by 1, 2, 3
    having count(*) >= greatest(min_clients, min_networks) and (min_clients < 2 or min(f.agent_id) < max(f.agent_id))
       and (min_networks < 2 or min(f.device_ip_asn_number) < max(f.device_ip_asn_number));
    return;
  end if;
  -- Of few days by their index, of many by reading all, as the planner decides, who knows how many there are.
  return query
  select f.access_key_id, f.user_id, hunt.timeslice(f.event_time, slice)
  from unnest(key_ids, user_ids, starts) h (access_key_id, user_id, day)
  join hunt.event_fact f on f.access_key_id = h.access_key_id and f.user_id = h.user_id and hunt.timeslice(f.event_time, '1 day') = h.day
   and f.event_time >= h.day and f.event_time < h.day + interval '24 hours'
  where f.event_time >= start_at and f.event_time < end_at and f.source_id = any (source_ids) and f.agent_id is not null
  group by 1, 2, 3
  having count(*) >= greatest(min_clients, min_networks) and (min_clients < 2 or min(f.agent_id) < max(f.agent_id))
     and (min_networks < 2 or min(f.device_ip_asn_number) < max(f.device_ip_asn_number));
end $$;
comment on function hunt.stored_access_keys(timestamptz, timestamptz, interval, integer, integer, text[], text) is 'As hunt.suspect_access_keys() for slices of whole days or within one, read from the roll-up access_key.';

create function hunt.stored_identities(start_at timestamptz, end_at timestamptz, slice interval, min_addresses integer, sources text[])
  returns table (slice_start timestamptz, user_arn text, user_username text, access_key_id text, http_user_agent text, address_count bigint,
    addresses inet[], networks text[], countries text[], events bigint, first_at timestamptz, last_at timestamptz)
  language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  select n.at, n.user_arn, u.value, k.value, g.value, cardinality(n.addresses)::bigint, n.addresses,
         (select hunt.distinct_values(hunt.asn_org(a)) from unnest(n.asn_numbers) a), n.countries, n.events, n.first_at, n.last_at
  from (
    select hunt.timeslice(s.slice_start, slice) as at, s.user_arn, s.user_id, s.access_key_id, s.agent_id,
           hunt.distinct_values(s.device_ip) as addresses, hunt.distinct_values(s.device_ip_asn_number) as asn_numbers,
           hunt.distinct_values(s.device_ip_country_code) as countries, hunt.total(s.events) as events, min(s.first_at) as first_at,
           max(s.last_at) as last_at
    from hunt.read_rollup_identity(start_at, end_at, '1 day') s
    where s.source_id = any (source_ids)
    group by 1, 2, 3, 4, 5
    having count(*) >= min_addresses) n
  left join hunt.dictionary_user u on u.id = n.user_id
  left join hunt.dictionary_access_key k on k.id = n.access_key_id
  left join hunt.dictionary_agent g on g.id = n.agent_id
  where cardinality(n.addresses) >= min_addresses;
end $$;
comment on function hunt.stored_identities(timestamptz, timestamptz, interval, integer, text[]) is 'What hunt.identity_addresses() finds in slices of whole days, read from the roll-up identity.';

create function hunt.has_stored_values(field text, read_from timestamptz, start_at timestamptz, end_at timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  -- Within one lookback no value can be gone so long that it were new again.
  select end_at - start_at <= start_at - read_from
         and hunt.has_rollup(case when field = 'command' then 'command' when field in ('application', 'action') then 'user_action' else 'user_session' end)
         and (field <> 'application' or hunt.has_rollup('user_application'))
         and (field <> all ('{network,country}') or hunt.has_rollup('user_network')) $$;
comment on function hunt.has_stored_values(text, timestamptz, timestamptz, timestamptz) is 'Whether hunt.shown_values() reads roll-ups: there is one for the field, and the window is not longer than the lookback.';

-- Weeks where the spans before start_at and from it on have whole ones, days around them. Where start_at begins a week (or a day), both
-- spans are read at once.
create function hunt.stored_values(field text, read_from timestamptz, start_at timestamptz, end_at timestamptz, sources text[])
  returns table (user_id integer, number bigint, text text, before_first timestamptz, before_last timestamptz, events bigint,
    first_at timestamptz, last_at timestamptz)
  language plpgsql stable rows 10000 set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
  cut timestamptz := case when start_at = hunt.timeslice(start_at, '1 day') then end_at else start_at end;
  before_from timestamptz := hunt.first_whole_week(read_from, start_at);
  before_to timestamptz := greatest(hunt.timeslice(start_at, '7 days'), before_from);
  after_from timestamptz := hunt.first_whole_week(start_at, end_at);
  after_to timestamptz := greatest(hunt.timeslice(end_at, '7 days'), after_from);
  week_cut timestamptz := case when before_to = after_from then after_to else before_to end;
begin
  if field = 'command' then
    return query
    select s.user_id, null::bigint, s.command, min(s.first_at) filter (where s.is_before), max(s.last_at) filter (where s.is_before),
           hunt.total(s.events) filter (where not s.is_before), min(s.first_at) filter (where not s.is_before),
           max(s.last_at) filter (where not s.is_before)
    from (select a.user_id, a.command, a.source_id, a.events, a.first_at, a.last_at, a.slice_start < start_at as is_before
          from hunt.read_rollup_command(read_from, cut, '1 day') a
          union all select a.user_id, a.command, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_command(cut, end_at, '1 day') a) s
    where sources is null or s.source_id = any (source_ids)
    group by 1, 3;
  elsif field = 'client' then
    return query
    select s.user_id, s.agent_id::bigint, null::text, min(s.first_at) filter (where s.is_before), max(s.last_at) filter (where s.is_before),
           hunt.total(s.events) filter (where not s.is_before), min(s.first_at) filter (where not s.is_before),
           max(s.last_at) filter (where not s.is_before)
    from (select a.user_id, a.agent_id, a.source_id, a.success, a.events, a.first_at, a.last_at, a.slice_start < start_at as is_before
          from hunt.read_rollup_user_session(read_from, cut, '1 day') a
          union all select a.user_id, a.agent_id, a.source_id, a.success, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_session(cut, end_at, '1 day') a) s
    where (sources is null or s.source_id = any (source_ids)) and s.success is not false
    group by 1, 2;
  elsif field = 'action' then
    return query
    select s.user_id, s.action_id::bigint, null::text, min(s.first_at) filter (where s.is_before), max(s.last_at) filter (where s.is_before),
           hunt.total(s.events) filter (where not s.is_before), min(s.first_at) filter (where not s.is_before),
           max(s.last_at) filter (where not s.is_before)
    from (select a.user_id, a.action_id, a.source_id, a.success, a.events, a.first_at, a.last_at, a.slice_start < start_at as is_before
          from hunt.read_rollup_user_action(read_from, cut, '1 day') a
          union all select a.user_id, a.action_id, a.source_id, a.success, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_action(cut, end_at, '1 day') a) s
    where (sources is null or s.source_id = any (source_ids)) and s.success is not false
    group by 1, 2;
  elsif field = 'application' then
    return query
    select s.user_id, s.application_id::bigint, null::text, min(s.first_at) filter (where s.is_before), max(s.last_at) filter (where s.is_before),
           hunt.total(s.events) filter (where not s.is_before), min(s.first_at) filter (where not s.is_before),
           max(s.last_at) filter (where not s.is_before)
    from (select a.user_id, a.application_id, a.source_id, a.events, a.first_at, a.last_at, a.slice_start < start_at as is_before
          from hunt.read_rollup_user_application(before_from, week_cut, '7 days') a
          union all select a.user_id, a.application_id, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_application(greatest(week_cut, after_from), after_to, '7 days') a
          union all select a.user_id, a.application_id, a.source_id, a.events, a.first_at, a.last_at, true
          from hunt.read_rollup_user_action(read_from, before_from, '1 day') a where a.success is not false
          union all select a.user_id, a.application_id, a.source_id, a.events, a.first_at, a.last_at, true
          from hunt.read_rollup_user_action(before_to, start_at, '1 day') a where a.success is not false
          union all select a.user_id, a.application_id, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_action(start_at, after_from, '1 day') a where a.success is not false
          union all select a.user_id, a.application_id, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_action(after_to, end_at, '1 day') a where a.success is not false) s
    where sources is null or s.source_id = any (source_ids)
    group by 1, 2;
  else
    return query
    select s.user_id, case field when 'network' then s.device_ip_asn_number end, case field when 'country' then s.device_ip_country_code end,
           min(s.first_at) filter (where s.is_before), max(s.last_at) filter (where s.is_before),
           hunt.total(s.events) filter (where not s.is_before), min(s.first_at) filter (where not s.is_before),
           max(s.last_at) filter (where not s.is_before)
    from (select a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.source_id, a.events, a.first_at, a.last_at,
                 a.slice_start < start_at as is_before
          from hunt.read_rollup_user_network(before_from, week_cut, '7 days') a
          union all select a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_network(greatest(week_cut, after_from), after_to, '7 days') a
          union all select a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.source_id, a.events, a.first_at, a.last_at, true
          from hunt.read_rollup_user_session(read_from, before_from, '1 day') a where a.success is not false and a.is_own_network is not true
          union all select a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.source_id, a.events, a.first_at, a.last_at, true
          from hunt.read_rollup_user_session(before_to, start_at, '1 day') a where a.success is not false and a.is_own_network is not true
          union all select a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_session(start_at, after_from, '1 day') a where a.success is not false and a.is_own_network is not true
          union all select a.user_id, a.device_ip_asn_number, a.device_ip_country_code, a.source_id, a.events, a.first_at, a.last_at, false
          from hunt.read_rollup_user_session(after_to, end_at, '1 day') a where a.success is not false and a.is_own_network is not true) s
    where sources is null or s.source_id = any (source_ids)
    group by 1, 2, 3;
  end if;
end $$;
comment on function hunt.stored_values(text, timestamptz, timestamptz, timestamptz, text[]) is 'The values of a field that users showed in the span before start_at and from it on, by id where there is one, read from the roll-ups user_network, user_application and command, of clients, actions and parts of weeks user_session and user_action.';

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

-- Whole days, but for those of the named slices, whose events are read by their index.
create function hunt.stored_counted_actions(user_ids integer[], named timestamptz[], start_at timestamptz, end_at timestamptz, slice interval,
    sources text[])
  returns table (user_id integer, slice_start timestamptz, events bigint)
  language plpgsql stable rows 100000 set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  source_ids integer[] := hunt.source_ids(sources);
begin
  return query
  with day as materialized (
    select n.user_id, hunt.timeslice(n.at, '1 day') as day from unnest(user_ids, named) n (user_id, at) group by 1, 2
  )
  select s.user_id, s.slice_start, hunt.total(s.events)
  from hunt.read_rollup_user_action(start_at, end_at, '1 day') s
  where s.source_id = any (source_ids) and s.action_id is not null
    and s.user_id in (select d.user_id from day d) and (s.user_id, s.slice_start) not in (select d.user_id, d.day from day d)
  group by 1, 2
  union all
  select d.user_id, f.at, f.events
  from day d
  cross join lateral (
    select hunt.timeslice(f.event_time, slice) as at, count(*) as events
    from hunt.event_fact f
    where f.user_id = d.user_id and f.event_time >= d.day and f.event_time < d.day + interval '24 hours'
      and f.event_time >= start_at and f.event_time < end_at and f.source_id = any (source_ids) and f.action_id is not null
    group by 1 offset 0) f;
end $$;
comment on function hunt.stored_counted_actions(integer[], timestamptz[], timestamptz, timestamptz, interval, text[]) is 'As hunt.counted_actions() for slices within a day, read from the roll-up user_action.';
