-- hunts: what speaks for a thief in how a strand behaves, against the habits of the person and of networks (71_strand_facts.sql says
-- what facts are).

create function hunt.address_prefix(address inet) returns cidr
language sql immutable strict parallel safe as
$$ select pg_catalog.network(pg_catalog.set_masklen($1, case pg_catalog.family($1) when 4 then 24 else 48 end)) $$;
comment on function hunt.address_prefix(inet) is 'The neighbourhood of an address, within which one line''s address moves: /24, of IPv6 /48.';

create function hunt.place_address_changes(start_at timestamptz, end_at timestamptz, sources text[])
returns table (asn_number bigint, day timestamptz, gaps bigint, changes bigint)
language sql stable parallel safe rows 1000 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with place as materialized (
    select n.asn_number
    from (select distinct e.device_ip_asn_number as asn_number from hunt.event_fact e
          where e.event_time >= $1 and e.event_time < $2 and e.device_ip_asn_number is not null) n
    where hunt.is_place(hunt.asn_class(n.asn_number))
  )
  select g.asn_number, date_bin('1 day', g.at, '2000-01-01 00:00+00'), count(*), count(*) filter (where g.prefix <> g.last_prefix)
  from (
    select p.asn_number, e.event_time as at, hunt.address_prefix(e.device_ip) as prefix, lag(hunt.address_prefix(e.device_ip)) over w as last_prefix,
           e.event_time - lag(e.event_time) over w as gap
    from hunt.event_fact e
    join place p on p.asn_number = e.device_ip_asn_number
    where e.event_time >= $1 and e.event_time < $2 and e.source_id = any ((select hunt.source_ids($3))::integer[])
      and e.user_id is not null and e.success is not false and not hunt.is_own_network(e.device_ip)
    window w as (partition by e.user_id, e.agent_id, p.asn_number, family(e.device_ip) order by e.event_time)) g
  where g.gap <= interval '1 hour'
  group by 1, 2 $$;
comment on function hunt.place_address_changes(timestamptz, timestamptz, text[]) is 'Of the networks in which people sit (hunt.is_place), for each day (UTC): how often a user with a client came from there again within an hour, and how often with another address (hunt.address_prefix).';

