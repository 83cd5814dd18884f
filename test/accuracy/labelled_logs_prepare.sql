-- What every database of a labelled set begins with: the rule pack, and places for the lines and their labels.
set client_min_messages = warning;
select hunt.install_rule_pack() \g /dev/null
create table public.line (number integer generated always as identity, payload text);
create table public.label (number integer generated always as identity, row text);
