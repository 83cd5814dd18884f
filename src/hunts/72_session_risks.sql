-- hunts: what speaks for a stolen session, added up (all hypotheses together).

create function hunt.session_risks(start_at timestamptz, end_at timestamptz, min_bits double precision default 8,
  lookback interval default '90 days', learning interval default '14 days', familiar interval default '3 days',
  sources text[] default '{entra_signin,okta,cloudtrail,eks_audit,kubernetes_audit}')
returns table (seen_at timestamptz, user_identity text, network text, client text, country text, bits double precision,
  evidence text[], first_at timestamptz)
language plpgsql stable parallel safe rows 100 set search_path = pg_catalog, hunt, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  strands hunt.strand[] := array(select s from hunt.fresh_strands(start_at, end_at, lookback, learning, familiar, sources) s);
  sign_in_sources text[] := array(select s from unnest(sources) s where s in ('entra_signin', 'okta'));
begin
  return query
  with fact as materialized (
    select * from hunt.strand_newness(strands)
    union all
    select * from hunt.strand_overlaps(strands, learning, sources)
    union all
    select * from hunt.strand_replays(strands, lookback, familiar, sources)
    union all
    select * from hunt.strand_devices(strands, learning) where 'entra_signin' = any (sources)
    union all
    select * from hunt.strand_denials(strands, learning, sources)
    union all
    select * from hunt.strand_refusals(strands, sources)
    union all
    select * from hunt.strand_addresses(strands, start_at, end_at, learning, sources)
    union all
    select * from hunt.strand_pace(strands, familiar, sign_in_sources)
    union all
    select * from hunt.strand_old_sessions(strands, lookback, learning) where 'entra_signin' = any (sources)
    union all
    select * from hunt.strand_applications(strands, start_at - lookback, end_at, familiar, sign_in_sources)
    union all
    select s.number, a.last_at, case when a.action_count >= 3 then 9 else 6 end, 'unusual actions'
    from hunt.unusual_actions(start_at, end_at, '1 hour', lookback, learning) a
    -- A new tool in a familiar place brings its own actions; a cloud is everybody's.
    join unnest(strands) s on (s.new_network or s.asn_class in ('cloud', 'hosting')) and s.person = a.user_identity
                          and s.network = any (a.networks)
                          and a.first_at >= s.first_at and a.first_at < s.first_at + familiar
  ), summed as (
    select f.*, sum(f.bits) over (partition by f.strand order by f.at) as total from fact f
  ), told as (
    select r.strand, min(r.at) filter (where r.total >= min_bits) as seen_at, max(r.total) as bits
    from summed r group by 1 having max(r.total) >= min_bits
  )
  select t.seen_at, s.person, s.network, nullif(s.client, ''), s.country, t.bits,
         array(select w.what || ': ' || round(w.bits::numeric, 1)
               from (select f.what, sum(f.bits) as bits from fact f where f.strand = t.strand group by 1) w
               order by w.bits desc, w.what),
         s.first_at
  from told t
  join unnest(strands) s on s.number = t.strand
  order by 1, 2, 3, 4;
end $$;
comment on function hunt.session_risks(timestamptz, timestamptz, double precision, interval, interval, interval, text[]) is 'Hunt: networks and clients (together a strand) that a person shows for the first time, with what speaks for a thief added up in bits: how seldom this person shows new ones, hosting and VPN networks, a session that another client began, a session or the person at home at the same time, devices that are not named, addresses that change, sign-ins in quick succession, a session that its device has replaced, calls that are denied, unusual actions, an application that hardly anybody uses, a second factor refused before. Those of min_bits and more; seen_at is when they are reached, from what is known within the time of familiar since first_at; evidence has the bits of each fact. Needs a history of the time of learning.';
