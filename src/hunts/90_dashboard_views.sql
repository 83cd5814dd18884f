-- hunts: what dashboards show. Functions where a span of time must be known before rows are read, views for the rest. Lists
-- are text, so that every tool can show them. Everything is read with the rights of who asks.

create function hunt.dashboard_end() returns timestamptz
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  first_day timestamptz;
  from_day timestamptz;
  found_time timestamptz;
  upper_bound timestamptz;
begin
  if exists (select from hunt.event_fact f where f.event_time > now() - interval '1 day' and f.event_time <= now()) then
    return now();
  end if;
  -- Day by day backward, which the key by time finds: first without the future, where a wrong clock may have put events.
  foreach upper_bound in array array[now(), 'infinity'] loop
    for first_day in select m.month::timestamp at time zone 'UTC' from hunt.event_months() m (month)
                     where m.month::timestamp at time zone 'UTC' <= upper_bound order by 1 desc loop
      for from_day in select first_day + n * interval '24 hours' from generate_series(31, 0, -1) n loop
        select max(f.event_time) into found_time from hunt.event_fact f
        where f.event_time >= from_day and f.event_time < from_day + interval '24 hours' and f.event_time <= upper_bound;
        if found_time is not null then
          -- Exclusive, as the ends of all spans are.
          return found_time + interval '1 microsecond';
        end if;
      end loop;
    end loop;
  end loop;
  return now();
end $$;
comment on function hunt.dashboard_end() is
'Where the span of a dashboard ends: now if there are events of the last 24 hours, else just after the newest event that is not in the future, else just after the newest; now if there are none.';

create function hunt.dashboard_signals_by_day(start_at timestamptz, end_at timestamptz)
returns table (day date, rule_name text, entity_type text, signals bigint, entities bigint, severity bigint, detections bigint)
language sql stable parallel safe as $$
  select (s.first_at at time zone 'UTC')::date, s.rule_name, s.entity_type, count(*), count(distinct s.entity),
         sum(s.severity)::bigint, sum(s.detections)::bigint
  from hunt.signal s
  where s.first_at operator(pg_catalog.>=) $1 and s.first_at operator(pg_catalog.<) $2 and not s.suppressed
    and s.status operator(pg_catalog.<>) 'false_positive'
  group by 1, 2, 3 $$;
comment on function hunt.dashboard_signals_by_day(timestamptz, timestamptz) is
'Signals that are neither suppressed nor false positives by day (UTC) of their first detection, rule and type of entity, from start_at (inclusive) to end_at (exclusive).';

