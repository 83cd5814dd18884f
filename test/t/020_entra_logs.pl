# Real shapes of Entra ID sign-ins, from outside data: what of each file becomes an event. The counts were taken from the
# files by other means (distinct ids and times, records by kind).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = ($ENV{SESSION_HUNT_DATA} || '') . '/logs/entra_id';
plan skip_all => 'SESSION_HUNT_DATA names no folder with logs/entra_id' unless -d $folder;

# file => documents, events, documents that are sign-ins
my %files = (
	'invictus_o365_ual/logins.jsonl' => [ 441, 340, 441 ],
	'invictus_o365_ual/audit_and_mail.jsonl' => [ 658, 0, 0 ],
	'msticpy_signinlogs/SigninLogs.jsonl' => [ 65, 34, 65 ],
	'panther_azure_audit/events.jsonl' => [ 29, 13, 18 ],
	'panther_azure_monitoractivity/events.jsonl' => [ 149, 0, 0 ],
	'panther_m365_aad/events.jsonl' => [ 4, 1, 2 ],
	'sekoia_azure_ad/events.jsonl' => [ 17, 6, 6 ],
	'sekoia_entraid_graph/events.jsonl' => [ 53, 1, 1 ],
	'tenzir_graph/directory-audits.jsonl' => [ 4, 0, 0 ],
	'tenzir_graph/risk-detections.jsonl' => [ 2, 0, 0 ],
	'tenzir_graph/risky-users.jsonl' => [ 2, 0, 0 ],
	'tenzir_graph/sign-ins.jsonl' => [ 1, 1, 1 ],);

my $node = PostgreSQL::Test::Cluster->new('entra_logs');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'create extension session_hunt; select hunt.setup()');

sub load_file
{
	my ($file) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', "copy hunt.inbox_entra_signin from '$folder/$file' with (format csv, quote E'\\x01', delimiter E'\\x02')",
		stdout => \$out, stderr => \$err);
	return $err =~ /(\d+) received, (\d+) inserted, (\d+) updated, (\d+) duplicates, (\d+) rejected/;
}

for my $file (sort keys %files)
{
	my ($documents, $events, $signins) = @{ $files{$file} };
	my ($received, $inserted, $updated, $duplicates, $rejected) = load_file($file);
	is_deeply([ $received, $inserted, $rejected ], [ $documents, $events, $documents - $signins ], $file);
	is($inserted + $updated + $duplicates + $rejected, $received, "$file adds up");
}

my $dump = q{select md5(string_agg((to_jsonb(e) - 'ingest_xid')::text, chr(10) order by event_time, event_key)) from hunt.event e};
my $state = $node->safe_psql('postgres', $dump);
my $events = $node->safe_psql('postgres', 'select count(*) from hunt.event');
is((load_file($_))[1], 0, "$_ again inserts nothing") for sort keys %files;
is($node->safe_psql('postgres', $dump), $state, 'nor changes anything');

# The same files in another order, in batches and by call, give the same events.
$node->safe_psql('postgres', 'truncate hunt.event_fact, hunt.event_detail, hunt.event_payload');
for my $file (reverse sort keys %files)
{
	$node->safe_psql('postgres', "select hunt.ingest_file('entra_signin', '$folder/$file')");
}
is($node->safe_psql('postgres', $dump), $state, 'any order of arrival gives the same state');

my $logins = "from hunt.event where action like 'UserLog%' and tenant = '0873ee4d-d342-44f2-8961-74c442a2fad2'";
is($node->safe_psql('postgres', "select count(distinct user_username), count(distinct device_ip), count(*) filter (where success) $logins"),
	'11|10|236', 'users, addresses and successes of the audit log');
is($node->safe_psql('postgres', "select count(*) from hunt.event where payload is null"), '0', 'every payload reads as jsonb');

done_testing();