create function hunt.strand_addresses(strands hunt.strand[], start_at timestamptz, end_at timestamptz, within interval, sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with judged as materialized (
    -- Phones change between the operator's own network and a place in which it serves.
    select s.* from unnest($1) s where s.new_network and hunt.is_place(s.asn_class) and not hunt.is_phone(s.client)
  ), gap as materialized (
    select n.* from (
      select g.strand, g.at, row_number() over w as gaps, count(*) filter (where g.prefix <> g.last_prefix) over w as changes
      from (
        select s.number as strand, e.event_time as at, e.event_key, hunt.address_prefix(e.device_ip) as prefix,
               lag(hunt.address_prefix(e.device_ip)) over w as last_prefix, e.event_time - lag(e.event_time) over w as gap
        from judged s
        join hunt.event_fact e on e.user_id = any (s.user_ids) and e.event_time >= s.first_at and e.event_time < s.first_at + $4
                              -- once more for all strands together, so that months without any are not read
                              and e.event_time >= (select min(s.first_at) from unnest($1) s) and e.event_time < (select max(s.first_at) from unnest($1) s) + $4
        left join hunt.dictionary_agent a on a.id = e.agent_id
        where e.source_id = any ((select hunt.source_ids($5))::integer[]) and e.success is not false
          and e.device_ip_asn_number = any (s.asn_numbers) and coalesce(a.agent_key, '') = s.client and not hunt.is_own_network(e.device_ip)
        window w as (partition by s.number, family(e.device_ip) order by e.event_time, e.event_key)) g
      where g.gap <= interval '1 hour'
      window w as (partition by g.strand order by g.at, g.event_key rows unbounded preceding)) n
    where n.gaps <= 20
  ), changing as materialized (
    select j.* from judged j where j.number in (select g.strand from gap g where g.changes > 0)
  ), known as materialized (
    select c.* from hunt.place_address_changes($2 - interval '7 days', $3, $5) c where exists (select from changing)
  ), habit as materialized (
    -- The network's own habit, if others tell it, else that of all networks: providers with few addresses share them out anew.
    select c.number as strand, case when k.gaps >= 50 then k.gaps else k.all_gaps end as gaps,
           case when k.gaps >= 50 then k.changes else k.all_changes end as changes
    from changing c
    cross join lateral (
      select sum(k.gaps) filter (where k.asn_number = any (c.asn_numbers))::bigint as gaps,
             sum(k.changes) filter (where k.asn_number = any (c.asn_numbers))::bigint as changes,
             sum(k.gaps)::bigint as all_gaps, sum(k.changes)::bigint as all_changes
      from known k where k.day >= c.first_at - interval '8 days' and k.day < c.first_at - interval '1 day') k
  )
  select r.strand, r.at, r.bits - r.before, 'address changes'
  from (
    select b.strand, b.at, b.bits, coalesce(max(b.bits) over (
             partition by b.strand order by b.at, b.gaps rows between unbounded preceding and 1 preceding), 0) as before
    from (select g.strand, g.at, g.gaps, greatest(hunt.rate_bits(g.changes, g.gaps, h.changes, h.gaps), 0) as bits
          from gap g join habit h on h.strand = g.strand where g.changes > 0 and h.gaps >= 50) b) r
  where r.bits > r.before $$;
comment on function hunt.strand_addresses(hunt.strand[], timestamptz, timestamptz, interval, text[]) is 'Facts: in a new place the address changes within an hour more often than there, or in all such networks, in the week before: rate_bits() of the first times, at most 20, whenever they are more than before. Residential proxies leave through other people''s lines by turns; who sits in a café has one.';

create function hunt.strand_pace(strands hunt.strand[], within interval, sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with judged as materialized (
    -- A new client is set up, and signs in everywhere.
    select s.* from unnest($1) s where s.new_network and not s.new_client
  ), sign_in as materialized (
    select s.number as strand, e.event_time as at, e.event_key, e.event_time >= s.first_at as is_fresh,
           e.event_time >= s.first_at and e.device_ip_asn_number = any (s.asn_numbers) and coalesce(a.agent_key, '') = s.client as is_own
    from judged s
    join hunt.event_fact e on e.user_id = any (s.user_ids) and e.event_time >= s.first_at - interval '30 days' and e.event_time < s.first_at + $2
                          and e.event_time >= (select min(s.first_at) from unnest($1) s) - interval '30 days' and e.event_time < (select max(s.first_at) from unnest($1) s) + $2
    left join hunt.dictionary_agent a on a.id = e.agent_id
    where e.source_id = any ((select hunt.source_ids($3))::integer[]) and e.success is not false and e.application_id is not null
  ), own as materialized (
    select n.* from (
      select o.strand, o.at, row_number() over w - 1 as gaps,
             sum(o.is_quick::integer) over w as quick, o.within_hour
      from (
        select i.strand, i.at, i.event_key, coalesce(i.at - lag(i.at) over w <= interval '15 minutes', false) as is_quick,
               count(*) over (partition by i.strand order by i.at range between interval '1 hour' preceding and current row) as within_hour
        from sign_in i where i.is_own
        window w as (partition by i.strand order by i.at, i.event_key)) o
      window w as (partition by o.strand order by o.at, o.event_key rows unbounded preceding)) n
    where n.gaps between 1 and 20
  ), known as materialized (
    select i.strand, coalesce(i.at - lag(i.at) over w <= interval '15 minutes', false) as is_quick,
           count(*) over (partition by i.strand order by i.at range between interval '1 hour' preceding and current row) as within_hour
    from sign_in i where not i.is_fresh and i.strand in (select o.strand from own o where o.quick > 1)
    window w as (partition by i.strand order by i.at, i.event_key)
  ), habit as materialized (
    select k.strand, count(*) as events, count(*) filter (where k.is_quick) as quick from known k group by 1 having count(*) >= 20
  )
  select r.strand, r.at, r.bits - r.before, 'signs in faster than ever'
  from (
    select b.strand, b.at, b.bits, coalesce(max(b.bits) over (
             partition by b.strand order by b.at, b.gaps rows between unbounded preceding and 1 preceding), 0) as before
    from (
      select o.strand, o.at, o.gaps,
             -- Sign-ins come in bunches: no more bits than a bunch as large is rare.
             greatest(least(hunt.rate_bits(o.quick, o.gaps, h.quick, h.events), log(2, (h.events + 1)::numeric / (k.as_many + 1))), 0) as bits
      from own o
      join habit h on h.strand = o.strand
      cross join lateral (select count(*) as as_many from known k where k.strand = o.strand and k.within_hour >= o.within_hour) k
      where o.quick > 1 and o.quick * h.events > o.gaps * h.quick) b) r
  where r.bits > r.before $$;
comment on function hunt.strand_pace(hunt.strand[], interval, text[]) is 'Facts: from a new network a familiar client signs in to applications in quicker succession than the person does: rate_bits() of how many of the first ones, at most 20, come within 15 minutes after the one before, but no more than log2 of how seldom the person signed in as often within an hour; whenever they are more than before.';

create function hunt.strand_old_sessions(strands hunt.strand[], lookback interval, within interval)
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 10 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with sign_in as materialized (
    select s.number as strand, e.event_time as at, e.session_id as session, d.device_hostname as device,
           e.device_ip_asn_number = any (s.asn_numbers) as is_own
    from unnest($1) s
    join hunt.event_fact e on e.user_id = any (s.user_ids) and e.event_time >= s.first_at - $2 and e.event_time < s.first_at + $3
                          and e.event_time >= (select min(s.first_at) from unnest($1) s) - $2 and e.event_time < (select max(s.first_at) from unnest($1) s) + $3
    join hunt.dictionary_agent a on a.id = e.agent_id and a.agent_key = s.client
    join hunt.event_detail d on d.event_time = e.event_time and d.event_key = e.event_key and not hunt.is_blank(d.device_hostname)
    where s.new_network and not s.new_client and not hunt.is_phone(s.client)
      and e.source_id = (select hunt.source_id('entra_signin')) and e.success and e.session_id is not null
  ), elsewhere as materialized (
    select i.strand, i.device, i.session, min(i.at) as since, max(i.at) as until
    from sign_in i where not i.is_own group by 1, 2, 3
  )
  select o.strand, min(o.at), 6, 'session that its device has replaced'
  from (select i.strand, i.device, i.session, i.at from sign_in i where i.is_own) o
  join elsewhere old on old.strand = o.strand and old.device = o.device and old.session = o.session
  join elsewhere young on young.strand = o.strand and young.device = o.device and young.since > old.until and young.since < o.at
  where old.until < o.at
  group by o.strand $$;
comment on function hunt.strand_old_sessions(hunt.strand[], interval, interval) is 'Facts: a session (Entra ID) goes on in a new network after the same client of the same named device had begun another one elsewhere: a copied cookie outlives the one on the device.';
