-- hunts: strands. A strand is one network and client of a person; what a thief does is a strand that was not there before.

create function hunt.is_place(asn_class text) returns boolean
language sql immutable parallel safe as
$$ select coalesce($1, '') operator(pg_catalog.<>) all ('{cloud,cdn,mobile,relay,satellite,corporate,hosting,vpn}') $$;
comment on function hunt.is_place(text) is 'Whether people sit behind networks of this class (residential, education, or NULL: not classified), which stay where they are.';

create function hunt.is_phone(client text) returns boolean
language sql immutable parallel safe as $$ select coalesce($1, '') operator(pg_catalog.~) 'iOS|Android' $$;
comment on function hunt.is_phone(text) is 'Whether an agent key is of a phone or tablet, whose traffic leaves its network at home even while it roams abroad.';

create type hunt.strand as (
  number integer, person text, user_ids integer[], network text, asn_numbers bigint[], asn_class text, client text, country text,
  first_at timestamptz, new_network boolean, new_client boolean, network_bits double precision, client_bits double precision,
  pair_bits double precision, pair_people bigint, network_people bigint, people bigint, home_numbers bigint[],
  familiar_browsers text[]);
comment on type hunt.strand is
'A network (of places the AS number) and client that a person shows for the first time: which of the two was new, how seldom he shows new ones (network_bits, client_bits) and anybody uses this client from a new network (pair_bits), how many others had come from the network, with the client (pair_people) or at all (network_people of people), and the AS numbers and browsers of computers that were familiar to him.';

create function hunt.strand_days(start_at timestamptz, end_at timestamptz, sources text[])
returns table (person text, asn_number bigint, network text, site text, asn_class text, client text, country text, day timestamptz,
  first_at timestamptz)
language sql stable parallel safe rows 10000 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with used as materialized (
    -- Ids only: names are looked up for the groups.
    select e.user_id, e.device_ip_asn_number as asn_number, e.agent_id, e.device_ip_country_code as country,
           date_bin('1 day', e.event_time, '2000-01-01 00:00+00') as day, min(e.event_time) as first_at
    from hunt.event_fact e
    where e.event_time >= $1 and e.event_time < $2 and e.source_id = any ((select hunt.source_ids($3))::integer[])
      and e.user_id is not null and e.device_ip_asn_number is not null and e.success is not false
      and not hunt.is_own_network(e.device_ip)
    group by 1, 2, 3, 4, 5
  ), network as materialized (
    select n.asn_number, hunt.network_of(n.asn_number) as name, hunt.asn_class(n.asn_number) as asn_class
    from (select distinct u.asn_number from used u) n
  )
  select coalesce(i.identity, p.value), u.asn_number, n.name, case when hunt.is_place(n.asn_class) then u.asn_number::text else n.name end,
         n.asn_class, coalesce(g.agent_key, ''), u.country, u.day, u.first_at
  from used u
  join network n on n.asn_number = u.asn_number
  join hunt.dictionary_user p on p.id = u.user_id
  left join hunt.identity i on i.username = p.value
  left join hunt.dictionary_agent g on g.id = u.agent_id $$;
comment on function hunt.strand_days(timestamptz, timestamptz, text[]) is 'The networks and clients that people (hunt.identity) showed on each day (UTC) in events that did not fail, without networks of one''s own; a client that is not stated is empty. The site is what tells networks apart: the operator, of places (hunt.is_place) the AS number.';

create function hunt.fresh_strands(start_at timestamptz, end_at timestamptz, lookback interval, learning interval, familiar interval,
  sources text[])
