-- travel: how fast somebody must have been.
create type hunt.travel;
create function hunt.travel_in(cstring) returns hunt.travel
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'travel_in';
comment on function hunt.travel_in(cstring) is 'Text input of a travel: its bytes in base64; anything else is an error.';
create function hunt.travel_out(hunt.travel) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'travel_out';
comment on function hunt.travel_out(hunt.travel) is 'Text output of a travel: its bytes in base64.';
create function hunt.travel_recv(internal) returns hunt.travel
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'travel_recv';
comment on function hunt.travel_recv(internal) is 'Binary input of a travel: its bytes; anything else is an error.';
create function hunt.travel_send(hunt.travel) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'travel_close';
comment on function hunt.travel_send(hunt.travel) is 'Binary output of a travel: its bytes.';
create type hunt.travel (input = hunt.travel_in, output = hunt.travel_out, receive = hunt.travel_recv, send = hunt.travel_send,
                         alignment = int4, storage = extended);
comment on type hunt.travel is
'When somebody was seen where, 24 bytes a visit: what fastest_travel() and travel_hops() read. The same visits make the same bytes in any order.';

create function hunt.travel_trans(state hunt.travel, ts timestamptz, latitude double precision, longitude double precision,
  accuracy_km double precision) returns hunt.travel
  language c immutable parallel safe as 'MODULE_PATHNAME', 'travel_trans';
comment on function hunt.travel_trans(hunt.travel, timestamptz, double precision, double precision, double precision) is 'Transition of the aggregate travel.';
create function hunt.travel_trans(state hunt.travel, ts timestamptz, latitude double precision, longitude double precision,
  accuracy_km double precision, network_class text) returns hunt.travel
  language c immutable parallel safe as 'MODULE_PATHNAME', 'travel_trans';
comment on function hunt.travel_trans(hunt.travel, timestamptz, double precision, double precision, double precision, text) is 'Transition of the aggregate travel with classes of networks.';
create function hunt.travel_concat(a hunt.travel, b hunt.travel) returns hunt.travel
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'travel_concat';
comment on function hunt.travel_concat(hunt.travel, hunt.travel) is 'The travel of all visits of both; also written as the operator ||.';
create operator hunt.|| (leftarg = hunt.travel, rightarg = hunt.travel, function = hunt.travel_concat, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.travel, hunt.travel) is 'The travel of all visits of both.';
create function hunt.travel_close(hunt.travel) returns hunt.travel
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'travel_close';
comment on function hunt.travel_close(hunt.travel) is 'Result of the aggregates travel and travel_merge.';

create aggregate hunt.travel(ts timestamptz, latitude double precision, longitude double precision, accuracy_km double precision) (
  sfunc = hunt.travel_trans, stype = hunt.travel, sspace = 256, combinefunc = hunt.travel_concat, finalfunc = hunt.travel_close,
  parallel = safe);
comment on aggregate hunt.travel(timestamptz, double precision, double precision, double precision) is
'Collects where somebody was seen, in degrees with the radius in which the true place lies (NULL: 0). Without a time or a place a row is left out; no rows give NULL.';
create aggregate hunt.travel(ts timestamptz, latitude double precision, longitude double precision, accuracy_km double precision, network_class text) (
  sfunc = hunt.travel_trans, stype = hunt.travel, sspace = 256, combinefunc = hunt.travel_concat, finalfunc = hunt.travel_close,
  parallel = safe);
comment on aggregate hunt.travel(timestamptz, double precision, double precision, double precision, text) is
'As travel(ts, latitude, longitude, accuracy_km), with the asn_class of the network: visits through vpn, relay, mobile and satellite are unreliable and never the place from which the next one is reckoned.';
create aggregate hunt.travel_merge(hunt.travel) (
  sfunc = hunt.travel_concat, stype = hunt.travel, sspace = 1024, combinefunc = hunt.travel_concat,
  finalfunc = hunt.travel_close, parallel = safe);
comment on aggregate hunt.travel_merge(hunt.travel) is 'Merges travels into the one of all their visits; NULL if all are.';

create function hunt.travel_hops(travel hunt.travel, max_kmh double precision default 900, min_km double precision default 100,
  recurring_days integer default 3,
  out from_at timestamptz, out from_latitude double precision, out from_longitude double precision,
  out to_at timestamptz, out to_latitude double precision, out to_longitude double precision, out distance_km double precision,
  out speed_kmh double precision, out is_fast boolean, out is_recurring boolean, out is_reliable boolean) returns setof record
  language c immutable strict parallel safe cost 1000 rows 10 as 'MODULE_PATHNAME', 'travel_hops';
comment on function hunt.travel_hops(hunt.travel, double precision, double precision, integer) is
'Each change of place of at least min_km beyond both accuracy radii, with the least speed that it takes: is_fast above max_kmh, is_recurring if the same pair of places was too fast on recurring_days earlier days, is_reliable unless the network that leads there is of an unreliable class.';

create function hunt.fastest_travel(travel hunt.travel, max_kmh double precision default 900, min_km double precision default 100,
  recurring_days integer default 3,
  out from_at timestamptz, out from_latitude double precision, out from_longitude double precision,
  out to_at timestamptz, out to_latitude double precision, out to_longitude double precision, out distance_km double precision,
  out speed_kmh double precision, out fast_hops integer, out recurring_hops integer, out unreliable_hops integer)
  language c immutable strict parallel safe cost 1000 as 'MODULE_PATHNAME', 'fastest_travel';
comment on function hunt.fastest_travel(hunt.travel, double precision, double precision, integer) is
'The fastest necessary travel between two consecutive places, recurring pairs and unreliable places left out, NULL if there was none; how many hops were faster than max_kmh, how many of a recurring pair were left out, and how many fast ones led to an unreliable place. Infinity for two places at one time.';
