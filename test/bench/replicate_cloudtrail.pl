#!/usr/bin/env perl
# Writes so many CloudTrail events in JSON Lines, made of those on standard input: each copy of an event has an id of its own
# and comes some seconds later than the one before, so that all are different events in the order of time.
#
#   replicate_cloudtrail.pl EVENTS < events.jsonl > many.jsonl
use strict;
use warnings;
use POSIX qw(strftime);
use Time::Local qw(timegm);

my $wanted = shift // die "usage: replicate_cloudtrail.pl EVENTS\n";
# Those of the size that is usual, and whose time and id stand where they can be replaced.
my @events = grep { /"eventTime": ?"\d{4}-/ && /"eventID": ?"[0-9a-f]{8}-/ } <STDIN>;
die "no CloudTrail events on standard input\n" unless @events;
my $start = timegm(0, 0, 0, 1, 9, 2026);
for my $n (0 .. $wanted - 1)
{
	my $event = $events[ $n % @events ];
	my $time = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($start + int($n / 4)));
	my $id = sprintf('%08x', $n);
	$event =~ s/("eventTime": ?")[^"]*/$1$time/;
	$event =~ s/("eventID": ?")[0-9a-f]{8}/$1$id/;
	print $event;
}
