-- agent: what a user agent string says of the program that sent it.

create type hunt.user_agent as (
  family text,
  version text,
  os text,
  os_version text,
  device_class text,
  tool_class text);
comment on type hunt.user_agent is
'The client that a user agent names: family and version, family and version of its operating system, class of device and of program. NULL where the string does not say.';

create function hunt.user_agent(text) returns hunt.user_agent
  language c immutable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'user_agent';
comment on function hunt.user_agent(text) is
'Client, version, operating system, class of device and class of program of a user agent. NULL for a blank text; never an error.';

create function hunt.agent_key(text) returns text
  language c immutable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'agent_key';
comment on function hunt.agent_key(text) is
'Client family, operating system and class of program of a user agent, without any version: an upgrade keeps the key, another client or system changes it. NULL for a blank text; never an error.';

create function hunt.agent_change(before text, after text) returns text
  language c immutable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'agent_change';
comment on function hunt.agent_change(text, text) is
'How the second user agent differs from the first: same, upgrade, downgrade, other client or other OS. NULL if one of them is blank; never an error.';
