# IP databases are data of the database: dumps, crashes, rollbacks, replicas and other sessions treat them so.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$FindBin::Bin/../data";

sub load_statement
{
	my ($name, $file) = @_;
	return "select kind from hunt.load_ip_database('$name', '$data/$file.mmdb')";
}

# What the loaded databases say, as one text.
my $question = q{
	select hunt.asn_org('8.8.8.8'::inet), hunt.asn_org('203.0.113.7'::inet), hunt.asn_lookup('2001:db8::1'::inet),
	       hunt.geo_lookup('203.0.113.7'::inet), hunt.ip_lookup('198.51.100.1'::inet, 'city'), hunt.asn_class(64496)};

sub answers
{
	my ($node, $database) = @_;
	return $node->safe_psql($database // 'postgres', $question);
}

sub failure
{
	my ($node, $query) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$query");
	return $err;
}

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$primary->start;
$primary->safe_psql('postgres', 'create extension session_hunt');
$primary->safe_psql('postgres', load_statement(@$_)) for [ 'asn', 'asn' ], [ 'city', 'city' ];
$primary->safe_psql('postgres', q{insert into hunt.asn_class values (64496, 'residential', 'ours')});
my $expected = answers($primary);
like($expected, qr/Google LLC\|Access Example\|.*Munich.*New York.*\|residential/, 'the databases answer');

# Dump and restore.
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$primary->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $primary->connstr('postgres') ], 'dump');
$primary->safe_psql('postgres', 'create database copy');
$primary->command_ok([ 'pg_restore', '--exit-on-error', '-d', $primary->connstr('copy'), $dump ], 'restore');
is(answers($primary, 'copy'), $expected, 'a restored database gives the same answers');
is($primary->safe_psql('copy', load_statement('asn', 'flat') . '; ' . "select hunt.asn_org('203.0.113.7'::inet)"),
	"country+asn\nFlat Example", 'and takes new loads');
is(answers($primary), $expected, 'which are its own');

# Who is not a superuser needs these grants, and no others.
$primary->safe_psql('postgres', q{
	create role ip_loader login;
	grant execute on function hunt.load_ip_database(text, bytea), hunt.drop_ip_database(text) to ip_loader;
	grant execute on function hunt.load_ip_database(text, text), pg_read_binary_file(text) to ip_loader;
	grant pg_read_server_files to ip_loader});
is($primary->safe_psql('postgres', "set role ip_loader; begin; " . load_statement('asn', 'flat') . '; rollback'),
	'country+asn', 'a role that was granted it loads a file of the server');
is( $primary->safe_psql('postgres', qq{
begin;
\\set content `base64 -w0 '$data/flat.mmdb'`
select kind from hunt.load_ip_database('asn', decode(:'content', 'base64'));
rollback}), 'country+asn', 'psql sends a file of its own');

# A replica.
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
is(answers($standby), $expected, 'a standby gives the same answers');

# A load rolled back, and one right before a crash.
is($primary->safe_psql('postgres', 'begin; ' . load_statement('asn', 'flat') . "; rollback; $question"),
	"country+asn\n$expected", 'a load rolled back leaves no trace');
$primary->safe_psql('postgres', load_statement('asn', 'flat'));
$primary->stop('immediate');
$primary->start;
my $after = answers($primary);
like($after, qr/^\|Flat Example\|/, 'a load that committed survives a crash');
$primary->wait_for_catchup($standby);
is(answers($standby), $after, 'and reaches the standby');
$primary->safe_psql('postgres', load_statement('asn', 'asn'));

# Another session replaces a database: a cursor and a snapshot go on with what they had.
my $org = "select hunt.asn_org('203.0.113.7'::inet)";
my $other = 'psql -X -q -A -t -d postgres -c';
my $replace = load_statement('asn', 'flat');
is( $primary->safe_psql('postgres', qq{
begin isolation level repeatable read;
declare c cursor for select n, hunt.asn_org('203.0.113.7'::inet) from generate_series(1, 3) n;
fetch 1 from c;
\\! $other "$replace"
fetch 1 from c;
$org;
\\! $other "$org"
fetch 1 from c;
commit;
$org;
}),
	"1|Access Example\ncountry+asn\n2|Access Example\nAccess Example\nFlat Example\n3|Access Example\nFlat Example",
	'readers go on with the database that their snapshot sees');
