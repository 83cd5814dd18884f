-- hunts: what speaks for a thief in a strand. Each function returns facts: when it is known, how many bits it gives, and what it is.
-- Bits are log2 of how much likelier it is for a thief than for the person himself.

create function hunt.rate_bits(hits bigint, events bigint, known_hits bigint, known_events bigint) returns double precision
language sql immutable parallel safe as $$
  -- Beta functions as products: each event's probability after the ones before it (Laplace's rule of succession).
  select coalesce(sum(ln(n.likelihood)) operator(pg_catalog./) ln(2::double precision), 0)
  from (
    select g::double precision operator(pg_catalog./) ($3 operator(pg_catalog.+) g) as likelihood from generate_series(1, $1) g
    union all
    select g::double precision operator(pg_catalog./) ($4 operator(pg_catalog.-) $3 operator(pg_catalog.+) g)
    from generate_series(1, $2 operator(pg_catalog.-) $1) g
    union all
    select ($4 operator(pg_catalog.+) 1 operator(pg_catalog.+) g) operator(pg_catalog./) (g operator(pg_catalog.+) 1)::double precision
    from generate_series(1, $2) g
  ) n $$;
comment on function hunt.rate_bits(bigint, bigint, bigint, bigint) is 'Bits of evidence that `hits` of `events` come with another rate than known_hits of known_events did: log2 of the Bayes factor of any rate (uniform) against the known one (Beta distribution of what is known). 0 of no event.';

create function hunt.is_denial(error_code text) returns boolean
language sql immutable parallel safe as
$$ select coalesce($1, '') operator(pg_catalog.~*) 'denied|unauthori|forbidden|^403$' $$;
comment on function hunt.is_denial(text) is 'Whether an error code (AWS, Kubernetes) says that a call was not allowed, rather than wrong or too much.';