returns setof hunt.strand
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with shown as materialized (
    select * from hunt.strand_days($1 - $3, $2, $6)
  ), strand as (
    select s.person, s.site, s.client, min(s.network) as network, min(s.asn_class) as asn_class, min(s.country) as country, min(s.first_at) as first_at
    from shown s group by 1, 2, 3
  ), known as (
    select s.*, min(s.first_at) over (partition by s.person) as person_since,
           min(s.first_at) over (partition by s.person, s.site) as network_since,
           min(s.first_at) over (partition by s.person, s.client) as client_since,
           (row_number() over (partition by s.person order by s.first_at, s.site, s.client) = 1)::integer as is_new_person,
           (row_number() over (partition by s.person, s.site order by s.first_at, s.client) = 1)::integer as is_new_visitor,
           (row_number() over (partition by s.site, s.client order by s.first_at, s.person) = 1)::integer as is_new_pair
    from strand s
  ), counted as (
    -- What others had shown by then.
    select k.*, rank() over (partition by k.site, k.client order by k.first_at) - 1 as pair_people,
           sum(k.is_new_visitor) over (partition by k.site order by k.first_at) - 1 as network_people,
           sum(k.is_new_person) over (order by k.first_at) - 1 as people,
           count(*) over (partition by k.client order by k.first_at)
             - count(*) over (partition by k.client, k.person order by k.first_at) as client_pairs,
           sum(k.is_new_pair) over (partition by k.client order by k.first_at) - k.is_new_pair as client_networks
    from known k
  ), fresh as materialized (
    select row_number() over (order by c.first_at, c.person, c.site, c.client)::integer as number, c.*,
           c.network_since > c.first_at - $5 as new_network, c.client_since > c.first_at - $5 as new_client
    from counted c
    where c.first_at >= $1 and c.first_at < $2 and c.person_since <= c.first_at - $4
      and (c.network_since > c.first_at - $5 or c.client_since > c.first_at - $5)
  ), own_network as (
    select n.number, log(2, 1 + sum(n.days) / count(*)) as bits
    from (select f.number, s.site, count(distinct s.day) as days
          from fresh f join shown s on s.person = f.person and s.first_at < f.first_at group by 1, 2) n
    group by 1
  ), own_client as (
    select c.number, log(2, 1 + sum(c.days) / count(*)) as bits,
           array_agg(c.client) filter (where c.is_familiar and c.client ~ '/ browser$' and not hunt.is_phone(c.client)) as familiar_browsers
    from (select f.number, s.client, count(distinct s.day) as days, min(s.first_at) < f.first_at - $5 as is_familiar
          from fresh f join shown s on s.person = f.person and s.first_at < f.first_at group by 1, 2, f.first_at) c
    group by 1
  ), home as (
    select f.number, array_agg(distinct s.asn_number) as asn_numbers
    from fresh f join shown s on s.person = f.person and s.first_at < f.first_at - $5
    where hunt.is_place(s.asn_class)
    group by 1
  ), site as materialized (
    select s.site, array_agg(distinct s.asn_number) as asn_numbers from shown s group by 1
  ), member as materialized (
    select coalesce(i.identity, u.value) as person, array_agg(u.id order by u.id) as user_ids
    from hunt.dictionary_user u left join hunt.identity i on i.username = u.value
    where coalesce(i.identity, u.value) in (select f.person from fresh f)
    group by 1
  )
  -- How often this person shows a new network or client, by person-days (Witten and Bell): log2((N + T) / T).
  select f.number, f.person, m.user_ids, f.network, o.asn_numbers, f.asn_class, f.client, f.country, f.first_at, f.new_network,
         f.new_client, n.bits, c.bits, log(2, 1 + f.client_pairs::numeric / greatest(f.client_networks, 1)), f.pair_people,
         f.network_people, f.people, h.asn_numbers, c.familiar_browsers
  from fresh f
  join own_network n on n.number = f.number
  join own_client c on c.number = f.number
  left join home h on h.number = f.number
  join site o on o.site = f.site
  join member m on m.person = f.person $$;
comment on function hunt.fresh_strands(timestamptz, timestamptz, interval, interval, interval, text[]) is 'Strands that begin from start_at (inclusive) to end_at (exclusive) and of which network or client is new: shown by the person, who has been known for the time of learning, for the first time since the lookback before, or since less than the time of familiar.';

create function hunt.strand_events(strands hunt.strand[], before interval, after interval, sources text[])
returns table (strand integer, at timestamptz, event_key uuid, asn_number bigint, client text, country text, session text,
  by_key boolean, is_success boolean, error_code text, application_id integer, is_own boolean)
language sql stable parallel safe rows 1000 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  select s.number, e.event_time, e.event_key, e.device_ip_asn_number, coalesce(g.agent_key, ''), e.device_ip_country_code,
         coalesce(k.value, e.session_id), e.access_key_id is not null, e.success is not false, e.error_code, e.application_id,
         e.device_ip_asn_number = any (s.asn_numbers) and coalesce(g.agent_key, '') = s.client
  from unnest($1) s
  join hunt.event_fact e on e.user_id = any (s.user_ids) and e.event_time >= s.first_at - $2 and e.event_time < s.first_at + $3
  left join hunt.dictionary_agent g on g.id = e.agent_id
  left join hunt.dictionary_access_key k on k.id = e.access_key_id
  where e.source_id = any ((select hunt.source_ids($4))::integer[]) and e.device_ip_asn_number is not null
    and not hunt.is_own_network(e.device_ip) $$;
comment on function hunt.strand_events(hunt.strand[], interval, interval, text[]) is 'Of each strand the events of its person around its beginning; is_own are those of the strand itself. The session is the access key where there is one.';
