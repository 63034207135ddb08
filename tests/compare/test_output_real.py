"""The formats given to the real programs that people feed them to."""
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings

from nodeprep.output import Options, renderer
from nodeprep.output.words import half, outcome
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees
from tests.tiers import need

# Reads TAP with the parser of Perl's prove, its YAML blocks too.
PERL = '''
local $/; open my $in, $ARGV[0] eq "-" ? "<&STDIN" : $ARGV[0]; my $parser = TAP::Parser->new({tap => <$in>});
my $blocks = 0;
while (my $result = $parser->next) { $blocks++ if $result->is_yaml && ref $result->data }
print "errors", (map " $_", $parser->parse_errors), "\\nfailed @{[$parser->failed]}\\nskipped @{[$parser->skipped]}\\n";
print "todo @{[$parser->todo]}\\nblocks $blocks\\n"; '''


def fed(argv, text):
    """(exit code, output) of a command that reads the text."""
    done = subprocess.run(argv, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_promtool_has_nothing_against_the_metrics(sample):
    need('program', 'promtool')
    assert fed(['promtool', 'check', 'metrics'], renderer('openmetrics')(SAMPLES[sample], Options())) == (0, '')


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_perl_counts_what_failed(sample, tmp_path):
    need('program', 'prove')
    tree, file = SAMPLES[sample], tmp_path / 'report.tap'
    file.write_bytes(renderer('tap')(tree, Options()).encode())
    code, told = fed(['perl', '-MTAP::Parser', '-e', PERL, str(file)], '')
    words = [outcome(one) for one in tree['findings']]
    assert code == 0 and told.splitlines() == [
        'errors', 'failed ' + ' '.join(str(at) for at, word in enumerate(words, 1) if word in ('drifted', 'unknown')),
        'skipped ' + ' '.join(str(at) for at, word in enumerate(words, 1) if word in ('not-applicable', 'ignored')),
        'todo ' + ' '.join(str(at) for at, word in enumerate(words, 1) if word in ('waived', 'advised')),
        'blocks ' + str(sum(word not in ('not-applicable', 'ignored', 'met') for word in words))]


@given(trees(RUDE))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_perl_has_nothing_against_any_text(tree):
    need('program', 'prove')
    code, told = fed(['perl', '-MTAP::Parser', '-e', PERL, '-'], renderer('tap')(tree, Options()))
    assert code == 0 and told.startswith('errors\n'), told


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_awk_finds_what_has_drifted_in_the_table(sample):
    need('program', 'awk')
    program = '/^ +NOW +BOOT$/ {rows=1} rows && /^[a-z]/ && ($2=="DRIFT" || $3=="DRIFT") {print $1}'
    code, told = fed(['awk', program], renderer('table')(SAMPLES[sample], Options()))
    drifted = {one['requirement'] for one in SAMPLES[sample]['findings']
               if 'drifted' in (half(one, 'now'), half(one, 'boot'))}
    assert code == 0 and set(told.split()) == drifted


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_a_shell_reads_the_printed_commands_as_the_words_that_they_are(sample):
    need('program', 'sh')
    from nodeprep.output.words import command, shown
    for one in SAMPLES[sample]['findings']:
        for seen in one['observations']:
            for change in seen['fix']:
                if 'run' in change:
                    code, told = fed(['sh', '-c', 'printf "%s\\n" ' + command(change['run'])], '')
                    assert (code, told.split('\n')[:-1]) == (0, [shown(word) for word in change['run']])
