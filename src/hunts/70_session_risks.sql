-- hunts: what speaks for a stolen session, added up (all hypotheses together).

create function hunt.session_risks(start_at timestamptz, end_at timestamptz, min_bits double precision default 9,
  lookback interval default '90 days', learning interval default '14 days', familiar interval default '3 days',
  sources text[] default '{entra_signin,okta,cloudtrail,eks_audit,kubernetes_audit}')
returns table (seen_at timestamptz, user_identity text, network text, client text, country text, bits double precision,
  evidence text[], first_at timestamptz)
language sql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
  with used as materialized (
    select coalesce(i.identity, u.value) as person, f.event_time as at, f.network, f.asn_class, f.country, f.success,
           coalesce(g.agent_key, '') as client, f.session, f.refused
    from (
      select e.user_id, e.event_time, e.agent_id, e.success is not false as success,
             coalesce(hunt.asn_org(e.device_ip_asn_number), 'AS' || e.device_ip_asn_number) as network,
             coalesce(hunt.asn_class(e.device_ip_asn_number), '') as asn_class, e.device_ip_country_code as country,
             coalesce(a.value, e.session_id) as session,
             e.success is false and (e.mfa_method_id is not null or e.error_code in ('50074', '50076', '500121')) as refused
      from hunt.event_fact e
      left join hunt.dictionary_access_key a on a.id = e.access_key_id
      where e.event_time >= start_at - lookback and e.event_time < end_at and e.user_id is not null
        and e.source_id = any ((select hunt.source_ids(sources))::integer[])
        and e.device_ip_asn_number is not null and not hunt.is_own_network(e.device_ip)
    ) f
    join hunt.dictionary_user u on u.id = f.user_id
    left join hunt.identity i on i.username = u.value
    left join hunt.dictionary_agent g on g.id = f.agent_id
  ), refusal as materialized (
    select r.person, r.network, r.client, r.at from used r where r.refused
  ), known as (
    select s.*,
           min(s.at) over (partition by s.person) as person_since, min(s.at) over (partition by s.person, s.network) as network_since,
           min(s.at) over (partition by s.person, s.client) as client_since,
           min(s.at) over (partition by s.person, s.network, s.client) as strand_since
    from used s where s.success
  ), placed as materialized (
    select p.*,
           -- Where the session was before and after, and where else the person was: familiar networks that stay where they are.
           max(p.at) filter (where p.is_home) over before_session as home_before, min(p.at) filter (where p.is_home) over after_session as home_after,
           max(p.moment) filter (where p.is_home) over before_person as person_before, min(p.moment) filter (where p.is_home) over after_person as person_after,
           bool_or(p.is_familiar_browser) over before_session as has_familiar_client
    from (select k.*, k.network_since < k.at - familiar and k.asn_class not in ('cloud', 'cdn', 'mobile', 'relay', 'satellite', 'corporate', 'hosting', 'vpn')
                   -- What a phone sends leaves at home even while it roams abroad.
                   and k.client !~ 'iOS|Android' as is_home,
                 -- Programs get their session from the machine's browser or broker, a phone answers for the machine beside it.
                 k.client ~ '/ browser$' and k.client !~ 'iOS|Android' and k.client_since < k.at - familiar as is_familiar_browser,
                 extract(epoch from k.at)::bigint || coalesce(k.country, '') as moment
          from known k) p
    window before_session as (partition by p.person, p.session, p.session is null order by p.at),
           after_session as (partition by p.person, p.session, p.session is null order by p.at desc),
           before_person as (partition by p.person order by p.at), after_person as (partition by p.person order by p.at desc)
  ), fresh as materialized (
    -- A strand is one network and client of a person, of which at least one was new when it began.
    select p.person, p.network, p.client, p.strand_since as first_at, min(p.asn_class) as asn_class, min(p.country) as country,
           bool_or(p.network_since > p.strand_since - familiar) as new_network, bool_or(p.client_since > p.strand_since - familiar) as new_client,
           min(p.at) filter (where p.client_since > p.at - familiar and p.has_familiar_client and p.session is not null
                               and p.client !~ 'iOS|Android') as session_at,
           min(p.home_after) filter (where p.network_since > p.at - familiar and p.session is not null
                                       and p.home_after - p.home_before <= interval '1 hour') as hour_at,
           min(p.home_after) filter (where p.network_since > p.at - familiar and p.session is not null
                                       and p.home_after - p.home_before <= interval '3 hours') as hours_at,
           min(p.at) filter (where left(p.person_after, 10)::bigint - left(p.person_before, 10)::bigint <= 8 * 3600
                               and p.network_since > p.at - familiar
                               and substr(p.person_before, 11) <> p.country and substr(p.person_after, 11) <> p.country
                               and substr(p.person_before, 11) <> '' and substr(p.person_after, 11) <> '') as abroad_at,
           to_timestamp(min(left(p.person_after, 10)::bigint) filter (where left(p.person_after, 10)::bigint - left(p.person_before, 10)::bigint <= 8 * 3600
                               and p.network_since > p.at - familiar
                               and substr(p.person_before, 11) <> p.country and substr(p.person_after, 11) <> p.country
                               and substr(p.person_before, 11) <> '' and substr(p.person_after, 11) <> '')) as abroad_known_at
    from placed p
    where p.at < p.strand_since + familiar
    group by p.person, p.network, p.client, p.strand_since
    having p.strand_since >= start_at and p.strand_since < end_at and min(p.person_since) <= p.strand_since - learning
       and (bool_or(p.network_since > p.strand_since - familiar) or bool_or(p.client_since > p.strand_since - familiar))
  ), shown as materialized (
    select k.person, k.network, k.client, k.at::date as day, min(k.at) as at from known k group by 1, 2, 3, 4
  ), pair as materialized (
    select h.person, h.network, h.client, min(h.at) as at from shown h group by 1, 2, 3
  ), own as (
    -- How often this person shows a new network or client, by person-days (Witten and Bell): log2((N + T) / T).
    select s.person, s.network, s.client,
           log(2, 1 + count(distinct (h.network, h.day))::numeric / greatest(count(distinct h.network), 1)) as network_bits,
           log(2, 1 + count(distinct (h.client, h.day))::numeric / greatest(count(distinct h.client), 1)) as client_bits
    from fresh s join shown h on h.person = s.person and h.at < s.first_at
    group by 1, 2, 3
  ), judged as materialized (
    select s.*, o.network_bits, o.client_bits,
           s.asn_class not in ('cloud', 'cdn', 'mobile', 'relay', 'satellite', 'corporate', 'hosting', 'vpn') as is_place,
           e.pair_people, e.network_people, e.people, log(2, 1 + e.pairs::numeric / greatest(e.networks, 1)) as pair_bits
    from fresh s
    join own o on o.person = s.person and o.network = s.network and o.client = s.client
    cross join lateral (
      select count(distinct h.person) filter (where h.network = s.network and h.client = s.client) as pair_people,
             count(distinct h.person) filter (where h.network = s.network) as network_people, count(distinct h.person) as people,
             count(*) filter (where h.client = s.client) as pairs, count(distinct h.network) filter (where h.client = s.client) as networks
      from pair h where h.at < s.first_at and h.person <> s.person) e
  ), fact as (
    select j.person, j.network, j.client, j.first_at, v.at, v.bits, v.what
    from judged j
    cross join lateral (values
      -- What a fifth of everybody uses, or three others with this client, is an infrastructure and no place.
      (j.new_network and (j.is_place or j.pair_people < 3 and j.network_people < greatest(3, 0.2 * j.people)), j.first_at, j.network_bits, 'network not seen before'),
      (j.new_network and j.pair_people < 3 and j.asn_class in ('hosting', 'vpn'), j.first_at, 7, 'network of class ' || j.asn_class),
      (j.new_network and j.asn_class in ('mobile', 'relay', 'corporate', 'cdn', 'satellite'), j.first_at, -2, 'network of class ' || j.asn_class),
      (j.new_client and j.client <> '', j.first_at, j.client_bits, 'client not seen before'),
      (j.new_client and j.client <> '' and j.pair_people = 0, j.first_at, j.pair_bits, 'nobody used this client from this network'),
      (j.session_at is not null, j.session_at, case when j.client ~ '/ browser$' then 7 else 2 end, 'session of another client'),
      (j.is_place and j.client !~ 'iOS|Android' and j.hours_at is not null, j.hours_at, 3, 'session at home within three hours'),
      (j.is_place and j.client !~ 'iOS|Android' and j.hour_at is not null, j.hour_at, 3, 'session at home within an hour'),
      (j.is_place and j.client !~ 'iOS|Android' and j.abroad_at is not null, j.abroad_known_at, 6, 'at home and abroad at once')
    ) v(holds, at, bits, what)
    where v.holds
    union all
    select j.person, j.network, j.client, j.first_at, d.seen_at, 7, 'device not named'
    from hunt.unregistered_devices(start_at, end_at, lookback, learning) d
    join judged j on j.person = d.user_identity and j.network = d.network and j.client = d.client
    where d.seen_at < j.first_at + familiar
    union all
    select j.person, j.network, j.client, j.first_at, a.last_at, case when a.action_count >= 3 then 9 else 6 end, 'unusual actions'
    from hunt.unusual_actions(start_at, end_at, '1 hour', lookback, learning) a
    join judged j on j.person = a.user_identity and j.network = any (a.networks)
                 and a.first_at >= j.first_at and a.first_at < j.first_at + familiar
    union all
    select j.person, j.network, j.client, j.first_at, j.first_at, 8, 'second factor refused, then approved'
    from judged j
    where (select count(*) from refusal r where r.person = j.person and r.network = j.network and r.client = j.client
             and r.at between j.first_at - interval '30 minutes' and j.first_at) >= 3
  ), summed as (
    select f.*, sum(f.bits) over (partition by f.person, f.network, f.client order by f.at) as total from fact f
  )
  select min(s.at) filter (where s.total >= min_bits), s.person, s.network, nullif(s.client, ''), min(j.country), max(s.total)::double precision,
         array_agg(s.what || ': ' || round(s.bits, 1) order by s.bits desc, s.what), s.first_at
  from summed s join judged j using (person, network, client, first_at)
  group by s.person, s.network, s.client, s.first_at
  having max(s.total) >= min_bits
  order by 1, 2, 3, 4 $$;
comment on function hunt.session_risks(timestamptz, timestamptz, double precision, interval, interval, interval, text[]) is 'Hunt: networks and clients (together a strand) that a person shows for the first time, with what speaks for a thief added up in bits: how seldom this person shows new ones, hosting and VPN networks, a session that another client began, a session or the person at home at the same time, a device that is not named, unusual actions, a second factor refused before. Those of min_bits and more; seen_at is when they are reached, from what is known within the time of familiar since first_at; evidence has the bits of each fact. Needs a history of the time of learning.';
