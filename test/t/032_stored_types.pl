# Every stored type of the extension in one table: dumped and restored, and copied as text and in binary, each value comes
# back byte for byte, also where it is of nothing, long enough for TOAST, or NULL. A type that the table lacks fails the test.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('stored_types');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->start;
sub ask { my ($query, $database) = @_; return $node->safe_psql($database // 'postgres', "set search_path = hunt, public;\n$query"); }

# Of each type an aggregate over the rows of a group: v from 1 to the number of rows, at a minute later each.
my %value_of = (
	baseline => q{baseline(v, at, interval '1 hour')},
	bigint_set => q{distinct_values_state(v)},
	history => q{history('value ' || v, at)},
	inet_set => q{distinct_values_state('10.0.0.0'::inet + v)},
	integer_set => q{distinct_values_state(v::integer)},
	logreduce_state => q{logreduce('user ' || v || ' signed in from ' || md5(v::text), at)},
	series => q{series(at, v)},
	session_profile => q{(array_agg(session_profile('network ' || v, 'NL', 'curl/8.' || v, 'user' || repeat('x', v::integer))))[1]},
	session_risk_state => q{session_risk_state(session_profile('network ' || v, 'NL', 'curl/8.' || v, 'user'))},
	sketch => q{distinct_sketch(v)},
	text_set => q{distinct_values_state('value ' || v)},
	timestamptz_set => q{distinct_values_state(at)},
	travel => q{travel(at, (v % 80)::float8, (v % 170)::float8, 10)},
	uuid_set => q{distinct_values_state(md5(v::text)::uuid)},
	value_key => q{(array_agg(distinct_key(v::numeric)))[1]},
);

ask('create extension session_hunt');
is(ask(q{select string_agg(typname, ' ' order by typname) from pg_type t
	where typnamespace = 'hunt'::regnamespace and typtype = 'b' and typelem = 0}), join(' ', sort keys %value_of), 'all stored types are here');
my @types = sort keys %value_of;
ask('create table public.stored as select rows, ' . join(', ', map { "$value_of{$_} as $_" } @types) . q{
	from unnest('{0,1,2,1000,20000}'::integer[]) rows
	left join lateral (select v, timestamptz '2026-01-01' + v * interval '1 minute' as at from generate_series(1::bigint, rows) v) s on true
	group by rows;
	insert into public.stored (rows) values (-1)});
sub bytes { my ($table, $database) = @_; return ask('select rows, ' . join(', ', map { "md5($_\::text)" } @types) . " from $table order by rows", $database); }
my $stored = bytes('stored');
is((() = $stored =~ /\n/g), 5, 'of nothing, of one row, of many, and NULL');

my $directory = PostgreSQL::Test::Utils::tempdir();
chmod 0777, $directory;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$directory/dump", $node->connstr('postgres') ], 'dump');
ask('create database copy');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('copy'), "$directory/dump" ], 'restore');
is(bytes('stored', 'copy'), $stored, 'dumped and restored');
for my $format ('text', 'csv', 'binary')
{
	ask(qq{copy stored to '$directory/$format' (format $format); create table public.$format (like stored);
		copy public.$format from '$directory/$format' (format $format)});
	is(bytes("public.$format"), $stored, "copied as $format");
}

# Bytes that no rows make.
my @bytes = ('', '00', 'ff', 'ff' x 40, '1000' . 'ff' x 40);
my @statements = map {
	my $type = $_;
	map { ("copy (select decode('$_', 'hex')) to '$directory/bad' (format binary);", "create temp table bad (s hunt.$type);",
			"copy bad from '$directory/bad' (format binary);", "drop table bad;", "select encode(decode('$_', 'hex'), 'base64')::hunt.$type;") } @bytes
} @types;
my ($rc, $out, $err) = $node->psql('postgres', join("\n", @statements), on_error_stop => 0);
is((() = $err =~ /ERROR: /g), 2 * @bytes * @types, 'bytes that are no value of a type are refused, in binary and as text') or diag($err);
is($rc, 0, 'and nothing breaks');

$node->stop;
done_testing();
