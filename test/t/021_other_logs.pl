# Outside logs of the other sources in hunt.event: what of each file is stored, once, however often and in whatever order it
# comes. The counts were taken from the files by other means (distinct ids and times, distinct documents).
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = ($ENV{SESSION_HUNT_DATA} || '') . '/logs';
plan skip_all => 'SESSION_HUNT_DATA names no folder with logs/aws_cloudtrail' unless -d "$folder/aws_cloudtrail";

my $node = PostgreSQL::Test::Cluster->new('other_logs');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'create extension session_hunt; select hunt.setup()');

my $work = PostgreSQL::Test::Utils::tempdir();
chmod 0755, $work;

# A file that the server can read, unpacked.
sub readable
{
	my ($file) = @_;
	my $to = "$work/" . ($file =~ s{[/.]}{_}gr);
	my $command = $file =~ /\.gz\z/ ? "gzip -dc '$folder/$file' > '$to'" : "cp '$folder/$file' '$to'";
	system($command) == 0 or die "$command failed";
	chmod 0644, $to;
	return $to;
}

sub counts { return $_[0] =~ /(\d+) received, (\d+) inserted, (\d+) updated, (\d+) duplicates, (\d+) rejected/; }

sub copy_file
{
	my ($source, $path) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', "copy hunt.inbox_$source from '$path' with (format csv, quote E'\\x01', delimiter E'\\x02')",
		stdout => \$out, stderr => \$err);
	return counts($err);
}

# A statement that runs while the test goes on.
sub client
{
	my ($statement) = @_;
	return IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', $statement ], '<', \undef, '>', '/dev/null', '2>', '/dev/null');
}

# source, file => lines, events
my @files = (
	[ 'cloudtrail', 'aws_cloudtrail/sans504_s3_ransomware/events.jsonl.gz', 30477, 23981 ],
	[ 'okta', 'okta/panther_okta/events.jsonl', 44, 34 ],
	[ 'cloudtrail', 'aws_cloudtrail/panther_cloudtrail/events.jsonl', 318, 287 ],);

for (@files)
{
	my ($source, $file, $lines, $events) = @$_;
  SKIP:
	{
		skip "there is no $file", 3 unless -s "$folder/$file";
		my $path = readable($file);
		my ($received, $inserted, $updated, $duplicates, $rejected) = copy_file($source, $path);
		is_deeply([ $received, $inserted ], [ $lines, $events ], "$source $file");
		is($inserted + $updated + $duplicates + $rejected, $received, 'adds up');
		is((copy_file($source, $path))[1], 0, 'again inserts nothing');
	}
}

# By one call on a server file, and by two clients at once: the same events.
my $dump = q{select count(*) || ' ' || md5(string_agg((to_jsonb(e) - 'ingest_xid')::text, chr(10) order by event_time, event_key)) from hunt.event e where source = 'cloudtrail'};
my $state = $node->safe_psql('postgres', $dump);
my $sans = readable('aws_cloudtrail/sans504_s3_ransomware/events.jsonl.gz');
my $panther = readable('aws_cloudtrail/panther_cloudtrail/events.jsonl');
$node->safe_psql('postgres', 'truncate hunt.event_fact, hunt.event_detail, hunt.event_payload');
$node->safe_psql('postgres', "select hunt.ingest_file('cloudtrail', '$_')") for $panther, $sans;
is($node->safe_psql('postgres', $dump), $state, 'files read on the server make the same events');

$node->safe_psql('postgres', 'truncate hunt.event_fact, hunt.event_detail, hunt.event_payload');
my @clients = map { client("select hunt.ingest_file('cloudtrail', '$sans')") } 1 .. 2;
$_->finish for @clients;
$node->safe_psql('postgres', "select hunt.ingest_file('cloudtrail', '$panther')");
is($node->safe_psql('postgres', $dump), $state, 'two clients that load one file at once lose and double nothing');

# The same events as one container and compressed, in pieces: a large file takes no more memory than a small one.
sub container
{
	my ($from) = @_;
	open(my $in, '<', $from) or die;
	open(my $out, '>', "$from.container") or die;
	print $out '{"Records":[';
	my $first = 1;
	while (my $line = <$in>)
	{
		chomp $line;
		print $out ($first ? '' : ','), $line;
		$first = 0;
	}
	print $out ']}';
	close($out);
	chmod 0644, "$from.container";
	return "$from.container";
}
my ($large, $small) = (container($sans), container($panther));
system("gzip -c '$sans' > '$sans.gz'") == 0 or die;
chmod 0644, "$sans.gz";
my $peak = q{select substring(pg_read_file('/proc/self/status') from 'VmPeak:\s*(\d+)')::int / 1024};
for my $file ($large, "$sans.gz")
{
	$node->safe_psql('postgres', 'truncate hunt.event_fact, hunt.event_detail, hunt.event_payload');
	my @peaks = split /\n/, $node->safe_psql('postgres', join('; ', map {; "do 'begin perform hunt.ingest_file(''cloudtrail'', ''$_''); end'", $peak } $small, $file));
	is($node->safe_psql('postgres', $dump), $state, 'the same events from ' . ($file =~ /gz/ ? 'gzip' : 'one container'));
	cmp_ok($peaks[1] - $peaks[0], '<', 32, 'in memory that does not grow with the file');
}

# A server that is killed in the middle of a load has stored nothing of it; the next load has all.
$node->safe_psql('postgres', 'truncate hunt.event_fact, hunt.event_detail, hunt.event_payload');
my $killed = client("select hunt.ingest_file('cloudtrail', '$sans')");
$node->poll_query_until('postgres', q{select exists (select from pg_stat_activity where query like 'select hunt.ingest_file%' and state = 'active' and clock_timestamp() - query_start > interval '100 ms')});
$node->stop('immediate');
$killed->finish;
$node->start;
is($node->safe_psql('postgres', 'select count(*) from hunt.event_fact'), '0', 'a killed load leaves nothing behind');
$node->safe_psql('postgres', "select hunt.ingest_file('cloudtrail', '$_')") for $sans, $panther;
is($node->safe_psql('postgres', $dump), $state, 'and can be repeated');

$node->stop;
done_testing();
