-- hunts: the two sides of one login (hypothesis 4): where the second factor was approved, and where it was used.

-- Ids only: the hunt looks up names for the few pairs there are. PL/pgSQL, so that the planner knows how many travellers there are.
create function hunt.mfa_pairs(start_at timestamptz, end_at timestamptz, within interval, sources text[], username text)
returns table (mfa_at timestamptz, user_id integer, mfa_method_id integer, mfa_country text, mfa_asn bigint, mfa_agent integer,
  used_at timestamptz, used_country text, used_asn bigint, used_agent integer, application_id integer, same_session boolean)
language plpgsql stable rows 1000 set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  read_from timestamptz := start_at - within;
  read_to timestamptz := end_at + within;
  source_ids integer[] := hunt.source_ids(sources);
  its_id integer := (select d.id from hunt.dictionary_user d where d.value = username);
  method_ids integer[] := array(select d.id from hunt.dictionary_mfa_method d where d.value !~~* '%password%');
  user_ids integer[];
  starts timestamptz[];
  ends timestamptz[];
begin
  if within <= interval '1 day' and hunt.has_rollup('user_session') then
    select array_agg(s.user_id), array_agg(greatest(s.stretch_start, read_from)), array_agg(least(s.stretch_end, read_to))
    into user_ids, starts, ends
    from hunt.stored_travellers(read_from, read_to, sources) s where username is null or s.user_id = its_id;
  else
    select array_agg(t.user_id), array_agg(read_from), array_agg(read_to) into user_ids, starts, ends
    from (select f.user_id from hunt.event_fact f
          where f.event_time >= read_from and f.event_time < read_to and f.source_id = any (source_ids) and f.success
            and f.user_id is not null and (username is null or f.user_id = its_id)
          group by 1
          having min(f.device_ip_country_code) < max(f.device_ip_country_code)) t;
  end if;
  return query
  with side as materialized (
    select f.event_time, f.user_id, f.session_id, f.device_ip_asn_number as asn_number, f.device_ip_country_code as country_code,
           f.agent_id, f.application_id, f.mfa_method_id,
           -- Okta logs the password like a factor; it is the other side.
           coalesce(f.mfa_method_id = any (method_ids), false) as is_mfa
    from unnest(user_ids, starts, ends) t (user_id, start_at, end_at)
    join hunt.event_fact f on f.user_id = t.user_id
    where f.event_time >= t.start_at and f.event_time < t.end_at and f.event_time >= read_from and f.event_time < read_to
      and f.source_id = any (source_ids) and f.success and f.device_ip_country_code is not null
      and not coalesce(hunt.is_own_network(f.device_ip), false)
  )
  -- Of one approval and one place of use, the use nearest in time.
  select distinct on (m.event_time, m.user_id, m.country_code, m.asn_number, o.country_code, o.asn_number)
         m.event_time, m.user_id, m.mfa_method_id, m.country_code, m.asn_number, m.agent_id, o.event_time, o.country_code, o.asn_number,
         o.agent_id, o.application_id, m.session_id = o.session_id
  from side m
  join side o on o.user_id = m.user_id and not o.is_mfa and o.event_time between m.event_time - within and m.event_time + within
    and o.country_code <> m.country_code
  where m.is_mfa and m.event_time >= start_at and m.event_time < end_at
  order by m.event_time, m.user_id, m.country_code, m.asn_number, o.country_code, o.asn_number,
           greatest(o.event_time - m.event_time, m.event_time - o.event_time), o.event_time;
end $$;
comment on function hunt.mfa_pairs(timestamptz, timestamptz, interval, text[], text) is 'The two sides of what hunt.mfa_contrast() finds: approvals of a second factor, and uses from another country within the interval.';

create function hunt.mfa_contrast(start_at timestamptz, end_at timestamptz, within interval default '30 minutes',
  sources text[] default '{okta,entra_signin}', username text default null)
returns table (mfa_at timestamptz, user_username text, mfa_method text, mfa_country text, mfa_network text, mfa_client text,
  used_at timestamptz, used_country text, used_network text, used_client text, application text, minutes_apart numeric,
  same_session boolean, differs text[])
language sql stable parallel safe rows 100 as $$
  select p.mfa_at, u.value, mm.value, p.mfa_country, hunt.asn_org(p.mfa_asn), mg.agent_key, p.used_at, p.used_country,
         hunt.asn_org(p.used_asn), og.agent_key, a.value,
         round(extract(epoch from (p.used_at operator(pg_catalog.-) p.mfa_at)) operator(pg_catalog./) 60, 1),
         p.same_session,
         array_remove(array['country',
           case when hunt.asn_org(p.mfa_asn) operator(pg_catalog.<>) hunt.asn_org(p.used_asn) then 'network' end,
           case when mg.os operator(pg_catalog.<>) og.os then 'operating system' end], null)
  from hunt.mfa_pairs($1, $2, $3, $4, $5) p
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) p.user_id
  left join hunt.dictionary_mfa_method mm on mm.id operator(pg_catalog.=) p.mfa_method_id
  left join hunt.dictionary_agent mg on mg.id operator(pg_catalog.=) p.mfa_agent
  left join hunt.dictionary_agent og on og.id operator(pg_catalog.=) p.used_agent
  left join hunt.dictionary_application a on a.id operator(pg_catalog.=) p.application_id
  order by p.mfa_at, u.value, p.used_at $$;
comment on function hunt.mfa_contrast(timestamptz, timestamptz, interval, text[], text) is 'Hunt: second factors approved in one country while the account was used from another, within the interval: both sides with country, network and client, how many minutes apart (negative: used before), and what differs. a password is no second factor; networks of one''s own are left out; of one user, or of all if username is NULL.';
