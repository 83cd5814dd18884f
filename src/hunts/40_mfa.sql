-- hunts: the two sides of one login (hypothesis 4): where the second factor was approved, and where it was used.

create function hunt.mfa_contrast(start_at timestamptz, end_at timestamptz, within interval default '30 minutes',
  sources text[] default '{okta,entra_signin}', username text default null)
returns table (mfa_at timestamptz, user_username text, mfa_method text, mfa_country text, mfa_network text, mfa_client text,
  used_at timestamptz, used_country text, used_network text, used_client text, application text, minutes_apart numeric,
  same_session boolean, differs text[])
language sql stable parallel safe rows 100 as $$
  with traveller as (
    select f.user_id, $1 operator(pg_catalog.-) $3 as start_at, $2 operator(pg_catalog.+) $3 as end_at from hunt.event_fact f
    where f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $3) and f.event_time operator(pg_catalog.<) ($2 operator(pg_catalog.+) $3)
      and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($4))::integer[])
      and f.success and f.user_id is not null
      and ($5 is null or f.user_id operator(pg_catalog.=) (select d.id from hunt.dictionary_user d where d.value operator(pg_catalog.=) $5))
      and not (select $3 operator(pg_catalog.<=) interval '1 day' and hunt.has_rollup('user_session'))
    group by f.user_id having min(f.device_ip_country_code) operator(pg_catalog.<) max(f.device_ip_country_code)
    union all
    select s.user_id, greatest(s.stretch_start, $1 operator(pg_catalog.-) $3), least(s.stretch_end, $2 operator(pg_catalog.+) $3)
    from hunt.stored_travellers($1 operator(pg_catalog.-) $3, $2 operator(pg_catalog.+) $3, $4) s
    where (select $3 operator(pg_catalog.<=) interval '1 day' and hunt.has_rollup('user_session'))
      and ($5 is null or s.user_id operator(pg_catalog.=) (select d.id from hunt.dictionary_user d where d.value operator(pg_catalog.=) $5))
  ), side as (
    select f.event_time, f.user_id, f.session_id, f.device_ip_asn_number as asn_number, f.device_ip_country_code as country_code,
           f.agent_id, f.application_id, f.mfa_method_id,
           -- Okta logs the password like a factor; it is the other side.
           f.mfa_method_id operator(pg_catalog.=) any (array(select d.id from hunt.dictionary_mfa_method d
                                                            where d.value operator(pg_catalog.!~~*) '%password%')) as is_mfa
    from traveller t
    join hunt.event_fact f on f.user_id operator(pg_catalog.=) t.user_id
    where f.event_time operator(pg_catalog.>=) t.start_at and f.event_time operator(pg_catalog.<) t.end_at
      and f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $3) and f.event_time operator(pg_catalog.<) ($2 operator(pg_catalog.+) $3)
      and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($4))::integer[])
      and f.success and f.device_ip_country_code is not null and not coalesce(hunt.is_own_network(f.device_ip), false)
  ), pair as (
    -- Of one approval and one place of use, the use nearest in time.
    select distinct on (m.event_time, m.user_id, m.country_code, m.asn_number, o.country_code, o.asn_number)
           m.event_time as mfa_at, m.user_id, m.mfa_method_id, m.country_code as mfa_country, m.asn_number as mfa_asn, m.agent_id as mfa_agent,
           o.event_time as used_at, o.country_code as used_country, o.asn_number as used_asn, o.agent_id as used_agent, o.application_id,
           m.session_id operator(pg_catalog.=) o.session_id as same_session
    from side m
    join side o on o.user_id operator(pg_catalog.=) m.user_id and not coalesce(o.is_mfa, false)
      and o.event_time between (m.event_time operator(pg_catalog.-) $3) and (m.event_time operator(pg_catalog.+) $3)
      and o.country_code operator(pg_catalog.<>) m.country_code
    where m.is_mfa and m.event_time operator(pg_catalog.>=) $1 and m.event_time operator(pg_catalog.<) $2
    order by m.event_time, m.user_id, m.country_code, m.asn_number, o.country_code, o.asn_number,
             greatest(o.event_time operator(pg_catalog.-) m.event_time, m.event_time operator(pg_catalog.-) o.event_time), o.event_time
  )
  select p.mfa_at, u.value, mm.value, p.mfa_country, hunt.asn_org(p.mfa_asn), mg.agent_key, p.used_at, p.used_country,
         hunt.asn_org(p.used_asn), og.agent_key, a.value,
         round(extract(epoch from (p.used_at operator(pg_catalog.-) p.mfa_at)) operator(pg_catalog./) 60, 1),
         p.same_session,
         array_remove(array['country',
           case when hunt.asn_org(p.mfa_asn) operator(pg_catalog.<>) hunt.asn_org(p.used_asn) then 'network' end,
           case when mg.os operator(pg_catalog.<>) og.os then 'operating system' end], null)
  from pair p
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) p.user_id
  left join hunt.dictionary_mfa_method mm on mm.id operator(pg_catalog.=) p.mfa_method_id
  left join hunt.dictionary_agent mg on mg.id operator(pg_catalog.=) p.mfa_agent
  left join hunt.dictionary_agent og on og.id operator(pg_catalog.=) p.used_agent
  left join hunt.dictionary_application a on a.id operator(pg_catalog.=) p.application_id
  order by p.mfa_at, u.value, p.used_at $$;
comment on function hunt.mfa_contrast(timestamptz, timestamptz, interval, text[], text) is 'Hunt: second factors approved in one country while the account was used from another, within the interval: both sides with country, network and client, how many minutes apart (negative: used before), and what differs. a password is no second factor; networks of one''s own are left out; of one user, or of all if username is NULL.';
