-- address: text to IP addresses without errors, and what kind of address an address is.

create function hunt.try_inet(text) returns inet
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'try_inet';
comment on function hunt.try_inet(text) is
'The IP address in a log field, without port, brackets, zone or netmask; of a list the first element that is an address, and an IPv4-mapped IPv6 address as IPv4. NULL if there is none; never an error.';

create function hunt.is_public_ip(inet) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'is_public_ip';
comment on function hunt.is_public_ip(inet) is
'Whether a client on the public internet can have this address: unicast, and globally reachable by the IANA special-purpose registries. A netmask is ignored.';

create function hunt.is_public_ip(text) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'is_public_ip_text';
comment on function hunt.is_public_ip(text) is
'Whether the text holds an address (read as try_inet reads it) that a client on the public internet can have. NULL if it holds no address; never an error.';

create function hunt.is_private_ip(inet) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'is_private_ip';
comment on function hunt.is_private_ip(inet) is
'Whether the address is of a network''s own: private (RFC 1918), shared behind a carrier''s NAT (100.64.0.0/10), loopback, link-local, unique-local or site-local. A netmask is ignored.';

create function hunt.is_private_ip(text) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'is_private_ip_text';
comment on function hunt.is_private_ip(text) is
'Whether the text holds an address (read as try_inet reads it) of a network''s own: private, shared, loopback, link-local, unique-local or site-local. NULL if it holds no address; never an error.';

create function hunt.ip_class(inet) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'ip_class';
comment on function hunt.ip_class(inet) is
'The class of an address by the IANA special-purpose registries, such as public, private, shared, loopback or documentation. A netmask is ignored.';

create function hunt.ip_class(text) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'ip_class_text';
comment on function hunt.ip_class(text) is
'The class of the address that the text holds (read as try_inet reads it), by the IANA special-purpose registries. NULL if it holds no address; never an error.';

-- Not STRICT: NULL is blank.
create function hunt.is_blank(text) returns boolean
  language c immutable parallel safe as 'MODULE_PATHNAME', 'is_blank';
comment on function hunt.is_blank(text) is
'Whether the text carries no value: NULL, empty, white space only, or a lone hyphen. Never NULL.';
