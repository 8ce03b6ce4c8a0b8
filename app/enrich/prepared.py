"""The text that the recogniser reads, and the way back from it to the body.

It reads a prepared text: quotes straight, line breaks inside a paragraph gone, capitals lowered, company tickers
(`<BAC>`) and rows of figures left out. `Prepared.at` leads every offset back to the body.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.enrich import given
from app.enrich.layout import Block, is_in_capitals, is_table_row
from app.enrich.plain import INVISIBLE

_GAP = re.compile(rf"\s*<[A-Z][A-Z0-9.]{{0,9}}>(?=\s?)|\s{{2,}}|[^\S ]|[{INVISIBLE}]+")
_INVISIBLE = re.compile(rf"[{INVISIBLE}]+")
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "—": " ", "`": "'", "´": "'", "‐": "-", "‑": "-"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Words that are small in any line in capitals, names of nobody.
_SMALL_WORDS_TABLE = """
A AN THE AND OR BUT NOR IF THAN THEN THAT THIS THESE THOSE WHO WHOM WHOSE WHICH WHAT WHEN WHERE WHILE WHY HOW AS
BECAUSE ALTHOUGH THOUGH WHETHER UNLESS UNTIL SINCE BEFORE AFTER DURING OF FOR IN ON AT TO BY WITH FROM OVER INTO ONTO
UPON ABOUT ABOVE ACROSS AGAINST ALONG AMONG AROUND BEHIND BELOW BESIDE BETWEEN BEYOND DOWN NEAR OFF OUT OUTSIDE INSIDE
THROUGH THROUGHOUT TOWARD TOWARDS UNDER WITHIN WITHOUT UP PER VIA DESPITE AMID I HE SHE IT WE YOU THEY HIM HER THEM
HIS ITS OUR YOUR THEIR HERS THEIRS HIMSELF HERSELF ITSELF THEMSELVES IS ARE WAS WERE BE BEEN BEING AM HAS HAVE HAD
HAVING DO DOES DID DOING DONE CAN COULD WILL WOULD SHALL SHOULD MIGHT MUST NOT NO YES ALL ANY BOTH EACH EVERY FEW LESS
LEAST MORE MOST MUCH MANY OTHER ANOTHER SOME SUCH SAME OWN ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE HUNDRED
THOUSAND MILLION BILLION SECOND THIRD LAST NEXT EARLY LATE EARLIER LATER AGAIN AGO ALSO ALREADY ALMOST ALWAYS AWAY
BACK EVEN EVER FAR HERE JUST NEVER NOW OFTEN ONLY QUITE RATHER SO SOON STILL THERE TOO VERY YET ONCE TODAY TONIGHT
TOMORROW YESTERDAY DAYS WEEK WEEKS MONTH MONTHS YEAR YEARS HOUR HOURS MINUTE MINUTES AFTERNOON NIGHT SAID SAY SAYS
SAYING TOLD TELL TELLS ADDED ADDS ASKED ASKS ANSWERED ANNOUNCED ANNOUNCES CALLED CALLS CLAIMED DENIED DECLARED
DECLINED EXPECTED INSISTED NOTED QUOTED REPORTED REPLIED SPOKE SPEAKS STATED TALKED WARNED WROTE AGREED ACCUSED
ALLEGED ALLEGEDLY ARRESTED CHARGED CONVICTED SENTENCED KILLED INJURED WOUNDED DIED DEAD ROBBED SHOT MET MEET MEETS
MEETING VISITED VISITS ARRIVED LEFT LEAVES WENT GO GOES GOING GONE CAME COME COMES COMING GOT GET GETS GAVE GIVE GIVES
GIVEN TOOK TAKE TAKES TAKEN TAKING MADE MAKE MAKES MAKING HELD HOLD HOLDS PUT PUTS SET SETS SENT SENDS KEPT KEEP LED
LEADS LOST LOSES WON WINS WIN BEAT BEATS VOTED VOTE VOTES ELECTED NAMED APPOINTED RESIGNED QUIT JOINED SIGNED APPROVED
REJECTED PASSED BACKED URGED VOWED SEEKS SOUGHT PLANS PLANNED HELPED BEGAN BEGUN BEGINS STARTED STARTS STOPPED ENDED
ENDS OPENED OPENS CLOSED CLOSES ROSE RISEN RISES FELL FALLEN FALLS GAINED GAINS DROPPED DROPS CUT CUTS RAISED RAISES
SOLD SELL SELLS SELLING BOUGHT BUY BUYS BUYING PAID PAY PAYS OWNED OWNS USED USES FOUND FINDS SAW SEEN SEES SHOWED
SHOWN SHOWS KNOWN KNOWS THINK THOUGHT BELIEVED BELIEVES WANTED WANTS NEEDED NEEDS LIKE LIKELY LIVED LIVES BORN MARRIED
FACED FACES MAN MEN WOMAN WOMEN OFFICIAL OFFICIALS REPORTERS SPOKESMAN SPOKESWOMAN SPOKESPERSON ANALYSTS TALKS
STATEMENT INQUIRY SHARES PRICES PROFIT PROFITS LOSS LOSSES DEAL MLN BLN DLRS PCT PERCENT DOLLARS EUROS POUNDS
"""
# And those that a text which is in capitals altogether is mostly made of besides.
_PLAIN_WORDS_TABLE = """
ABLE ACCEPTED ACCORDING ACTION ACTIONS AFRAID AHEAD AID ALIVE ALONE ANGRY ANYBODY ANYONE ANYTHING APPEAL ARGUES ARMED
ARMS ARREST ATTACK ATTACKS AWARE BAD BALLOT BAN BECAME BECOME BECOMES BEGIN BETTER BID BIRTH BLAME BLAST BLOOD BODY
BODIES BOMB BOMBS BOTTOM BREAK BREAKS BRIEF BRING BRINGS BROKE BROKEN BROUGHT BUDGET BUILD BUILDS BUILT BURN CAR CARE
CARS CASE CASES CASH CATCH CAUGHT CAUSE CAUSES CEASEFIRE CERTAIN CHANGE CHANGES CHARGES CHEAP CHOICE CHOOSE CHOSE
CHOSEN CITIZENS CIVIL CLAIM CLAIMS CLASH CLASHES CLEAR CLOSE COLD COMMON COMPANIES CONCERN CONCERNS CONTROL COST COSTS
COUNTRIES COUNTRY COUPLE COURSE CRASHES CRIME CRISIS CROWD CROWDS CURRENT DANGER DARK DATA DEALS DEATH DEATHS DEBT
DECIDE DECIDES DECISION DEEP DEFEAT DEFICIT DELAY DEMAND DEMANDS DESTROY DIE DIES DIFFERENT DRIVE DRIVER DROP DROVE
DRUG DRUGS DUE EARTHQUAKE EASY ECONOMY EFFECT EFFORT EFFORTS EITHER ELECTION ELECTIONS ELSE EMPTY END ENOUGH ENTER
ENTIRE ESCAPE EVENT EVENTS EVERYBODY EVERYONE EVERYTHING EVIDENCE EXACT EXTRA EYE EYES FACE FACT FACTORY FACTS FAIL
FAILS FAMILIES FAMILY FARMERS FAST FATAL FEAR FEARS FEET FELT FIGHT FIGHTING FIGHTS FIGURE FIGURES FINAL FINALLY FIND
FIRE FIRES FIRM FIRMS FLED FLEE FLEW FLIGHT FLOOD FLOODS FOLLOW FOLLOWING FOLLOWS FOOD FOOT FORCE FORCES FORGOT FORM
FORMER FOUGHT FRESH FUEL FULL FUNDS FUTURE GAME GIRL GIRLS GOAL GOALS GOVERNMENT GREW GROUND GROUPS GROW GROWING GROWN
GROWS GROWTH GUILTY GUN GUNMAN GUNMEN GUNS HALF HALT HANDS HAPPY HEAD HEADS HEAR HEARD HEART HEAVY HELP HELPS HIDE
HIGHER HIGHEST HIT HITS HOME HOMES HOPES HOT HUGE HURT IDEA IDEAS ILL ILLEGAL IMPACT INCOME INSTEAD ISSUE ISSUES JAIL
JOB JOBS JOIN JOINS JOINT JUMP JUMPS JURY KEY KID KIDS KILL KILLS KIND KNEW KNOW LACK LAUNCH LAWS LAWYER LAWYERS LEAD
LEADER LEADERS LEADING LEAK LEARN LEAVE LEGAL LET LETS LETTER LEVEL LEVELS LIGHT LINE LINES LINK LINKS LIST LIVE
LIVING LOAN LOANS LOCAL LOOK LOOKS LOOKING LOSE LOT LOWER LOWEST MAIN MAJOR MAJORITY MASS MATCH MATTER MEAN MEANS
MEANT MEASURE MEASURES MEDIA MEDICAL MEMBER MEMBERS MERGER MIND MINOR MISS MISSILE MISSILES MISSING MOTHER MOVE MOVES
MOVING MURDER NEED NEITHER NOBODY NONE NOTHING NUCLEAR NUMBER NUMBERS OFFER OFFERS OFFICER OFFICERS OPEN OPENING
OPPOSE ORDER ORDERS OTHERS OUTPUT PAPER PARENTS PART PARTS PASS PASSENGERS PATIENTS PAYING PERHAPS PERIOD PERSON PHONE
PLACE PLAN PLANE PLANES PLANT PLANTS PLAY PLAYER PLAYERS PLAYS PLEA PLEAD PLEADS PLEDGE POINT POINTS POLICIES POLICY
POLITICAL POLL POLLS POSSIBLE POWERS PRESSURE PRISON PRISONERS PRIVATE PROBE PROBLEM PROBLEMS PROGRAM PROJECT PROOF
PROTEST PROTESTERS PROTESTS PROVE PULL QUAKE QUESTION QUESTIONS QUICK QUIET RACE RAIN RAISE RALLY RAN RATE RATES REACH
READ READS READY REAL REASON REBEL REBELS RECENT RECORD REFORM REFORMS REFUGEES REPORT REPORTEDLY REPORTS RESULT
RESULTS RETURN RETURNS REVIEW RIGHT RIOT RIOTS RISE RISING RISK RISKS ROADS ROLE ROOM RULE RULES RUN RUNNING RUNS SAFE
SAFETY SAFELY SALE SALES SAVE SCHOOLS SEARCH SEAT SEATS SECRET SEE SEEK SEEKING SEEMS SEND SENIOR SERIOUS SERVED
SERVES SEVERAL SHARE SHARPLY SHIP SHIPS SHOOT SHOOTING SHORT SHOW SHUT SICK SIDE SIDES SIGN SIGNS SIMPLE SIT SITE SLOW
SOCIAL SOLDIER SOLDIERS SOMEBODY SOMEONE SOMETHING SORRY SOUND SPEAK SPEAKING SPEECH SPEND SPENDING SPENT SPLIT SPREAD
STAFF STAND STANDS STAY STAYS STEP STEPS STOLE STOLEN STOOD STOP STOPS STORY STRIKE STRIKES STRUCK STUDENT STUDENTS
STUDY SUCCESS SUDDENLY SUES SUIT SUPPLY SUPPORT SURE SUSPECT SUSPECTS TALK TAX TAXES TEAMS TERM TERMS TERROR TEST
TESTS THING THINGS THREAT THREATS THREW THROW THROWN TIE TIES TOLL TOP TOTAL TOUGH TOWNS TRADE TRAFFIC TRAIN TRAINS
TRIAL TRIALS TRIED TRIES TROOPS TROUBLE TRUE TRUTH TRY TRYING TURN TURNS UNLIKE UNLIKELY USE USING USUAL USUALLY
VICTIM VICTIMS VICTORY VIEW VIEWS VIOLENCE VISIT VOICE VOTERS VOW VOWS WAGE WAGES WAIT WAITING WANT WARN WARNING WARNS
WARS WAVE WEAK WEAPON WEAPONS WEATHER WEAR WHATEVER WHEAT WHOEVER WHOLE WIDE WIDELY WIFE WORD WORDS WORE WORK WORKER
WORKERS WORKING WORKS WORRIES WORRY WORSE WORST WORTH WOUND WRITE WRITES WRITING WRITTEN WRONG YARDS YEARLY CLERK
"""
_SMALL_WORDS = frozenset(_SMALL_WORDS_TABLE.split())
_PLAIN_WORDS = _SMALL_WORDS | frozenset(_PLAIN_WORDS_TABLE.split())
# `EXPLAINED`, but not `AHMED`, `ALFRED` or `UNITED`.
_PAST = re.compile(r"(?!UNITED|ALLIED|SAYED|MILDRED)[A-Z]{3,}(?<!FR)(?<!E)(?<!AM)(?<!HM)ED")
# Of other words so short most are acronyms.
_SHORT_NAMES_TABLE = """
AL BIG BIN COL DA DAS DAY DE DEL DEN DER DI DOS DR DU EL FT GEN GOV LA LAS LE LOS MR MRS MS MT NEW OLD RED REP REV RIO
SAN SAO SEA SEN SGT SIR SRI ST TEN TER VAN VON
"""
_SHORT_NAMES = frozenset(_SHORT_NAMES_TABLE.split())


@dataclass(frozen=True, slots=True)
class Prepared:
    """`blocks` are those of the layout that have text to read, in offsets of `text`.

    From `starts[i]` on, an offset in `text` is `shifts[i]` away from its place in the body.
    """

    text: str
    blocks: tuple[Block, ...]
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def at(self, offset: int) -> int:
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the body; the end is led back from the last character, for a gap may follow it."""
        return self.at(start), self.at(end - 1) + 1


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    label: str