create function hunt.strand_newness(strands hunt.strand[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql immutable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp as $$
  select s.number, s.first_at, v.bits, v.what
  from unnest($1) s
  cross join lateral (values
    -- What a fifth of everybody uses, or three others with this client, is an infrastructure and no place.
    (s.new_network and (hunt.is_place(s.asn_class) or s.pair_people < 3 and s.network_people < greatest(3, 0.2 * s.people)),
     s.network_bits, 'network not seen before'),
    (s.new_network and s.pair_people < 3 and s.asn_class in ('hosting', 'vpn'), case s.asn_class when 'vpn' then 4 else 7 end, 'network of class ' || s.asn_class),
    (s.new_network and s.asn_class in ('mobile', 'relay', 'corporate', 'cdn', 'satellite'), -2, 'network of class ' || s.asn_class),
    (s.new_client and s.client <> '', s.client_bits, 'client not seen before'),
    (s.new_client and s.client <> '' and s.pair_people = 0, s.pair_bits, 'nobody used this client from this network')
  ) v (holds, bits, what)
  where v.holds $$;
comment on function hunt.strand_newness(hunt.strand[]) is 'Facts: how unlike the person, and everybody, network and client of a strand are.';

create function hunt.strand_overlaps(strands hunt.strand[], familiar interval, sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with event as materialized (
    select e.strand, e.at, e.session, e.country, e.is_own and e.at < s.first_at + $2 as is_own,
           e.asn_number = any (s.home_numbers) and not hunt.is_phone(e.client) as is_home
    from unnest($1) s
    join hunt.strand_events(array(select p from unnest($1) p
                                  where p.new_network and hunt.is_place(p.asn_class) and not hunt.is_phone(p.client)),
                            '24 hours', $2 + interval '24 hours', $3) e on e.strand = s.number
    where e.is_success
  ), home as materialized (
    -- From one event at home to the next, of the person and of the session.
    select e.strand, e.session, e.country, e.at, lead(e.at) over w as next_at, lead(e.country) over w as next_country,
           lead(e.at) over (partition by e.strand, e.session order by e.at) as session_next_at
    from event e where e.is_home
    window w as (partition by e.strand order by e.at)
  ), away as materialized (
    select e.strand, e.at, e.session, e.country from event e where e.is_own
  )
  select h.strand, min(h.session_next_at), 3, 'session at home within ' || l.name
  from (values (interval '3 hours', 'three hours'), (interval '1 hour', 'an hour')) l (length, name)
  join home h on h.session_next_at - h.at <= l.length
  join away a on a.strand = h.strand and a.session = h.session and a.at >= h.at and a.at <= h.session_next_at
  group by h.strand, l.name
  union all
  select h.strand, min(h.next_at), 3, 'at home and abroad within ' || l.name
  from (values (interval '24 hours', 'a day'), (interval '8 hours', 'eight hours')) l (length, name)
  join home h on h.next_at - h.at <= l.length
  join away a on a.strand = h.strand and a.at >= h.at and a.at <= h.next_at and a.country <> h.country and a.country <> h.next_country
  group by h.strand, l.name $$;
comment on function hunt.strand_overlaps(hunt.strand[], interval, text[]) is 'Facts: the session, or the person, is in a familiar place before and after an event of a strand in a new place, too soon for a way there and back.';

create function hunt.strand_replays(strands hunt.strand[], lookback interval, familiar interval, sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  select e.strand, min(e.at), case when e.client ~ '/ browser$' then 7 else 2 end, 'session of another client'
  from (
    select e.strand, e.client, e.session, min(e.at) as at
    from hunt.strand_events(array(select s from unnest($1) s where s.new_client and not hunt.is_phone(s.client)), '0', $3, $4) e
    where e.is_own and e.is_success and e.session is not null
    group by 1, 2, 3
  ) e
  join unnest($1) s on s.number = e.strand
  -- Programs get their session from the machine's browser or broker, a phone answers for the machine beside it.
  where exists (
    select from hunt.event_fact h
    join hunt.dictionary_agent g on g.id = h.agent_id and g.agent_key = any (s.familiar_browsers)
    left join hunt.dictionary_access_key k on k.id = h.access_key_id
    where h.user_id = any (s.user_ids) and h.event_time >= s.first_at - $2 and h.event_time < e.at
      and h.source_id = any ((select hunt.source_ids($4))::integer[]) and h.success is not false
      and coalesce(k.value, h.session_id) = e.session)
  group by e.strand, e.client $$;
comment on function hunt.strand_replays(hunt.strand[], interval, interval, text[]) is 'Facts: a session that a familiar browser of a computer began goes on in the new client of a strand.';

create function hunt.unnamed_devices(user_ids integer[], clients text[], start_at timestamptz, end_at timestamptz, newest integer)
returns table (events bigint, unnamed bigint)
language sql stable parallel safe rows 1 as $$
  select count(*), count(*) filter (where hunt.is_blank(l.device_hostname))
  from (select d.device_hostname
        from hunt.event_fact f
        join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id and g.agent_key operator(pg_catalog.=) any ($2)
        join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
        where ($1 is null or f.user_id operator(pg_catalog.=) any ($1)) and f.success
          and f.event_time operator(pg_catalog.>=) $3 and f.event_time operator(pg_catalog.<) $4
          and f.source_id operator(pg_catalog.=) (select hunt.source_id('entra_signin'))
        order by f.event_time desc limit $5) l $$;
comment on function hunt.unnamed_devices(integer[], text[], timestamptz, timestamptz, integer) is 'Of the newest successful sign-ins (Entra ID) with these clients, of these users or of all if user_ids is NULL: how many there are, and how many name no device.';

create function hunt.strand_devices(strands hunt.strand[], within interval)
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with sign_in as materialized (
    select n.* from (
      select e.strand, e.at, hunt.is_blank(d.device_hostname) as is_unnamed,
             row_number() over w as events, count(*) filter (where hunt.is_blank(d.device_hostname)) over w as unnamed
      from hunt.strand_events(array(select s from unnest($1) s where s.new_network or not hunt.is_phone(s.client)), '0', $2, '{entra_signin}') e
      join hunt.event_detail d on d.event_time = e.at and d.event_key = e.event_key
      where e.is_own and e.is_success
      window w as (partition by e.strand order by e.at, e.event_key rows unbounded preceding)) n
    where n.events <= 20
  ), silent as materialized (
    select s.* from unnest($1) s where s.number in (select n.strand from sign_in n where n.events > 1 and n.unnamed > 0)
  ), habit as materialized (
    -- How often this client of his names no device: his newest sign-ins before.
    select s.number as strand, h.events, h.unnamed
    from silent s
    cross join lateral hunt.unnamed_devices(s.user_ids, array[s.client], s.first_at - interval '30 days', s.first_at, 50) h
    where not s.new_client and h.events >= 5
    union all
    -- Where the client is new to him: how often everybody's does, if his browsers of computers do name theirs.
    select s.number, e.events, e.unnamed
    from silent s
    cross join lateral hunt.unnamed_devices(s.user_ids, s.familiar_browsers, s.first_at - interval '30 days', s.first_at, 50) h
    cross join lateral hunt.unnamed_devices(null, array[s.client], s.first_at - interval '7 days', s.first_at, 200) e
    where s.new_client and not hunt.is_phone(s.client) and e.events >= 5 and h.events >= 5 and h.unnamed <= 0.1 * h.events
  )
  select r.strand, r.at, r.bits - r.before, 'device not named'
  from (
    select b.strand, b.at, b.bits, coalesce(max(b.bits) over (
             partition by b.strand order by b.at, b.events rows between unbounded preceding and 1 preceding), 0) as before
    -- One sign-in says little: the first two together are the first judgement.
    from (select n.strand, n.at, n.events, greatest(hunt.rate_bits(n.unnamed, n.events, h.unnamed, h.events), 0) as bits
          from sign_in n join habit h on h.strand = n.strand where n.events >= 2) b) r
  where r.bits > r.before $$;
comment on function hunt.strand_devices(hunt.strand[], interval) is 'Facts: sign-ins (Entra ID) of a strand name no device though the person''s with this client mostly do, or, with a client that is new to him, everybody''s do: rate_bits() of the first ones, at most 20, whenever they are more than before.';

create function hunt.strand_denials(strands hunt.strand[], within interval, sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with call as materialized (
    select n.* from (
      select e.strand, e.at, not e.is_success and hunt.is_denial(e.error_code) as is_denied, row_number() over w as events,
             count(*) filter (where not e.is_success and hunt.is_denial(e.error_code)) over w as denied
      -- What was denied before anything was allowed counts as well.
      from hunt.strand_events($1, '1 hour', $2, $3) e
      where e.is_own and e.by_key
      window w as (partition by e.strand order by e.at, e.event_key rows unbounded preceding)) n
    where n.events <= 20
  ), habit as materialized (
    select s.number as strand, h.events, h.denied
    from unnest($1) s
    cross join lateral (
      select count(*) as events, count(*) filter (where l.is_denied) as denied
      from (select f.success is false and hunt.is_denial(f.error_code) as is_denied
            from hunt.event_fact f
            where f.user_id = any (s.user_ids) and f.event_time >= s.first_at - interval '30 days' and f.event_time < s.first_at - interval '1 hour'
              and f.source_id = any ((select hunt.source_ids($3))::integer[]) and f.access_key_id is not null
            order by f.event_time desc limit 500) l) h
    where s.number in (select c.strand from call c where c.denied > 1) and h.events >= 20
  )
  select r.strand, r.at, r.bits - r.before, 'calls denied'
  from (
    select b.strand, b.at, b.bits, coalesce(max(b.bits) over (
             partition by b.strand order by b.at, b.events rows between unbounded preceding and 1 preceding), 0) as before
    from (select c.strand, c.at, c.events, greatest(hunt.rate_bits(c.denied, c.events, h.denied, h.events), 0) as bits
          from call c join habit h on h.strand = c.strand where c.denied > 1) b) r
  where r.bits > r.before $$;
comment on function hunt.strand_denials(hunt.strand[], interval, text[]) is 'Facts: more calls of a strand with an access key are denied than the person''s usually are, as of somebody who tries what he may: rate_bits() of the first ones, at most 20, from the second denial on, whenever they are more than before.';

create function hunt.strand_refusals(strands hunt.strand[], sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 10 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  select s.number, s.first_at, 8, 'second factor refused, then approved'
  from unnest($1) s
  where (select count(*) from hunt.event_fact e
         left join hunt.dictionary_agent g on g.id = e.agent_id
         where e.user_id = any (s.user_ids) and e.event_time >= s.first_at - interval '30 minutes' and e.event_time <= s.first_at
           and e.source_id = any ((select hunt.source_ids($2))::integer[]) and e.success is false
           and (e.mfa_method_id is not null or e.error_code in ('50074', '50076', '500121'))
           and e.device_ip_asn_number = any (s.asn_numbers) and coalesce(g.agent_key, '') = s.client
           and not hunt.is_own_network(e.device_ip)) >= 3 $$;
comment on function hunt.strand_refusals(hunt.strand[], text[]) is 'Facts: three prompts for a second factor were refused in the half hour before a strand began.';

create function hunt.strand_applications(strands hunt.strand[], start_at timestamptz, end_at timestamptz, familiar interval, sources text[])
returns table (strand integer, at timestamptz, bits double precision, what text)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with adopted as (
    select coalesce(i.identity, u.value) as person, b.application_id, min(b.first_at) as at
    from hunt.begun_actions($2, $3, $5) b
    join hunt.dictionary_user u on u.id = b.user_id
    left join hunt.identity i on i.username = u.value
    where b.application_id <> 0
    group by 1, 2
  ), counted as materialized (
    -- What others had taken up by then: this application, all of them together, and how many different ones.
    select a.person, a.application_id, a.at, rank() over (partition by a.application_id order by a.at) - 1 as people,
           count(*) over (order by a.at) - count(*) over (partition by a.person order by a.at) as takings,
           sum(a.is_new) over (order by a.at) - a.is_new as applications
    from (select d.*, (row_number() over (partition by d.application_id order by d.at, d.person) = 1)::integer as is_new
          from adopted d) a
  )
  select distinct on (r.strand) r.strand, r.at, r.bits, 'application that hardly anybody uses'
  from (
    select e.strand, min(e.at) as at,
           -- Any of them, against how people take up applications (smoothed as Witten and Bell do).
           log(2, (c.takings + c.applications)::numeric
                  / ((c.applications + 1) * (c.people + c.applications / (c.applications + 1.0)))) as bits
    from hunt.strand_events($1, '0', $4, $5) e
    join unnest($1) s on s.number = e.strand
    join counted c on c.person = s.person and c.application_id = e.application_id and c.at >= s.first_at and c.applications > 0
    where e.is_own and e.is_success
    group by e.strand, c.takings, c.applications, c.people
  ) r
  where r.bits > 0
  order by r.strand, r.bits desc, r.at $$;
comment on function hunt.strand_applications(hunt.strand[], timestamptz, timestamptz, interval, text[]) is 'Facts: a strand signs in to an application that is new to the person and that few others had used since start_at: log2 of how much likelier any application is to be this one than what people take up.';
