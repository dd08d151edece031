/**
 * English function words, contractions with them: articles, pronouns, prepositions, conjunctions,
 * auxiliaries and adverbs of degree and place. Written for this project; apostrophes as the
 * tokeniser leaves them.
 */
export const ENGLISH_STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above across after afterwards again against ain't all almost alone along already also
  although always am among amongst an and another any anybody anyhow anyone anything anyway
  anywhere are aren't around as at away back be became because become becomes becoming been
  before beforehand behind being below beside besides between beyond both but by can can't
  cannot could couldn't did didn't do does doesn't doing don't done down due during each either
  else elsewhere enough etc even ever every everybody everyone everything everywhere except few
  first for former formerly from further get gets getting give go goes going got had hadn't has
  hasn't have haven't having he he'd he'll he's hence her here here's hereby herein hers herself
  him himself his how how's however i i'd i'll i'm i've if in indeed instead into is isn't it
  it'd it'll it's its itself just keep last latter latterly least less let let's like ltd made
  make many may maybe me meanwhile might mine more moreover most mostly much must mustn't my
  myself namely neither never nevertheless next no nobody none nor not nothing now nowhere of
  off often on once one only onto or other others otherwise our ours ourselves out over own part
  per perhaps please put quite rather re really s said same say says see seem seemed seeming
  seems several shall shan't she she'd she'll she's should shouldn't since so some somebody
  somehow someone something sometime sometimes somewhere still such t take than that that's the
  their theirs them themselves then thence there there's thereafter thereby therefore therein
  these they they'd they'll they're they've this those though through throughout thus to
  together too toward towards two under until up upon us use used using various very via was
  wasn't we we'd we'll we're we've well were weren't what what's whatever when when's whence
  whenever where where's whereas whereby wherein whereupon wherever whether which while who
  who's whoever whole whom whose why why's will with within without won't would wouldn't yet you
  you'd you'll you're you've your yours yourself yourselves`.split(/\s+/u),
);