def prepare(body: str, blocks: Sequence[Block]) -> Prepared:
    in_capitals = [is_in_capitals(body[block.start : block.end], at_least=4) for block in blocks]
    shouting = any(in_capitals) and is_in_capitals(body)
    copy = _Copy()
    prepared: list[Block] = []
    for block, capitals in zip(blocks, in_capitals, strict=True):
        begin = copy.length
        for start, end in _readable(body, block):
            text = _plain_text(body[start:end], shouting=shouting)
            reached = start
            for left, right in _solid(body, start, end):
                if copy.length > begin and body[left] not in ",.;:)" and not _INVISIBLE.fullmatch(body, reached, left):
                    copy.write(" ")
                copy.write(text[left - start : right - start], left)
                reached = right
        if copy.length > begin:
            # A line in capitals among others is read as a headline, however long it is; where all are, none is.
            kind = block.kind if not capitals else "paragraph" if shouting else "subhead"
            prepared.append(Block(kind, begin, copy.length))
            copy.write("\n\n")
    return Prepared("".join(copy.parts), tuple(prepared), tuple(copy.starts), tuple(copy.shifts))


class _Copy:
    """Text written piece by piece, with the place that each piece has in the body."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.starts, self.shifts = [0], [0]
        self.length = 0

    def write(self, text: str, source: int | None = None) -> None:
        if source is not None:
            self.starts.append(self.length)
            self.shifts.append(source - self.length)
        self.parts.append(text)
        self.length += len(text)


def _readable(body: str, block: Block) -> Iterator[tuple[int, int]]:
    """The block without its rows of figures."""
    text = body[block.start : block.end]
    if "\n" not in text:
        if not is_table_row(text):
            yield block.start, block.end
        return
    start = -1
    position = block.start
    for line in text.split("\n"):
        if is_table_row(line):
            if start >= 0:
                yield start, position - 1
            start = -1
        elif start < 0:
            start = position
        position += len(line) + 1
    if start >= 0:
        yield start, block.end


def _solid(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces between gaps: runs of white space, tickers."""
    for gap in _GAP.finditer(body, start, end):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < end:
        yield start, end


def _plain_text(text: str, *, shouting: bool) -> str:
    text = text.translate(_PLAIN)
    if shouting:
        return _WORD.sub(_lowered_in_text, text)
    return _WORD.sub(_lowered, text) if is_in_capitals(text, at_least=3) else text


def _lowered_in_text(match: re.Match[str]) -> str:
    word = match[0]
    if len(word) == 1:
        return word
    if word in _SHORT_NAMES:
        return word.capitalize()
    is_plain = word in _PLAIN_WORDS or (_PAST.fullmatch(word) is not None and not given.is_given(word))
    return word.lower() if is_plain else _lowered(match)


def _lowered(match: re.Match[str]) -> str:
    word = match[0]
    if not word.isupper() or len(word) == 1:
        return word
    is_name = len(word) > 3 or given.is_given(word)
    lowered = word.lower() if word in _SMALL_WORDS else word.capitalize() if is_name else word
    return lowered if len(lowered) == len(word) else word
