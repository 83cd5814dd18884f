-- enrich: what the loaded databases say of an address.

create type hunt.asn as (number bigint, organization text, network cidr);
comment on type hunt.asn is 'An autonomous system: its number, the organisation that runs it, and the network around the address that was looked up.';

create type hunt.geo as (country_iso text, country_name text, region text, city text, latitude double precision,
  longitude double precision, accuracy_km integer, time_zone text, network cidr);
comment on type hunt.geo is 'A place: ISO 3166-1 code and name of the country, region, city, degrees north and east, radius in which the true place lies in kilometres, IANA time zone, and the network around the address that was looked up.';

create function hunt.asn_number(address inet) returns bigint
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'asn_number';
comment on function hunt.asn_number(inet) is 'The number of the autonomous system that announces the address; NULL if no loaded database knows it.';

create function hunt.asn_number(address text) returns bigint
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'asn_number_text';
comment on function hunt.asn_number(text) is 'The number of the autonomous system that announces the address that the text holds (as try_inet reads it); NULL if it holds none or if no loaded database knows it.';

create function hunt.asn_org(address inet) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'asn_org';
comment on function hunt.asn_org(inet) is 'The organisation that runs the autonomous system of the address; NULL if no loaded database knows it.';

create function hunt.asn_org(address text) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'asn_org_text';
comment on function hunt.asn_org(text) is 'The organisation that runs the autonomous system of the address that the text holds (as try_inet reads it); NULL if it holds none or if no loaded database knows it.';

create function hunt.asn_lookup(address inet) returns hunt.asn
language c stable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'asn_lookup';
comment on function hunt.asn_lookup(inet) is 'Number, organisation and network of the autonomous system of the address; NULL if no loaded database knows it.';

create function hunt.asn_lookup(address text) returns hunt.asn
language c stable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'asn_lookup_text';
comment on function hunt.asn_lookup(text) is 'Number, organisation and network of the autonomous system of the address that the text holds (as try_inet reads it); NULL if it holds none or if no loaded database knows it.';

create function hunt.country_iso(address inet) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'country_iso';
comment on function hunt.country_iso(inet) is 'The ISO 3166-1 code of the country of the address; NULL if no loaded database knows it.';

create function hunt.country_iso(address text) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'country_iso_text';
comment on function hunt.country_iso(text) is 'The ISO 3166-1 code of the country of the address that the text holds (as try_inet reads it); NULL if it holds none or if no loaded database knows it.';

create function hunt.country_name(address inet) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'country_name';
comment on function hunt.country_name(inet) is 'The name of the country of the address, as the database has it or else in English; NULL if no loaded database knows it.';

create function hunt.country_name(address text) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'country_name_text';
comment on function hunt.country_name(text) is 'The name of the country of the address that the text holds (as try_inet reads it), as the database has it or else in English; NULL if it holds none or if no loaded database knows it.';

create function hunt.geo_lookup(address inet) returns hunt.geo
language c stable strict parallel safe cost 30 as 'MODULE_PATHNAME', 'geo_lookup';
comment on function hunt.geo_lookup(inet) is 'The place of the address, each field NULL if the database lacks it; NULL if no loaded database knows the address.';

create function hunt.geo_lookup(address text) returns hunt.geo
language c stable strict parallel safe cost 30 as 'MODULE_PATHNAME', 'geo_lookup_text';
comment on function hunt.geo_lookup(text) is 'The place of the address that the text holds (as try_inet reads it), each field NULL if the database lacks it; NULL if it holds none or if no loaded database knows the address.';

create function hunt.asn_org(number bigint) returns text
language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'asn_org_of_number';
comment on function hunt.asn_org(bigint) is 'The organisation that runs the autonomous system of this number; NULL if no loaded database knows it.';

create function hunt.ip_lookup(address inet, database text) returns jsonb
language c stable strict parallel safe cost 100 as 'MODULE_PATHNAME', 'ip_lookup';
comment on function hunt.ip_lookup(inet, text) is 'The whole record that a loaded IP database, of any kind, has for the address; NULL if it has none. An error if no database of that name is loaded.';

create function hunt.ip_lookup(address text, database text) returns jsonb
language c stable strict parallel safe cost 100 as 'MODULE_PATHNAME', 'ip_lookup_text';
comment on function hunt.ip_lookup(text, text) is 'The whole record that a loaded IP database, of any kind, has for the address that the text holds; NULL if it has none. An error if no database of that name is loaded.';

create function hunt.ip_network(address inet, database text) returns cidr
language c stable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'ip_network';
comment on function hunt.ip_network(inet, text) is 'The largest network around the address for which the named IP database has the same record; NULL if it has none. An error if no database of that name is loaded.';

create function hunt.country_name_of(country_iso text) returns text
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'country_name_of';
comment on function hunt.country_name_of(text) is 'The English short name of an ISO 3166-1 alpha-2 code in capital letters; NULL if it is not assigned.';

create function hunt.distance_km(latitude_1 double precision, longitude_1 double precision, latitude_2 double precision,
  longitude_2 double precision) returns double precision
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'distance_km';
comment on function hunt.distance_km(double precision, double precision, double precision, double precision) is 'Great-circle distance in kilometres between two points given in degrees (haversine on the mean radius 6371.0088 km); NULL if a coordinate is.';

create function hunt.distance_km(place_1 hunt.geo, place_2 hunt.geo) returns double precision
language sql immutable parallel safe as $$
  select hunt.distance_km(($1).latitude, ($1).longitude, ($2).latitude, ($2).longitude) $$;
comment on function hunt.distance_km(hunt.geo, hunt.geo) is 'Great-circle distance in kilometres between two places; NULL if either has no coordinates.';

create function hunt.speed_kmh(place_1 hunt.geo, seen_at_1 timestamptz, place_2 hunt.geo, seen_at_2 timestamptz)
returns double precision
language sql immutable parallel safe as $$
  select case
    when km is null or hours is null then null
    when km <= 0 then 0::pg_catalog.float8
    when hours = 0 then 'Infinity'::pg_catalog.float8
    else km / hours end
  from (select hunt.distance_km($1, $3) - coalesce(($1).accuracy_km, 0) - coalesce(($3).accuracy_km, 0) km,
               abs(extract(epoch from $4 - $2))::pg_catalog.float8 / 3600 hours) travel $$;
comment on function hunt.speed_kmh(hunt.geo, timestamptz, hunt.geo, timestamptz) is 'The least speed in km/h at which somebody seen at both places at these times must have travelled: the accuracy radii are subtracted from the distance. Infinity for two places at one time, 0 if the radii touch, NULL if a coordinate or time is missing.';