create function hunt.dashboard_entities(start_at timestamptz, end_at timestamptz)
returns table (entity_type text, entity text, user_id integer, score bigint, signals bigint, open_insights bigint,
  highest_severity integer, rules text, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe as $$
  select e.entity_type, e.entity, u.id, e.score, e.signals, coalesce(i.insights, 0), e.highest_severity, e.rules, e.first_at, e.last_at
  from (
    -- As insights count: of several signals of one name only the most severe has weight, prototypes have none.
    select n.entity_type, n.entity, coalesce(sum(n.severity) filter (where not n.prototype), 0)::bigint as score,
           sum(n.signals)::bigint as signals, max(n.severity) as highest_severity,
           string_agg(distinct n.rule_name, ', ' order by n.rule_name) as rules, min(n.first_at) as first_at, max(n.last_at) as last_at
    from (select s.entity_type, s.entity, s.name, s.prototype, max(s.rule_name) as rule_name, max(s.severity) as severity,
                 count(*) as signals, min(s.first_at) as first_at, max(s.last_at) as last_at
          from hunt.signal s
          where s.first_at operator(pg_catalog.>=) $1 and s.first_at operator(pg_catalog.<) $2 and not s.suppressed
            and s.status operator(pg_catalog.<>) 'false_positive'
          group by s.entity_type, s.entity, s.name, s.prototype) n
    group by n.entity_type, n.entity
  ) e
  left join (select i.entity_type, i.entity, count(*) as insights from hunt.insight i
             where i.status operator(pg_catalog.=) any ('{new,acknowledged}') group by 1, 2) i
    on i.entity_type operator(pg_catalog.=) e.entity_type and i.entity operator(pg_catalog.=) e.entity
  left join hunt.dictionary_user u
    on u.value operator(pg_catalog.=) e.entity and e.entity_type operator(pg_catalog.=) any ('{user_username,user_identity}')
  order by e.score desc, e.signals desc, e.last_at desc, e.entity $$;
comment on function hunt.dashboard_entities(timestamptz, timestamptz) is
'Who has signals that began from start_at (inclusive) to end_at (exclusive), riskiest first. score is the sum of the severities of signals of different names, as for insights; user_id is NULL for what is no user of hunt.event.';

create function hunt.dashboard_user_sessions(user_ids integer[], start_at timestamptz, end_at timestamptz,
  lookback interval default '30 days')
returns table (user_id integer, session_start timestamptz, session_end timestamptz, network text, asn_number bigint,
  network_class text, country_code text, country text, client text, events bigint, failures bigint, address inet,
  latitude double precision, longitude double precision, bits double precision)
language sql stable parallel safe rows 1000 as $$
  with place as materialized (
    -- Hours first: a service account has hundreds of thousands of events and few hours.
    select h.*, coalesce(hunt.asn_org(h.asn_number), 'AS' operator(pg_catalog.||) h.asn_number) as network, g.agent_key, g.value as agent
    from (select f.user_id, date_bin('1 hour', f.event_time, '2000-01-01 00:00+00') as hour_start,
                 f.device_ip_asn_number as asn_number, f.device_ip_country_code as country_code, f.agent_id, count(*) as events,
                 count(*) filter (where f.success is false) as failures, min(f.event_time) as first_at,
                 max(f.event_time) as last_at, max(f.device_ip) as address
          from hunt.event_fact f
          where f.user_id operator(pg_catalog.=) any ($1) and f.event_time operator(pg_catalog.<) $3
            and f.event_time operator(pg_catalog.>=) ($2 operator(pg_catalog.-) $4)
          group by 1, 2, 3, 4, 5) h
    left join hunt.dictionary_agent g on g.id operator(pg_catalog.=) h.agent_id
  ), day as (
    -- Of each day what all days before it had shown of the user.
    select d.user_id, d.day_start, hunt.session_risk_merge(d.state) over (
             partition by d.user_id order by d.day_start rows between unbounded preceding and 1 preceding) as past,
           row_number() over (partition by d.user_id order by d.day_start) operator(pg_catalog.>) 1 as has_past
    from (select p.user_id, date_bin('1 day', p.hour_start, '2000-01-01 00:00+00') as day_start,
                 hunt.session_risk_state(hunt.session_profile(p.network, p.country_code, p.agent, null::text)) as state
          from place p where p.events operator(pg_catalog.>) p.failures group by 1, 2) d
  ), cut as (
    -- A session goes on while each next hour has events of the same network, country and client.
    select s.*, sum(s.is_first) over (partition by s.user_id, s.network, s.country_code, s.agent_key order by s.hour_start) as session
    from (select p.*, (p.hour_start operator(pg_catalog.-) lag(p.hour_start) over w operator(pg_catalog.<=) interval '1 hour'
                       is not true)::integer as is_first
          from place p where p.hour_start operator(pg_catalog.>=) ($2 operator(pg_catalog.-) interval '1 hour')
          window w as (partition by p.user_id, p.network, p.country_code, p.agent_key order by p.hour_start)) s
  ), session as (
    select c.user_id, c.network, c.country_code, c.agent_key, min(c.first_at) as first_at, max(c.last_at) as last_at,
           max(c.asn_number) as asn_number, sum(c.events)::bigint as events, sum(c.failures)::bigint as failures,
           max(c.address) as address, max(c.agent) as agent
    from cut c
    group by c.user_id, c.network, c.country_code, c.agent_key, c.session
  )
  select s.user_id, s.first_at, s.last_at, s.network, s.asn_number, hunt.asn_class(s.asn_number), s.country_code,
         hunt.country_name_of(s.country_code), s.agent_key, s.events, s.failures, s.address, g.latitude, g.longitude,
         case when d.has_past then (hunt.session_risk(d.past, null, hunt.session_profile(s.network, s.country_code, s.agent, null::text))).bits end
  from session s
  left join day d on d.user_id operator(pg_catalog.=) s.user_id
    and d.day_start operator(pg_catalog.=) date_bin('1 day', s.first_at, '2000-01-01 00:00+00')
  left join lateral hunt.geo_lookup(s.address) g on true
  where s.last_at operator(pg_catalog.>=) $2
  order by s.first_at $$;
comment on function hunt.dashboard_user_sessions(integer[], timestamptz, timestamptz, interval) is
'Sessions of users (ids of hunt.dictionary_user) from start_at (inclusive) to end_at (exclusive): stretches in which each hour has events of one network, country and client. bits says how unlike the user it is, by session_risk() against his own earlier days as far back as lookback; NULL on his first day, and on a day without success. address is one of the session; latitude and longitude need a city database.';

create function hunt.dashboard_hunts(start_at timestamptz, end_at timestamptz)
returns table (hunt text, found_at timestamptz, entity text, what text, events bigint, last_at timestamptz)
language sql stable parallel safe as $$
  select 'several_networks', n.first_at, n.user_username, array_to_string(n.networks, ', '), n.events, n.last_at
  from hunt.several_networks($1, $2, ignored_classes => '{corporate}') n
  where exists (select from unnest(n.asn_numbers) a
                where a in (select c.number from hunt.asn_classes c where c.class operator(pg_catalog.=) any ('{hosting,vpn,cloud}')))
  union all
  select 'several_countries', c.first_at, c.user_username,
         concat_ws('; ', array_to_string(c.countries, ', '), array_to_string(c.networks, ', ')), c.events, c.last_at
  from hunt.several_countries($1, $2, ignored_classes => '{corporate}') c
  union all
  select 'several_clients', c.first_at, c.user_username, array_to_string(c.clients, ', '), c.events, c.last_at
  from hunt.several_clients($1, $2) c
  union all
  select 'single_sign_on_clients', c.slice_start, c.user_username,
         concat_ws('; not a week ago: ', array_to_string(c.clients, ', '), nullif(array_to_string(c.new_clients, ', '), '')),
         c.events, null
  from hunt.single_sign_on_clients($1, $2) c
  union all
  select 'mfa_contrast', m.mfa_at, m.user_username,
         concat_ws(', then ', concat_ws(', ', m.mfa_country, m.mfa_network, m.mfa_client),
                   concat_ws(', ', m.used_country, m.used_network, m.used_client)), null, m.used_at
  from hunt.mfa_contrast($1, $2) m
  union all
  select 'access_key_clients', k.first_at, concat_ws(', ', k.access_key_id, k.user_username),
         concat_ws('; ', array_to_string(k.clients, ', '), array_to_string(k.networks, ', '), array_to_string(k.countries, ', ')),
         k.events, k.last_at
  from hunt.access_key_clients($1, $2) k
  union all
  select 'identity_addresses', i.first_at, coalesce(i.user_arn, i.user_username),
         concat_ws('; ', array_to_string(i.addresses, ', '), array_to_string(i.networks, ', '), i.http_user_agent),
         i.events, i.last_at
  from hunt.identity_addresses($1, $2) i $$;
comment on function hunt.dashboard_hunts(timestamptz, timestamptz) is
'What the ready-made hunts find from start_at (inclusive) to end_at (exclusive) with their defaults, without corporate networks, in one shape: the hunt, when, who, and what was seen. several_networks is restricted to days with a hosting, VPN or cloud network. Name one hunt in WHERE and the others are not run.';

create function hunt.create_dashboard_views() returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- The rights of who asks: hunt.separate_teams() holds in dashboards, too.
  create or replace view hunt.dashboard_signal with (security_invoker) as
  select s.signal_id, s.first_at, s.last_at, s.raised_at, s.rule_name, s.name, s.summary, s.entity_type, s.entity, s.severity,
         s.detections, s.status, s.suppressed, s.prototype, s.insight_id, array_to_string(s.tags, ', ') as tags,
         hunt.json_list(s.evidence -> 'device_ip_asn_org') as networks,
         hunt.json_list(s.evidence -> 'device_ip_country_code') as countries,
         hunt.json_list(s.evidence -> 'device_ip') as addresses,
         hunt.json_list(s.evidence -> 'http_user_agent') as user_agents,
         s.note, s.changed_by, s.changed_at
  from hunt.signal s;
  comment on view hunt.dashboard_signal is
    'Signals for dashboards: as hunt.signal, with the tags and the usual evidence as text.';

  create or replace view hunt.dashboard_insight with (security_invoker) as
  select i.insight_id, i.created_at, i.first_at, i.last_at, i.entity_type, i.entity, u.id as user_id, i.score, i.severity, i.status,
         array_position('{low,medium,high,critical}', i.severity) as severity_rank,
         array_to_string(i.signal_names, ', ') as signal_names, i.note, i.changed_by, i.changed_at,
         i.status in ('new', 'acknowledged') as is_open
  from hunt.insight i
  left join hunt.dictionary_user u on u.value = i.entity and i.entity_type in ('user_username', 'user_identity');
  comment on view hunt.dashboard_insight is
    'Insights for dashboards: as hunt.insight, with the names of the signals as text; open are those that are new or acknowledged. user_id is the id of hunt.dictionary_user where the entity is a user.';

  create or replace view hunt.dashboard_ingest_by_day with (security_invoker) as
  select (l.started_at at time zone 'UTC')::date as day, l.source, count(*) as loads, sum(l.received)::bigint as received,
         sum(l.inserted)::bigint as inserted, sum(l.updated)::bigint as updated, sum(l.duplicates)::bigint as duplicates,
         sum(l.rejected)::bigint as rejected,
         round(extract(epoch from sum(l.finished_at - l.started_at)), 1) as load_seconds
  from hunt.ingest_log l
  group by 1, 2;
  comment on view hunt.dashboard_ingest_by_day is
    'Loads by day (UTC) on which they began and source, and what became of the documents: received is the sum of the four after it.';

  create or replace view hunt.dashboard_source with (security_invoker) as
  select h.source, h.verdict, h.last_event_at, h.last_load_at, h.last_new_at, h.silent_since,
         extract(epoch from now() - h.last_event_at) / 3600 as event_age_hours,
         extract(epoch from h.last_load_at - h.last_event_at) / 3600 as lag_hours,
         extract(epoch from h.usual_gap) / 3600 as usual_gap_hours
  from hunt.source_health h;
  comment on view hunt.dashboard_source is
    'hunt.source_health for dashboards, with hours as numbers: the age of the newest event, how far it was behind the last load, and the usual gap between loads.';

  create or replace view hunt.dashboard_reject with (security_invoker) as
  select r.source, r.reason, count(*) as documents, sum(r.times)::bigint as times, max(r.received_at) as last_received_at
  from hunt.reject r
  group by 1, 2;
  comment on view hunt.dashboard_reject is
    'Rejected documents by source and reason: different ones (documents), and how often they came (times).';

  create or replace view hunt.dashboard_ip_database with (security_invoker) as
  select d.name, d.kind, d.database_type, d.built_at, d.loaded_at, d.networks, d.bytes,
         extract(epoch from now() - d.built_at) / 86400 as age_days
  from hunt.ip_databases d;
  comment on view hunt.dashboard_ip_database is 'hunt.ip_databases for dashboards, with the age of the data in days.';

  create or replace view hunt.dashboard_rule with (security_invoker) as
  select r.name, r.kind, r.owner, r.enabled, r.prototype, r.source, r.delivery, r.last_started,
         extract(epoch from r.last_duration) as last_seconds, extract(epoch from r.lag) as lag_seconds, r.last_rows,
         r.last_signals, r.open_signals, r.failures, r.last_error,
         case when not r.enabled then 'off' when r.failures > 0 then 'failed' when r.last_started is null then 'never ran' else 'ok' end as verdict
  from hunt.rule_status r;
  comment on view hunt.dashboard_rule is
    'hunt.rule_status for dashboards, with durations in seconds and a verdict: ok, failed (the last run did), never ran, off.';
end $$;
comment on function hunt.create_dashboard_views() is
'Creates or renews the views of hunt.setup() that dashboards read: hunt.dashboard_signal, _insight, _ingest_by_day, _source, _reject, _ip_database and _rule.';

create function hunt.json_list(list jsonb) returns text
  language sql immutable parallel safe as
$$ select case jsonb_typeof($1) when 'array' then (select string_agg(v, ', ') from jsonb_array_elements_text($1) v) else $1 #>> '{}' end $$;
comment on function hunt.json_list(jsonb) is 'The elements of a JSON array as text with commas between, without nulls; of another value the text.';

revoke execute on function hunt.create_dashboard_views() from public;