my $drop = "select hunt.drop_ip_database('asn')";
is( $primary->safe_psql('postgres', qq{
begin;
declare c cursor for select n, hunt.asn_org('203.0.113.7'::inet) from generate_series(1, 2) n;
\\! $other "$drop"
$org;
fetch 2 from c;
commit;
}),
	"\n\n1|Flat Example\n2|Flat Example", 'a cursor reads a database that was dropped before its first row');
$primary->safe_psql('postgres', load_statement('asn', 'asn'));
is(answers($primary), $expected, 'loaded again');

# Stored bytes that are not what was stored. Only a superuser can make them so.
my $version = "(select version from hunt.ip_database where name = 'asn')";
my @damages = (
	[ 'a changed byte', "update hunt.ip_database_page set content = set_byte(content, 4000, get_byte(content, 4000) # 255) where version = $version and page_no = 1", qr/XX001: stored IP database is corrupt/ ],
	[ 'another beginning', "update hunt.ip_database_page set content = set_byte(content, 0, 0) where version = $version and page_no = 0", qr/XX001: stored IP database is corrupt: it does not begin as one/ ],
	[ 'a newer format', "update hunt.ip_database_page set content = set_byte(content, 7, 2) where version = $version and page_no = 0", qr/0A000: stored IP database has format version 2/ ],
	[ 'a missing page', "delete from hunt.ip_database_page where version = $version and page_no = 1", qr/XX001: IP database version \d+ is incomplete/ ],
	[ 'a short page', "update hunt.ip_database_page set content = '\\x00' where version = $version and page_no = 1", qr/XX001: IP database version \d+ is incomplete/ ],
	[ 'a long page', "update hunt.ip_database_page set content = content || '\\x00' where version = $version and page_no = 1", qr/XX001: IP database version \d+ is incomplete/ ],
	[ 'a missing column', "update hunt.ip_database_page set content = null where version = $version and page_no = 1", qr/23502/ ],
	[ 'a wrong size', "update hunt.ip_database set table_bytes = table_bytes - 1 where name = 'asn'", qr/XX001: IP database version \d+ is incomplete/ ],
	[ 'a negative size', "update hunt.ip_database set table_bytes = -1 where name = 'asn'", qr/XX001: IP database version \d+ is incomplete/ ],
	[ 'an empty table', "update hunt.ip_database set table_bytes = 0 where name = 'asn'; delete from hunt.ip_database_page where version = $version", qr/XX001: stored IP database is corrupt/ ],
);
for (@damages)
{
	my ($what, $damage, $complaint) = @$_;
	like(failure($primary, "begin; $damage; select hunt.asn_org('8.8.8.8'::inet)"), $complaint, "$what is reported");
}
my @documents = (
	[ 'damaged documents', "update hunt.ip_database_document set content = decode(repeat('ff', length(content)), 'hex') where version = $version", qr/XX001: stored IP database is corrupt/ ],
	[ 'short documents', "update hunt.ip_database_document set content = '\\x00' where version = $version", qr/XX001: IP database version \d+ is incomplete/ ],
	[ 'no documents', "delete from hunt.ip_database_document where version = $version", qr/XX001: IP database version \d+ is incomplete/ ],
);
for (@documents)
{
	my ($what, $damage, $complaint) = @$_;
	like(failure($primary, "begin; $damage; select hunt.ip_lookup('8.8.8.8'::inet, 'asn')"), $complaint, "$what are reported");
}
is(answers($primary), $expected, 'and nobody else noticed');
$primary->safe_psql('postgres', $damages[0][1]);
like(failure($primary, $org), $damages[0][2], 'committed damage is reported');
$primary->safe_psql('postgres', load_statement('asn', 'asn'));
is(answers($primary), $expected, 'loading again repairs it');

$standby->stop;
$primary->stop;
done_testing();
